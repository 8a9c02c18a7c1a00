"""The exact mean and second moment of stochastic gradient descent on sums of quadratics.

With e = θ − θ*, one step with a batch is e ← e − α g, where g is unbiased, E[g|e] = H e, and has the covariance of one
example's gradient times a factor φ (`stochastic.noise_factor`). Both moments m = E e and S = E eeᵀ therefore obey an affine
recursion, with ⊗ the Kronecker product and vec S its rows in a line:

    m     ← (I − αH) m
    vec S ← (I − α(H⊗I + I⊗H) + α²[φ E h⊗h + (1 − φ) H⊗H]) vec S − α²φ E[h⊗u + u⊗h] m + α²φ E u⊗u

with h, u the curvature and the pull of a random example about θ*. Nothing is approximated: no Gaussian noise, no small α.

>>> model = additive(hessian=[[1.0]], noise=[[1.0]])
>>> stationary(model, 0.5).tolist()  # α/(2 − α)
[[0.3333333333333333]]
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from dlcore.checks import Real, Reals, finite, non_negative, number, positive, symmetric
from dlcore.gaussian import Values
from dlcore.optimizers.stochastic import QuadraticSum, minimizer


class Model(NamedTuple):
    """What of the examples enters the first two moments of e = θ − θ*."""

    hessian: Float[np.ndarray, "d d"]  # H = E h
    fourth: Float[np.ndarray, "d*d d*d"]  # E h⊗h
    third: Float[np.ndarray, "d*d d"]  # E[h⊗u + u⊗h]
    noise: Float[np.ndarray, "d d"]  # E u uᵀ, the covariance of a gradient at θ*


class Moments(NamedTuple):
    """m_t = E e_t and S_t = E e_t e_tᵀ for t = 0, …, T."""

    mean: Float[np.ndarray, "steps+1 *batch d"]
    second: Float[np.ndarray, "steps+1 *batch d d"]


def of_sum(problem: QuadraticSum) -> Model:
    """The model of a sum over examples, about its minimiser."""
    h = problem.curvatures
    u = problem.pulls - h @ minimizer(problem)
    n, d = u.shape
    fourth = np.einsum("nij,nkl->ikjl", h, h, optimize=True).reshape(d * d, d * d) / n
    mixed = np.einsum("nij,nk->ikj", h, u, optimize=True) / n
    return Model(h.mean(0), fourth, (mixed + mixed.swapaxes(0, 1)).reshape(d * d, d), u.T @ u / n)


def additive(hessian: Reals, noise: Reals) -> Model:
    """Gradients H e plus noise of the given covariance that does not depend on e."""
    H, M = symmetric("hessian", hessian), symmetric("noise", noise)
    if H.ndim != 2 or H.shape != M.shape:
        raise ValueError(f"hessian and noise must be two square matrices of one size, got shapes {H.shape} and {M.shape}: reshape them")
    least = np.linalg.eigvalsh(M)[0]
    if least < -len(M) * np.finfo(float).eps * np.abs(M).max():
        raise ValueError(f"noise must be a covariance, got the negative eigenvalue {least}: pass E u uᵀ")
    d = len(H)
    return Model(H, np.kron(H, H), np.zeros((d * d, d)), M)


def moments(model: Model, rates: Float[np.ndarray, "steps *batch"], start: Float[np.ndarray, " d"], factor: Reals = 1.0) -> Moments:
    """Both moments after each step, from the fixed e_0 = ``start``; one row of ``rates`` a step.

    The further axes of ``rates``, and ``factor`` (φ), broadcast: schedules, rates and batch sizes side by side.
    """
    rates, phi = np.asarray(finite("rates", rates), dtype=float), np.asarray(non_negative("factor", factor), dtype=float)
    d = len(model.hessian)
    batch = np.broadcast_shapes(rates.shape[1:], phi.shape)
    mean, second = np.empty((len(rates) + 1, *batch, d)), np.empty((len(rates) + 1, *batch, d * d))
    mean[0], second[0] = start, np.kron(start, start)
    drift, full = _linear(model), np.kron(model.hessian, model.hessian)
    maps = np.concatenate([drift, full, model.fourth - full]).T  # one product a step
    with np.errstate(over="ignore", invalid="ignore"):  # beyond the stable rates both grow without bound
        for t, rate in enumerate(rates):
            rate = np.broadcast_to(rate, batch)[..., None]
            mean[t + 1] = mean[t] - rate * (mean[t] @ model.hessian)
            first, square, excess = np.split(second[t] @ maps, 3, axis=-1)
            noise = model.noise.ravel() + excess - mean[t] @ model.third.T
            second[t + 1] = second[t] - rate * first + rate**2 * (square + phi[..., None] * noise)
    return Moments(mean, second.reshape(*second.shape[:-1], d, d))


def stationary(model: Model, rate: Reals, factor: Reals = 1.0) -> Float[np.ndarray, "*batch d d"]:
    """S_∞ of constant steps, the fixed point of the recursion; inf where the rate is too long for there to be one."""
    rate, phi = _constants(rate, factor)
    d = len(model.hessian)
    operator = _operator(model, rate, phi)
    stable = np.asarray(_radius(operator) < 1)[..., None, None]
    system = np.where(stable, np.eye(d * d) - operator, np.eye(d * d))
    target = (rate**2 * phi)[..., None] * model.noise.ravel()
    solution = np.linalg.solve(system, target[..., None])[..., 0]
    return np.where(stable, solution.reshape(*rate.shape, d, d), np.inf)


def contraction(model: Model, rate: Reals, factor: Reals = 1.0) -> Values:
    """The factor by which E‖e‖² shrinks a step in the long run, apart from the noise; stable below 1."""
    rate, phi = _constants(rate, factor)
    return _radius(_operator(model, rate, phi))


def gap(model: Model, second: Float[np.ndarray, "*batch d d"]) -> Values:
    """E F(θ) − F* = ½ tr(H S)."""
    return np.einsum("ij,...ij->...", model.hessian, second) / 2


def squared_gradient(model: Model, second: Float[np.ndarray, "*batch d d"]) -> Values:
    """E‖∇F(θ)‖² = tr(H S H)."""
    return np.einsum("ij,...ij->...", model.hessian @ model.hessian, second)


def steps_to(model: Model, rate: Reals, start: Float[np.ndarray, " d"], target: Real, factor: Reals = 1.0) -> Values:
    """The least T with E F(θ_T) − F* ≤ ``target``, for constant steps from e_0 = ``start``; inf if the ball is too large.

    Powers M², M⁴, … of the recursion's matrix are applied as long as the gap stays above the target, so that a million
    steps cost twenty products. This takes the gap to fall until it is there, as it does from a start well outside the ball.
    """
    positive("target", number("target", target))
    rate, phi = _constants(rate, factor)
    reached = np.asarray(gap(model, stationary(model, rate, phi)) < target)
    matrix = np.where(reached[..., None, None], _augmented(model, rate, phi), 0)  # 0: one step, and discarded below
    z = np.broadcast_to(np.concatenate([start, np.kron(start, start), [1.0]]), (*rate.shape, matrix.shape[-1]))
    d, powers = len(start), [matrix]
    while np.any(gap(model, _second(powers[-1] @ z[..., None], d)) > target):
        powers.append(powers[-1] @ powers[-1])
    steps = np.zeros(rate.shape)
    for k, power in reversed(list(enumerate(powers))):
        ahead = power @ z[..., None]
        wait = np.asarray(gap(model, _second(ahead, d)) > target)
        z, steps = np.where(wait[..., None], ahead[..., 0], z), steps + 2.0**k * wait
    here = gap(model, np.outer(start, start)) <= target
    return np.where(reached, 0.0 if here else steps + 1, np.inf)


def _constants(rate: Reals, factor: Reals) -> list[np.ndarray]:
    """Rates and φ of constant steps, side by side."""
    checked = finite("rate", rate), non_negative("factor", factor)
    return [np.asarray(value) for value in np.broadcast_arrays(*(np.asarray(value, dtype=float) for value in checked))]


def _augmented(model: Model, rate: np.ndarray, phi: np.ndarray) -> np.ndarray:
    """The matrix that takes (m, vec S, 1) to the next."""
    d = len(model.hessian)
    matrix = np.zeros((*rate.shape, d + d * d + 1, d + d * d + 1))
    rate_, phi_ = rate[..., None, None], phi[..., None, None]
    matrix[..., :d, :d] = np.eye(d) - rate_ * model.hessian
    matrix[..., d:-1, :d] = -(rate_**2) * phi_ * model.third
    matrix[..., d:-1, d:-1] = _operator(model, rate, phi)
    matrix[..., d:-1, -1] = (rate**2 * phi)[..., None] * model.noise.ravel()
    matrix[..., -1, -1] = 1
    return matrix


def _second(z: np.ndarray, d: int) -> np.ndarray:
    """S out of a column (m, vec S, 1)."""
    return z[..., d:-1, 0].reshape(*z.shape[:-2], d, d)


def _linear(model: Model) -> np.ndarray:
    identity = np.eye(len(model.hessian))
    return np.kron(model.hessian, identity) + np.kron(identity, model.hessian)


def _operator(model: Model, rate: np.ndarray, phi: np.ndarray) -> np.ndarray:
    """The matrix that takes vec S to the next, apart from the noise."""
    rate, phi = rate[..., None, None], phi[..., None, None]
    full = np.kron(model.hessian, model.hessian)
    return np.eye(len(full)) - rate * _linear(model) + rate**2 * (full + phi * (model.fourth - full))


def _radius(matrix: np.ndarray) -> Values:
    return np.abs(np.linalg.eigvals(matrix)).max(-1)
