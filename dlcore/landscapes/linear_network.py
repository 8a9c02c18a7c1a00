"""Rahimi and Recht's two-layer linear network: many runs of many methods at once.

    F(W₁, W₂) = Σ_i ‖W₂ W₁ x_i − A x_i‖² = tr(E S Eᵀ),   E = W₂ W₁ − A,   S = Σ_i x_i x_iᵀ
    ∂F/∂W₂ = 2 E S W₁ᵀ,   ∂F/∂W₁ = 2 W₂ᵀ E S

The data enter through S alone, so that a step costs four products of small matrices, whatever the number of examples.
In the talk A is 10 × 6, W₁ 6 × 6, W₂ 10 × 6 (there called W₂ and W₁), and S comes from 1000 normal inputs.
All runs stand in leading batch axes: seeds, rates, scales, targets. Parameters are one vector, W₂ first, so that the
methods of ``dlcore.optimizers`` run on them. Source: Rahimi & Recht 2017, test-of-time talk and its notebook.

The Gauss–Newton direction (D₁, D₂) minimises the loss of the linearised network, ‖(E − D₂W₁ − W₂D₁)S^½‖² + λ‖D‖²; it is

    D₂ = M W₁ᵀ,   D₁ = W₂ᵀ M,   where M solves   W₂W₂ᵀ M + M (W₁ᵀW₁ + λ S⁻¹) = E.

Without damping, λ = 0, this is the solution of least norm, and S has dropped out.

>>> problem, w = talk(seeds=[0], samples=200)
>>> from dlcore.optimizers.methods import gradient_descent
>>> path = train(gauss_newton(problem), gradient_descent(0.5), w, at=[0, 60])
>>> bool(problem.loss(path)[1] < 1e-20)
True
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from dlcore.checks import Integer, Real, Reals, finite, non_negative, number, positive, positive_int, step_counts
from dlcore.optimizers.methods import Method, gradient_descent

Weights = Float[np.ndarray, "*batch parameters"]
Times = Sequence[Integer] | Int[np.ndarray, " times"]
Field = Callable[[Weights], Weights]


class Problem(NamedTuple):
    """What is to be learned: the targets ``A`` (*batch, m, d), and ``S`` = Σ x xᵀ (*batch, d, d), positive definite."""

    A: Float[np.ndarray, "*batch m d"]
    S: Float[np.ndarray, "*batch d d"]

    def split(self, w: Weights) -> tuple[Float[np.ndarray, "*batch m d"], Float[np.ndarray, "*batch d d"]]:
        """The matrices W₂ (m × d) and W₁ (d × d) of the parameters ``w``."""
        m, d = self.A.shape[-2:]
        if w.shape[-1] != (m + d) * d:
            raise ValueError(f"w must have (m + d)·d = {(m + d) * d} parameters, got {w.shape[-1]}: W₂ first, then W₁, row by row")
        return w[..., : m * d].reshape(*w.shape[:-1], m, d), w[..., m * d :].reshape(*w.shape[:-1], d, d)

    def error(self, w: Weights) -> Float[np.ndarray, "*batch m d"]:
        """E = W₂ W₁ − A."""
        W2, W1 = self.split(w)
        return W2 @ W1 - self.A

    def loss(self, w: Weights) -> Float[np.ndarray, "*batch"]:
        """F = tr(E S Eᵀ), the sum over the examples; inf where parameters have overflowed."""
        with np.errstate(over="ignore", invalid="ignore"):
            E = self.error(w)
            value = np.sum((E @ self.S) * E, axis=(-2, -1))
        return np.where(np.isnan(value), np.inf, value)

    def gradient(self, w: Weights) -> Weights:
        """∇F: 2 E S W₁ᵀ and 2 W₂ᵀ E S as one vector."""
        W2, W1 = self.split(w)
        with np.errstate(over="ignore", invalid="ignore"):
            slope = 2 * ((W2 @ W1 - self.A) @ self.S)
            return self._joined(slope @ W1.mT, W2.mT @ slope)

    def modes(self, w: Weights) -> Float[np.ndarray, "*batch d"]:
        """‖E v_j‖² for the right singular vectors v_j of A, largest singular value first: they add up to ‖E‖_F²."""
        with np.errstate(over="ignore", invalid="ignore"):
            value = np.sum((self.error(w) @ np.linalg.svd(self.A)[2].mT) ** 2, axis=-2)
        return np.where(np.isnan(value), np.inf, value)

    def _joined(self, V2: np.ndarray, V1: np.ndarray) -> np.ndarray:
        flat2, flat1 = V2.reshape(*V2.shape[:-2], -1), V1.reshape(*V1.shape[:-2], -1)
        return np.concatenate([flat2, flat1], axis=-1)


def gauss_newton(problem: Problem, damping: Reals = 0.0) -> Field:
    """The map from parameters to the Gauss–Newton direction; a step is w ← w − η·direction, as for a gradient.

    ``damping`` λ ≥ 0 broadcasts against the batch. NaN where parameters have overflowed, or where M is not unique.
    """
    extra = np.asarray(non_negative("damping", damping), dtype=float)[..., None, None] * np.linalg.inv(problem.S)

    def direction(w: Weights) -> Weights:
        usable = np.isfinite(w).all(axis=-1) & (np.abs(w).max(axis=-1) < 1e100)
        W2, W1 = problem.split(np.where(usable[..., None], w, 0.0))
        a, Q = np.linalg.eigh(W2 @ W2.mT)
        b, V = np.linalg.eigh(W1.mT @ W1 + extra)
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            small = (Q.mT @ (W2 @ W1 - problem.A) @ V) / (np.maximum(a, 0)[..., :, None] + np.maximum(b, 0)[..., None, :])
            M = Q @ small @ V.mT
            found = problem._joined(M @ W1.mT, W2.mT @ M)
        return np.where(usable[..., None], found, np.nan)

    return direction


def talk(seeds: Sequence[Integer], *, samples: Integer = 1000, scale: Reals = 1.0, kappa: Real | None = None) -> tuple[Problem, Weights]:
    """Problem and start of the talk for each seed (leading axis), the N(0, 1) weights multiplied by ``scale``.

    A = diag(1, …, 10⁻⁵) · U[0, 1]^{10×6}; with ``kappa`` its singular values are replaced, see `conditioned`.
    """
    A, S, w = [], [], []
    for seed in seeds:
        rng = np.random.default_rng(seed)
        A.append(np.linspace(1, 1e-5, 10)[:, None] * rng.random((10, 6)))
        X = rng.standard_normal((6, positive_int("samples", samples)))
        S.append(X @ X.T)
        w.append(rng.standard_normal(96))
    target = np.array(A) if kappa is None else conditioned(np.array(A), kappa)
    return Problem(target, np.array(S)), np.asarray(positive("scale", scale)) * np.array(w)


def conditioned(A: Float[np.ndarray, "*batch m d"], kappa: Real) -> Float[np.ndarray, "*batch m d"]:
    """``A`` with singular values in geometric progression down to 1/κ of the largest; vectors and ‖A‖_F are kept."""
    if number("kappa", kappa) < 1:
        raise ValueError(f"kappa must be at least 1, got {kappa}: it is the largest singular value over the smallest")
    left, sigma, right = np.linalg.svd(finite("A", A), full_matrices=False)
    new = np.geomspace(1, 1 / kappa, sigma.shape[-1])
    new = new * np.linalg.norm(sigma, axis=-1, keepdims=True) / np.linalg.norm(new)
    return (left * new[..., None, :]) @ right


def train(field: Field, method: Method, start: Weights, at: Times) -> Float[np.ndarray, "times *batch parameters"]:
    """Parameters after the numbers of steps in ``at`` (increasing, from 0): ``method`` fed with ``field``, a gradient or direction."""
    times, state = step_counts("at", at), method.init(start)
    kept = np.empty((len(times), *state.parameters.shape))
    with np.errstate(over="ignore", invalid="ignore"):
        for k, time in enumerate(times):
            while state.step < time:
                state = method.step(state, field(state.parameters))
            kept[k] = state.parameters
    return kept


def descend(
    problem: Problem, rate: Real, start: Weights, at: Times, *, field: Callable[[Problem], Field] | None = None, floor: Real = 1e-20
) -> Float[np.ndarray, "times *batch parameters"]:
    """As `train` with steps w ← w − rate·gradient, except that runs may rest, in half the time.

    A run rests from the first of the times ``at`` when its loss is below ``floor`` or has overflowed. ``field`` makes another field
    of a problem take the gradient's place: `gauss_newton`.
    """
    at, rate = step_counts("at", at), positive("rate", rate)
    shape = np.broadcast_shapes(start.shape[:-1], problem.A.shape[:-2])
    w = np.broadcast_to(start, (*shape, start.shape[-1])).reshape(-1, start.shape[-1]).copy()
    A, S = (np.broadcast_to(a, (*shape, *a.shape[-2:])).reshape(-1, *a.shape[-2:]) for a in problem)
    kept, before = np.empty((len(at), *w.shape)), 0
    for k, time in enumerate(at):
        loss = Problem(A, S).loss(w)
        moving = np.flatnonzero((loss >= floor) & np.isfinite(loss))
        if time > before and moving.size:
            part = Problem(A[moving], S[moving])
            steps = int(time) - before
            if field is None:
                w[moving] = _descended(part, rate, w[moving], steps)
            else:
                w[moving] = train(field(part), gradient_descent(rate), w[moving], [steps])[-1]
        kept[k], before = w, int(time)
    return kept.reshape(len(at), *shape, -1)


def _descended(problem: Problem, rate: Real, w: Weights, steps: int) -> Weights:
    """``w`` after so many steps of gradient descent: W₂ and W₁ apart, and no array made in a step."""
    W2, W1 = (W.copy() for W in problem.split(w))
    A, S = problem.A, 2 * problem.S
    E, slope, step2, step1, upright = (np.empty(shape) for shape in (A.shape, A.shape, A.shape, W1.shape, W1.shape))
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(steps):
            np.subtract(np.matmul(W2, W1, out=E), A, out=E)
            np.matmul(E, S, out=slope)
            np.copyto(upright, W1.mT)  # its product is twice as fast as that with a transposed view
            np.matmul(slope, upright, out=step2)
            np.matmul(W2.mT, slope, out=step1)
            W2 -= np.multiply(step2, rate, out=step2)
            W1 -= np.multiply(step1, rate, out=step1)
    found = problem._joined(W2, W1)
    return np.where(np.isnan(found), np.inf, found)
