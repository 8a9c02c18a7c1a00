"""Barron's constant of a Gaussian bump, and steps drawn as Maurey draws them.

The bump is f(x) = e^{−‖x‖²/2} on ℝ^d. Its Fourier transform is the density of N(0, I), so

    C_f = ∫ ‖ω‖ f̂(ω) dω = E‖ω‖ = √2 Γ((d+1)/2) / Γ(d/2),     ω ~ N(0, I).

On the ball ‖x‖ ≤ r it is an average of steps: with a direction u uniform on the sphere, ρ = ‖ω‖ and 0 ≤ s ≤ r,

    f(x) − f(0) = E_ρ,u [ −2ρ ∫_0^r sin(ρ s) 1[⟨u, x⟩ > s] ds ] = V · E[ −sign(sin ρs) · 1[⟨u, x⟩ > s] ],

where (ρ, s) on the right has a density proportional to ρ |sin ρs| under the law of ‖ω‖, and V ≤ 2 r C_f is its mass. The mean of
n drawn steps, times V, is a network of n neurons, and its mean squared error is exactly (E‖step‖² V² − ‖f − f(0)‖²)/n
(Barron 1993, Theorem 1; the lemma is Maurey's, in Pisier 1981).

>>> round(constant(1) ** 2, 6)  # 2/π
0.63662
>>> bool(mass(3) <= 2 * constant(3))
True
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from scipy.special import betainc, gammaln

from dlcore.checks import Integer, Real, finite, generator, positive, positive_int

_RHO, _DEPTH = 501, 201  # nodes in the length of ω, and in s: trapezia, exact to some 1e-4 of the result


class Steps(NamedTuple):
    """Neurons ``height · 1[⟨u, x⟩ > s]``: unit rows ``u``, thresholds ``s``, heights ±V. Their mean is f − f(0) on average."""

    u: Float[np.ndarray, "n d"]
    s: Float[np.ndarray, " n"]
    height: Float[np.ndarray, " n"]


def constant(d: Integer) -> float:
    """C_f = √2 Γ((d+1)/2)/Γ(d/2) of the bump in ``d`` dimensions; between √(d − ½) and √d."""
    d = positive_int("d", d)
    return float(np.sqrt(2) * np.exp(gammaln((d + 1) / 2) - gammaln(d / 2)))


def bump(x: Float[np.ndarray, "*batch d"]) -> Float[np.ndarray, "*batch"]:
    """e^{−‖x‖²/2} over the last axis."""
    return np.exp(-np.square(x).sum(axis=-1) / 2)


def uniform_ball(rng: np.random.Generator, n: Integer, d: Integer, radius: Real = 1.0) -> Float[np.ndarray, "n d"]:
    """``n`` independent points, uniform in the ball of ``radius`` in ℝ^d."""
    n, d = positive_int("n", n), positive_int("d", d)
    x = generator("rng", rng).standard_normal((n, d))
    return x * (positive("radius", radius) * rng.random((n, 1)) ** (1 / d) / np.linalg.norm(x, axis=1, keepdims=True))


def draw_steps(rng: np.random.Generator, n: Integer, d: Integer, radius: Real = 1.0) -> Steps:
    """``n`` independent steps whose mean is, in expectation, f − f(0) on the ball of ``radius``.

    ρ · (density of ‖ω‖) is, up to a factor, the density of a χ variable of d + 1 degrees of freedom. So ρ is drawn from that,
    s uniformly from [0, radius], and the pair is kept with probability |sin ρs|.
    """
    n, d, radius = positive_int("n", n), positive_int("d", d), float(positive("radius", radius))
    rho, s = np.empty(0), np.empty(0)
    while len(s) < n:
        r, t = np.sqrt(generator("rng", rng).chisquare(d + 1, 2 * n)), rng.uniform(0, radius, 2 * n)
        keep = rng.random(2 * n) < np.abs(np.sin(r * t))
        rho, s = np.append(rho, r[keep]), np.append(s, t[keep])
    u = rng.standard_normal((n, d))
    return Steps(u / np.linalg.norm(u, axis=1, keepdims=True), s[:n], -np.sign(np.sin(rho[:n] * s[:n])) * mass(d, radius))


def running_means(
    x: Float[np.ndarray, "points d"], steps: Steps, counts: Sequence[int] | Int[np.ndarray, " k"]
) -> Float[np.ndarray, "k points"]:
    """f(0) + the mean of the first n steps, at every point, for each n in ``counts``."""
    counts = [positive_int("counts", int(n)) for n in counts]
    if max(counts) > len(steps.s):
        raise ValueError(f"counts must be at most the {len(steps.s)} steps drawn, got {max(counts)}: draw more steps")
    on = np.cumsum(np.where(x @ steps.u.T > steps.s, steps.height, 0.0), axis=1)
    return 1 + np.stack([on[:, n - 1] / n for n in counts])


def mass(d: Integer, radius: Real = 1.0) -> float:
    """V = E 2ρ ∫_0^r |sin ρs| ds ≤ 2 r C_f, the common height of the steps."""
    weights, s = _density(positive_int("d", d), float(positive("radius", radius)))
    return 2 * constant(d) * float(np.trapezoid(weights, s))


def mean_squared_error(d: Integer, n: Real = 1, radius: Real = 1.0) -> float:
    """E ∫ (f − f_n)² dμ of ``n`` drawn steps, μ uniform in the ball: (V² Pr(⟨u, x⟩ > s) − ‖f − f(0)‖²)/n."""
    positive("n", n)
    weights, s = _density(positive_int("d", d), float(positive("radius", radius)))
    beyond = (1 - betainc(0.5, (d + 1) / 2, np.minimum(np.square(s / radius), 1))) / 2  # of one coordinate in the ball
    on = 2 * constant(d) * float(np.trapezoid(weights * beyond, s))
    return (mass(d, radius) * on - offset_energy(d, radius)) / float(n)


def offset_energy(d: Integer, radius: Real = 1.0) -> float:
    """‖f − f(0)‖², the mean square over the ball: what is lost without any neuron."""
    return 1 - 2 * _moment(d, radius, 0.5) + _moment(d, radius, 1.0)


def variance(d: Integer, radius: Real = 1.0) -> float:
    """Var f over the ball: what the best constant loses."""
    return _moment(d, radius, 1.0) - _moment(d, radius, 0.5) ** 2


def _moment(d: Integer, radius: Real, rate: float) -> float:
    """E e^{−rate ‖x‖²} over the ball: with v = (‖x‖/r)^d uniform."""
    d, radius = positive_int("d", d), float(finite("radius", positive("radius", radius)))
    t, w = np.polynomial.legendre.leggauss(60)  # in ‖x‖/r, of density d t^{d−1}
    t = (t + 1) / 2
    return float(np.sum(w / 2 * d * t ** (d - 1) * np.exp(-rate * np.square(radius * t))))


@lru_cache
def _density(d: int, radius: float) -> tuple[np.ndarray, np.ndarray]:
    """E |sin ρs| for ρ ~ χ_{d+1} on a grid of s in [0, r], and the grid."""
    s = np.linspace(0, radius, _DEPTH)
    rho = np.linspace(max(np.sqrt(d + 1) - 7, 1e-9), np.sqrt(d + 1) + 7, _RHO)
    log = d * np.log(rho) - rho**2 / 2 - (d - 1) / 2 * np.log(2) - gammaln((d + 1) / 2)
    return np.trapezoid(np.exp(log)[:, None] * np.abs(np.sin(rho[:, None] * s)), rho, axis=0), s
