"""Nonlinear least squares, F(w) = ½ ‖f(w)‖²: the Gauss–Newton and Levenberg–Marquardt methods.

    ∇F = Jᵀf,   ∇²F = JᵀJ + S,   S = Σ f_i ∇²f_i

Gauss–Newton leaves S out: d = −(JᵀJ)⁻¹Jᵀf, which minimises ‖f + Jd‖ (of the minimisers, the shortest). Levenberg and Marquardt add
λI or λD²: d(λ) = −(JᵀJ + λD²)⁻¹Jᵀf, the step of a trust region ‖Dd‖ ≤ δ for that model. Near a stationary point the error of Gauss–Newton
is multiplied by −(JᵀJ)⁻¹S. All by singular values of J, never by JᵀJ, whose condition is the square. Leading axes are free.
Sources: Levenberg 1944; Marquardt 1963; Moré 1978 (radius and scaling, as in MINPACK); Nocedal & Wright 2006, ch. 10.

>>> from dlcore.optimizers.methods import run
>>> rosenbrock = lambda w: Residuals(np.array([10 * (w[1] - w[0] ** 2), 1 - w[0]]), np.array([[-20 * w[0], 10.0], [-1.0, 0.0]]))
>>> run(gauss_newton(), rosenbrock, [-1.2, 1.0], 2).round(9).tolist()
[[-1.2, 1.0], [1.0, -3.84], [1.0, 1.0]]
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from dlcore.checks import Real, Reals, finite, non_negative, positive
from dlcore.optimizers.methods import Method, State, begin, gradient_descent, scheduled
from dlcore.optimizers.trust_region import spectral, trust

Vectors = Float[np.ndarray, "... d"]


class Residuals(NamedTuple):
    """What an oracle tells of a point: the residuals f (*batch, m) and their Jacobian J (*batch, m, d)."""

    f: Float[np.ndarray, "... m"]
    J: Float[np.ndarray, "... m d"]


def step_of(residuals: Residuals, damping: Reals = 0.0) -> Vectors:
    """d(λ) = −(JᵀJ + λI)⁻¹Jᵀf for ``damping`` λ ≥ 0; for λ = 0 the shortest minimiser of ‖f + Jd‖."""
    damping = np.asarray(non_negative("damping", damping), dtype=float)[..., None]
    projected, s, V = _singular(*residuals)
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(s > 0, s / (s**2 + damping), 0.0)
    return -(V @ (part * projected)[..., None])[..., 0]


def rate(J: Reals, S: Reals) -> Reals:
    """The factor by which Gauss–Newton multiplies small errors at a stationary point: the spectral radius of (JᵀJ)⁻¹S.

    Infinite where J has not full column rank.
    """
    J, S = np.asarray(finite("J", J), dtype=float), np.asarray(finite("S", S), dtype=float)
    s, V = np.linalg.svd(J, full_matrices=False)[1:]
    if J.shape[-2] < J.shape[-1] or np.any(s[..., -1] <= _cut(J, s)[..., 0]):
        return np.full(S.shape[:-2], np.inf)
    B = V / s[..., None]
    return np.abs(np.linalg.eigvalsh(B @ S @ B.mT)).max(axis=-1)


def gauss_newton(learning_rate: Reals = 1.0) -> Method:
    """w ← w + η d, d the Gauss–Newton step. What ``step`` is given is `Residuals` at ``state.parameters``."""
    eta = scheduled("learning_rate", learning_rate, positive)
    descent = gradient_descent(learning_rate)
    return Method(lambda start: begin(start, eta), lambda state, residuals: descent.step(state, -step_of(residuals)))


def levenberg_marquardt(factor: Real = 100.0, *, scaled: bool = True, accept: Real = 1e-4) -> Method:
    """Levenberg–Marquardt in Moré's form: d(λ) of length ‖Dd‖ = δ, where the radius δ follows from how well the model did.

    D holds the largest length so far of each column of J (``scaled``, Marquardt), or is I (Levenberg); the first radius is ``factor``
    times ‖D w‖, or ``factor`` itself at the origin. As in `trust_region`, ``state.parameters`` is a trial about which ``step`` wants the
    `Residuals`, and ``state.memory[0]`` is the centre. Memory: centre, its f, J, the diagonal of D, δ, the promised change, ‖Dd‖.
    """
    for name, value in (("factor", factor), ("accept", accept)):
        positive(name, value)

    def init(start: Reals) -> State:
        w = np.asarray(finite("start", start), dtype=float)
        return State(w.copy(), (w,), 0)

    def step(state: State, residuals: Residuals) -> State:
        f, J = (np.asarray(a, dtype=float) for a in residuals)
        centre = state.memory[0]
        if state.step == 0:
            if not (np.isfinite(f).all() and np.isfinite(J).all()):
                raise ValueError("the start must have finite residuals and a finite Jacobian: start elsewhere")
            D = _columns(J) if scaled else np.ones(centre.shape)
            delta = np.linalg.norm(D * centre, axis=-1)
            delta = factor * np.where(delta > 0, delta, 1.0)
        else:
            centre, f, J, D, delta = _judged(state, f, J, accept, scaled)
        return _asked(centre, f, J, D, delta, state.step)

    return Method(init, step)


def _judged(state: State, f: np.ndarray, J: np.ndarray, accept: Real, scaled: bool) -> tuple[Reals, ...]:
    """Centre, f, J, D and δ once the trial is known."""
    centre, old_f, old_J, D, delta, promised, length = state.memory
    sound = np.isfinite(f).all(-1) & np.isfinite(J).all((-2, -1))
    with np.errstate(over="ignore", invalid="ignore"):
        value, trial = (np.sum(v**2, axis=-1) / 2 for v in (old_f, f))
    ratio = trust(value, trial, promised, sound)
    taken = ratio > accept
    longer = (ratio >= 0.75) | (length < 0.99 * delta)
    delta = np.where(ratio <= 0.25, np.minimum(length, delta) / 4, np.where(longer & (ratio > 0.25), 2 * length, delta))
    if scaled:
        D = np.where(taken[..., None], np.maximum(D, _columns(np.nan_to_num(J))), D)
    keep = taken[..., None]
    return (np.where(keep, state.parameters, centre), np.where(keep, f, old_f), np.where(keep[..., None], J, old_J), D,
            np.maximum(delta, np.finfo(float).tiny))  # fmt: skip


def _asked(centre: np.ndarray, f: np.ndarray, J: np.ndarray, D: np.ndarray, delta: Reals, taken: int) -> State:
    """The state that asks about centre + d, where d minimises ‖f + Jd‖ over ‖Dd‖ ≤ δ."""
    scaled = solve(Residuals(f, J / D[..., None, :]), delta)
    d = scaled / D
    linear = f + (J @ d[..., None])[..., 0]
    promised = (np.sum(linear**2, axis=-1) - np.sum(f**2, axis=-1)) / 2
    return State(centre + d, (centre, f, J, D, delta, promised, np.linalg.norm(scaled, axis=-1)), taken + 1)


def solve(residuals: Residuals, radius: Reals) -> Vectors:
    """The shortest minimiser of ‖f + Jd‖ over ‖d‖ ≤ ``radius``: a Levenberg–Marquardt step, or Gauss–Newton's where that fits."""
    projected, s, V = _singular(*residuals)
    with np.errstate(over="ignore"):
        d = spectral((s * projected)[..., ::-1], (s**2)[..., ::-1], positive("radius", radius))[0]
    return (V @ d[..., ::-1, None])[..., 0]


def _singular(f: np.ndarray, J: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Uᵀf, the singular values of J (those that are rounding are 0), and V."""
    U, s, Vt = np.linalg.svd(finite("J", J), full_matrices=False)
    s = np.where(s > _cut(J, s), s, 0.0)
    return (U.mT @ np.asarray(finite("f", f), dtype=float)[..., None])[..., 0], s, Vt.mT


def _cut(J: np.ndarray, s: np.ndarray) -> np.ndarray:
    return max(J.shape[-2:]) * np.finfo(float).eps * s[..., :1]


def _columns(J: np.ndarray) -> np.ndarray:
    """The lengths of the columns of J, 1 for a column of zeros."""
    length = np.linalg.norm(J, axis=-2)
    return np.where(length > 0, length, 1.0)
