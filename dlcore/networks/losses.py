"""From scores to a loss: softmax, cross entropy, entropy, the Kullback–Leibler divergence, and the triangle of three outcomes.

    q = softmax(f/T),   H(p, q) = −Σ p_j log q_j,   D(p‖q) = H(p, q) − H(p),   ℓ(f, c) = log Σ exp f_j − cᵀf

A distribution p or q, and a score f, is the last axis of its array; leading axes broadcast. Logarithms are natural; 0·log 0 = 0,
and p_j > 0 = q_j makes H(p, q) and D(p‖q) infinite. Sources: Shannon 1948; Kullback & Leibler 1951; Bridle 1990.

>>> float(cross_entropy([1.0, 0.0], [0.5, 0.5]) / np.log(2)), float(divergence([0.5, 0.5], [1.0, 0.0]))
(1.0, inf)
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float
from scipy import special

from dlcore.checks import Integer, Real, Reals, finite, positive, positive_int

_SUM = 1e-9  # how far the sum of a distribution may be from 1: far above rounding, far below a slip
_ZERO = 1e-12  # shares that rounding has left of 0
_HALVINGS = 50  # of an interval of length at most 2: beyond double precision

Vector = Float[np.ndarray, "*batch m"]


def distribution(name: str, value: Reals) -> Vector:
    """``value`` as an array of distributions over its last axis: non-negative, of sum 1."""
    array = np.asarray(finite(name, np.asarray(value, dtype=float)), dtype=float)
    if array.ndim == 0 or array.min() < 0 or np.abs(array.sum(axis=-1) - 1).max() > _SUM:
        raise ValueError(f"{name} must be non-negative with sum 1 along its last axis, got {value!r}: divide by the sum")
    return array


def _matched(first: str, a: np.ndarray, second: str, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """``a`` and ``b``, which must have equally many outcomes: broadcasting would stretch a single one."""
    if a.shape[-1:] != b.shape[-1:]:
        raise ValueError(f"{first} and {second} must have the same last axis, got shapes {a.shape} and {b.shape}: one entry an outcome")
    return a, b


def tempered(f: Reals, temperature: Real = 1.0) -> Vector:
    """softmax(f/T), at any size of the scores: the largest is subtracted first (by SciPy).

    >>> tempered([1000.0, 1000.0]).tolist()
    [0.5, 0.5]
    """
    return special.softmax(np.asarray(finite("f", f), dtype=float) / positive("temperature", temperature), axis=-1)


def softmax_as_written(f: Reals) -> Vector:
    """exp f_j / Σ exp f_k without care: NaN where exp overflows (f_j > 709.78) or all of it is 0."""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        powers = np.exp(np.asarray(f, dtype=float))
        return powers / powers.sum(axis=-1, keepdims=True)


def entropy(p: Reals) -> Float[np.ndarray, "*batch"] | np.floating:
    """H(p) = −Σ p_j log p_j."""
    return special.entr(distribution("p", p)).sum(axis=-1)


def cross_entropy(p: Reals, q: Reals) -> Float[np.ndarray, "*batch"] | np.floating:
    """H(p, q) = −Σ p_j log q_j: the mean surprise of who forecasts q where p is true."""
    p, q = _matched("p", distribution("p", p), "q", distribution("q", q))
    with np.errstate(divide="ignore"):
        return -special.xlogy(p, q).sum(axis=-1) + 0.0  # no negative zero


def divergence(p: Reals, q: Reals) -> Float[np.ndarray, "*batch"] | np.floating:
    """D(p‖q) = Σ p_j log(p_j/q_j)."""
    return special.rel_entr(*_matched("p", distribution("p", p), "q", distribution("q", q))).sum(axis=-1)


def loss_of_scores(f: Reals, c: Reals) -> Float[np.ndarray, "*batch"] | np.floating:
    """H(c, softmax f) = log Σ exp f_j − cᵀf, finite at all finite scores."""
    f, c = _matched("f", np.asarray(finite("f", f), dtype=float), "c", distribution("c", c))
    return special.logsumexp(f, axis=-1) - (c * f).sum(axis=-1)


def gradient_of_scores(f: Reals, c: Reals) -> Vector:
    """softmax(f) − c, the gradient of ``loss_of_scores`` by f."""
    q, c = _matched("f", tempered(f), "c", distribution("c", c))
    return q - c


def hessian_of_scores(f: Reals) -> Float[np.ndarray, "*batch m m"]:
    """diag(q) − q qᵀ with q = softmax(f): the same for every target."""
    q = tempered(f)
    return q[..., None] * np.eye(q.shape[-1]) - q[..., :, None] * q[..., None, :]


def descent_of_scores(f: Reals, c: Reals, rate: Real, steps: Integer) -> Float[np.ndarray, "times *batch m"]:
    """The scores f_0 … f_steps of gradient descent f ← f − η (softmax(f) − c)."""
    positive("rate", rate)
    path = [np.asarray(finite("f", f), dtype=float)]
    for _ in range(positive_int("steps", steps)):
        path.append(path[-1] - rate * gradient_of_scores(path[-1], c))
    return np.stack(path)


def on_triangle(q: Reals) -> tuple[Reals, Reals]:
    """Where a distribution of three outcomes is drawn: x = q₂ − q₁ and y = q₃; corners (−1, 0), (1, 0), (0, 1)."""
    q = distribution("q", q)
    if q.shape[-1] != 3:
        raise ValueError(f"a triangle shows distributions of 3 outcomes, got {q.shape[-1]}: pass three shares")
    return q[..., 1] - q[..., 0], q[..., 2]


def from_triangle(x: Reals, y: Reals) -> Float[np.ndarray, "*batch 3"]:
    """The distribution drawn at (x, y), with y in [0, 1]; a point beside the triangle is moved level to its edge.

    >>> from_triangle(-0.4, 0.2).round(12).tolist(), from_triangle(1.0, 0.5).tolist()
    ([0.6, 0.2, 0.2], [0.0, 0.5, 0.5])
    """
    y = np.asarray(finite("y", y), dtype=float)
    if y.min() < 0 or y.max() > 1:
        raise ValueError(f"y must be a share in [0, 1], got {y!r}: a point above or below the triangle has no level with it")
    x = np.clip(np.asarray(finite("x", x), dtype=float), y - 1, 1 - y)
    q = np.stack(np.broadcast_arrays((1 - y - x) / 2, (1 - y + x) / 2, y), axis=-1)
    return np.where(q < _ZERO, 0.0, q)


def ring(value: Callable[[Vector], np.ndarray], centre: Reals, level: Real, points: Integer = 97) -> tuple[np.ndarray, np.ndarray]:
    """The curve value(q) = level around the ``centre`` where it is least, in the triangle, as x and y of ``points`` points.

    ``value`` is convex. Where a ray from the centre reaches the edge before the level, the edge is what is returned.
    """
    x, y = on_triangle(centre)
    angle = np.linspace(0, 2 * np.pi, positive_int("points", points))
    across, up = (np.where(np.abs(part) < _ZERO, 0.0, part) for part in (np.cos(angle), np.sin(angle)))
    with np.errstate(divide="ignore"):  # how far it is to y = 0, x = 1 − y and x = y − 1
        ways = [np.where(speed > 0, max(room, 0.0) / np.maximum(speed, _ZERO), np.inf)
                for room, speed in ((y, -up), (1 - y - x, across + up), (1 - y + x, up - across))]  # fmt: skip
    edge = np.minimum.reduce(ways)
    low, high = np.zeros_like(edge), edge

    def inside(t):
        return value(from_triangle(x + t * across, np.clip(y + t * up, 0, 1))) <= level

    low = np.where(inside(edge), edge, low)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        good = inside(middle)
        low, high = np.where(good, middle, low), np.where(good, high, middle)
    return x + low * across, np.clip(y + low * up, 0, 1)
