"""Input–output Jacobians of networks, their singular values, and those of convolutions.

    J = ∂z^L/∂z⁰ = D^L W^L ⋯ D¹ W¹,   D^ℓ = diag φ′(h^ℓ),   h^ℓ = W^ℓ z^{ℓ−1} + b^ℓ

The eigenvalues of J Jᵀ are the squares of the singular values of J. Leading axes number networks (or, with one set of
weights, inputs). What they are for infinite width: :mod:`dlcore.spectra.free_probability`.

>>> w = [np.array([[2.0, 0.0], [0.0, 3.0]])] * 2
>>> singular_values(jacobian(w, np.array([1.0, -1.0]), "relu")).tolist()
[4.0, 0.0]
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from dlcore.checks import Integer, Real, Reals, finite, generator, layer_gains, non_negative, one_of, per_layer, positive_int
from dlcore.networks.activations import ActivationLike, resolve
from dlcore.networks.forward import Weights, product
from dlcore.networks.initialization import draw

Jacobians = Float[np.ndarray, "*networks fan_out fan_in"]
Images = Float[np.ndarray, "..."]
Kernel = Float[np.ndarray, "..."]  # (c_out, c_in, rows, columns)

_ROUNDING = 1e-12  # relative to the largest: below it a singular value counts as 0, see squared_singular_values
PADDINGS = ("circular", "zero")


def jacobian(
    weights: Weights,
    x: Float[np.ndarray, "*batch n_0"],
    activation: ActivationLike,
    biases: Sequence[Float[np.ndarray, "..."]] | None = None,
    every: bool = False,
) -> Jacobians:
    """∂z^L/∂z⁰ at ``x`` for the network(s) ``weights`` = [W¹ … W^L]; the activation acts after the last layer too.

    As in :func:`dlcore.networks.forward`, leading axes of the weights number networks, otherwise those of ``x`` number
    inputs. ``biases``: [b¹ … b^L], each broadcast against h^ℓ. With ``every`` the Jacobians of z¹ … z^L are returned, with a
    first axis of layers (widths must be equal then).
    """
    activation, z, j, all_j = resolve(activation), np.asarray(x, dtype=float), None, []
    if not len(weights):
        raise ValueError("weights must hold at least one matrix, got none: pass [W1, ..., WL]")
    biases = [0.0] * len(weights) if biases is None else biases
    if len(biases) != len(weights):
        raise ValueError(f"biases must hold one array for each of {len(weights)} layers, got {len(biases)}: pass zeros where none is meant")
    for layer, (w, b) in enumerate(zip(weights, biases), start=1):
        if w.ndim < 2 or w.shape[-1] != z.shape[-1]:
            raise ValueError(
                f"W^{layer} must have shape (..., fan_out, {z.shape[-1]}), got {w.shape}: "
                "weights are (fan_out, fan_in), and each fan_in is the width of the layer before"
            )
        with np.errstate(over="ignore", invalid="ignore"):  # explosion is a result
            h = product(w, z) + b
            d = activation.dphi(h)[..., None]
            j = d * (w if j is None else w @ j)
            z = activation.phi(h)
            if every:
                all_j.append(j)
    return np.stack(all_j) if every else j


def random_jacobians(
    rng: np.random.Generator,
    *,
    width: Integer,
    depth: Integer,
    networks: Integer,
    activation: ActivationLike,
    sigma_w2: Reals,
    sigma_b2: Reals = 0.0,
    q0: Real = 1.0,
    family: str = "gaussian",
    every: bool = False,
) -> Float[np.ndarray, "..."]:
    """J of random square networks, one random input of mean square ``q0`` each: shape (networks, width, width).

    Weights: ``family`` as in :func:`dlcore.networks.initialization.draw`, Var = σ_w²/width; biases N(0, σ_b²). With ``every`` the
    Jacobians of z¹ … z^L are returned, with a first axis of layers.
    """
    n, networks, activation = positive_int("width", width), positive_int("networks", networks), resolve(activation)
    gains = layer_gains(sigma_w2, depth)
    offsets = per_layer("sigma_b2", sigma_b2, depth)
    z = generator("rng", rng).standard_normal((networks, n))
    z *= np.sqrt(non_negative("q0", q0) / np.mean(z**2, axis=1, keepdims=True))
    j, all_j = None, []
    with np.errstate(over="ignore", invalid="ignore"):
        for gain, offset in zip(gains, offsets, strict=True):
            w = draw(rng, (networks, n, n), family=family, variance=gain / n)
            h = product(w, z) + np.sqrt(offset) * rng.standard_normal((networks, n))
            j = activation.dphi(h)[..., None] * (w if j is None else w @ j)
            z = activation.phi(h)
            if every:
                all_j.append(j)
    return np.stack(all_j) if every else j


def singular_values(j: Jacobians) -> Float[np.ndarray, "*networks values"]:
    """Singular values, largest first; those below 1e−12 of the largest, which rounding alone makes, are 0."""
    s = np.linalg.svd(finite("j", j), compute_uv=False)
    return np.where(s > _ROUNDING * s[..., :1], s, 0.0)


def squared_spread(j: Jacobians) -> tuple[Float[np.ndarray, "*networks"], Float[np.ndarray, "*networks"]]:
    """Mean m_1 of the eigenvalues of J Jᵀ, and their variance over m_1², from traces: no decomposition needed."""
    gram = j @ np.swapaxes(j, -1, -2)
    n = gram.shape[-1]
    first = np.einsum("...ii->...", gram) / n
    second = np.einsum("...ij,...ij->...", gram, gram) / n
    return first, second / first**2 - 1


def convolve(image: Images, kernel: Kernel, padding: str = "circular") -> Images:
    """y_o(p) = Σ_{i,a} K_{oi}(a) x_i(p + a − centre), as torch's conv2d has it, with an output of the input's size.

    ``image``: (..., c_in, height, width). ``padding``: "circular", or "zero" around the image.
    """
    _check_kernel(kernel)
    if image.ndim < 3 or image.shape[-3] != kernel.shape[1]:
        raise ValueError(f"image must have shape (..., {kernel.shape[1]}, height, width), got {image.shape}: one plane for each c_in")
    rows, columns = kernel.shape[-2:]
    before = [(0, 0)] * (image.ndim - 2) + [((k - 1) // 2, k // 2) for k in (rows, columns)]
    mode = {"circular": "wrap", "zero": "constant"}[one_of("padding", padding, PADDINGS)]
    padded = np.pad(image, before, mode=mode)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (rows, columns), axis=(-2, -1))
    return np.einsum("oiab,...ihwab->...ohw", kernel, windows)


def convolution_singular_values(kernel: Kernel, size: Integer | tuple[int, int]) -> Float[np.ndarray, " values"]:
    """All singular values, largest first, of the circular convolution of images of ``size`` with ``kernel``.

    The Fourier transform makes the operator block diagonal: one (c_out, c_in) matrix K̂(f) for each frequency f (Sedghi,
    Gupta & Long 2019), so height · width small SVDs replace one of a matrix of (height · width · c)².
    """
    _check_kernel(kernel)
    height, width = (positive_int("size", n) for n in ((size, size) if np.ndim(size) == 0 else size))
    if height < kernel.shape[2] or width < kernel.shape[3]:
        raise ValueError(f"size must be at least that of the kernel {kernel.shape[2:]}, got {(height, width)}: take larger images")
    symbol = np.moveaxis(np.fft.fft2(kernel, (height, width)), (0, 1), (-2, -1))
    return np.sort(np.linalg.svd(symbol, compute_uv=False), axis=None)[::-1]


def _check_kernel(kernel: np.ndarray) -> None:
    if kernel.ndim != 4:
        raise ValueError(f"kernel must have shape (c_out, c_in, rows, columns), got {kernel.shape}: give all four")
