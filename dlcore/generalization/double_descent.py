"""Least squares on the first p of D Gaussian features: exact risk, simulation, ridge and its best penalty.

An example is x ~ N(0, I) in D dimensions with y = xᵀβ + ε, Var ε = σ² = ``noise``. The fit sees n examples and the first p features;
of all minimisers it takes the one of least norm. Its risk is the expected squared error on a new example. What the fit does
not see, τ² = β²_{p+1} + … + β²_D + σ², is noise to it (Belkin, Hsu and Xu 2020).

>>> exact_risk(np.array([0, 10, 20, 40]), 20, np.zeros(40), 1.0).round(3).tolist()
[1.0, 2.111, inf, 2.053]
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from dlcore.checks import Integer, Real, finite, generator, non_negative, positive_int

Counts = Int[np.ndarray, " counts"]
PerCount = Float[np.ndarray, " counts"]


def exact_risk(p: Counts, n: Integer, beta: Float[np.ndarray, " D"], noise: Real) -> PerCount:
    """τ²(1 + p/(n − p − 1)) for p ≤ n − 2, ‖β_p‖²(1 − n/p) + τ²(1 + n/(p − n − 1)) for p ≥ n + 2, and infinity between.

    Without noise, τ² = 0, it is ‖β_p‖² max(0, 1 − n/p) for every p.
    """
    p, n, (seen, tau2) = _counts(p, beta), positive_int("n", n), seen_and_hidden(p, beta, noise)
    with np.errstate(divide="ignore", invalid="ignore"):
        few = tau2 * (1 + p / (n - p - 1))
        many = tau2 * (1 + n / (p - n - 1))
        lost = seen * np.where(p > n, 1 - n / p, 0)
    infinite = np.where(tau2 > 0, np.inf, 0)
    return np.where(p <= n - 2, few, lost + np.where(p >= n + 2, many, infinite))


def best_ridge(p: Counts, n: Integer, beta: Float[np.ndarray, " D"], noise: Real) -> PerCount:
    """The weight λ* = τ²p/(n‖β_p‖²) of (1/n)‖y − Xβ‖² + λ‖β‖² with the least risk; infinite where the first p coefficients vanish.

    >>> best_ridge(np.array([10]), 20, np.full(40, 0.5), 2.0).tolist()
    [1.9]
    """
    p, n, (seen, tau2) = _counts(p, beta), positive_int("n", n), seen_and_hidden(p, beta, noise)
    with np.errstate(divide="ignore"):
        return np.where(seen > 0, tau2 * p / np.where(seen > 0, n * seen, 1), np.inf)


def seen_and_hidden(p: Counts, beta: Float[np.ndarray, " D"], noise: Real) -> tuple[PerCount, PerCount]:
    """‖β_p‖² of the first p coefficients, and τ², what the others and the noise add up to."""
    p, squares = _counts(p, beta), np.asarray(finite("beta", beta), dtype=float) ** 2
    seen = np.concatenate([[0.0], np.cumsum(squares)])
    unseen = np.concatenate([np.cumsum(squares[::-1])[::-1], [0.0]])
    return seen[p], unseen[p] + float(non_negative("noise", noise))


class Draws(NamedTuple):
    """Data sets, taken apart: for every p and run the singular values of the n × p inputs, and what lies along each direction.

    s: singular values, filled up with 0 to n of them. along: the true coefficients along the right singular vectors. clean and
    noise: the targets without noise, and standard normal noise, along the left ones.
    """

    p: Counts
    s: Float[np.ndarray, "counts runs n"]
    along: Float[np.ndarray, "counts runs n"]
    clean: Float[np.ndarray, "counts runs n"]
    noise: Float[np.ndarray, "counts runs n"]
    beta: Float[np.ndarray, " D"]

    def risks(self, noise: Real, penalty: Real | PerCount = 0.0) -> Float[np.ndarray, "counts runs"]:
        """The risk of every fit given its data, for the noise σ² and a ridge penalty λ ≥ 0 (one, or one for each p).

        Features have covariance I, so the expectation over a new example is ‖β̂ − β‖² + τ², in closed form.
        """
        (seen, tau2), n = seen_and_hidden(self.p, self.beta, noise), self.s.shape[-1]
        weight = n * np.broadcast_to(np.asarray(penalty, dtype=float), self.p.shape)[:, None, None]
        if np.any(np.isnan(weight)) or np.any(weight < 0):
            raise ValueError(f"penalty must be at least 0, got {penalty}: pass numbers from 0 upwards")
        alive = self.s > 0
        factor = np.where(alive, self.s / np.where(alive, self.s**2 + weight, 1), 0)
        found = factor * (self.clean + np.sqrt(float(noise)) * self.noise)
        outside = seen[:, None] - np.sum(self.along**2, axis=-1)  # the part of β that no example shows
        return tau2[:, None] + np.maximum(outside, 0) + np.sum((found - self.along) ** 2, axis=-1)


def draws(p: Counts, n: Integer, beta: Float[np.ndarray, " D"], *, runs: Integer, rng: np.random.Generator) -> Draws:
    """``runs`` data sets of n examples, each seen through its first p features for every p ≥ 1."""
    p, n, runs = _counts(p, beta), positive_int("n", n), positive_int("runs", runs)
    if p.min(initial=1) < 1:
        raise ValueError(f"p must be at least 1 here, got {p.min()}: without features nothing is fitted")
    X = generator("rng", rng).standard_normal((runs, n, len(beta)))
    z, y = rng.standard_normal((runs, n)), X @ beta
    parts = np.zeros((4, len(p), runs, n))
    for k, count in enumerate(p):
        u, s, vt = np.linalg.svd(X[:, :, :count], full_matrices=False)
        turned = np.swapaxes(u, -1, -2)
        along = (s, vt @ beta[:count], np.einsum("rkn,rn->rk", turned, y), np.einsum("rkn,rn->rk", turned, z))
        parts[:, k, :, : s.shape[-1]] = along
    return Draws(p, *parts, np.asarray(beta, dtype=float))


def growing_fits(
    features: Float[np.ndarray, "n K"], y: Float[np.ndarray, " n"], at: Float[np.ndarray, "points K"]
) -> Float[np.ndarray, "fits points"]:
    """Predictions at other points of the least-norm least squares fits with the first 0, 1, …, K features.

    >>> growing_fits(np.array([[1.0, 1.0]]), np.array([2.0]), np.array([[1.0, 1.0]])).round(9).ravel().tolist()
    [0.0, 2.0, 2.0]
    """
    features, y, at = (np.asarray(finite(name, a), dtype=float) for name, a in (("features", features), ("y", y), ("at", at)))
    if features.ndim != 2 or y.shape != features.shape[:1] or at.ndim != 2 or at.shape[1] != features.shape[1]:
        raise ValueError(f"features, y and at must match, got shapes {features.shape}, {y.shape}, {at.shape}: one column a feature")
    fits = np.zeros((features.shape[1] + 1, len(at)))
    for p in range(1, len(fits)):
        fits[p] = at[:, :p] @ np.linalg.lstsq(features[:, :p], y, rcond=None)[0]
    return fits


def _counts(p, beta) -> np.ndarray:
    p = np.asarray(p)
    if p.dtype.kind not in "iu" or p.ndim != 1:
        raise TypeError(f"p must be an array of whole numbers, got {p!r}: pass np.arange(…)")
    if p.size and not (p.min() >= 0 and p.max() <= len(beta)):
        raise ValueError(f"p must lie between 0 and the number of coefficients, {len(beta)}, got {p.min()} to {p.max()}: cut it")
    return p
