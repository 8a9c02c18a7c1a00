"""Gradients from values alone: one random direction, two values of the function.

    forward    ĝ = (f(x + μu) − f(x))/μ · Bu          u ~ N(0, B⁻¹)
    central    ĝ = (f(x + μu) − f(x − μu))/2μ · Bu

Both have the mean ∇f_μ(x), f_μ(x) = E f(x + μu). For f(x) = φ(wᵀx), |w| = 1, and B = I everything about them is a Gaussian
integral in one variable, whatever the dimension d: u = sw + rest, with s ~ N(0, 1) and |rest|² ~ χ²_{d−1} independent of it, so

    E ĝ = E[q(s) s] w,     E|ĝ|² = E[q(s)² (s² + d − 1)],     q(s) the quotient along w.

`descend` is the random gradient-free method of Nesterov & Spokoiny 2017; `attack` raises a loss inside a ball of the norm inf and
the box of legal pixels with signs of averaged central estimates (Ilyas, Engstrom, Athalye & Lin 2018).

>>> u = directions(np.random.default_rng(0), 100_000, 2)
>>> estimates(lambda x: (x**2).sum(axis=-1), np.array([1.0, -1.0]), u, 0.1, "central").mean(axis=0).round(1).tolist()
[2.0, -2.0]
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from dlcore.checks import Integer, Real, Reals, generator, non_negative, number, one_of, positive, positive_int, samples, symmetric
from dlcore.gaussian import Values, expectation

KINDS = ("forward", "central")
Function = Callable[[Float[np.ndarray, "*batch d"]], Float[np.ndarray, "*batch"]]


def directions(
    rng: np.random.Generator, count: Integer, dimension: Integer, metric: Float[np.ndarray, "d d"] | None = None
) -> Float[np.ndarray, "count d"]:
    """Rows u ~ N(0, B⁻¹) with the ``metric`` B, symmetric and positive definite; None is the identity."""
    u = generator("rng", rng).standard_normal((positive_int("count", count), positive_int("dimension", dimension)))
    if metric is None:
        return u
    values, vectors = np.linalg.eigh(symmetric("metric", metric))
    if values.min() <= 0:
        raise ValueError(f"metric must be positive definite, got the eigenvalue {values.min()}: its inverse is a covariance")
    return u / np.sqrt(values) @ vectors.T


def quotients(
    f: Function, x: Float[np.ndarray, "*#batch d"], u: Float[np.ndarray, "*#batch d"], mu: Reals, kind: str = "forward"
) -> Float[np.ndarray, "..."]:
    """(f(x + μu) − f(x))/μ or (f(x + μu) − f(x − μu))/2μ; x, u and μ (shape (*batch, 1) or a number) broadcast."""
    mu = np.asarray(positive("mu", mu))
    mu = mu.astype(np.result_type(x, u))  # single precision stays single
    step = mu if mu.ndim == 0 else mu[..., 0]
    if one_of("kind", kind, KINDS) == "forward":
        return (f(x + mu * u) - f(x)) / step
    return (f(x + mu * u) - f(x - mu * u)) / (2 * step)


def estimates(
    f: Function,
    x: Float[np.ndarray, " d"],
    u: Float[np.ndarray, "count d"],
    mu: Real,
    kind: str = "forward",
    metric: Float[np.ndarray, "d d"] | None = None,
) -> Float[np.ndarray, "count d"]:
    """One estimate for each direction: the quotient times Bu."""
    slope = quotients(f, x, u, mu, kind)[:, None]
    return slope * (u if metric is None else u @ symmetric("metric", metric))


class Moments(NamedTuple):
    """``slope`` with E ĝ = slope · w, and ``square`` = E|ĝ|², for each smoothing."""

    slope: Values
    square: Values


def ridge_moments(phi: Callable[[np.ndarray], np.ndarray], t: Real, mu: Reals, dimension: Integer, kind: str = "forward") -> Moments:
    """Mean and second moment of the estimator for f(x) = φ(wᵀx), |w| = 1, wᵀx = ``t``, B = I, by quadrature."""
    one_of("kind", kind, KINDS)
    mu, d = np.asarray(positive("mu", mu), dtype=float), positive_int("dimension", dimension)

    def quotient(v: np.ndarray) -> np.ndarray:  # times μ; v = μs
        return phi(t + v) - phi(np.full_like(v, t)) if kind == "forward" else (phi(t + v) - phi(t - v)) / 2

    slope = expectation(lambda v: quotient(v) * v, mu**2) / mu**2
    fourth = expectation(lambda v: (quotient(v) * v) ** 2, mu**2) / mu**4
    second = expectation(lambda v: quotient(v) ** 2, mu**2) / mu**2
    return Moments(slope, fourth + (d - 1) * second)


def convex_bound(dimension: Integer, smoothness: Real, distance: Real, steps: Integer, mu: Real) -> float:
    """4(d + 2)L R²/T + Lμ² d(d + 12)/8: of the mean over x_0 … x_{T−1} of E f − f*, for the step 1/(4(d + 2)L) and convex f."""
    d, L = positive_int("dimension", dimension), number("smoothness", positive("smoothness", smoothness))
    R, mu = number("distance", non_negative("distance", distance)), number("mu", non_negative("mu", mu))
    return 4 * (d + 2) * L * R**2 / positive_int("steps", steps) + L * mu**2 * d * (d + 12) / 8


def nonconvex_bound(dimension: Integer, smoothness: Real, gap: Real, steps: Integer, mu: Real) -> float:
    """16(d + 2)L(f(x_0) − inf f)/T + L²μ² d(3d + 8)/4: of the mean over x_0 … x_{T−1} of E|∇f|², for the same step."""
    d, L = positive_int("dimension", dimension), number("smoothness", positive("smoothness", smoothness))
    gap, mu = number("gap", non_negative("gap", gap)), number("mu", non_negative("mu", mu))
    return 16 * (d + 2) * L * gap / positive_int("steps", steps) + (L * mu) ** 2 * d * (3 * d + 8) / 4


def descend(
    f: Function,
    start: Float[np.ndarray, "runs d"],
    rng: np.random.Generator,
    *,
    step: Real,
    mu: Real,
    steps: Integer,
    kind: str = "forward",
) -> Iterator[Float[np.ndarray, "runs d"]]:
    """The start and the points after each of ``steps`` steps x ← x − h ĝ(x), every run with its own direction."""
    x, step = samples("start", start), number("step", positive("step", step))
    generator("rng", rng)
    yield x
    for _ in range(positive_int("steps", steps)):
        u = rng.standard_normal(x.shape)
        x = x - step * quotients(f, x, u, mu, kind)[..., None] * u
        yield x


def attack(
    loss: Callable[[Float[np.ndarray, "queries n d"]], Float[np.ndarray, "queries n"]],
    x: Float[np.ndarray, "n d"],
    budget: Real,
    rng: np.random.Generator,
    *,
    pairs: Integer,
    steps: Integer,
    rate: Real,
    mu: Real,
) -> Iterator[Float[np.ndarray, "n d"]]:
    """The images at the start and after each of ``steps`` steps of length ``rate`` · ``budget``; a step asks 2 · ``pairs`` values an image.

    All images share the directions of a step. Pixels of the queries may leave [0, 1] by a few μ; the images do not.
    """
    x, budget, rate = samples("x", x), number("budget", non_negative("budget", budget)), number("rate", positive("rate", rate))
    mu, here = number("mu", positive("mu", mu)), x
    generator("rng", rng)
    yield here
    for _ in range(positive_int("steps", steps)):
        u = rng.standard_normal((positive_int("pairs", pairs), 1, x.shape[1]))
        slope = quotients(loss, here, u, mu, "central")
        here = here + rate * budget * np.sign(np.einsum("qn,qd->nd", slope, u[:, 0]))
        here = np.clip(x + np.clip(here - x, -budget, budget), 0.0, 1.0)
        yield here
