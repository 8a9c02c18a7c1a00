"""Gradient descent that is kicked off its way: at random, to leave saddles, and uphill, to find out how sharp a valley is.

    perturbed:        w ← w − η ∇F(w) + ξ,  ξ uniform in the ball of radius r, where ‖∇F(w)‖ is small
    sharpness aware:  w ← w − η ∇F(w + ρ ∇F(w)/‖∇F(w)‖)

The last axis holds the coordinates of a point, leading axes number the runs: lengths and kicks belong to a run.

Sources: Jin et al. 2017 (How to Escape Saddle Points Efficiently); Foret et al. 2021 (Sharpness-Aware Minimization).

>>> saddle = lambda w: w * [1.0, -1.0]
>>> from dlcore.optimizers.methods import gradient_descent, run
>>> [float(abs(run(m, saddle, np.zeros(2), 200)[-1, 1])) > 1 for m in (gradient_descent(0.1), perturbed(0.1, 1e-3, seed=0))]
[False, True]
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from dlcore.checks import Integer, Real, Reals, generator, non_negative, positive, positive_int
from dlcore.optimizers.methods import Method, Schedule, State, begin, moved, scheduled


def in_ball(rng: np.random.Generator, shape: tuple[int, ...], radius: Reals = 1.0) -> Float[np.ndarray, "*batch d"]:
    """Independent points, uniform in the ball of ``radius`` in d = ``shape[-1]`` dimensions: a direction times radius · U^{1/d}."""
    direction = generator("rng", rng).standard_normal(shape)
    direction /= np.linalg.norm(direction, axis=-1, keepdims=True)
    return non_negative("radius", radius) * rng.uniform(size=(*shape[:-1], 1)) ** (1 / shape[-1]) * direction


def perturbed(learning_rate: Schedule, radius: Reals, *, seed: Integer, threshold: Real | None = None, wait: Integer = 1) -> Method:
    """Gradient descent with a kick of up to ``radius`` after the step, where ‖g‖ ≤ ``threshold`` and none was given for ``wait`` steps.

    Without a threshold it is kicked whatever the gradient. The kicks are a function of ``seed`` and of the number of steps
    taken, so that the pair stays pure. What is remembered is the number of steps since a run's last kick. (Jin et al. add
    the kick before the gradient step, and stop when the loss has not fallen enough ``wait`` steps after it.)
    """
    eta = scheduled("learning_rate", learning_rate, positive)
    non_negative("radius", radius), positive_int("wait", wait)
    least = np.inf if threshold is None else non_negative("threshold", threshold)

    def start_(start: Reals) -> State:
        state = begin(start, eta)
        return State(state.parameters, (np.full((*state.parameters.shape[:-1], 1), wait),), 0)

    def step(state: State, gradient: Reals) -> State:
        w, (since,) = state.parameters, state.memory
        due = (np.linalg.norm(gradient, axis=-1, keepdims=True) <= least) & (since >= wait)
        kick = in_ball(np.random.default_rng([seed, state.step]), w.shape, radius)
        return State(moved(w, eta(state.step) * gradient - np.where(due, kick, 0.0)), (np.where(due, 1, since + 1),), state.step + 1)

    return Method(start_, step)


def sharpness_aware(gradient: Callable[[np.ndarray], Reals], learning_rate: Schedule, radius: Reals) -> Method:
    """The gradient from where the loss is (to first order) largest within ``radius``: two gradients a step.

    ``gradient`` is the function that :func:`dlcore.optimizers.methods.run` is given too. Where it is exactly 0 there is no
    way up, and the step is 0.
    """
    eta = scheduled("learning_rate", learning_rate, positive)
    non_negative("radius", radius)

    def step(state: State, here: Reals) -> State:
        w, size = state.parameters, np.linalg.norm(here, axis=-1, keepdims=True)
        up = np.where(size > 0, here / np.where(size > 0, size, 1.0), 0.0)
        return State(moved(w, eta(state.step) * gradient(w + radius * up)), (), state.step + 1)

    return Method(lambda start: begin(start, eta), step)
