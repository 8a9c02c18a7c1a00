"""The data that the book trains on: 1797 handwritten digits of 8 × 8 pixels, which ship with scikit-learn.

Source: Alpaydin & Kaynak 1998, Optical Recognition of Handwritten Digits (UCI Machine Learning Repository).

>>> data = digits(np.random.default_rng(0), train=1000)
>>> data.train_x.shape, data.test_x.shape
((1000, 64), (797, 64))
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from dlcore.checks import Integer, generator, positive_int

CLASSES = 10


class Digits(NamedTuple):
    """Images as rows of 64 numbers, and their labels 0 … 9, divided at random into a part to train on and the rest."""

    train_x: Float[np.ndarray, "train 64"]
    train_y: Int[np.ndarray, " train"]
    test_x: Float[np.ndarray, "test 64"]
    test_y: Int[np.ndarray, " test"]


def digits(rng: np.random.Generator, *, train: Integer = 1000) -> Digits:
    """A random split with ``train`` images to train on.

    Each pixel is centred on its training mean, and all are divided by one number, so that the mean square over the
    training images and pixels is 1. (Pixels that never change stay 0: dividing each by its own deviation would not do.)
    """
    from sklearn.datasets import load_digits  # here, because it takes a second and few need it

    images, labels = load_digits(return_X_y=True)
    train = positive_int("train", train)
    if train < 2:
        raise ValueError("train must be at least 2, got 1: one image less its own mean is nothing to scale by")
    if train >= len(images):
        raise ValueError(f"train must be below {len(images)}, the number of images, got {train}: leave some to test on")
    order = generator("rng", rng).permutation(len(images))
    x, y = images[order], labels[order].astype(np.int64)
    x = x - x[:train].mean(axis=0)
    x /= np.sqrt(np.mean(x[:train] ** 2))
    return Digits(x[:train], y[:train], x[train:], y[train:])
