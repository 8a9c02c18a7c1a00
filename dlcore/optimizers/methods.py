"""Iterative methods as pure pairs ``init`` / ``step``, and the loop that runs any of them.

    gradient descent:  w ← w − η ∇F(w)
    heavy ball:        d ← μ d − η ∇F(w),       w ← w + d
    Nesterov:          d ← μ d − η ∇F(w + μ d), w ← w + d

Everything broadcasts: a hundred learning rates or starting points are a leading axis, not a loop. A hyper-parameter is a
number, an array that broadcasts against the parameters (give it a last axis of length 1 when each of several values steps
a whole vector), or a *schedule*: a function of the number t = 0, 1, 2, … of steps taken before, that returns one of these.

A coordinate that has overflowed stays at ±inf, and one whose step is not a number (inf − inf in a gradient) goes there.
The methods with a step size for each coordinate are in ``dlcore.optimizers.adaptive``.

>>> method = gradient_descent(np.array([0.1, 0.5]))
>>> run(method, lambda w: w, start=1.0, steps=1).tolist()
[[1.0, 1.0], [0.9, 0.5]]
>>> run(gradient_descent(lambda t: 1 / (t + 2)), lambda w: w, start=1.0, steps=3).tolist()
[1.0, 0.5, 0.33333333333333337, 0.25]
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from dlcore.checks import Integer, Real, Reals, finite, non_negative, number, positive, positive_int

Schedule = Reals | Callable[[int], Reals]


class State(NamedTuple):
    """What a method carries from step to step: the point, what it remembers, and how many steps it has taken."""

    parameters: np.ndarray
    memory: tuple[np.ndarray, ...] = ()
    step: int = 0


class Method(NamedTuple):
    """``init(start) -> State`` and ``step(state, gradient) -> State``, both pure; the gradient is that at ``parameters``."""

    init: Callable[[Reals], State]
    step: Callable[[State, Reals], State]


def gradient_descent(learning_rate: Schedule) -> Method:
    """The steepest direction with a fixed or scheduled step: w ← w − η_t g, η_t > 0."""
    eta = scheduled("learning_rate", learning_rate, positive)

    def step(state: State, gradient: Reals) -> State:
        return State(moved(state.parameters, eta(state.step) * gradient), (), state.step + 1)

    return Method(lambda start: begin(start, eta), step)


def heavy_ball(learning_rate: Schedule, momentum: Schedule) -> Method:
    """Polyak 1964: w_{t+1} = w_t − η_t g_t + μ_t (w_t − w_{t−1}), η_t > 0, 0 ≤ μ_t < 1.

    What is remembered is the displacement. PyTorch remembers the sum of gradients, which is the same while η is constant.
    """
    eta, mu = scheduled("learning_rate", learning_rate, positive), scheduled("momentum", momentum, fraction)

    def step(state: State, gradient: Reals) -> State:
        t, (d,) = state.step, state.memory
        d = mu(t) * d - eta(t) * gradient
        return State(moved(state.parameters, -d), (d,), t + 1)

    return Method(lambda start: begin(start, eta, mu, memory=1), step)


def nesterov(learning_rate: Schedule, momentum: Schedule) -> Method:
    """Nesterov 1983, as the iteration of the points y_t = w_t + μ_t d_t at which it takes gradients:

        d_{t+1} = μ_t d_t − η_t ∇F(y_t),   y_{t+1} = y_t − η_t ∇F(y_t) + μ_{t+1} d_{t+1}

    ``state.parameters`` is y_t, as in PyTorch; the point w_t itself is y_t − μ_t d_t with d_t = ``state.memory[0]``.
    """
    eta, mu = scheduled("learning_rate", learning_rate, positive), scheduled("momentum", momentum, fraction)

    def step(state: State, gradient: Reals) -> State:
        t, (d,) = state.step, state.memory
        descent = eta(t) * gradient
        d = mu(t) * d - descent
        return State(moved(state.parameters, descent - mu(t + 1) * d), (d,), t + 1)

    return Method(lambda start: begin(start, eta, mu, memory=1), step)


def run(method: Method, gradient: Callable[[np.ndarray], Reals], start: Reals, steps: Integer) -> Float[np.ndarray, "{steps}+1 ..."]:
    """The trajectory w_0, w_1, …, w_steps (first axis) of ``method`` on the function whose gradient is given."""
    return run_online(method, lambda t, w: gradient(w), start, steps)


def run_online(
    method: Method,
    gradient: Callable[[int, np.ndarray], Reals],
    start: Reals,
    steps: Integer,
    *,
    box: tuple[Real, Real] | None = None,
) -> Float[np.ndarray, "{steps}+1 ..."]:
    """As :func:`run`, where the gradient may depend on the step t = 0, 1, …: a noise, a batch, a function that changes.

    ``box`` = (low, high): every coordinate is projected into this interval after each step.
    """
    if box is not None and not number("box[0]", box[0]) < number("box[1]", box[1]):
        raise ValueError(f"box must be (low, high) with low < high, got {box}: exchange them")
    state = method.init(start)
    trajectory = np.empty((positive_int("steps", steps) + 1, *state.parameters.shape))
    trajectory[0] = state.parameters
    # Divergence is a result here: an overflow is recorded as inf, and need not be announced as a warning as well.
    with np.errstate(over="ignore", invalid="ignore"):
        for t in range(steps):
            state = method.step(state, gradient(t, state.parameters))
            if box is not None:
                state = state._replace(parameters=np.asarray(state.parameters.clip(*box)))
            trajectory[t + 1] = state.parameters
    return trajectory


# What every method is made of.


def scheduled(name: str, value: Schedule, check: Callable[[str, object], object]) -> Callable[[int], np.ndarray]:
    """``value`` as a function of the step t ≥ 0, everything it returns checked by ``check``; a constant is checked once."""
    if callable(value):
        return lambda t: np.asarray(check(name, value(t)), dtype=float)
    constant = np.asarray(check(name, value), dtype=float)
    return lambda t: constant


def fraction(name: str, value: object) -> object:
    """Return ``value``, all of it at least 0 and below 1."""
    array = np.atleast_1d(non_negative(name, value))
    if np.any(array >= 1):
        raise ValueError(f"{name} must be below 1, got {array[array >= 1].flat[0]}: with 1 the past would never fade")
    return value


def begin(start: Reals, *hyper: Callable[[int], np.ndarray], memory: int = 0) -> State:
    """The state before the first step: ``start``, broadcast against all hyper-parameters, and so many memories of zeros."""
    w = np.asarray(finite("start", start), dtype=float)
    shape = np.broadcast_shapes(w.shape, *(np.shape(h(0)) for h in hyper))
    return State(np.broadcast_to(w, shape).copy(), tuple(np.zeros(shape) for _ in range(memory)), 0)


def moved(w: np.ndarray, step: Reals) -> np.ndarray:
    """w − ``step``; coordinates at ±inf stay there, and a step that is NaN sends a coordinate there, to its own side."""
    new = np.asarray(w - step)  # of numbers without an axis, NumPy makes a scalar
    if np.isfinite(new).all():  # the usual case; a finite result means that w was finite
        return new
    new = np.where(np.isnan(new), np.copysign(np.inf, w), new)
    return np.where(np.isfinite(w), new, w)
