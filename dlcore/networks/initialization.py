"""Random weights: families of distributions with a prescribed variance, and the variances of the literature.

W has shape (fan_out, fan_in) and z = W x. ``variance`` is that of one weight; ``sigma_w2`` = variance · fan_in.

>>> he(fan_in=50), lecun(fan_in=50), xavier(fan_in=50, fan_out=150)
(0.04, 0.02, 0.01)
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from jaxtyping import Float

from dlcore.checks import (
    Integer,
    Real,
    Reals,
    Width,
    generator,
    layer_gains,
    layer_widths,
    one_of,
    positive,
    positive_int,
)

FAMILIES = ("gaussian", "uniform", "rademacher", "laplace", "sparse", "orthogonal")


def xavier(fan_in: Integer, fan_out: Integer) -> float:
    """2/(fan_in + fan_out): a compromise between forward 1/fan_in and backward 1/fan_out (Glorot & Bengio 2010)."""
    return 2 / (positive_int("fan_in", fan_in) + positive_int("fan_out", fan_out))


def he(fan_in: Integer) -> float:
    """2/fan_in: the mean square passes a ReLU layer unchanged on average (He et al. 2015)."""
    return 2 / positive_int("fan_in", fan_in)


def lecun(fan_in: Integer) -> float:
    """1/fan_in: the mean square passes a linear layer unchanged on average (LeCun et al. 1998)."""
    return 1 / positive_int("fan_in", fan_in)


def draw(
    rng: np.random.Generator, shape: Sequence[int], *, family: str = "gaussian", variance: Real
) -> Float[np.ndarray, "*networks fan_out fan_in"]:
    """Weights of shape (..., fan_out, fan_in), each entry with mean 0 and the given ``variance``.

    gaussian, uniform, rademacher (±√variance), laplace: independent entries.
    sparse: an entry is N(0, variance · fan_in) with probability 1/fan_in, else 0; independent.
    orthogonal: the first rows or columns of a Haar-distributed orthogonal matrix of order max(fan_out, fan_in), times
    √(variance · max(fan_out, fan_in)); entries uncorrelated, not independent.
    """
    generator("rng", rng), one_of("family", family, FAMILIES), positive("variance", variance)
    if len(shape) < 2:
        raise ValueError(f"shape must be (..., fan_out, fan_in), got {tuple(shape)}: give both fans")
    shape = tuple(positive_int("shape", n) for n in shape)
    scale = np.sqrt(variance)
    match family:
        case "gaussian":
            w = rng.standard_normal(shape)
            w *= scale  # in place: the matrices are large
            return w
        case "uniform":
            return rng.uniform(-np.sqrt(3) * scale, np.sqrt(3) * scale, shape)
        case "rademacher":
            return np.where(rng.integers(0, 2, shape, dtype=np.int8), scale, -scale)
        case "laplace":
            return rng.laplace(0.0, scale / np.sqrt(2), shape)
        case "sparse":
            return _sparse(rng, shape, scale)
    return _orthogonal(rng, shape, scale)


def draw_network(
    rng: np.random.Generator,
    width: Width,
    *,
    depth: Integer | None = None,
    networks: Integer | None = None,
    sigma_w2: Reals,
    family: str = "gaussian",
) -> list[Float[np.ndarray, "..."]]:
    """[W¹ … W^L] with Var = σ_w²/fan_in, for one network or (a leading axis) for ``networks`` of them.

    ``width``, ``depth``: as in :func:`dlcore.checks.layer_widths`. ``sigma_w2``: one number, or one a layer.
    """
    widths = layer_widths(width, depth)
    lead = () if networks is None else (positive_int("networks", networks),)
    gains = layer_gains(sigma_w2, len(widths) - 1)
    return [
        draw(rng, (*lead, fan_out, fan_in), family=family, variance=float(gain) / fan_in)
        for (fan_in, fan_out), gain in zip(pairwise(widths), gains, strict=True)
    ]


def delta_orthogonal(
    rng: np.random.Generator, kernel_size: Integer | tuple[int, int], c_in: Integer, c_out: Integer, *, gain: Real = 1.0
) -> Float[np.ndarray, "c_out c_in rows columns"]:
    """A convolution kernel that is 0 except for its centre tap, √gain · Q with QᵀQ = I (Xiao et al. 2018).

    Then ‖y‖² = gain · ‖x‖² for every image, with circular or zero padding: a pixel's channels are rotated, and pixels do
    not mix. This needs a centre (odd sizes) and room for the channels (c_in ≤ c_out). Q is Haar-distributed.
    """
    rows, columns = (positive_int("kernel_size", k) for k in ((kernel_size,) * 2 if np.ndim(kernel_size) == 0 else kernel_size))
    if rows % 2 == 0 or columns % 2 == 0:
        raise ValueError(f"kernel_size must be odd, got {kernel_size}: only then is there a centre tap, which all paddings keep")
    if positive_int("c_in", c_in) > positive_int("c_out", c_out):
        raise ValueError(f"c_in must be at most c_out = {c_out}, got {c_in}: fewer channels cannot keep every norm, widen the output")
    positive("gain", gain)
    kernel = np.zeros((c_out, c_in, rows, columns))
    kernel[:, :, rows // 2, columns // 2] = draw(rng, (c_out, c_in), family="orthogonal", variance=gain / c_out)
    return kernel


def _sparse(rng: np.random.Generator, shape: tuple[int, ...], scale: float) -> np.ndarray:
    """Normal values at the places kept, drawn for those places only."""
    fan_in = shape[-1]
    kept = rng.random(shape) < 1 / fan_in
    w = np.zeros(shape)
    w[kept] = scale * np.sqrt(fan_in) * rng.standard_normal(np.count_nonzero(kept))
    return w


def _orthogonal(rng: np.random.Generator, shape: tuple[int, ...], scale: float) -> np.ndarray:
    """QR of a Gaussian matrix; R's diagonal made positive, without which Q would not be Haar (Mezzadri 2007)."""
    *lead, rows, columns = shape
    long, short = max(rows, columns), min(rows, columns)
    q, r = np.linalg.qr(rng.standard_normal((*lead, long, short)))
    q *= np.sign(np.einsum("...ii->...i", r))[..., None, :] * scale * np.sqrt(long)
    return q if rows >= columns else np.swapaxes(q, -1, -2)
