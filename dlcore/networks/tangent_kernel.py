"""The tangent kernel of a network, from its weights and in closed form (Jacot, Gabriel and Hongler, 2018).

K(x, x′) = ∇f(x)·∇f(x′), the gradients by all weights. For a fully connected network they need not be formed: with the
signals z and their errors e = ∂f/∂h, the gradient by W^ℓ is e^ℓ (z^{ℓ−1})ᵀ, and

    K(x, x′) = Σ_ℓ s_ℓ² ⟨e^ℓ(x), e^ℓ(x′)⟩ ⟨z^{ℓ−1}(x), z^{ℓ−1}(x′)⟩      where h^ℓ = s_ℓ W^ℓ z^{ℓ−1}

Infinitely wide ReLU networks, for unit vectors at angle θ, and w ~ N(0, I) (Cho and Saul, 2009):

    κ₀(cos θ) = 2 E 1{w·x > 0} 1{w·y > 0} = (π − θ)/π
    κ₁(cos θ) = 2 E relu(w·x) relu(w·y)   = (sin θ + (π − θ) cos θ)/π

>>> float(first_arc_cosine(1.0)), round(float(first_arc_cosine(0.0)), 12) == round(1 / np.pi, 12)
(1.0, True)
>>> contracted([np.array([[2.0]]), np.array([[3.0]])], np.array([[1.0], [5.0]]), "relu").tolist()  # ∇f = (3x, 2x)
[[13.0, 65.0], [65.0, 325.0]]
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from jaxtyping import Float

from dlcore.checks import Integer, Real, Reals, finite, per_layer, positive, positive_int
from dlcore.networks import backprop
from dlcore.networks.activations import ActivationLike
from dlcore.networks.forward import Hidden, Weights, forward

Values = Float[np.ndarray, "..."] | float
Kernel = Float[np.ndarray, "rows columns"]


def zeroth_arc_cosine(cosine: Reals) -> Values:
    """κ₀(c) = (π − arccos c)/π, for each entry of ``cosine``, which is clipped to [−1, 1]."""
    return 1.0 - np.arccos(np.clip(cosine, -1.0, 1.0)) / np.pi


def first_arc_cosine(cosine: Reals) -> Values:
    """κ₁(c) = (√(1 − c²) + (π − arccos c) c)/π, for each entry of ``cosine``, which is clipped to [−1, 1]."""
    c = np.clip(cosine, -1.0, 1.0)
    return (np.sqrt(1.0 - c * c) + (np.pi - np.arccos(c)) * c) / np.pi


def relu_kernel(x: Reals, other: Reals | None = None, *, depth: Integer = 2, sigma_w2: Real = 1.0) -> Kernel:
    """The tangent kernel of a ReLU network of ``depth`` weight layers in the limit of infinite width.

    h¹ = W¹x and h^{ℓ+1} = √(σ_w²/n_ℓ) W^{ℓ+1} relu(h^ℓ), every weight N(0, 1). With Σ¹ = Θ¹ = x·x′ and the cosine c of Σ^ℓ,

        Σ^{ℓ+1} = σ_w²/2 · |·| κ₁(c),   Θ^{ℓ+1} = Σ^{ℓ+1} + σ_w²/2 · Θ^ℓ κ₀(c)

    where |·| is the product of the two norms; depth 2 and σ_w² = 1: ½‖x‖‖x′‖(κ₁(c) + c κ₀(c)). No input may be 0.
    """
    x, y = _rows("x", x), _rows("x", x) if other is None else _rows("other", other)
    if y.shape[1] != x.shape[1]:
        raise ValueError(f"other must have inputs of {x.shape[1]} entries, got {y.shape[1]}: the kernel is one of one network")
    half = positive("sigma_w2", float(sigma_w2)) / 2
    size = positive("the norms of x", np.linalg.norm(x, axis=1))[:, None] * positive("the norms of other", np.linalg.norm(y, axis=1))
    sigma = theta = x @ y.T
    for _ in range(positive_int("depth", depth) - 1):
        cosine = sigma / size
        size = half * size
        sigma, theta = size * first_arc_cosine(cosine), half * theta * zeroth_arc_cosine(cosine)
        theta = sigma + theta
    return theta


def contracted(weights: Weights, x: Reals, activation: ActivationLike, *, other: Reals | None = None, scales: Reals = 1.0) -> Kernel:
    """The tangent kernel of the fully connected network [W¹ … W^L] with factors ``scales`` (one, or one a layer) before its layers.

    With n_L outputs, row i·n_L + a belongs to output a at x_i, and columns likewise, at ``other`` (default: x). The cost is that of
    n_L backward passes for all inputs together and of products of signals; no gradient of a weight is formed.
    """
    scales = per_layer("scales", scales, len(weights))
    effective = [s * np.asarray(w) for s, w in zip(scales, weights)]
    here = _signals(effective, _rows("x", x), activation)
    there = here if other is None else _signals(effective, _rows("other", other), activation)
    total = 0.0
    for s, (z, e), (z2, e2) in zip(scales, here, there):
        outputs = e.shape[1]
        products = s * s * (z @ z2.T)
        errors = e.reshape(-1, e.shape[-1]) @ e2.reshape(-1, e2.shape[-1]).T
        total = total + errors * np.repeat(np.repeat(products, outputs, axis=0), outputs, axis=1)
    return total


def of_function(function: Callable, parameters: Mapping[str, torch.Tensor], x: torch.Tensor, other: torch.Tensor | None = None) -> Kernel:
    """The tangent kernel of any differentiable network ``function(parameters, one input) → outputs``, by `torch.func`.

    Jacobians of all examples at once, contracted parameter by parameter; rows and columns as in `contracted`. Examples must not
    mix (batch normalisation in training mode does).
    """
    jacobian = torch.func.vmap(torch.func.jacrev(function), (None, 0))

    def rows(inputs: torch.Tensor) -> list[torch.Tensor]:
        found = jacobian(dict(parameters), inputs)
        return [found[name].reshape(-1, value.numel()) for name, value in parameters.items()]

    here = rows(x)
    there = here if other is None else rows(other)
    return sum(a @ b.T for a, b in zip(here, there)).detach().numpy()


def _signals(weights: Sequence[np.ndarray], x: np.ndarray, activation: ActivationLike) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each layer z^{ℓ−1} (examples, n_{ℓ−1}) and the errors of every output, (examples, n_L, n_ℓ)."""
    hidden = forward(weights, x, activation)
    outputs = hidden.output.shape[-1]
    many = Hidden([_copies(h, outputs) for h in hidden.pre], [_copies(z, outputs) for z in hidden.post])
    units = np.broadcast_to(np.eye(outputs), (len(x), outputs, outputs))
    return list(zip(hidden.post, backprop.errors(weights, many, units, activation).pre))


def _copies(signal: np.ndarray, outputs: int) -> np.ndarray:
    return np.broadcast_to(signal[:, None], (len(signal), outputs, signal.shape[-1]))


def _rows(name: str, x: Reals) -> np.ndarray:
    array = np.asarray(finite(name, x), dtype=float)
    if array.ndim != 2:
        raise ValueError(f"{name} must have shape (examples, n_0), got {array.shape}: one example a row")
    return array
