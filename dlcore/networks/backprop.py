"""Backpropagation through a fully connected network, as the adjoint of :mod:`dlcore.networks.forward`.

    e^ℓ = ∂F/∂h^ℓ = φ′(h^ℓ) ⊙ g^ℓ,   g^{ℓ−1} = ∂F/∂z^{ℓ−1} = (W^ℓ)ᵀ e^ℓ,   ∂F/∂W^ℓ = e^ℓ (z^{ℓ−1})ᵀ

>>> from dlcore.networks.forward import forward
>>> w, x = [np.array([[2.0]]), np.array([[3.0]])], np.array([1.0])
>>> [g.item() for g in backward(w, forward(w, x, "relu"), np.array([1.0]), "relu").weights]
[3.0, 2.0]
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from dlcore.networks.activations import ActivationLike, resolve
from dlcore.networks.forward import Hidden, Weights, product


class Errors(NamedTuple):
    """Gradients by the signals, laid out as :class:`Hidden`: ``pre`` = [e¹ … e^L], ``post`` = [g⁰ … g^{L−1}]."""

    pre: list[np.ndarray]
    post: list[np.ndarray]


class Gradients(NamedTuple):
    """``errors`` and, in the order of the layers, ``weights`` = [∂F/∂W¹ … ∂F/∂W^L]."""

    errors: Errors
    weights: list[np.ndarray]


def errors(weights: Weights, hidden: Hidden, error: Float[np.ndarray, "*batch n_L"], activation: ActivationLike) -> Errors:
    """e^ℓ and g^{ℓ−1} for ℓ = L … 1, from ``error`` = e^L = ∂F/∂h^L, the gradient by the output."""
    if error.shape != hidden.output.shape:
        raise ValueError(f"error must have the output's shape {hidden.output.shape}, got {error.shape}: pass ∂F/∂h^L")
    dphi = resolve(activation).dphi
    pre, post = [error], []
    for layer in range(len(weights) - 1, -1, -1):
        post.append(product(np.swapaxes(weights[layer], -1, -2), pre[-1]))
        if layer > 0:
            pre.append(dphi(hidden.pre[layer - 1]) * post[-1])
    return Errors(pre[::-1], post[::-1])


def backward(weights: Weights, hidden: Hidden, error: Float[np.ndarray, "*batch n_L"], activation: ActivationLike) -> Gradients:
    """Gradients by all signals and all weights; ∂F/∂W^ℓ has the shape of W^ℓ.

    Inputs that share one matrix (no leading axes on the weights) add up: F is then the sum of the inputs' losses.
    """
    back = errors(weights, hidden, error, activation)
    return Gradients(back, [_outer(w, e, z) for w, e, z in zip(map(np.asarray, weights), back.pre, hidden.post[:-1], strict=True)])


def _outer(w: np.ndarray, e: np.ndarray, z: np.ndarray) -> np.ndarray:
    if w.ndim > 2:
        return e[..., :, None] * z[..., None, :]
    return e.reshape(-1, w.shape[0]).T @ z.reshape(-1, w.shape[1])
