"""The tangent kernel of a network, from its weights (Jacot, Gabriel and Hongler, 2018).

K(x, x′) = ∇f(x)·∇f(x′), the gradients by all weights. For a fully connected network they need not be formed: with the
signals z and their errors e = ∂f/∂h, the gradient by W^ℓ is e^ℓ (z^{ℓ−1})ᵀ, and

    K(x, x′) = Σ_ℓ s_ℓ² ⟨e^ℓ(x), e^ℓ(x′)⟩ ⟨z^{ℓ−1}(x), z^{ℓ−1}(x′)⟩      where h^ℓ = s_ℓ W^ℓ z^{ℓ−1}

That of an infinitely wide ReLU network is in `arc_cosine`, in closed form.

>>> contracted([np.array([[2.0]]), np.array([[3.0]])], np.array([[1.0], [5.0]]), "relu").tolist()  # ∇f = (3x, 2x)
[[13.0, 65.0], [65.0, 325.0]]
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from jaxtyping import Float

from dlcore.checks import Reals, per_layer, samples
from dlcore.networks import backprop
from dlcore.networks.activations import ActivationLike
from dlcore.networks.forward import Hidden, Weights, forward

Kernel = Float[np.ndarray, "rows columns"]


def contracted(weights: Weights, x: Reals, activation: ActivationLike, *, other: Reals | None = None, scales: Reals = 1.0) -> Kernel:
    """The tangent kernel of the fully connected network [W¹ … W^L] with factors ``scales`` (one, or one a layer) before its layers.

    With n_L outputs, row i·n_L + a belongs to output a at x_i, and columns likewise, at ``other`` (default: x). The cost is that of
    n_L backward passes for all inputs together and of products of signals; no gradient of a weight is formed.
    """
    scales = per_layer("scales", scales, len(weights))
    effective = [s * np.asarray(w) for s, w in zip(scales, weights)]
    here = _signals(effective, samples("x", x), activation)
    there = here if other is None else _signals(effective, samples("other", other), activation)
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
