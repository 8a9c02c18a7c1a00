"""Muon: steps whose singular values are all alike, by the iteration of Newton and Schulz.

An odd polynomial p(s) = a s + b s³ + c s⁵ of a matrix, p(X) = aX + bXXᵀX + c(XXᵀ)²X, moves its singular values and leaves its
singular vectors: U S Vᵀ becomes U p(S) Vᵀ. Five steps of Muon's polynomial bring everything from about 0.002 to 1 into a band about 1,
without a singular value decomposition. −UVᵀ is the steepest direction if steps are measured by their largest singular value.
Matrices are the last two axes. Sources: Björck & Bowie 1971; Higham 2008, ch. 8; Jordan et al. 2024; Bernstein & Newhouse 2024.

>>> orthogonalized(np.diag([3.0, 1.0]), coefficients=CUBIC, iterations=30).round(9).tolist()
[[1.0, 0.0], [0.0, 1.0]]
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from dlcore.checks import Integer, Reals, finite, positive
from dlcore.optimizers.methods import Method, Schedule, State, begin, fraction, moved, scheduled

_HUGE = 1e100

Matrices = Float[np.ndarray, "*models rows columns"]

CUBIC = (1.5, -0.5, 0.0)
QUINTIC = (15 / 8, -10 / 8, 3 / 8)
MUON = (3.4445, -4.7750, 2.0315)


def odd(s: Reals, coefficients: Sequence[float] = MUON) -> Float[np.ndarray, "..."]:
    """p(s) = a s + b s³ + c s⁵."""
    a, b, c = _three(coefficients)
    s = np.asarray(finite("s", s), dtype=float)
    return np.asarray(s * (a + s**2 * (b + c * s**2)))


def orthogonalized(G: Reals, *, coefficients: Sequence[float] = MUON, iterations: Integer = 5) -> Matrices:
    """``iterations`` of the polynomial from G divided by its Frobenius norm; a matrix of zeros stays one.

    Each takes three products of matrices, of which the smaller of XXᵀ and XᵀX is one.
    """
    if not isinstance(iterations, (int, np.integer)) or isinstance(iterations, bool) or iterations < 0:
        raise ValueError(f"iterations must be a whole number from 0 upwards, got {iterations!r}: pass 5, as Muon does")
    (a, b, c), X = _three(coefficients), np.asarray(finite("G", G), dtype=float)
    if X.ndim < 2:
        raise ValueError(f"G must be a matrix, or a stack of them, got shape {X.shape}: reshape it")
    if X.shape[-2] > X.shape[-1]:
        return orthogonalized(X.swapaxes(-1, -2), coefficients=coefficients, iterations=iterations).swapaxes(-1, -2)
    length = np.linalg.norm(X, axis=(-2, -1), keepdims=True)
    X = X / np.where(length > 0, length, 1.0)
    for _ in range(iterations):
        S = X @ X.swapaxes(-1, -2)
        X = a * X + (b * S + c * S @ S) @ X
    return X


def multiplications(rows: Integer, columns: Integer, iterations: Integer = 5) -> int:
    """Multiply–adds of :func:`orthogonalized`: XXᵀ and (bS + cS²)X with the long side, S² with the short one alone."""
    short, long = sorted((int(positive("rows", rows)), int(positive("columns", columns))))
    return int(iterations) * (2 * short**2 * long + short**3)


def muon(
    learning_rate: Schedule, shapes: Sequence[tuple[int, int]], momentum: Schedule = 0.95, *, nesterov: bool = True, iterations: Integer = 5
) -> Method:
    """W ← W − η √max(1, rows/columns) · p⁵(M), M the sum of gradients that fade like μᵗ (with ``nesterov``: g + μM).

    The parameters of a model are one row, matrices of these ``shapes`` one after the other.
    """
    eta, mu = scheduled("learning_rate", learning_rate, positive), scheduled("momentum", momentum, fraction)

    def step(state: State, gradient: Reals) -> State:
        t, (memory,) = state.step, state.memory
        memory = mu(t) * memory + gradient
        direction = gradient + mu(t) * memory if nesterov else memory
        parts = []
        for G in matrices(bounded(direction), shapes):
            scale = np.sqrt(max(1.0, G.shape[-2] / G.shape[-1]))
            parts.append(scale * orthogonalized(G, iterations=iterations))
        return State(moved(state.parameters, eta(t) * rows_of(parts)), (memory,), t + 1)

    return Method(lambda start: begin(start, eta, mu, memory=1), step)


def bounded(rows: Float[np.ndarray, "*models P"]) -> Float[np.ndarray, "*models P"]:
    """The rows, those of models that have diverged (not finite, or beyond 10¹⁰⁰) as zeros: their squares would be infinite."""
    return np.where((np.abs(rows) < _HUGE).all(axis=-1, keepdims=True), rows, 0.0)


def matrices(rows: Float[np.ndarray, "*models P"], shapes: Sequence[tuple[int, int]]) -> list[np.ndarray]:
    """The matrices of these shapes that stand in each row, one after the other."""
    ends = np.cumsum([m * n for m, n in shapes])
    if np.shape(rows)[-1] != ends[-1]:
        raise ValueError(f"the shapes {list(shapes)} hold {ends[-1]} numbers, got rows of {np.shape(rows)[-1]}: name every matrix")
    parts = np.split(np.asarray(rows), ends[:-1], axis=-1)
    return [part.reshape(*part.shape[:-1], *shape) for part, shape in zip(parts, shapes, strict=True)]


def rows_of(parts: Sequence[np.ndarray]) -> Float[np.ndarray, "*models P"]:
    """The inverse of :func:`matrices`."""
    return np.concatenate([part.reshape(*part.shape[:-2], -1) for part in parts], axis=-1)


def _three(coefficients: Sequence[float]) -> tuple[float, float, float]:
    if len(coefficients) != 3:
        raise ValueError(f"coefficients must be the three of s, s³ and s⁵, got {len(coefficients)}: set those that are missing to 0")
    a, b, c = (float(x) for x in np.asarray(finite("coefficients", coefficients), dtype=float))
    return a, b, c
