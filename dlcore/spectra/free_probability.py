"""The spectrum of J Jᵀ for J = D^L W^L ⋯ D¹ W¹, predicted for infinite width by free probability.

D^ℓ = diag φ′(h^ℓ), h^ℓ ~ N(0, q^ℓ), and W^ℓ is square: Gaussian of variance σ_w²/N, or σ_w times orthogonal. The factors
become free of each other, and S-transforms multiply. With M(λ) = E[t/(λ − t)], t an eigenvalue, and t_ℓ = φ′(h^ℓ)²:

    λ = (1 + m)/m · ∏_ℓ σ_w² (1 + m)^γ · m u_ℓ/(1 + m),   m = M(λ) = E[t_ℓ/(u_ℓ − t_ℓ)],   γ = 1 Gaussian, 0 orthogonal

is solved for (m, u_1 … u_L) by Newton's method along a path from far away through the upper half-plane down to the real
axis, all λ at once. There the density is −Im m/(πλ), and, because ∫ m dλ/λ is elementary,

    P(t > λ) = (1/π) Im { Σ_ℓ E ln(1 − t_ℓ/u_ℓ) + (L − 1) ln(1 + m) + γL [m − ln(1 + m)] }.

Source: Pennington, Schoenholz & Ganguli 2017, 2018 (the S-transforms); the distribution function is derived in the book.

>>> law = spectrum(np.array([1.0, 4.5]), "linear", depth=1, sigma_w2=1.0, q=1.0)  # Marchenko–Pastur, edge 4
>>> law.density.round(6).tolist(), law.cdf.round(6).tolist()
([0.275664, 0.0], [0.608998, 1.0])
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Complex, Float

from dlcore.checks import Integer, Reals, layer_gains, one_of, per_layer, positive
from dlcore.networks.activations import ActivationLike, resolve
from dlcore.spectra.slopes import Slopes, squared_slopes

WEIGHTS = ("gaussian", "orthogonal")
_FEW = 8  # so many values of φ′² and no more count as a discrete law
# Steps of the path, and the angle above the real axis at which it ends (it smooths the law over a relative distance of
# that size): a point that is lost is tried with the next pair.
_TRIES = ((8, 1e-9), (24, 1e-9), (96, 1e-9), (192, 1e-7))


class Spectrum(NamedTuple):
    """``density`` of the continuous part and ``cdf`` (atom at 0 included) at the points asked for."""

    density: Float[np.ndarray, "..."]
    cdf: Float[np.ndarray, "..."]


class Spread(NamedTuple):
    """Of the squared singular values: their mean m_1, and their variance in units of m_1²."""

    mean: float
    variance: float


def spread(activation: ActivationLike, *, depth: Integer, sigma_w2: Reals, q: Reals, weights: str = "gaussian") -> Spread:
    """Mean and relative variance of the squared singular values:

    m_1 = ∏ σ_w² μ_1,    Var/m_1² = Σ_ℓ (μ_2/μ_1² − 1 − s_1),    μ_k = E φ′(h^ℓ)^{2k},  s_1 = −1 Gaussian, 0 orthogonal
    """
    slopes, counts, gains, gamma = _layers(activation, depth, sigma_w2, q, weights)
    mu1, mu2 = (np.array([s.moment(k) for s in slopes]) for k in (1, 2))
    with np.errstate(over="ignore"):
        mean = np.exp(np.sum(np.log(gains)) + np.sum(counts * np.log(mu1)))
    return Spread(float(mean), float(np.sum(counts * (mu2 / mu1**2 - 1 + gamma))))


def atom_at_zero(activation: ActivationLike, *, depth: Integer, q: Reals) -> float:
    """Share of singular values that are 0: the largest P(φ′(h^ℓ) = 0) of a layer."""
    slopes, *_ = _layers(activation, depth, 1.0, q, "orthogonal")
    return float(max(0.0, 1 - min(s.weight.sum() for s in slopes)))


def spectrum(x: Reals, activation: ActivationLike, *, depth: Integer, sigma_w2: Reals, q: Reals, weights: str = "gaussian") -> Spectrum:
    """Law of the squared singular values of J at the points ``x`` > 0.

    ``sigma_w2`` and ``q`` (the variances of h^1 … h^L): one number, or one for each of the ``depth`` layers. A single
    orthogonal layer has the law of σ_w² φ′(h)² itself; it is given (density 0, and steps) where φ′ takes few values, and
    refused otherwise. RuntimeError if Newton's method loses the path (no case is known).
    """
    layers = _layers(activation, depth, sigma_w2, q, weights)
    points = np.asarray(positive("x", x), dtype=float)
    if depth == 1 and weights == "orthogonal":
        return _one_orthogonal_layer(points, activation, layers)
    log_x = np.log(points.ravel())
    density, cdf = np.empty_like(log_x), np.empty_like(log_x)
    todo = np.arange(log_x.size)
    for steps, angle in _TRIES:
        y, log_u, fine = _followed(log_x[todo] + 1j * angle, layers, steps)
        done, y, log_u = todo[fine], y[fine], log_u[:, fine]
        density[done] = np.maximum(-_moments(y).imag, 0) / (np.pi * points.ravel()[done])
        cdf[done] = 1 - _survival(y, log_u, layers)
        todo = todo[~fine]
        if not todo.size:
            break
    else:
        raise RuntimeError(f"the path to λ = {points.ravel()[todo[0]]} was lost {len(_TRIES)} times: ask for other points")
    return Spectrum(density.reshape(points.shape), np.clip(cdf, 0, 1).reshape(points.shape))


def _layers(activation, depth, sigma_w2, q, weights) -> tuple[list[Slopes], np.ndarray, np.ndarray, int]:
    """Slopes of the different layers, how many layers have each, all σ_w², and γ."""
    activation = resolve(activation)
    gamma = int(one_of("weights", weights, WEIGHTS) == "gaussian")
    gains = layer_gains(sigma_w2, depth)
    strengths = per_layer("q", positive("q", q), depth)
    different, counts = np.unique(np.ones_like(strengths) if activation.homogeneous else strengths, return_counts=True)
    return [squared_slopes(activation, v) for v in different], counts, gains, gamma


def _one_orthogonal_layer(points: np.ndarray, activation, layers) -> Spectrum:
    """The law of σ_w² φ′(h)²: steps."""
    (slopes,), _, gains, _ = layers
    if len(slopes.t) > _FEW:
        raise ValueError(
            f"depth must be at least 2 with orthogonal weights and {resolve(activation).name}, got 1: "
            "one layer has the law of sigma_w2 φ′(h)², see squared_slopes"
        )
    steps = (points[..., None] >= gains[0] * slopes.t) @ slopes.weight
    return Spectrum(np.zeros_like(points), 1 - slopes.weight.sum() + steps)


def _followed(end: Complex[np.ndarray, " points"], layers, steps: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """y = ln m/(1 + m) and ln u at ln λ = ``end``, continued from λ = iB, where m ≈ m_1/λ; and which points have arrived."""
    slopes, counts, gains, gamma = layers
    mu1, mu2 = (np.array([s.moment(k) for s in slopes]) for k in (1, 2))
    equations = (*_stacked(slopes), counts, gamma, gains)
    mean, reach = np.sum(np.log(gains)) + np.sum(counts * np.log(mu1)), 1 + np.sum(counts * (mu2 / mu1**2))
    start = mean + np.log(1e3 * reach)
    # First along the imaginary axis to |λ| = x, then down to the real axis, each time by a fixed factor: the solution
    # changes on the scale of the distance to the axis, so that every step is short for Newton's method.
    along = np.linspace(start, end.real, steps + 1)[1:] + 0.5j * np.pi
    down = end.real + 1j * np.pi / 2 * (end.imag / (np.pi / 2)) ** (np.arange(1, 3 * steps + 1)[:, None] / (3 * steps))
    y = np.full(end.shape, mean - start - 0.5j * np.pi)
    log_u = np.log(mu1[:, None] / np.exp(y) + (mu2 / mu1)[:, None])
    fine = np.ones(end.shape, dtype=bool)
    with np.errstate(all="ignore"):  # a point that is lost is followed again with shorter steps
        for target in np.concatenate([along, down]):
            for _ in range(2):
                y, log_u, size = _newton(y, log_u, target, equations)
            fine &= size < 0.3
        for _ in range(2):  # once more if the root found is the mirror image below the axis
            y, log_u = np.where(y.imag > 0, np.conj(y), y), np.where(y.imag > 0, np.conj(log_u), log_u)
            for _ in range(10):
                y, log_u, size = _newton(y, log_u, end, equations)
                if np.nanmax(size) < 1e-13:
                    break
        fine &= size < 1e-9
    return y, log_u, fine & (np.abs(y.imag + np.pi / 2) <= np.pi / 2 + end.imag)


def _stacked(slopes: list[Slopes]) -> tuple[np.ndarray, np.ndarray]:
    """Values and weights of all layers as two matrices (layers, values), filled up with values of weight 0."""
    values = max(len(s.t) for s in slopes)
    t = np.stack([np.pad(s.t, (0, values - len(s.t)), mode="edge") for s in slopes])
    return t, np.stack([np.pad(s.weight, (0, values - len(s.t))) for s in slopes])


def _newton(y, log_u, target, equations):
    """One step for ln M_ℓ/(1 + M_ℓ) = y and ln Λ = target in the unknowns y and ln u_ℓ; with the size of the step."""
    t, weight, counts, gamma, gains = equations
    u, n, depth = np.exp(log_u), np.asarray(counts)[:, None], len(gains)
    inverse = 1 / (u[..., None] - t[:, None])  # (layers, points, values)
    m = _mean(inverse, weight * t)
    above = 1 - weight.sum(axis=1, keepdims=True) + u * _mean(inverse, weight)  # 1 + M, without cancellation where M ≈ −1
    miss = _log_below(m / above) - y
    slope = -u * _mean(np.square(inverse), weight * t) / (m * above)
    m = _moments(y)
    wrong = (depth - 1) * y + gamma * depth * _log_below(1 + m) + np.sum(np.log(gains)) + np.sum(n * log_u, axis=0) - target
    dy = (np.sum(n * miss / slope, axis=0) - wrong) / (depth - 1 + gamma * depth * m + np.sum(n / slope, axis=0))
    du = (dy - miss) / slope
    size = np.maximum(np.abs(dy), np.abs(du).max(axis=0))
    damp = np.minimum(1, 1 / np.maximum(size, 1e-300))
    return y + damp * dy, log_u + damp * du, size


def _mean(values, weight) -> np.ndarray:
    """Σ_j weight_ℓj values_ℓ·j: (layers, points, values), (layers, values) → (layers, points)."""
    return np.matmul(values, weight[..., None].astype(values.dtype))[..., 0]


def _moments(y) -> np.ndarray:
    """m from y = ln m/(1 + m)."""
    return -np.exp(y) / np.expm1(y)


def _survival(y, log_u, layers) -> np.ndarray:
    """(1/π) Im of the primitive of m dλ/λ that vanishes at infinity."""
    slopes, counts, gains, gamma = layers
    m = _moments(y)
    log_1m = _log_below(-1 / np.expm1(y))
    total = (len(gains) - 1) * log_1m + gamma * len(gains) * (m - log_1m)
    for v, s, count in zip(log_u, slopes, counts):
        total = total + count * ((np.log((1 - s.t * np.exp(-v)[:, None]) / 1j) + 0.5j * np.pi) @ s.weight)
    return total.imag / np.pi


def _log_below(w: np.ndarray) -> np.ndarray:
    """ln w for w in the closed lower half-plane: continuous there, so that rounding across the real axis does no harm."""
    return np.log(w * 1j) - 0.5j * np.pi
