"""Stochastic gradient descent on sums of quadratics, many chains at once.

    F(θ) = (1/n) Σ_i F_i(θ),   F_i(θ) = ½ θᵀh_iθ − u_iᵀθ + const,   ∇F_i(θ) = h_i θ − u_i
    θ_{t+1} = θ_t − α_t (1/b) Σ_{j∈S_t} ∇F_j(θ_t)

Least squares, the mean of numbers and the textbook quadratics with noise are all of this form, and `sgd_moments` knows
the mean and the covariance of θ_t exactly. Here the chains are drawn.

>>> problem = mean_problem([1.0, 2.0, 6.0])
>>> minimizer(problem).tolist(), gradient_covariance(problem, np.array([3.0])).round(3).tolist()
([3.0], [[4.667]])
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from dlcore.checks import Integer, Reals, finite, generator, positive_int, symmetric
from dlcore.gaussian import Values


class QuadraticSum(NamedTuple):
    """The summands' second derivatives h_i, symmetric but not necessarily positive, and the pulls u_i."""

    curvatures: Float[np.ndarray, "examples d d"]
    pulls: Float[np.ndarray, "examples d"]


def least_squares(x: Float[np.ndarray, "examples d"], y: Float[np.ndarray, " examples"]) -> QuadraticSum:
    """F_i(θ) = ½ (x_iᵀθ − y_i)²: h_i = x_i x_iᵀ, u_i = y_i x_i. (Without the ½, a step α does what 2α does here.)"""
    x, y = finite("x", x), finite("y", y)
    return QuadraticSum(x[:, :, None] * x[:, None, :], y[:, None] * x)


def mean_problem(numbers: Reals) -> QuadraticSum:
    """F_i(θ) = ½ (θ − x_i)² in one dimension: the minimum is at the mean, and is half the variance."""
    return scalar_sum(np.ones(np.shape(numbers)), numbers)


def scalar_sum(curvatures: Reals, pulls: Reals = 0.0) -> QuadraticSum:
    """F_i(θ) = ½ h_i θ² − u_i θ in one dimension; the h_i may be negative."""
    h = np.asarray(finite("curvatures", curvatures), dtype=float)
    return QuadraticSum(h[:, None, None], np.broadcast_to(np.asarray(finite("pulls", pulls), dtype=float), h.shape)[:, None])


def minimizer(problem: QuadraticSum) -> Float[np.ndarray, " d"]:
    """θ* with ∇F(θ*) = 0; ValueError if the mean curvature is singular or not positive."""
    hessian = symmetric("the mean curvature", problem.curvatures.mean(0))
    smallest = np.linalg.eigvalsh(hessian)[0]
    if smallest <= len(hessian) * np.finfo(float).eps * np.abs(hessian).max():
        raise ValueError(f"the mean curvature must be positive definite, got smallest eigenvalue {smallest}: add data or a ridge")
    return np.linalg.solve(hessian, problem.pulls.mean(0))


def value(problem: QuadraticSum, theta: Float[np.ndarray, "*batch d"]) -> Values:
    """F(θ) − F(0)."""
    hessian, pull = problem.curvatures.mean(0), problem.pulls.mean(0)
    return np.sum(theta * (theta @ hessian / 2 - pull), axis=-1)


def gradient(problem: QuadraticSum, theta: Float[np.ndarray, "*batch d"]) -> Float[np.ndarray, "*batch d"]:
    """∇F(θ)."""
    return theta @ problem.curvatures.mean(0) - problem.pulls.mean(0)


def example_gradients(problem: QuadraticSum, theta: Float[np.ndarray, "*batch d"]) -> Float[np.ndarray, "*batch examples d"]:
    """∇F_i(θ) for all i."""
    return np.einsum("nij,...j->...ni", problem.curvatures, theta) - problem.pulls


def gradient_covariance(problem: QuadraticSum, theta: Float[np.ndarray, "*batch d"]) -> Float[np.ndarray, "*batch d d"]:
    """Covariance of the gradient of one example drawn at random; its trace is σ² of the theorems."""
    g = example_gradients(problem, theta)
    g = g - g.mean(-2, keepdims=True)
    return np.einsum("...ni,...nj->...ij", g, g) / g.shape[-2]


def noise_factor(examples: Integer, size: Integer | Int[np.ndarray, "..."], *, replacement: bool = True) -> Reals:
    """Covariance of the mean gradient of a batch, as a multiple of that of one example.

    1/b with replacement; (n − b)/(b (n − 1)) without, which is 0 for the whole set.
    """
    n, b = positive_int("examples", examples), np.asarray(size)
    if np.any(b < 1) or (not replacement and np.any(b > n)):
        raise ValueError(f"size must be at least 1, and at most examples = {n} without replacement, got {size}: change the size")
    return 1 / b if replacement or n == 1 else (n - b) / (b * (n - 1))


def sgd_paths(
    problem: QuadraticSum,
    rates: Float[np.ndarray, "steps *lead"],
    *,
    rng: np.random.Generator,
    chains: Integer,
    start: Float[np.ndarray, "#chains d"] | Float[np.ndarray, " d"],
    size: Integer = 1,
    replacement: bool = True,
) -> Float[np.ndarray, "steps+1 *lead chains d"]:
    """θ_0, …, θ_T of independent ``chains`` from ``start``, with one row of ``rates`` a step.

    The further axes of ``rates`` (of *lead*) are compared on the same batches. Without replacement a batch has no example twice, but
    every batch is drawn anew from all. A chain that overflows stays at ±inf or NaN.
    """
    n, d = problem.pulls.shape
    noise_factor(n, size, replacement=replacement)  # checks the size
    generator("rng", rng)
    steps, lead = len(rates), np.shape(rates)[1:]
    path = np.empty((steps + 1, *lead, positive_int("chains", chains), d))
    path[0] = finite("start", start)
    with np.errstate(over="ignore", invalid="ignore"):  # divergence is a result, and told as one
        for t, rate in enumerate(rates):
            j = draw_batches(rng, n, size, chains, replacement=replacement)
            h, u = problem.curvatures[j].mean(1), problem.pulls[j].mean(1)
            g = np.einsum("cij,...cj->...ci", h, path[t]) - u
            path[t + 1] = path[t] - np.asarray(rate)[..., None, None] * g
    return path


def draw_batches(
    rng: np.random.Generator, examples: Integer, size: Integer, batches: Integer, *, replacement: bool = True
) -> Int[np.ndarray, "{batches} {size}"]:
    """Indices of independent batches, each uniform: of all tuples with replacement, of all sets without."""
    generator("rng", rng), positive_int("batches", batches), positive_int("size", size)
    noise_factor(examples, size, replacement=replacement)  # checks that a batch can be had
    if replacement:
        return rng.integers(examples, size=(batches, size))
    order = np.tile(np.arange(examples), (batches, 1))
    return rng.permuted(order, axis=1)[:, :size]


def growth_exponents(curvatures: Float[np.ndarray, " examples"], rates: Reals) -> tuple[Reals, Reals]:
    """How θ ← (1 − α h_j) θ grows a step: E ln|1 − αh| almost surely, and ½ ln E(1 − αh)² in mean square.

    The first is never above the second (Jensen); between their zeros θ_t → 0 on almost every path while E θ_t² → ∞.
    """
    factors = np.abs(1 - np.asarray(finite("rates", rates), dtype=float)[..., None] * finite("curvatures", curvatures))
    with np.errstate(divide="ignore"):  # a factor of exactly 0 stops the chain: ln 0 = −inf
        return np.log(factors).mean(-1), np.log(np.square(factors).mean(-1)) / 2
