"""One logistic neuron with exponentially many local minima: the data of Auer, Herbster and Warmuth.

    F(w) = 1/n Σ_i ℓ(y_i, σ(⟨w, x_i⟩)),   x_i = R^j e_k

The inputs lie on the coordinate axes, so F is a sum of functions of one coordinate each. Then w is a local minimum of F
if and only if every coordinate is one of its own function, and numbers of minima multiply. The square loss
ℓ = (y − σ)² has a hole for each point of an axis if the spacing R is large; the entropic loss, which matches σ,
ℓ = −y ln σ − (1 − y) ln(1 − σ), is convex.

>>> data = auer_data(6, 2, spacing=30.0)
>>> count_minima(data, "square"), count_minima(data, "entropic")
(9, 1)

Source: P. Auer, M. Herbster and M. Warmuth, Exponentially many local minima for single neurons, NIPS 8, 1996.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.optimize import brentq
from scipy.special import expit, logit

from dlcore.checks import Integer, Real, one_of, positive, positive_int
from dlcore.gaussian import Values

LOSSES = ("square", "entropic")
_LOG_LARGEST = 100 * np.log(10)  # of the inputs: their squares must be floats with room to spare
_STEPS_PER_E = 200  # points of the search grid in each unit of ln|w|; a logistic function turns over several units


class Data(NamedTuple):
    """Inputs, each on a coordinate axis, and targets in (0, 1)."""

    x: Float[np.ndarray, "n d"]
    y: Float[np.ndarray, " n"]


def points_per_axis(n: Integer, d: Integer) -> tuple[int, ...]:
    """n points on d axes, as evenly as possible; the product is at least ⌊n/d⌋^d."""
    positive_int("n", n), positive_int("d", d)
    return tuple(n // d + (k < n % d) for k in range(d))


def auer_data(n: Integer, d: Integer, *, spacing: Real, target: Real = 0.8, noise: Real = 1.0) -> Data:
    """Points R^0 e_k, R^1 e_k, … on each axis k, R = ``spacing`` > 1, all with the same ``target`` in (0, 1).

    With z = logit(target) the term of R^j e_k alone is smallest at w_k = z R^{−j}, at another place for each j. ``noise``
    below 1 moves the targets to σ((1 − noise) R^j w* + noise z), w* = z R^{−(m−1)/2} the same for all m points of the
    axis: at 0 one weight fits them all (the data are realizable), at 1 they are Auer's.
    """
    if not positive("spacing", spacing) > 1:
        raise ValueError(f"spacing must be above 1, got {spacing}: the points of an axis must differ")
    if not 0 < target < 1:
        raise ValueError(f"target must lie in (0, 1), got {target}: it is a value of the logistic function")
    if not 0 <= noise <= 1:
        raise ValueError(f"noise must lie in [0, 1], got {noise}: 0 is realizable, 1 is Auer's data")
    largest = max(points_per_axis(n, d)) - 1
    if largest * np.log(spacing) > _LOG_LARGEST:
        raise ValueError(f"spacing^{largest} must stay below 1e100, got {spacing} for {n} points on {d} axes: take fewer, or closer ones")
    rows, targets, z = [], [], logit(target)
    for k, m in enumerate(points_per_axis(n, d)):
        size = float(spacing) ** np.arange(m)
        rows.append(size[:, None] * np.eye(d)[k])
        targets.append(expit((1 - noise) * size * z * float(spacing) ** (-(m - 1) / 2) + noise * z))
    return Data(np.concatenate(rows), np.concatenate(targets))


def loss(w: Float[np.ndarray, "*batch d"], data: Data, kind: str = "square") -> Values:
    """F(w): the mean over the examples of (y − σ(z))², or of ln(1 + e^z) − y z, z = ⟨w, x⟩."""
    z = np.asarray(w, dtype=float) @ data.x.T
    if one_of("kind", kind, LOSSES) == "square":
        return np.mean((data.y - expit(z)) ** 2, axis=-1)
    return np.mean(np.logaddexp(0, z) - data.y * z, axis=-1)


def gradient(w: Float[np.ndarray, "*batch d"], data: Data, kind: str = "square") -> Float[np.ndarray, "*batch d"]:
    """∇F = 1/n Σ r_i x_i with r = 2 (σ − y) σ (1 − σ) for the square, r = σ − y for the entropic loss."""
    z = np.asarray(w, dtype=float) @ data.x.T
    r = expit(z) - data.y
    if one_of("kind", kind, LOSSES) == "square":
        r = 2 * r * expit(z) * expit(-z)
    return r @ data.x / len(data.y)


def axis_minima(data: Data, axis: Integer, kind: str = "square") -> Float[np.ndarray, " minima"]:
    """The local minima of F along one axis, in increasing order: where its slope turns from negative to positive.

    Signs are compared on a grid that is even in ln|w|, for both signs of w and with 0, from far below the first hole to far
    beyond the last; each change is then bisected to rounding. An axis without points has no strict minimum.
    """
    on_axis = _axis_inputs(data)[:, axis]
    x, y = on_axis[on_axis != 0], data.y[on_axis != 0]
    if x.size == 0:
        return np.empty(0)
    one = Data(x[:, None], y)
    grid = _search_grid(x, y)
    signs = np.sign(gradient(grid[:, None], one, kind)[:, 0])
    keep = np.flatnonzero(signs)  # a slope of exactly 0 has underflowed: its neighbours decide
    turns = np.flatnonzero((signs[keep][:-1] < 0) & (signs[keep][1:] > 0))
    slope = lambda w: gradient(np.array([w]), one, kind)[0]  # noqa: E731
    return np.array([brentq(slope, grid[keep[t]], grid[keep[t + 1]], xtol=1e-300, rtol=1e-14) for t in turns])


def minima(data: Data, kind: str = "square") -> Float[np.ndarray, "minima d"]:
    """All local minima: every combination of the minima along the axes."""
    axes = [axis_minima(data, k, kind) for k in range(data.x.shape[1])]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))


def count_minima(data: Data, kind: str = "square") -> int:
    """The number of local minima: the product of the numbers along the axes."""
    return int(np.prod([len(axis_minima(data, k, kind)) for k in range(data.x.shape[1])]))


def _axis_inputs(data: Data) -> np.ndarray:
    if np.any(np.count_nonzero(data.x, axis=1) > 1):
        raise ValueError("every input must lie on a coordinate axis, got one with several entries: minima multiply only then")
    return data.x


def _search_grid(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Even in ln|w|, from 1/e³ of the smallest |w| with z = logit(y), to e³ of the largest; 0 between the signs."""
    z = logit(np.clip(y, 1e-12, 1 - 1e-12))
    holes = np.log(np.maximum(np.abs(z), 1e-3) / np.abs(x))
    low, high = holes.min() - 3, holes.max() + 3
    positive_half = np.exp(np.linspace(low, high, int(np.ceil((high - low) * _STEPS_PER_E)) + 1))
    return np.concatenate([-positive_half[::-1], [0.0], positive_half])
