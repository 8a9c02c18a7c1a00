"""Iterative methods as pure pairs ``init`` / ``step``, and the loop that runs any of them.

    gradient descent:  w ← w − η ∇F(w)

Everything broadcasts: a hundred learning rates or starting points are a leading axis, not a loop.

>>> method = gradient_descent(np.array([0.1, 0.5]))
>>> run(method, lambda w: w, start=1.0, steps=1).tolist()
[[1.0, 1.0], [0.9, 0.5]]
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from dlcore.checks import Integer, Reals, finite, positive, positive_int


class State(NamedTuple):
    """What a method carries from step to step; gradient descent needs no memory."""

    parameters: np.ndarray


class Method(NamedTuple):
    """``init(start) -> State`` and ``step(state, gradient) -> State``, both pure."""

    init: Callable[[Reals], State]
    step: Callable[[State, Reals], State]


def gradient_descent(learning_rate: Reals) -> Method:
    """The steepest direction with a fixed step: w ← w − η g.

    ``learning_rate`` η > 0 broadcasts against the parameters: give it a last axis of length 1 when each of several
    rates steps a whole vector. A coordinate that has overflowed stays at ±inf.
    """
    eta = np.asarray(positive("learning_rate", learning_rate), dtype=float)

    def init(start: Reals) -> State:
        w = np.asarray(finite("start", start), dtype=float)
        return State(np.broadcast_to(w, np.broadcast_shapes(w.shape, eta.shape)).copy())

    def step(state: State, gradient: Reals) -> State:
        w = state.parameters
        return State(np.where(np.isfinite(w), w - eta * gradient, w))  # else inf − inf would turn it into NaN

    return Method(init, step)


def run(method: Method, gradient: Callable[[np.ndarray], Reals], start: Reals, steps: Integer) -> Float[np.ndarray, "{steps}+1 ..."]:
    """The trajectory w_0, w_1, …, w_steps (first axis) of ``method`` on the function whose gradient is given."""
    state = method.init(start)
    trajectory = np.empty((positive_int("steps", steps) + 1, *state.parameters.shape))
    trajectory[0] = state.parameters
    # Divergence is a result here: an overflow is recorded as inf, and need not be announced as a warning as well.
    with np.errstate(over="ignore", invalid="ignore"):
        for t in range(1, steps + 1):
            state = method.step(state, gradient(state.parameters))
            trajectory[t] = state.parameters
    return trajectory
