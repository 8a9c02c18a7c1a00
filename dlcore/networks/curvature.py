"""Products with the Hessian, the Gauss–Newton and the Fisher matrix of networks, none of which is formed.

With outputs f(θ) (examples × classes), J their Jacobian, and F(θ) = L(f(θ)) the loss,

    H v = ∇⟨∇F, v⟩                     two gradients (Pearlmutter 1994)
    G v = Jᵀ(∇²L (J v))                Gauss–Newton: the part of H that the curvature of L explains (Schraudolph 2002)
    Φ v = mean Σ_c p_c ⟨s_c, v⟩ s_c    Fisher: s_c = ∇ ln p_c are the scores of softmax, for labels c that the *model* draws
    E v = mean ⟨s_y, v⟩ s_y            the empirical Fisher matrix: for the labels y of the data

Many networks at once: the leading axis of the parameters numbers them, a row of v holds the vector of one, all its arrays one after the
other. J v is the derivative of Jᵀu with respect to u, applied to v, which takes two backward passes.

>>> outputs = lambda p: p[0][:, None, :]  # one example, whose scores are the parameters
>>> product = fisher_product(outputs, [np.zeros((1, 2))])
>>> product(np.array([[1.0, 0.0]])).tolist()
[[0.25, -0.25]]
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float

from dlcore.checks import Integer, positive_int
from dlcore.networks.training import Loss, Parameters

Rows = Float[np.ndarray, "models P"]
Product = Callable[[Rows], Rows]
Outputs = Callable[[list[torch.Tensor]], torch.Tensor]  # parameters → (models, examples, classes)


class Linear(NamedTuple):
    """Outputs f at some parameters, v ↦ Jv and u ↦ Jᵀu there, on tensors; ``shape`` is (models, P)."""

    f: torch.Tensor
    push: Callable[[torch.Tensor], torch.Tensor]
    pull: Callable[[torch.Tensor], torch.Tensor]
    shape: tuple[int, int]


def hessian_product(loss: Loss, parameters: Parameters, dtype: torch.dtype = torch.float32) -> Product:
    """The map v ↦ H v of all networks at once; rows are the parameters of a network, one array after the other."""
    tensors = [torch.tensor(p, dtype=dtype, requires_grad=True) for p in parameters]
    gradients = torch.autograd.grad(loss(tensors, None).sum(), tensors, create_graph=True)
    flat = _rows(gradients)

    def product(v: np.ndarray) -> np.ndarray:
        return _rows(torch.autograd.grad(flat, tensors, _vector(v, flat), retain_graph=True)).double().numpy()

    return product


def linearised(outputs: Outputs, parameters: Parameters, dtype: torch.dtype = torch.float64) -> Linear:
    """The outputs at these parameters and the products with their Jacobian."""
    tensors = [torch.tensor(p, dtype=dtype, requires_grad=True) for p in parameters]
    f = outputs(tensors)
    if f.ndim != 3 or len(f) != len(tensors[0]):
        raise ValueError(f"outputs must have shape ({len(tensors[0])}, examples, classes), got {tuple(f.shape)}: keep the axis of models")
    u = torch.zeros_like(f, requires_grad=True)
    back = _rows(torch.autograd.grad(f, tensors, u, create_graph=True))

    def push(v: torch.Tensor) -> torch.Tensor:
        return torch.autograd.grad(back, u, v, retain_graph=True)[0]

    def pull(at: torch.Tensor) -> torch.Tensor:
        return _rows(torch.autograd.grad(f, tensors, at, retain_graph=True)).detach()

    return Linear(f.detach(), push, pull, tuple(back.shape))


def gauss_newton_product(
    outputs: Outputs, loss: Callable[[torch.Tensor], torch.Tensor], parameters: Parameters, dtype: torch.dtype = torch.float64
) -> Product:
    """v ↦ Jᵀ(∇²L (Jv)), where ``loss`` takes outputs to one number a network."""
    linear = linearised(outputs, parameters, dtype)
    f = linear.f.clone().requires_grad_()
    slope = torch.autograd.grad(loss(f).sum(), f, create_graph=True)[0]
    return _product(linear, lambda along: torch.autograd.grad(slope, f, along, retain_graph=True)[0])


def fisher_product(outputs: Outputs, parameters: Parameters, dtype: torch.dtype = torch.float64) -> Product:
    """v ↦ Φv, the mean over the examples and the expectation over the labels that softmax(f) draws."""
    linear = linearised(outputs, parameters, dtype)
    p = torch.softmax(linear.f, -1)

    def weigh(along: torch.Tensor) -> torch.Tensor:
        score = along - (p * along).sum(-1, keepdim=True)  # ⟨s_c, v⟩ = (e_c − p)ᵀJv for every class c
        return p * score / p.shape[1]  # Σ_c p_c ⟨s_c, v⟩ (e_c − p), where Σ_c p_c ⟨s_c, v⟩ = 0

    return _product(linear, weigh)


def empirical_fisher_product(outputs: Outputs, labels: torch.Tensor, parameters: Parameters, dtype: torch.dtype = torch.float64) -> Product:
    """v ↦ Ev, with the ``labels`` (examples,) of the data."""
    linear = linearised(outputs, parameters, dtype)
    slope = torch.nn.functional.one_hot(labels, linear.f.shape[-1]) - torch.softmax(linear.f, -1)
    return _product(linear, lambda along: (slope * along).sum(-1, keepdim=True) * slope / slope.shape[1])


def dense(product: Product, size: Integer) -> Float[np.ndarray, "P P"]:
    """The matrix of one network (models = 1), column by column: for small ones, and for tests."""
    return np.concatenate([product(row[None]) for row in np.eye(positive_int("size", size))]).T


def _product(linear: Linear, middle: Callable[[torch.Tensor], torch.Tensor]) -> Product:
    example = torch.empty(linear.shape, dtype=linear.f.dtype)

    def product(v: np.ndarray) -> np.ndarray:
        return linear.pull(middle(linear.push(_vector(v, example)))).double().numpy()

    return product


def _rows(tensors: tuple[torch.Tensor, ...]) -> torch.Tensor:
    return torch.cat([t.reshape(len(t), -1) for t in tensors], dim=1)


def _vector(v: np.ndarray, like: torch.Tensor) -> torch.Tensor:
    if np.shape(v) != tuple(like.shape):
        raise ValueError(f"v must hold one row for each network, {tuple(like.shape)}, got shape {np.shape(v)}: stack the vectors")
    return torch.tensor(v, dtype=like.dtype)
