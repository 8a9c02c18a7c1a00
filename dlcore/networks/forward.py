"""The forward pass of a fully connected network without biases.

    z⁰ = x,   h^ℓ = W^ℓ z^{ℓ−1},   z^ℓ = φ(h^ℓ),   ℓ = 1 … L;   the output is f = h^L

W^ℓ has shape (fan_out, fan_in). Many networks, or many inputs, are passed at once through leading axes.

>>> forward([np.array([[2.0], [-1.0]]), np.array([[1.0, 1.0]])], np.array([3.0]), "relu").output.tolist()
[6.0]
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from dlcore.checks import Reals
from dlcore.networks.activations import ActivationLike, resolve

Matrix = Float[np.ndarray, "*networks fan_out fan_in"]
Weights = Sequence | Float[np.ndarray, "layers *networks fan_out fan_in"]


class Hidden(NamedTuple):
    """What a forward pass leaves behind: ``pre`` = [h¹ … h^L], ``post`` = [z⁰ = x, z¹ … z^L = φ(h^L)]."""

    pre: list[np.ndarray]
    post: list[np.ndarray]

    @property
    def output(self) -> np.ndarray:
        """f = h^L: no activation after the last layer."""
        return self.pre[-1]


def product(w: Matrix, x: Float[np.ndarray, "*batch fan_in"]) -> Float[np.ndarray, "*out fan_out"]:
    """W x: one matrix for all inputs, or (leading axes of ``w``) a matrix for each.

    Both branches reach BLAS; an einsum of the same product would not.
    """
    return x @ w.T if w.ndim == 2 else np.matmul(w, x[..., None])[..., 0]


def forward(weights: Weights, x: Reals, activation: ActivationLike) -> Hidden:
    """All pre- and post-activations of the network(s) ``weights`` = [W¹ … W^L] at ``x``.

    Without leading axes on the weights, those of ``x`` number inputs of one network; with them, they number networks
    (``x`` has the same leading axes, or none). ValueError when a fan-in is not the width it meets.
    """
    phi = resolve(activation).phi
    pre, post = [], [np.asarray(x)]
    for layer, w in enumerate(map(np.asarray, weights), start=1):
        if w.ndim < 2 or w.shape[-1] != post[-1].shape[-1]:
            raise ValueError(
                f"W^{layer} must have shape (..., fan_out, {post[-1].shape[-1]}), got {w.shape}: "
                "weights are (fan_out, fan_in), and each fan_in is the width of the layer before"
            )
        pre.append(product(w, post[-1]))
        post.append(phi(pre[-1]))
    if not pre:
        raise ValueError("weights must hold at least one matrix, got none: pass [W1, ..., WL]")
    return Hidden(pre, post)
