"""What a ReLU network can output while its input runs through a box: intervals and linear bounds, for many boxes at once.

h^ℓ = W^ℓ z^{ℓ−1} + b^ℓ, z^ℓ = max(h^ℓ, 0), z^0 = x, f = h^L, and l ≤ x ≤ u in every coordinate.

interval    h^ℓ from the box of z^{ℓ−1}: centre W c + b, radius |W| r (Gowal et al. 2018).
linear      each ReLU between two lines on [l, u], from above s h + t with s = u/(u − l), t = −s l, from below a h; the
            inequalities are put into each other from the last layer to the input. a = 1 if u ≥ −l, else 0, is CROWN's choice
            (Zhang et al. 2018), a = s that of Wong and Kolter (2018). l and u of hidden neurons come from the same method.

The last weight layer may differ from box to box, shape (boxes, outputs, n_{L−1}): so margins become outputs.

>>> net = [np.array([[1.0], [-1.0]]), np.array([[1.0, 1.0]])], [np.zeros(2), np.zeros(1)]  # f(x) = |x|
>>> low, high = np.array([[-1.0]]), np.array([[1.0]])
>>> interval(*net, low, high)[-1].high.item(), linear(*net, low, high)[-1].high.item()
(2.0, 1.0)
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from dlcore.checks import Real, finite, non_negative, one_of

SLOPES = ("adaptive", "parallel")
Matrix = Float[np.ndarray, "..."]


class Bounds(NamedTuple):
    """Lower and upper bounds of a layer's h, one row a box."""

    low: Float[np.ndarray, "boxes n"]
    high: Float[np.ndarray, "boxes n"]


def scores(weights: Sequence[Matrix], biases: Sequence[Matrix], x: Float[np.ndarray, "examples n_0"]) -> Float[np.ndarray, "examples n_L"]:
    """f(x), one row an example."""
    z = np.asarray(finite("x", x), dtype=float)
    for w, b in zip(weights[:-1], biases[:-1], strict=True):
        z = np.maximum(_product(w, z) + b, 0)
    return _product(weights[-1], z) + biases[-1]


def box(x: Float[np.ndarray, "examples d"], epsilon: Real, inside: tuple[Real, Real] | None = None) -> Bounds:
    """All points whose coordinates are at most ``epsilon`` from those of x, and within the range ``inside`` if there is one."""
    non_negative("epsilon", epsilon)
    low, high = np.asarray(finite("x", x)) - epsilon, np.asarray(x) + epsilon
    return Bounds(low, high) if inside is None else Bounds(np.maximum(low, inside[0]), np.minimum(high, inside[1]))


def interval(weights: Sequence[Matrix], biases: Sequence[Matrix], low: Matrix, high: Matrix) -> list[Bounds]:
    """Bounds of h^1, …, h^L by interval arithmetic."""
    low, high = _checked(weights, biases, low, high)
    found = []
    for w, b in zip(weights, biases, strict=True):
        centre, radius = _product(w, (low + high) / 2) + b, _product(np.abs(w), (high - low) / 2)
        found.append(Bounds(centre - radius, centre + radius))
        low, high = np.maximum(found[-1].low, 0), np.maximum(found[-1].high, 0)
    return found


def linear(
    weights: Sequence[Matrix], biases: Sequence[Matrix], low: Matrix, high: Matrix, *, slope: str = "adaptive",
    inner: Sequence[Bounds] | None = None,
) -> list[Bounds]:  # fmt: skip
    """Bounds of h^1, …, h^L by lines; ``inner`` are bounds of the hidden h^ℓ to use instead of those found on the way."""
    low, high = _checked(weights, biases, low, high)
    one_of("slope", slope, SLOPES)
    if inner is not None and len(inner) < len(weights) - 1:
        raise ValueError(f"inner must bound all {len(weights) - 1} hidden layers, got {len(inner)}: pass those of interval or linear")
    found: list[Bounds] = []
    for layer in range(len(weights)):
        if inner is not None and layer < len(weights) - 1:
            found.append(inner[layer])
            continue
        w, b = np.broadcast_to(weights[layer], (len(low), *weights[layer].shape[-2:])), biases[layer]
        lower = _back(w, b, weights[:layer], biases[:layer], found, low, high, slope)
        found.append(Bounds(lower, -_back(-w, -b, weights[:layer], biases[:layer], found, low, high, slope)))
    return found


def lines(low: Matrix, high: Matrix, slope: str) -> tuple[Matrix, Matrix, Matrix]:
    """Slopes a, s and intercept t with a h ≤ max(h, 0) ≤ s h + t on [low, high]."""
    unstable = (low < 0) & (high > 0)
    above = np.where(unstable, high / np.where(unstable, high - low, 1), high > 0)
    below = above if one_of("slope", slope, SLOPES) == "parallel" else np.where(unstable, high >= -low, high > 0).astype(float)
    return below, above, np.where(unstable, -above * low, 0.0)


def against_others(
    weights: Sequence[Matrix], biases: Sequence[Matrix], labels: Int[np.ndarray, " boxes"]
) -> tuple[list[Matrix], list[Matrix]]:
    """The network whose outputs are the margins f_y − f_k, all k but y: its last layer differs from label to label."""
    classes = len(biases[-1])
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(f"labels must lie in 0 … {classes - 1}, got {labels.min()} to {labels.max()}: number the classes from 0")
    others = np.arange(classes - 1)[None] + (np.arange(classes - 1)[None] >= labels[:, None])
    w, b = weights[-1][labels][:, None] - weights[-1][others], biases[-1][labels][:, None] - biases[-1][others]
    return [*weights[:-1], w], [*biases[:-1], b]


def _back(w, b, weights, biases, found, low, high, slope):
    """Lower bounds of w z + b, z the output of the layers before, by lines back to the input."""
    constant = np.broadcast_to(b, w.shape[:2]).astype(float)
    for w_before, b_before, (least, most) in zip(reversed(weights), reversed(biases), reversed(found), strict=True):
        below, above, shift = lines(least, most, slope)
        negative = np.minimum(w, 0)
        inner = np.maximum(w, 0) * below[:, None] + negative * above[:, None]
        constant = constant + np.einsum("bon,bn->bo", negative, shift) + inner @ b_before
        w = inner @ w_before
    return constant + np.einsum("bon,bn->bo", np.maximum(w, 0), low) + np.einsum("bon,bn->bo", np.minimum(w, 0), high)


def _product(w: Matrix, z: Matrix) -> Matrix:
    return z @ w.T if w.ndim == 2 else np.einsum("bon,bn->bo", w, z)


def _checked(weights, biases, low, high) -> tuple[Matrix, Matrix]:
    low, high = np.asarray(finite("low", low), dtype=float), np.asarray(finite("high", high), dtype=float)
    if len(weights) != len(biases) or not len(weights):
        raise ValueError(f"a network needs a vector of biases for each weight layer, got {len(weights)} and {len(biases)}: pass zeros")
    if low.shape != high.shape or low.ndim != 2 or low.shape[1] != weights[0].shape[-1]:
        raise ValueError(f"low and high must both have shape (boxes, {weights[0].shape[-1]}), got {low.shape} and {high.shape}")
    if (low > high).any():
        raise ValueError(f"low must not exceed high, got a side of {(high - low).min()}: exchange them")
    return low, high
