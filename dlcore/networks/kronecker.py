"""Curvature of a layer as a Kronecker product of two small matrices: K-FAC, and Shampoo.

For a layer h = W z, the gradient of one example is δ zᵀ, with δ = ∂ℓ/∂h. With vec stacking columns, vec(δzᵀ) = z ⊗ δ, so that the
block of the Fisher matrix is E[zzᵀ ⊗ δδᵀ]. K-FAC puts A ⊗ B in its place, A = E zzᵀ and B = E δδᵀ (labels drawn by the model), and uses

    (A ⊗ B)⁻¹ vec(V) = vec(B⁻¹ V A⁻¹)

Shampoo needs gradients G alone: L = Σ GGᵀ, R = Σ GᵀG, and the step L^{−1/4} G R^{−1/4}. Matrices are the last two axes; leading axes
are networks. Sources: Martens & Grosse 2015 (with their damping); Gupta, Koren & Singer 2018.

>>> A, B, V = np.diag([1.0, 4.0]), np.diag([2.0, 5.0]), np.ones((2, 2))
>>> solved(V, A, B).tolist()
[[0.5, 0.125], [0.2, 0.05]]
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float

from dlcore.checks import Reals, non_negative, positive
from dlcore.networks.training import Parameters
from dlcore.optimizers.methods import Method, Schedule, State, heavy_ball, scheduled
from dlcore.optimizers.orthogonal import bounded, matrices, rows_of

_TINY = 1e-100

Matrices = Float[np.ndarray, "*models rows columns"]


class Signals(NamedTuple):
    """What the examples leave at one layer: its inputs z, and for every class c the gradient δ_c of −ln p_c times √p_c."""

    z: Float[np.ndarray, "models examples fan_in"]
    delta: Float[np.ndarray, "models classes examples fan_out"]


def signals(weights: Parameters, x: torch.Tensor, phi: Callable[[torch.Tensor], torch.Tensor]) -> list[Signals]:
    """Inputs and weighted gradients of all layers of f = W^L φ(… φ(W¹x)) with softmax, for all labels the model might draw."""
    tensors = [torch.tensor(w, dtype=x.dtype) for w in weights]
    z, inputs, sums = x.expand(len(tensors[0]), *x.shape), [], []
    for k, w in enumerate(tensors):
        inputs.append(z)
        sums.append((z @ w.mT).requires_grad_())
        z = phi(sums[-1]) if k + 1 < len(tensors) else sums[-1]
    p = torch.softmax(sums[-1].detach(), -1)
    delta = p.sqrt().movedim(-1, 1)[..., None] * (p[:, None] - torch.eye(p.shape[-1], dtype=p.dtype)[:, None])  # √p_c (p − e_c)
    layers = [Signals(inputs[-1].detach().numpy(), delta.numpy())]
    for k in reversed(range(len(tensors) - 1)):
        slope = torch.autograd.grad(phi(sums[k]).sum(), sums[k])[0]
        delta = (delta @ tensors[k + 1][:, None]) * slope[:, None]
        layers.insert(0, Signals(inputs[k].detach().numpy(), delta.detach().numpy()))
    return layers


def factors(layer: Signals) -> tuple[Float[np.ndarray, "models fan_in fan_in"], Float[np.ndarray, "models fan_out fan_out"]]:
    """A = mean zzᵀ and B = mean Σ_c p_c δ_c δ_cᵀ of a layer."""
    z, delta = layer.z, layer.delta.reshape(len(layer.delta), -1, layer.delta.shape[-1])
    return z.swapaxes(-1, -2) @ z / z.shape[-2], delta.swapaxes(-1, -2) @ delta / z.shape[-2]


def solved(V: Reals, A: Reals, B: Reals, damping: Reals = 0.0) -> Matrices:
    """B⁻¹ V A⁻¹ with A + π√λ I and B + (√λ/π) I in their places, π² = (tr A/fan_in)/(tr B/fan_out): about (A ⊗ B + λI)⁻¹."""
    V, A, B = (np.asarray(M, dtype=float) for M in (V, A, B))
    root = np.sqrt(np.asarray(non_negative("damping", damping), dtype=float))[..., None, None]
    if np.any(root > 0):
        sizes = [np.trace(M, axis1=-2, axis2=-1)[..., None, None] / M.shape[-1] for M in (A, B)]
        both = (sizes[0] > _TINY) & (sizes[1] > _TINY)  # a network that is sure of everything has B = 0, and any π will do
        pi = np.sqrt(np.where(both, sizes[0], 1.0) / np.where(both, sizes[1], 1.0))
        A, B = A + pi * root * np.eye(A.shape[-1]), B + root / pi * np.eye(B.shape[-1])
    return np.linalg.solve(A, np.linalg.solve(B, V).swapaxes(-1, -2)).swapaxes(-1, -2)


def kfac(
    learning_rate: Schedule,
    statistics: Callable[[list[np.ndarray]], list[tuple[np.ndarray, np.ndarray]]],
    shapes: Sequence[tuple[int, int]],
    *,
    damping: Reals = 1e-3,
    momentum: Schedule = 0.0,
) -> Method:
    """d ← μ d − η (A ⊗ B + damping)⁻¹g, layer by layer; ``statistics`` takes the weights to the (A, B) of the layers."""
    ball = heavy_ball(learning_rate, momentum)

    def step(state: State, gradient: Reals) -> State:
        layers = statistics(matrices(bounded(state.parameters), shapes))
        parts = [solved(G, A, B, damping) for G, (A, B) in zip(matrices(bounded(gradient), shapes), layers, strict=True)]
        return ball.step(state, rows_of(parts))

    return Method(ball.init, step)


def shampoo(
    learning_rate: Schedule, shapes: Sequence[tuple[int, int]], *, keep: Schedule = 1.0, epsilon: float = 1e-4, momentum: Schedule = 0.0
) -> Method:
    """d ← μ d − η L^{−1/4} G R^{−1/4}, where L ← keep · L + GGᵀ and R ← keep · R + GᵀG start at ε I (Gupta et al.: keep = 1)."""
    ball = heavy_ball(learning_rate, momentum)
    kept = scheduled("keep", keep, positive)
    epsilon = float(positive("epsilon", epsilon))

    def init(start: Reals) -> State:
        state = ball.init(start)
        models = state.parameters.shape[:-1]
        sides = [np.broadcast_to(epsilon * np.eye(n), (*models, n, n)) for shape in shapes for n in shape]
        return state._replace(memory=(*state.memory, *sides))

    def step(state: State, gradient: Reals) -> State:
        t, (d, *sides), parts, new = state.step, state.memory, [], []
        for k, G in enumerate(matrices(bounded(np.asarray(gradient, dtype=float)), shapes)):
            L = kept(t) * sides[2 * k] + G @ G.swapaxes(-1, -2)
            R = kept(t) * sides[2 * k + 1] + G.swapaxes(-1, -2) @ G
            new += [L, R]
            parts.append(power(L, -0.25) @ G @ power(R, -0.25))
        rolled = ball.step(state._replace(memory=(d,)), rows_of(parts))
        return rolled._replace(memory=(*rolled.memory, *new))

    return Method(init, step)


def power(M: Matrices, exponent: float) -> Matrices:
    """A power of positive definite matrices, by their eigenvalues; those that rounding has made smaller count as ‖M‖ · 10⁻¹⁵."""
    values, vectors = np.linalg.eigh(M)
    values = np.maximum(values, 1e-15 * values[..., -1:])
    return (vectors * values[..., None, :] ** exponent) @ vectors.swapaxes(-1, -2)
