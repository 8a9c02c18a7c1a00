"""Descent against ascent on min_x max_y f(x, y): methods as pure pairs ``init`` / ``step``, and the spectra of their steps.

With g = ∇_x f(x, y) and a = ∇_y f(x, y), the first player steps down and the second up:

    simultaneous:   x ← x − η g(x, y),   y ← y + η a(x, y)                       both at the same point
    inner loop:     K times y ← y + η_y a(x, y), then x ← x − η g(x, y)          K = 1: alternating
    extragradient:  both look from the point that a simultaneous step would reach       (Korpelevich 1976)
    optimistic:     a simultaneous step with 2 g_t − g_{t−1} and 2 a_t − a_{t−1}        (Popov 1980; Daskalakis et al. 2018)

All broadcasts: many starts, step sizes and games are axes, not loops. A game may hold y in an interval, |y| ≤ bound; then every
move of y ends there, by projection.

>>> game = quadratic(0.0, 1.0, 0.0)
>>> run(simultaneous(0.1), game, 1.0, 0.0, steps=1).tolist()
[[1.0, 0.0], [1.0, 0.1]]
>>> radius(optimistic(0.5), game).round(6).tolist(), bilinear_radius("optimistic", 0.5).round(6).tolist()
(0.707107, 0.707107)
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from dlcore.checks import Integer, Reals, finite, non_negative, one_of, positive, positive_int
from dlcore.optimizers.methods import moved

METHODS = ("simultaneous", "alternating", "extragradient", "optimistic")


class Game(NamedTuple):
    """f(x, y) with its two partial gradients, functions of (x, y) that broadcast; y is kept in |y| ≤ bound."""

    value: Callable[[np.ndarray, np.ndarray], np.ndarray]
    grad_x: Callable[[np.ndarray, np.ndarray], np.ndarray]
    grad_y: Callable[[np.ndarray, np.ndarray], np.ndarray]
    bound: float = np.inf


class State(NamedTuple):
    """Where the players are, what is remembered, and how many steps were taken."""

    x: np.ndarray
    y: np.ndarray
    memory: tuple[np.ndarray, ...] = ()
    step: int = 0


class Method(NamedTuple):
    """``init(x, y) -> State`` and ``step(state, game) -> State``, both pure."""

    init: Callable[[Reals, Reals], State]
    step: Callable[[State, Game], State]


def quadratic(a: Reals, b: Reals, c: Reals, bound: float = np.inf) -> Game:
    """f(x, y) = ½ a x² + b x y − ½ c y², coordinate by coordinate; b are the singular values where a = c = 0.

    For c > 0 and no bound the best answer is h(x) = b x / c, and max_y f(x, y) = ½ (a + b²/c) x².
    """
    a, b, c = (np.asarray(finite(name, value), dtype=float) for name, value in (("a", a), ("b", b), ("c", c)))
    if not bound > 0:
        raise ValueError(f"bound must be positive, got {bound}: pass the largest |y|, or leave it out")
    return Game(lambda x, y: a * x**2 / 2 + b * x * y - c * y**2 / 2, lambda x, y: a * x + b * y, lambda x, y: b * x - c * y, bound)


def simultaneous(rate: Reals) -> Method:
    """Gradient descent–ascent: both players step from the same point."""
    eta = checked_rate("rate", rate)

    def step(state: State, game: Game) -> State:
        x, y, _, t = state
        return State(moved(x, eta * game.grad_x(x, y)), ascended(game, y, eta * game.grad_y(x, y)), (), t + 1)

    return Method(lambda x, y: begin(x, y, eta), step)


def inner_loop(rate: Reals, ascents: Integer, inner_rate: Reals | None = None) -> Method:
    """``ascents`` steps up of size ``inner_rate`` (if None: ``rate``), then one step down of size ``rate``."""
    eta, eta_y = checked_rate("rate", rate), checked_rate("inner_rate", rate if inner_rate is None else inner_rate)
    count = positive_int("ascents", ascents)

    def step(state: State, game: Game) -> State:
        x, y, _, t = state
        for _ in range(count):
            y = ascended(game, y, eta_y * game.grad_y(x, y))
        return State(moved(x, eta * game.grad_x(x, y)), y, (), t + 1)

    return Method(lambda x, y: begin(x, y, eta, eta_y), step)


def alternating(rate: Reals) -> Method:
    """One step up, and then one step down that has already seen it: the inner loop with K = 1."""
    return inner_loop(rate, 1)


def extragradient(rate: Reals) -> Method:
    """A simultaneous step to look from, and the step itself, with the gradients found there."""
    eta = checked_rate("rate", rate)

    def step(state: State, game: Game) -> State:
        x, y, _, t = state
        ahead_x, ahead_y = moved(x, eta * game.grad_x(x, y)), ascended(game, y, eta * game.grad_y(x, y))
        return State(moved(x, eta * game.grad_x(ahead_x, ahead_y)), ascended(game, y, eta * game.grad_y(ahead_x, ahead_y)), (), t + 1)

    return Method(lambda x, y: begin(x, y, eta), step)


def optimistic(rate: Reals) -> Method:
    """A simultaneous step with twice the gradients less those of the step before; the first one is simultaneous."""
    eta = checked_rate("rate", rate)

    def step(state: State, game: Game) -> State:
        x, y, before, t = state
        now = game.grad_x(x, y) * np.ones_like(x), game.grad_y(x, y) * np.ones_like(y)
        down, up = (2 * new - old for new, old in zip(now, before if t > 0 else now))
        return State(moved(x, eta * down), ascended(game, y, eta * up), now, t + 1)

    return Method(lambda x, y: begin(x, y, eta, memory=2), step)


def run(method: Method, game: Game, x: Reals, y: Reals, steps: Integer) -> Float[np.ndarray, "{steps}+1 2 ..."]:
    """The path (x_0, y_0), …, (x_steps, y_steps): first axis the steps, second the two players."""
    state = method.init(x, y)
    path = np.empty((positive_int("steps", steps) + 1, 2, *state.x.shape))
    path[0] = state.x, state.y
    with np.errstate(over="ignore", invalid="ignore"):  # divergence is a result here
        for t in range(steps):
            state = method.step(state, game)
            path[t + 1] = state.x, state.y
    return path


def step_matrix(method: Method, game: Game) -> Float[np.ndarray, "... size size"]:
    """The matrix of one step, after the first, on a game with linear gradients and no bound: what it makes of the unit vectors.

    The state is (x, y), and for the optimistic method (x, y, g, a), the gradients of the step before. Step sizes of shape (…, 1)
    give matrices of shape (…, size, size).
    """
    if np.isfinite(game.bound):
        raise ValueError(f"a game with |y| ≤ {game.bound} has no matrix: leave the bound out")
    size = 2 + len(method.init(0.0, 0.0).memory)
    unit = np.eye(size)
    after = method.step(State(unit[0], unit[1], tuple(unit[2:]), 1), game)
    return np.stack(np.broadcast_arrays(after.x, after.y, *after.memory), axis=-2)


def radius(method: Method, game: Game) -> Float[np.ndarray, "..."]:
    """The spectral radius of :func:`step_matrix`: in the long run distances change by this factor a step."""
    return np.asarray(np.abs(np.linalg.eigvals(step_matrix(method, game))).max(axis=-1))


def bilinear_radius(method: str, s: Reals) -> Float[np.ndarray, "..."]:
    """The spectral radius on f = σxy in closed form, s = ησ ≥ 0; ``method`` is one of ``METHODS``.

    simultaneous √(1 + s²); alternating 1 up to s = 2; extragradient √(1 − s² + s⁴);
    optimistic √(½ + ½√(1 − 4s²)) up to s = ½, then √(2s² + s√(4s² − 1)), which is 1 at s = 1/√3.
    """
    one_of("method", method, METHODS)
    s = np.asarray(non_negative("s", s), dtype=float)
    gap = np.sqrt(np.abs(4 * s**2 - 1))
    return np.asarray({
        "simultaneous": np.sqrt(1 + s**2),
        "alternating": np.where(s <= 2, 1.0, (s**2 - 2 + s * np.sqrt(np.maximum(s**2 - 4, 0))) / 2),
        "extragradient": np.sqrt(1 - s**2 + s**4),
        "optimistic": np.sqrt(np.where(s <= 0.5, (1 + gap) / 2, 2 * s**2 + s * gap)),
    }[method])  # fmt: skip


# What every method is made of.


def checked_rate(name: str, value: Reals) -> np.ndarray:
    """A step size, positive, as an array."""
    return np.asarray(positive(name, value), dtype=float)


def begin(x: Reals, y: Reals, *rates: np.ndarray, memory: int = 0) -> State:
    """The state before the first step, broadcast against the step sizes."""
    x, y = np.asarray(finite("x", x), dtype=float), np.asarray(finite("y", y), dtype=float)
    shape = np.broadcast_shapes(x.shape, y.shape, *(rate.shape for rate in rates))
    copies = (np.broadcast_to(value, shape).copy() for value in (x, y))
    return State(*copies, tuple(np.zeros(shape) for _ in range(memory)), 0)


def ascended(game: Game, y: np.ndarray, step: Reals) -> np.ndarray:
    """y + ``step``, brought back into |y| ≤ bound."""
    new = moved(y, -np.asarray(step))
    return new if np.isinf(game.bound) else np.asarray(np.clip(new, -game.bound, game.bound))
