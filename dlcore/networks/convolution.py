"""Convolutional layers: a sparse matrix with few different entries, and what shifts of the input do to it.

    (k ⋆ x)_{ij} = Σ_{ab} k_{ab} x_{i+a, j+b}

as the field's libraries have it (the kernel is not flipped). Without padding ("valid") the output is smaller; round the edges
("circular") it has the input's shape.

>>> matrix(np.ones((3, 3)), (6, 6)).shape
(16, 36)
"""

import numpy as np
from jaxtyping import Float
from scipy import sparse

from dlcore.checks import Integer, one_of, positive_int

Image = Float[np.ndarray, "*batch rows columns"]


def matrix(kernel: Float[np.ndarray, "a b"], shape: tuple[int, int], *, edges: str = "valid") -> sparse.csr_array:
    """K with K x.ravel() = (k ⋆ x).ravel(); each row holds the kernel's entries, and every row the same ones."""
    k, one = np.asarray(kernel, dtype=float), one_of("edges", edges, ("valid", "circular"))
    rows, columns = (positive_int("shape", n) for n in shape)
    if k.ndim != 2 or k.shape[0] > rows or k.shape[1] > columns:
        raise ValueError(f"a kernel must be a matrix no larger than the image {rows} × {columns}, got the shape {k.shape}: make it smaller")
    out = (rows - k.shape[0] + 1, columns - k.shape[1] + 1) if one == "valid" else (rows, columns)
    i, j, a, b = np.ogrid[: out[0], : out[1], : k.shape[0], : k.shape[1]]
    pixel = (i + a) % rows * columns + (j + b) % columns
    row = np.broadcast_to(i * out[1] + j, pixel.shape)
    entries = np.broadcast_to(k, pixel.shape)
    return sparse.csr_array((entries.ravel(), (row.ravel(), pixel.ravel())), shape=(out[0] * out[1], rows * columns))


def circular(kernel: Float[np.ndarray, "a b"], x: Image) -> Image:
    """k ⋆ x round the edges: a shift of x shifts it along."""
    return sum(weight * np.roll(x, (-a, -b), axis=(-2, -1)) for (a, b), weight in np.ndenumerate(np.asarray(kernel)))


def max_pool(x: Image, size: Integer = 2) -> Float[np.ndarray, "*batch tile_rows tile_columns"]:
    """The largest entry of every size × size tile.

    >>> max_pool(np.arange(16.0).reshape(4, 4)).tolist()
    [[5.0, 7.0], [13.0, 15.0]]
    """
    size, (rows, columns) = positive_int("size", size), np.shape(x)[-2:]
    if rows % size or columns % size:
        raise ValueError(f"tiles of side {size} must fill the image, got {rows} × {columns}: pad or cut it")
    return np.asarray(x).reshape(*np.shape(x)[:-2], rows // size, size, columns // size, size).max(axis=(-3, -1))


def parameters(channels_in: Integer, channels_out: Integer, side: Integer) -> int:
    """Weights and biases of a convolutional layer: channels_out (channels_in · side² + 1), whatever the image's size.

    >>> parameters(1, 32, 3)
    320
    """
    return positive_int("channels_out", channels_out) * (positive_int("channels_in", channels_in) * positive_int("side", side) ** 2 + 1)


def dense_channels(first: Integer, growth: Integer, layer: Integer) -> int:
    """k₀ + (ℓ − 1) k channels that layer ℓ of a DenseNet's block receives (Huang et al. 2017).

    >>> [dense_channels(3, 4, layer) for layer in range(1, 6)]
    [3, 7, 11, 15, 19]
    """
    return positive_int("first", first) + (positive_int("layer", layer) - 1) * positive_int("growth", growth)
