"""Lanczos' method: extreme eigenvalues and the spectral density of a symmetric matrix A from products A v alone.

From a vector v it builds an orthonormal basis Q of v, Av, …, A^{k−1}v, in which A is tridiagonal, T = QᵀAQ. The eigenvalues of T,
the Ritz values, lie between the extreme eigenvalues of A and approach them first. With the first components u_i of T's eigenvectors,

    vᵀ f(A) v / ‖v‖² = Σ u_i² f(θ_i)       for every polynomial f of degree at most 2k − 1,

and the mean over random v is trace f(A)/n: the spectral density, known by its moments (stochastic Lanczos quadrature). In floating
point the basis loses its orthogonality as soon as a Ritz value has converged; here every vector is made orthogonal to all before it,
twice. Where the span is invariant the method goes on from a coordinate vector outside it. Leading axes are matrices of their own.
Sources: Lanczos 1950; Golub & Welsch 1969; Ubaru, Chen & Saad 2017.

>>> found = lanczos(lambda v: v * np.array([1.0, 2.0, 5.0]), np.ones(3), 3)
>>> found.values.round(12).tolist(), found.weights.round(12).tolist()
([1.0, 2.0, 5.0], [0.333333333333, 0.333333333333, 0.333333333333])
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from dlcore.checks import Integer, Real, Reals, finite, generator, number, positive, positive_int

Product = Callable[[Float[np.ndarray, "*models n"]], Float[np.ndarray, "*models n"]]

_INVARIANT = 1e-6  # of an image's length: what is left of it outside the span is no direction but rounding (products may be in float32)


class Ritz(NamedTuple):
    """Ritz values, rising, with what they weigh in the start (their sum is 1), their vectors, and the bounds on their errors.

    Some eigenvalue of A lies within ``bounds`` of each of the ``values``.
    """

    values: Float[np.ndarray, "*models k"]
    weights: Float[np.ndarray, "*models k"]
    vectors: Float[np.ndarray, "*models k n"]
    bounds: Float[np.ndarray, "*models k"]


def lanczos(product: Product, start: Float[np.ndarray, "*models n"], steps: Integer) -> Ritz:
    """``steps`` products from the vectors ``start``; at most n of them."""
    start = np.asarray(finite("start", start), dtype=float)
    size = start.shape[-1]
    if positive_int("steps", steps) > size:
        raise ValueError(f"steps must be at most n = {size}, got {steps}: the space has no more directions")
    q = start / positive("the lengths of start", np.linalg.norm(start, axis=-1, keepdims=True))
    basis, diagonal, off = np.empty((*start.shape[:-1], steps, size)), [], []
    for k in range(steps):
        basis[..., k, :] = q
        image = np.asarray(product(q), dtype=float)
        diagonal.append(np.sum(q * image, axis=-1))
        span, left = basis[..., : k + 1, :], image
        for _ in range(2):  # twice is enough
            left = _outside(span, left)
        beta = np.linalg.norm(left, axis=-1)
        off.append(np.where(beta > _INVARIANT * np.linalg.norm(image, axis=-1), beta, 0.0))
        if k + 1 < steps:
            q = np.where(off[-1][..., None] > 0, left / np.where(beta > 0, beta, 1.0)[..., None], 0.0)
            if not off[-1].all():
                q = np.where(off[-1][..., None] > 0, q, _another(span))
    T = np.zeros((*start.shape[:-1], steps, steps))
    k = np.arange(steps)
    T[..., k, k] = np.stack(diagonal, axis=-1)
    if steps > 1:
        T[..., k[1:], k[:-1]] = T[..., k[:-1], k[1:]] = np.stack(off[:-1], axis=-1)
    values, u = np.linalg.eigh(T)
    vectors = np.swapaxes(u, -1, -2) @ basis
    return Ritz(values, u[..., 0, :] ** 2, vectors, off[-1][..., None] * np.abs(u[..., -1, :]))


def density(product: Product, size: Integer, *, probes: Integer, steps: Integer, rng: np.random.Generator) -> Ritz:
    """Lanczos' method from ``probes`` random vectors of signs, one after the other: the leading axis is theirs.

    The mean over them of Σ weights · f(values) estimates trace f(A)/n, and is that of an unbiased sample for polynomials f
    of degree up to 2 · steps − 1.
    """
    signs = generator("rng", rng).choice([-1.0, 1.0], (positive_int("probes", probes), positive_int("size", size)))
    return Ritz(*(np.stack(part) for part in zip(*(lanczos(product, v, steps) for v in signs), strict=True)))


def smoothed(ritz: Ritz, x: Reals, width: Real) -> Float[np.ndarray, "*models points"]:
    """The density at the points ``x``, every Ritz value drawn as a normal density of this standard deviation."""
    points, width = np.asarray(finite("x", x), dtype=float), number("width", positive("width", width))
    bumps = np.exp(-(((points[:, None] - ritz.values[..., None, :]) / width) ** 2) / 2) / (np.sqrt(2 * np.pi) * width)
    return np.einsum("...pk,...k->...p", bumps, ritz.weights)


def _outside(span: np.ndarray, v: np.ndarray) -> np.ndarray:
    """The part of v that is orthogonal to the rows of span."""
    return v - ((span @ v[..., None])[..., 0][..., None, :] @ span)[..., 0, :]


def _another(span: np.ndarray) -> np.ndarray:
    """A unit vector orthogonal to the span: of the coordinate vectors the one that has most of itself outside."""
    inside = np.sum(span**2, axis=-2)
    v = np.zeros_like(inside)
    np.put_along_axis(v, inside.argmin(axis=-1)[..., None], 1.0, axis=-1)
    for _ in range(2):
        v = _outside(span, v)
        v = v / np.linalg.norm(v, axis=-1, keepdims=True)
    return v
