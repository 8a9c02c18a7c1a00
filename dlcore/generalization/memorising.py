"""Memorising: labels drawn at random, networks that learn them by heart, and a network of 2n + d weights for any labels.

The network is c(x) = Σⱼ wⱼ max(0, a·x − bⱼ): a direction a, n thresholds and n weights (Zhang, Bengio, Hardt, Recht & Vinyals
2017, Theorem 1). With b₁ < a·x₁ and a·xⱼ₋₁ ≤ bⱼ < a·xⱼ for the points in the order of a·x, the matrix of the units at the
points is lower triangular with a positive diagonal, so any labels can be had.

>>> net = interlaced([[0.0], [1.0], [3.0]], [1.0, -1.0, 5.0], [1.0])
>>> net.thresholds.tolist(), net.weights.tolist(), net([[2.0], [3.0]]).tolist()
([-1.0, 0.0, 1.0], [1.0, -3.0, 5.0], [2.0, 5.0])
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int, Num
from scipy.linalg import solve_triangular

from dlcore.checks import Integer, Real, Reals, finite, generator, non_negative, positive_int
from dlcore.networks.datasets import CLASSES, Digits
from dlcore.networks.initialization import draw_network
from dlcore.networks.training import accuracy, cross_entropy, minibatches, train
from dlcore.optimizers.adaptive import adam


class Interlaced(NamedTuple):
    """One hidden layer of ReLU units that all look along one ``direction``; called with points, it returns its outputs."""

    direction: Float[np.ndarray, " d"]
    thresholds: Float[np.ndarray, " n"]
    weights: Float[np.ndarray, " n"]

    def __call__(self, x: Reals | Sequence) -> Float[np.ndarray, " points"]:
        """c(x) at points (points, d)."""
        return np.maximum(0.0, np.asarray(x, dtype=float) @ self.direction - self.thresholds[:, None]).T @ self.weights

    @property
    def size(self) -> int:
        """How many numbers it is made of: d + 2n."""
        return sum(len(part) for part in self)


def interlaced(x: Reals | Sequence, y: Reals, direction: Reals, *, between: Real = 0.0) -> Interlaced:
    """The network of the theorem through the points x (n, d) with labels y (n,).

    bⱼ lies ``between`` (at least 0, below 1) of the way from a·xⱼ₋₁ to a·xⱼ, and b₁ lies 1 below a·x₁. With 0, c connects the
    dots (a·xᵢ, yᵢ) by straight lines. Raises where two points have the same a·x: then no function of a·x tells them apart.
    """
    a, x = np.atleast_1d(np.asarray(finite("direction", direction), dtype=float)), np.asarray(finite("x", x), dtype=float)
    y = np.atleast_1d(np.asarray(finite("y", y), dtype=float))
    if x.shape != (len(y), len(a)) or not len(y):
        raise ValueError(f"x must have a row for each of the {len(y)} labels and {len(a)} columns, got shape {x.shape}: reshape x")
    if not 0 <= finite("between", between) < 1:
        raise ValueError(f"between must be at least 0 and below 1, got {between}: a threshold may not reach the next point")
    along = x @ a
    order = np.argsort(along, kind="stable")
    z = along[order]
    gaps = np.diff(z)
    if not (gaps > 0).all():
        pair = order[np.argmin(gaps) : np.argmin(gaps) + 2].tolist()
        raise ValueError(f"direction must part all points, got {a} with a·x equal for the points {pair}: turn it, or merge equal points")
    thresholds = np.concatenate([z[:1] - 1, z[:-1] + between * gaps])
    units = np.maximum(0.0, z[:, None] - thresholds)
    return Interlaced(a, thresholds, solve_triangular(units, y[order], lower=True))


def corrupted(
    rng: np.random.Generator, labels: Int[np.ndarray, " n"], shares: Reals, classes: Integer = CLASSES
) -> Int[np.ndarray, "shares n"]:
    """The labels, each replaced with probability q by one drawn uniformly from all ``classes``, for each q of ``shares``.

    What is replaced at q is replaced, by the same label, at every larger q. One label in ``classes`` is replaced by itself.

    >>> corrupted(np.random.default_rng(0), np.array([7, 7, 7, 7]), [0.0, 0.3, 1.0]).tolist()
    [[7, 7, 7, 7], [7, 8, 6, 9], [1, 8, 6, 9]]
    """
    q = np.atleast_1d(np.asarray(finite("shares", shares), dtype=float))
    if not ((q >= 0) & (q <= 1)).all():
        raise ValueError(f"shares must be probabilities in [0, 1], got {shares}: pass shares, not percentages")
    chance, others = generator("rng", rng).random(len(labels)), rng.integers(0, positive_int("classes", classes), len(labels))
    return np.where(chance < q[:, None], others, labels)


class Learning(NamedTuple):
    """Shares of right answers before each epoch and after the last: on what was trained on, and on digits never seen."""

    train: Float[np.ndarray, "epochs_plus_1 models"]
    test: Float[np.ndarray, "epochs_plus_1 models"]

    def fitted(self) -> Float[np.ndarray, " models"]:
        """The first epoch after which every training label is right; inf where there is none."""
        right = self.train == 1
        return np.where(right.any(axis=0), right.argmax(axis=0), np.inf)


def memorise(
    data: Digits,
    labels: Int[np.ndarray, "models train"],
    *,
    width: Integer,
    epochs: Integer,
    rate: Real,
    rng: np.random.Generator,
    size: Integer,
    decay: Reals = 0.0,
    inputs: Num[np.ndarray, "models train d"] | None = None,
) -> Learning:
    """Train one network for each row of ``labels``, all at once: ReLU, one hidden layer of ``width``, biases, Adam.

    Adam's step size is ``rate`` for the first half and then falls to 0 in a straight line, so that what is learned comes to rest.
    All start from the same weights and see the same batches of ``size``. The loss is the cross entropy, plus ``decay``/2 (one
    number, or one a model) times the sum of the squared weights. ``inputs`` replace the images that are trained on. The test
    is on the true labels of unseen digits.
    """
    models = len(labels)
    if labels.shape[1] != len(data.train_y):
        raise ValueError(f"labels must be one for each of the {len(data.train_y)} digits, got shape {labels.shape}: pass (models, digits)")
    price = torch.tensor(np.broadcast_to(non_negative("decay", decay), models).copy(), dtype=torch.float32)
    x = torch.tensor(data.train_x if inputs is None else inputs, dtype=torch.float32)
    y, unseen = torch.tensor(labels), torch.tensor(data.test_x, dtype=torch.float32)
    first, last = draw_network(rng, [x.shape[-1], width, CLASSES], sigma_w2=2.0)
    start = [np.broadcast_to(p, (models, *p.shape)) for p in (first, np.zeros((1, width)), last, np.zeros((1, CLASSES)))]
    per_epoch, seen = len(data.train_y) // positive_int("size", size), []

    def loss(p: list[torch.Tensor], batch: np.ndarray) -> torch.Tensor:
        if loss.calls % per_epoch == 0:
            with torch.no_grad():
                seen.append([accuracy(_outputs(p, x), y), accuracy(_outputs(p, unseen), torch.tensor(data.test_y))])
        loss.calls += 1
        value = cross_entropy(_outputs(p, x[..., batch, :]), y[:, batch])
        return value + price / 2 * (p[0].square().sum((1, 2)) + p[2].square().sum((1, 2)))

    loss.calls = 0
    batches = minibatches(rng, len(data.train_y), size)
    steps = positive_int("epochs", epochs) * per_epoch
    train(loss, start, adam(lambda t: rate * min(1.0, 2 - 2 * t / steps)), steps=steps, batches=batches)
    return Learning(*np.swapaxes(seen, 0, 1))


def _outputs(p: list[torch.Tensor], x: torch.Tensor) -> torch.Tensor:
    """W² max(0, W¹x + b¹) + b² for parameters with a leading axis of models."""
    return torch.relu(x @ p[0].mT + p[1]) @ p[2].mT + p[3]
