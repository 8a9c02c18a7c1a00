"""Training many networks of one shape at once: a leading axis of the parameters numbers the networks.

One step of ``method`` is taken for all of them together, from the gradient of the sum of their losses. The sum has no
mixed terms, so every network gets its own gradient, with its own learning rate if the method has one for each; one that
diverges takes none of the others along.

>>> from dlcore.optimizers.methods import gradient_descent
>>> w = np.ones((2, 1))  # two models, one parameter each, with the loss w²/2
>>> rates = np.array([[0.5], [1.0]])
>>> train(lambda p, batch: (p[0] ** 2).sum(-1) / 2, [w], gradient_descent(rates), steps=1).losses.tolist()
[[0.5, 0.5], [0.125, 0.0]]
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int

from dlcore.checks import Integer, Real, Reals, generator, positive, positive_int
from dlcore.optimizers.methods import Method

Parameters = Sequence[Float[np.ndarray, "models ..."]]
Loss = Callable[[list[torch.Tensor], np.ndarray | None], torch.Tensor]


class Training(NamedTuple):
    """``losses`` before each step and after the last, inf where a network has diverged; ``parameters`` at the end."""

    losses: Float[np.ndarray, "steps_plus_1 models"]
    parameters: list[np.ndarray]


def train(
    loss: Loss,
    start: Parameters,
    method: Method,
    *,
    steps: Integer,
    batches: Iterator[np.ndarray] | None = None,
    dtype: torch.dtype = torch.float32,
) -> Training:
    """Take ``steps`` steps of ``method`` from ``start``.

    ``loss(parameters, batch)`` gets the parameters as tensors of shape (models, …) and the next of ``batches`` (indices
    of examples; None without batches), and returns one loss a model. ``method`` sees all parameters of a model as one
    row of a matrix (models, P): a learning rate for each model has shape (models, 1).
    """
    shapes = [np.shape(p) for p in start]
    models = {shape[:1] for shape in shapes}
    if len(models) != 1 or models == {()}:
        raise ValueError(f"start must hold arrays with one leading axis of models, got the shapes {shapes}: stack the models")
    count = models.pop()[0]
    state = method.init(np.concatenate([np.reshape(p, (count, -1)) for p in start], axis=1))
    losses = np.empty((positive_int("steps", steps) + 1, count))
    batches = repeat(None) if batches is None else iter(batches)
    with np.errstate(over="ignore", invalid="ignore"):  # divergence is a result, and told as one
        for step in range(steps + 1):
            flat = torch.tensor(state.parameters, dtype=dtype, requires_grad=True)
            value = loss(_unflat(flat, shapes), next(batches))
            if value.shape != (count,):
                raise ValueError(f"loss must return one number for each of the {count} models, got shape {tuple(value.shape)}: do not sum")
            losses[step] = value.detach().numpy()
            if step < steps:
                value.sum().backward()
                state = method.step(state, flat.grad.numpy())
    losses[~np.isfinite(losses)] = np.inf
    return Training(losses, _unflat(state.parameters, shapes))


def each_with_each(start: Parameters, rates: Reals) -> tuple[list[np.ndarray], Float[np.ndarray, "all 1"]]:
    """Every one of the ``rates`` with every start: parameters and rates of rates × starts models, the starts fastest.

    The losses of their training are those of ``losses.reshape(-1, len(rates), starts)``.
    """
    count = len(start[0])
    tiled = [np.tile(p, (len(rates), *[1] * (np.ndim(p) - 1))) for p in start]
    return tiled, np.repeat(np.asarray(rates, dtype=float), count)[:, None]


def steps_to(losses: Float[np.ndarray, "steps_plus_1 *models"], share: Real) -> Float[np.ndarray, "*models"]:
    """Steps until the loss is at most ``share`` times the first one; inf where it never is."""
    below = losses <= positive("share", share) * losses[0]
    return np.where(below.any(axis=0), below.argmax(axis=0), np.inf)


def minibatches(rng: np.random.Generator, examples: Integer, size: Integer) -> Iterator[Int[np.ndarray, " size"]]:
    """Endless batches of ``size`` of the ``examples``, a fresh random order in every pass; what is left over waits for it."""
    generator("rng", rng)
    if positive_int("size", size) > positive_int("examples", examples):
        raise ValueError(f"size must be at most the number of examples {examples}, got {size}: take a smaller batch")
    while True:
        order = rng.permutation(examples)
        for first in range(0, examples - size + 1, size):
            yield order[first : first + size]


def dense(weights: Sequence[torch.Tensor], x: torch.Tensor, phi: Callable[[torch.Tensor], torch.Tensor]) -> torch.Tensor:
    """f = W^L φ(… φ(W¹ x)) for weights (models, fan_out, fan_in) and inputs (examples, n_0): (models, examples, n_L)."""
    *hidden, last = weights
    for w in hidden:
        x = phi(x @ w.mT)
    return x @ last.mT


def cross_entropy(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Mean of −ln softmax(logits)_label over the examples: (models, examples, classes), (examples,) → (models,)."""
    return (torch.logsumexp(logits, -1) - logits.gather(-1, labels.expand(logits.shape[:-1])[..., None])[..., 0]).mean(-1)


def accuracy(logits: torch.Tensor, labels: torch.Tensor) -> Float[np.ndarray, " models"]:
    """Share of the examples whose largest logit is that of their label; a network that has diverged guesses nothing."""
    right = (logits.argmax(-1) == labels) & torch.isfinite(logits).all(-1)
    return right.double().mean(-1).numpy()


def _unflat(flat: torch.Tensor | np.ndarray, shapes: list[tuple[int, ...]]) -> list:
    """The parameters whose concatenated rows are ``flat`` (models, P)."""
    sizes = [int(np.prod(shape[1:])) for shape in shapes]
    # one node of the graph, whose backward pass writes the gradient once; slices would write all of it once a parameter
    pieces = flat.split(sizes, dim=1) if isinstance(flat, torch.Tensor) else np.split(flat, np.cumsum(sizes)[:-1], axis=1)
    return [piece.reshape(shape) for piece, shape in zip(pieces, shapes, strict=True)]
