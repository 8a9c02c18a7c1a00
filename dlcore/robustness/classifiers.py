"""Digits with pixels from 0 to 1, a small network that reads them, and the gradients that attacks need.

`dlcore.networks.datasets.digits` centres and scales the pixels for training; a budget of an attack is a share of the range
from black to white, so that here every pixel is the scanner's number (0, 1, …, 16) divided by 16.

>>> data = pixels(np.random.default_rng(0), train=1000)
>>> float(data.train_x.min()), float(data.train_x.max()), data.test_x.shape
(0.0, 1.0, (797, 64))
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from scipy.special import log_softmax, softmax

from dlcore.checks import Integer, generator, positive_int
from dlcore.networks.datasets import CLASSES, Digits
from dlcore.networks.training import cross_entropy, minibatches, train
from dlcore.optimizers.adaptive import adam

Parameters = Sequence[torch.Tensor]


class Classifier(NamedTuple):
    """Weights (n_ℓ, n_{ℓ−1}) and biases (n_ℓ,) of a network with rectified linear units between its layers."""

    weights: Sequence[Float[np.ndarray, "..."]]
    biases: Sequence[Float[np.ndarray, "..."]]

    def logits(self, x: Float[np.ndarray, "*batch d"]) -> Float[np.ndarray, "*batch classes"]:
        """h^L of each image."""
        for w, b in zip(self.weights[:-1], self.biases[:-1], strict=True):
            x = np.maximum(x @ w.T + b, 0.0)
        return x @ self.weights[-1].T + self.biases[-1]

    def probabilities(self, x: Float[np.ndarray, "*batch d"]) -> Float[np.ndarray, "*batch classes"]:
        """softmax of the logits."""
        return softmax(self.logits(x), axis=-1)

    def labels(self, x: Float[np.ndarray, "*batch d"]) -> Int[np.ndarray, "*batch"]:
        """The class of the largest logit."""
        return np.asarray(self.logits(x).argmax(axis=-1))

    def loss(self, x: Float[np.ndarray, "*batch n d"], y: Int[np.ndarray, " n"]) -> Float[np.ndarray, "*batch n"]:
        """−ln softmax(logits)_y of each image."""
        return -of_class(log_softmax(self.logits(x), axis=-1), y)

    def pull(self, x: Float[np.ndarray, "*batch n d"], slope: Callable[[np.ndarray], np.ndarray]) -> Float[np.ndarray, "*batch n d"]:
        """∇ₓ of a function of the logits whose gradient in the logits is ``slope(logits)``, by back-propagation."""
        active = []
        for w, b in zip(self.weights[:-1], self.biases[:-1], strict=True):
            h = x @ w.T + b
            active.append(h > 0)
            x = np.maximum(h, 0.0)
        back = slope(x @ self.weights[-1].T + self.biases[-1]) @ self.weights[-1]
        for w, on in zip(self.weights[-2::-1], active[::-1], strict=True):
            back = (back * on) @ w
        return back

    def gradient(self, y: Int[np.ndarray, " n"]) -> Callable[[np.ndarray], np.ndarray]:
        """The map from images (*batch, n, d) to ∇ₓ of their cross-entropies with the labels ``y``: what attacks take."""
        hot = np.eye(len(self.biases[-1]))[y]
        return lambda x: self.pull(x, lambda z: softmax(z, axis=-1) - hot)


def pixels(rng: np.random.Generator, *, train: Integer = 1000) -> Digits:
    """A random split of the digits into ``train`` images and the rest, pixels in [0, 1]."""
    from sklearn.datasets import load_digits  # here, because it takes a second and few need it

    images, labels = load_digits(return_X_y=True)
    if positive_int("train", train) >= len(images):
        raise ValueError(f"train must be below {len(images)}, the number of images, got {train}: leave some to test on")
    order = generator("rng", rng).permutation(len(images))
    x, y = images[order] / 16, labels[order].astype(np.int64)
    return Digits(x[:train], y[:train], x[train:], y[train:])


def fit(
    rng: np.random.Generator, data: Digits, *, hidden: Sequence[Integer] = (64,), steps: Integer = 600, batch: Integer = 100
) -> Classifier:
    """A network of the widths 64, *hidden, 10, trained with Adam (rate 0.003) on minibatches of the training images."""
    x, y = torch.tensor(data.train_x, dtype=torch.float32), torch.tensor(data.train_y)

    def loss(parameters: Parameters, chosen: np.ndarray) -> torch.Tensor:
        return cross_entropy(logits(parameters, x[chosen]), y[chosen])

    start = initial(rng, widths_of(data, hidden))
    end = train(loss, start, adam(0.003), steps=steps, batches=minibatches(rng, len(x), batch)).parameters
    return separated(end)[0]


# Networks that are trained side by side: all weights first, then all biases, models along the first axis.


def widths_of(data: Digits, hidden: Sequence[Integer]) -> list[int]:
    """Pixels, the hidden layers, classes."""
    return [data.train_x.shape[1], *[positive_int("hidden", n) for n in hidden], CLASSES]


def initial(rng: np.random.Generator, widths: Sequence[int], models: int = 1) -> list[np.ndarray]:
    """One draw with He's variance for all models, (models, n_ℓ, n_{ℓ−1}), and biases 0, (models, 1, n_ℓ)."""
    draws = [generator("rng", rng).standard_normal((1, m, n)) * np.sqrt(2 / n) for n, m in pairwise(widths)]
    return [np.repeat(draw, models, axis=0) for draw in draws] + [np.zeros((models, 1, m)) for m in widths[1:]]


def logits(parameters: Parameters, x: torch.Tensor) -> torch.Tensor:
    """Outputs (models, n, classes) of the networks, for images (n, d) or (models, n, d)."""
    weights, biases = parameters[: len(parameters) // 2], parameters[len(parameters) // 2 :]
    for w, b in zip(weights[:-1], biases[:-1], strict=True):
        x = torch.relu(torch.baddbmm(b, x, w.mT) if x.ndim == 3 else x @ w.mT + b)
    return x @ weights[-1].mT + biases[-1]


def separated(parameters: Sequence[np.ndarray]) -> list[Classifier]:
    """Each model by itself, in double precision."""
    layers = len(parameters) // 2
    end = [p.astype(float) for p in parameters]
    return [Classifier([w[k] for w in end[:layers]], [b[k, 0] for b in end[layers:]]) for k in range(len(end[0]))]


def of_class(z: Float[np.ndarray, "*batch classes"], y: Int[np.ndarray, "..."] | Integer) -> Float[np.ndarray, "*batch"]:
    """The entry of class y in each row; y broadcasts against the rows."""
    return np.asarray(np.take_along_axis(z, np.broadcast_to(y, z.shape[:-1])[..., None], axis=-1)[..., 0])
