"""Methods that give every coordinate a step size of its own, all of them one formula.

    m_t = β₁ m_{t−1} + (1 − β₁) g_t          the average gradient
    v_t = p_t v_{t−1} + q_t g_t²             the size of a gradient, coordinate by coordinate
    w_{t+1} = w_t − η_t · (m_t/a_t) / (√(v_t/b_t) + ε)

    method            β₁    p_t        q_t       η_t      a_t, b_t           v in the denominator
    signSGD           0     0          1         η        1                  v
    AdaGrad           0     1          1         η        1                  v
    AdaFom            β₁    1 − 1/t    1/t       given    1                  v
    RMSProp           0     β₂         1 − β₂    η        1                  v
    Adam              β₁    β₂         1 − β₂    η        1 − β₁ᵗ, 1 − β₂ᵗ   v
    AMSGrad           β₁    β₂         1 − β₂    η        1 − β₁ᵗ, 1 − β₂ᵗ   the largest v so far

Here t = 1, 2, … counts the gradients, that of this step included. Hyper-parameters are numbers, arrays or schedules, as in
``dlcore.optimizers.methods``: functions of the number t − 1 of steps taken before. Where a coordinate has never had a
gradient, 0/0 counts as 0: it does not move. Sources: Duchi, Hazan & Singer 2011 (AdaGrad), Tieleman & Hinton 2012 (RMSProp),
Kingma & Ba 2015 (Adam), Reddi, Kale & Kumar 2018 (AMSGrad), Chen, Liu, Sun & Hong 2019 (the formula, AdaFom).

>>> from dlcore.optimizers.methods import run
>>> run(adam(0.5), lambda w: 1e6 * w, start=[8.0, -0.25], steps=1).round(6).tolist()
[[8.0, -0.25], [7.5, 0.25]]
"""

from collections.abc import Callable

import numpy as np

from dlcore.checks import Real, Reals, finite, non_negative, positive
from dlcore.optimizers.methods import Method, Schedule, State, begin, fraction, moved, scheduled

Weights = Callable[[int], tuple[Reals, Reals]]


def adam_type(
    learning_rate: Schedule,
    beta1: Schedule,
    second: Weights,
    *,
    epsilon: Reals = 0.0,
    maximum: bool = False,
    correction: Weights = lambda t: (1.0, 1.0),
    v0: Real = 0.0,
) -> Method:
    """The formula above: ``second`` gives (p_t, q_t), ``correction`` (a_t, b_t) for t = 1, 2, …, and v_0 = ``v0``.

    ``maximum``: divide by the largest v so far. (p_t, q_t) = (1, 0) with ``v0`` = 1 switches the scaling off: gradient
    descent, and with β₁ > 0 the heavy ball with averaged gradients.
    """
    eta, b1 = scheduled("learning_rate", learning_rate, positive), scheduled("beta1", beta1, fraction)
    eps, v0 = np.asarray(non_negative("epsilon", epsilon), dtype=float), non_negative("v0", v0)

    def init(start: Reals) -> State:
        w, (m, v, *_), t = begin(start, eta, b1, *(lambda _, a=a: a for a in (eps, *second(1), *correction(1))), memory=2)
        v = np.asarray(v + v0)
        return State(w, (m, v, v) if maximum else (m, v), t)

    def step(state: State, gradient: Reals) -> State:
        t, g = state.step + 1, np.asarray(gradient, dtype=float)
        (keep, add), (a, b) = second(t), correction(t)
        fading = b1(t - 1)
        m = fading * state.memory[0] + (1 - fading) * g
        v = keep * state.memory[1] + add * g * g
        memory = (m, v, np.maximum(state.memory[2], v)) if maximum else (m, v)
        scale = np.sqrt(memory[-1] / b) + eps
        with np.errstate(divide="ignore", invalid="ignore"):
            update = eta(t - 1) * (m / a) / scale
        if not scale.all():
            update = np.where((m == 0) & (scale == 0), 0.0, update)
        return State(moved(state.parameters, update), memory, t)

    return Method(init, step)


def signsgd(learning_rate: Schedule) -> Method:
    """w ← w − η sign g (Bernstein et al. 2018): the formula with β₁ = β₂ = 0, without squaring what might underflow."""
    eta = scheduled("learning_rate", learning_rate, positive)

    def step(state: State, gradient: Reals) -> State:
        return State(moved(state.parameters, eta(state.step) * np.sign(gradient)), (), state.step + 1)

    return Method(lambda start: begin(start, eta), step)


def adagrad(learning_rate: Schedule, *, epsilon: Reals = 1e-10) -> Method:
    """w ← w − η g / (√Σ_s g_s² + ε): steps fall like 1/√t, and do not change if F is multiplied by a number (ε = 0)."""
    return adam_type(learning_rate, 0.0, lambda t: (1.0, 1.0), epsilon=epsilon)


def adafom(learning_rate: Schedule, beta1: Schedule = 0.9, *, epsilon: Reals = 1e-10) -> Method:
    """AdaGrad with momentum: v_t is the mean of all g_s², and the theory wants η_t = η/√t (Chen et al. 2019)."""
    return adam_type(learning_rate, beta1, lambda t: (1 - 1 / t, 1 / t), epsilon=epsilon)


def rmsprop(learning_rate: Schedule, beta2: Reals = 0.99, *, epsilon: Reals = 1e-8) -> Method:
    """AdaGrad that forgets: v ← β₂ v + (1 − β₂) g², from v_0 = 0, so that the first step has length η/√(1 − β₂)."""
    return adam_type(learning_rate, 0.0, _fading(beta2), epsilon=epsilon)


def adam(
    learning_rate: Schedule, beta1: Reals = 0.9, beta2: Reals = 0.999, *, epsilon: Reals = 1e-8, bias_correction: bool = True
) -> Method:
    """Averages of g and of g², each divided by the sum of its weights unless ``bias_correction`` is off."""
    return adam_type(
        learning_rate, beta1, _fading(beta2), epsilon=epsilon, correction=_corrections(beta1, beta2) if bias_correction else _none
    )


def amsgrad(
    learning_rate: Schedule, beta1: Schedule = 0.9, beta2: Reals = 0.999, *, epsilon: Reals = 1e-8, bias_correction: bool = True
) -> Method:
    """Adam with the largest v so far in the denominator, so that step sizes never grow; Reddi et al. do not correct the bias.

    ``beta1`` may be a schedule β_{1,t} (the convergence proof wants a falling one) if ``bias_correction`` is off.
    """
    if bias_correction and callable(beta1):
        raise ValueError("bias_correction must be False with a schedule beta1: the weights of g no longer add up to 1 − β₁ᵗ")
    correction = _corrections(beta1, beta2) if bias_correction else _none
    return adam_type(learning_rate, beta1, _fading(beta2), epsilon=epsilon, maximum=True, correction=correction)


def inflation(t: Reals, beta1: Reals, beta2: Reals) -> np.ndarray:
    """(1 − β₁ᵗ)/√(1 − β₂ᵗ): the t-th step of Adam without bias correction, relative to that with it (ε = 0)."""
    t, (b1, b2) = np.asarray(positive("t", t), dtype=float), (np.asarray(fraction(n, b)) for n, b in (("beta1", beta1), ("beta2", beta2)))
    return np.asarray((1 - b1**t) / np.sqrt(1 - b2**t))


def _fading(beta2: Reals) -> Weights:
    b2 = np.asarray(fraction("beta2", beta2), dtype=float)
    return lambda t: (b2, 1 - b2)


def _corrections(beta1: Reals, beta2: Reals) -> Weights:
    b1, b2 = (np.asarray(finite(name, b), dtype=float) for name, b in (("beta1", beta1), ("beta2", beta2)))
    return lambda t: (1 - b1**t, 1 - b2**t)


def _none(t: int) -> tuple[float, float]:
    return 1.0, 1.0
