"""Steps inside a ball: the exact minimiser of a quadratic model there, the hard case, and the trust-region method.

    minimise  m(d) = gᵀd + ½ dᵀHd   over   ‖d‖ ≤ δ

d is a solution if and only if some λ ≥ 0 has (H + λI) d = −g, H + λI ⪰ 0, λ(δ − ‖d‖) = 0 (Moré & Sorensen 1983). In the frame of
H's eigenvectors, with γ = Qᵀg and the multiplier counted from its lower end, λ = μ − λ_min, the length is
‖d‖² = Σ γ_i²/(λ_i − λ_min + μ)². Its reciprocal 1/‖d‖ is concave in μ, so that Newton's method for 1/‖d‖ = 1/δ, from the left, never
overshoots. In the hard case g is orthogonal to the eigenspace of λ_min < 0 and ‖d‖ stays below δ for every μ > 0: then μ = 0, and the
step is lengthened to δ along that eigenspace. Leading axes are free throughout.
Sources: Moré & Sorensen 1983; Conn, Gould & Toint 2000, §7.3 and algorithm 6.1.1; Nocedal & Wright 2006, ch. 4.

>>> found = solve(np.array([0.0, 1.0]), np.diag([-1.0, 1.0]), 1.0)  # the hard case
>>> np.abs(found.d).round(6).tolist(), float(found.multiplier), bool(found.hard)
([0.866025, 0.5], 1.0, True)
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from dlcore.checks import Real, Reals, finite, positive, symmetric
from dlcore.optimizers.methods import Method, State
from dlcore.optimizers.newton import Local

Vectors = Float[np.ndarray, "... d"]
_NEWTON = 60  # steps for 1/‖d‖ = 1/δ: they converge quadratically, and from the left alone
_REACHED = 1 + 4 * np.finfo(float).eps
_ROUNDING = 8 * np.finfo(float).eps


class Solution(NamedTuple):
    """The step d, its multiplier λ, and whether it is a hard case."""

    d: Vectors
    multiplier: Reals
    hard: np.ndarray | np.bool_


def solve(g: Reals, H: Reals, radius: Reals) -> Solution:
    """A minimiser of gᵀd + ½dᵀHd over ‖d‖ ≤ ``radius``; g (*batch, d), H (*batch, d, d) symmetric, radius (*batch) > 0.

    Of the two steps of a hard case it is the one along +q, where q is the eigenvector that LAPACK returns.
    """
    H, g = symmetric("H", H), np.asarray(finite("g", g), dtype=float)
    if g.shape[-1:] != H.shape[-1:]:
        raise ValueError(f"g must have as many entries as H has rows, got shapes {g.shape} and {H.shape}: pass vectors of {H.shape[-1]}")
    radius = np.asarray(positive("radius", radius), dtype=float)
    values, Q = np.linalg.eigh(H)
    d, multiplier, hard = spectral(*_without_rounding((Q.mT @ g[..., None])[..., 0], values), radius)
    return Solution((Q @ d[..., None])[..., 0], multiplier, hard)


def spectral(gamma: Vectors, values: Vectors, radius: Reals) -> tuple[Vectors, Reals, np.ndarray | np.bool_]:
    """`solve` in the eigenframe: ``gamma`` = Qᵀg, ``values`` increasing. Returns Qᵀd, λ, and whether it is hard."""
    shape = np.broadcast_shapes(gamma.shape, values.shape, (*np.shape(radius), 1))
    gamma, values = np.broadcast_to(gamma, shape), np.broadcast_to(values, shape)
    radius = np.broadcast_to(radius, shape[:-1])
    gaps = values - values[..., :1]
    least = np.maximum(0.0, values[..., 0])  # μ at λ = 0, or at λ = −λ_min
    d = _step(gamma, gaps, least)
    inside = np.linalg.norm(d, axis=-1) <= radius
    mu = np.maximum(least, (np.abs(gamma) / radius[..., None] - gaps).max(axis=-1))
    for _ in range(_NEWTON):
        d_mu = _step(gamma, gaps, mu)
        length = np.linalg.norm(d_mu, axis=-1)
        if np.all(inside | (length <= radius * _REACHED)):
            break
        with np.errstate(divide="ignore", invalid="ignore"):
            slope = np.sum(d_mu**2 / (gaps + np.asarray(mu)[..., None]), axis=-1)  # −½ d‖d‖²/dμ
            longer = length**2 / slope * (length / radius - 1)
        mu = np.where(inside | ~(length > radius), mu, mu + np.nan_to_num(longer, nan=0.0, posinf=0.0))
    mu = np.where(inside, least, mu)
    d = np.where(inside[..., None], d, _step(gamma, gaps, mu))
    hard = inside & (values[..., 0] < 0)
    rest = np.sqrt(np.maximum(radius**2 - np.sum(d**2, axis=-1), 0.0))
    d = d + np.where(hard, rest, 0.0)[..., None] * (np.arange(shape[-1]) == 0)
    return d, np.maximum(mu - values[..., 0], 0.0), hard


def predicted(g: Vectors, H: Float[np.ndarray, "... d d"], d: Vectors) -> Reals:
    """m(d) = gᵀd + ½ dᵀHd, by which the model changes."""
    return np.sum(d * (g + (H @ d[..., None])[..., 0] / 2), axis=-1)


def trust_region(radius: Real = 1.0, *, largest: Real = 1e3, accept: Real = 1e-4) -> Method:
    """The trust-region method. What ``step`` is given is a `Local` at ``state.parameters``, the point it wants to know about.

    That point is a *trial*: the ratio of what F lost there to what the model promised decides. Above ``accept`` it becomes the
    centre, ``state.memory[0]``; below ¼ the radius shrinks to ¼ of the step, above ¾ at the boundary it doubles, up to ``largest``.
    Memory: centre, its value, gradient, Hessian, the radius, and the change of the model at the trial.
    """
    positive("accept", accept)
    if positive("radius", radius) > positive("largest", largest):
        raise ValueError(f"radius must be at most largest = {largest}, got {radius}: raise largest")

    def init(start: Reals) -> State:
        w = np.asarray(finite("start", start), dtype=float)
        batch, d = w.shape[:-1], w.shape[-1]
        memory = (w, np.full(batch, np.inf), np.zeros(w.shape), np.zeros((*batch, d, d)), np.full(batch, float(radius)), np.ones(batch))
        return State(w.copy(), memory, 0)

    def step(state: State, local: Local) -> State:
        centre, value, g, H, delta, promised = state.memory
        sound = np.isfinite(local.value) & np.isfinite(local.gradient).all(-1) & np.isfinite(local.hessian).all((-2, -1))
        if state.step == 0 and not np.all(sound):
            raise ValueError("the start must have a finite value, gradient and Hessian: start elsewhere")
        length = np.linalg.norm(state.parameters - centre, axis=-1)
        ratio = trust(value, local.value, promised, sound)
        taken = ratio > accept
        delta = np.where(
            ratio < 0.25, length / 4, np.where((ratio > 0.75) & (length > 0.99 * delta), np.minimum(2 * delta, largest), delta)
        )
        delta = np.maximum(delta, np.finfo(float).tiny) if state.step else np.full(delta.shape, float(radius))
        centre = np.where(taken[..., None], state.parameters, centre)
        value, g = np.where(taken, local.value, value), np.where(taken[..., None], local.gradient, g)
        H = np.where(taken[..., None, None], local.hessian, H)
        d = solve(g, (H + H.mT) / 2, delta).d
        return State(centre + d, (centre, value, g, H, delta, predicted(g, H, d)), state.step + 1)

    return Method(init, step)


def trust(value: Reals, trial: Reals, promised: Reals, sound: np.ndarray | np.bool_) -> Reals:
    """The ratio of actual to promised change: +inf for the first point, −inf for a trial that is not finite; rounding forgiven."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        noise = 10 * np.finfo(float).eps * np.abs(value)
        ratio = (trial - value - noise) / (promised - noise)
    ratio = np.where(np.isinf(value), np.inf, ratio)
    return np.where(sound & ~np.isnan(ratio), ratio, -np.inf)


def _step(gamma: Vectors, gaps: Vectors, mu: Reals) -> Vectors:
    """−γ_i/(gap_i + μ), and 0 where there is nothing to divide."""
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        return np.where(gamma == 0, 0.0, -gamma / (gaps + np.asarray(mu)[..., None]))


def _without_rounding(gamma: Vectors, values: Vectors) -> tuple[Vectors, Vectors]:
    """A negative eigenvalue that is rounding is 0, those next to the smallest are that one, and so little of g along it is none."""
    size = _ROUNDING * np.abs(values).max(axis=-1, keepdims=True)
    values = np.where((values < 0) & (values >= -size), 0.0, values)
    flat = values - values[..., :1] <= size
    none = flat & (np.abs(gamma) <= _ROUNDING * np.linalg.norm(gamma, axis=-1, keepdims=True))
    return np.where(none, 0.0, gamma), np.where(flat, values[..., :1], values)
