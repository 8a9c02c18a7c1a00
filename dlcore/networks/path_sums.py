"""Gradients as sums over paths, and what each way to compute them costs.

A path from a weight to an output passes one neuron of every layer on the way. Its product is the input of the weight times a
slope φ′ for every hidden neuron that it passes and a weight for every edge; the derivative is the sum over all paths:

    ∂f_k/∂W^ℓ_ij = z^{ℓ−1}_j · Σ_paths φ′(h^ℓ_i) w^{ℓ+1} φ′(h^{ℓ+1}) w^{ℓ+2} ⋯ w^L

Costs are multiply–adds of the products of matrices and vectors, counted while they are made.

>>> count_paths([2, 3, 3, 3, 1], layer=1)
9
"""

import itertools
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from dlcore.checks import Integer, layer_widths
from dlcore.networks.activations import ActivationLike, resolve
from dlcore.networks.forward import Weights, forward


class PathSum(NamedTuple):
    """``paths``: a row of neurons for each path, from the weight's own neuron to the output; ``products``: their summands."""

    paths: Int[np.ndarray, "paths layers"]
    products: Float[np.ndarray, " paths"]

    @property
    def total(self) -> float:
        """The derivative."""
        return float(self.products.sum())


def count_paths(widths: Sequence[Integer], layer: Integer) -> int:
    """Number of paths from a weight of layer ℓ to one output: the product of the hidden widths after it."""
    widths = layer_widths(widths)
    _check_layer(layer, len(widths) - 1)
    return math.prod(widths[layer + 1 : -1])


def path_sum(
    weights: Weights, x: Float[np.ndarray, " n_0"], activation: ActivationLike, *, layer: int, row: int, column: int, output: int = 0
) -> PathSum:
    """All paths from the weight W^ℓ[row, column], ℓ = ``layer`` from 1 to L, to output number ``output``, and their products."""
    weights, hidden = [np.asarray(w, dtype=float) for w in weights], forward(weights, x, activation)
    _check_layer(layer, len(weights))
    if not (0 <= row < weights[layer - 1].shape[0] and 0 <= column < weights[layer - 1].shape[1] and 0 <= output < len(weights[-1])):
        raise ValueError(f"row, column and output must lie in the network, got {row}, {column}, {output}: count from 0")
    if layer == len(weights):
        return PathSum(np.array([[row]]), np.array([hidden.post[layer - 1][column] * (row == output)]))
    slopes = [resolve(activation).dphi(h) for h in hidden.pre]
    between = [range(len(w)) for w in weights[layer:-1]]
    paths = np.array([(row, *middle, output) for middle in itertools.product(*between)])
    products = np.full(len(paths), hidden.post[layer - 1][column])
    for k, w in enumerate(weights[layer:]):
        products = products * slopes[layer - 1 + k][paths[:, k]] * w[paths[:, k + 1], paths[:, k]]
    return PathSum(paths, products)


class Count:
    """Products of matrices and vectors that count their multiply–adds in ``made``."""

    def __init__(self):
        self.made = 0

    def times(self, w: np.ndarray, v: np.ndarray) -> np.ndarray:
        """W v, one multiply–add for each entry of W."""
        self.made += w.size
        return w @ v

    def outer(self, e: np.ndarray, z: np.ndarray) -> np.ndarray:
        """e zᵀ, one multiplication for each of its entries."""
        self.made += e.size * z.size
        return np.outer(e, z)


class Counted(NamedTuple):
    """∂F/∂W¹ … ∂F/∂W^L, and how many multiply–adds they took, the forward pass included."""

    weights: list[np.ndarray]
    operations: int


def counted_backprop(weights: Sequence, x: np.ndarray, error: np.ndarray, activation: ActivationLike) -> Counted:
    """Back-propagation: δ^ℓ from δ^{ℓ+1}, one product a layer. ``error`` is δ^L = ∂F/∂h^L."""
    count, found, delta = Count(), [], np.asarray(error)
    pre, post, dphi = _forward(count, weights, x, activation)
    for layer in range(len(weights) - 1, -1, -1):
        found.append(count.outer(delta, post[layer]))
        if layer:
            delta = dphi(pre[layer - 1]) * count.times(weights[layer].T, delta)
    return Counted(found[::-1], count.made)


def counted_rebuild(weights: Sequence, x: np.ndarray, error: np.ndarray, activation: ActivationLike) -> Counted:
    """The same gradients, each δ^ℓ rebuilt from δ^L by itself, as the formula for one layer reads."""
    count, found = Count(), []
    pre, post, dphi = _forward(count, weights, x, activation)
    for layer in range(len(weights)):
        delta = np.asarray(error)
        for above in range(len(weights) - 1, layer, -1):
            delta = dphi(pre[above - 1]) * count.times(weights[above].T, delta)
        found.append(count.outer(delta, post[layer]))
    return Counted(found, count.made)


def _forward(count: Count, weights, x, activation):
    phi, pre, post = resolve(activation), [], [np.asarray(x)]
    for w in weights:
        pre.append(count.times(np.asarray(w), post[-1]))
        post.append(phi.phi(pre[-1]))
    return pre, post, phi.dphi


def _check_layer(layer, depth: int) -> None:
    if not 1 <= layer <= depth:
        raise ValueError(f"layer must lie between 1 and the depth {depth}, got {layer}: the first weight layer is 1")
