"""Sharpness, the largest eigenvalue of the Hessian of a loss, for many networks at once and along their training.

The Hessian H of a network with P parameters is never formed: a product H v costs about as much as two gradients, by
differentiating ⟨∇F, v⟩ (Pearlmutter 1994). The Hessian of the *sum* of the losses of many networks has one block for each,
so one product serves all of them. From products alone, Lanczos' method takes the largest eigenvalue of H on the span of
v, Hv, …, H^{k−1} v: never too large, and close when v is close to the eigenvector, as the last one is after a few steps of
training.

>>> loss = lambda p, batch: (torch.tensor([1.0, 3.0], dtype=p[0].dtype) * p[0] ** 2).sum(-1) / 2  # H = diag(1, 3)
>>> top = sharpness(loss, [np.zeros((1, 2))], np.ones((1, 2)), iterations=2, dtype=torch.float64)
>>> top.value.round(12).tolist(), np.abs(top.vector).round(12).tolist()
([3.0], [[0.0, 1.0]])
"""

from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float

from dlcore.checks import Integer, Reals, positive, positive_int
from dlcore.networks.curvature import hessian_product
from dlcore.networks.training import Loss, Parameters, train
from dlcore.optimizers.lanczos import lanczos
from dlcore.optimizers.methods import gradient_descent


class Top(NamedTuple):
    """The largest eigenvalue of each network's Hessian, as far as Lanczos' method has found it, and its unit vector."""

    value: Float[np.ndarray, " models"]
    vector: Float[np.ndarray, "models P"]


class Watched(NamedTuple):
    """``losses`` before each step and after the last; ``sharpness`` at the steps 0, every, 2·every, …; ``parameters`` at the end."""

    losses: Float[np.ndarray, "steps_plus_1 models"]
    sharpness: Float[np.ndarray, "measured models"]
    parameters: list[np.ndarray]


def sharpness(
    loss: Loss, parameters: Parameters, start: Float[np.ndarray, "models P"], *, iterations: Integer, dtype: torch.dtype = torch.float32
) -> Top:
    """Lanczos' method with ``iterations`` products from the vectors ``start``, all directions kept orthogonal."""
    start = np.asarray(start, dtype=float)
    found = lanczos(hessian_product(loss, parameters, dtype), start, min(positive_int("iterations", iterations), start.shape[-1]))
    return Top(found.values[:, -1], found.vectors[:, -1])


def watched_descent(
    loss: Loss,
    start: Parameters,
    rates: Reals,
    *,
    steps: Integer,
    every: Integer,
    rng: np.random.Generator,
    iterations: Integer = 8,
    dtype: torch.dtype = torch.float32,
) -> Watched:
    """Gradient descent of all networks, network k with the step size ``rates[k]``, and their sharpness every ``every`` steps.

    ``loss`` is called without a batch. The first of the measurements starts from random directions and takes five times
    as many ``iterations``, the others from the direction found last.
    """
    if positive_int("steps", steps) % positive_int("every", every):
        raise ValueError(f"steps must be a multiple of every, got {steps} and {every}: measure at the last step too")
    method = gradient_descent(np.asarray(positive("rates", rates), dtype=float)[:, None])
    size = sum(int(np.prod(np.shape(p)[1:])) for p in start)
    top = sharpness(loss, start, rng.standard_normal((len(start[0]), size)), iterations=5 * iterations, dtype=dtype)
    values, losses, parameters = [top.value], [], list(start)
    for _ in range(steps // every):
        part = train(loss, parameters, method, steps=every, dtype=dtype)
        losses.append(part.losses[:-1])
        parameters = part.parameters
        top = sharpness(loss, parameters, top.vector, iterations=iterations, dtype=dtype)
        values.append(top.value)
    return Watched(np.concatenate([*losses, part.losses[-1:]]), np.array(values), parameters)
