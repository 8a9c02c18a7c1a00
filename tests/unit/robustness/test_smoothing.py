"""Smoothing against SciPy's exact intervals, a linear classifier's distance, and the coverage computed from the binomial law."""

import numpy as np
import pytest
from scipy import stats

from dlcore.robustness.smoothing import ceiling, certify, radius, share_at_least, votes


def half_plane(x):
    return (x @ np.array([3.0, 4.0]) > 1).astype(int)


@pytest.mark.parametrize(("k", "n"), [(0, 5), (1, 5), (5, 5), (40, 100), (999, 1000), (95_000, 100_000)])
def test_lower_bounds_are_scipys(k, n):
    oracle = stats.binomtest(k, n, alternative="greater").proportion_ci(0.99, method="exact").low
    assert share_at_least(k, n, 0.01) == pytest.approx(oracle, abs=1e-12)


def test_the_bound_is_wrong_as_rarely_as_it_says():
    n, alpha = 50, 0.05
    k = np.arange(n + 1)
    p = np.linspace(0.01, 0.99, 99)
    missed = (stats.binom.pmf(k, n, p[:, None]) * (share_at_least(k, np.full(n + 1, n), alpha) > p[:, None])).sum(axis=1)
    assert missed.max() <= alpha and missed.max() > 0.8 * alpha


def test_a_linear_classifiers_radius_is_its_distance():
    x, sigma = np.array([2.0, 1.0]), 0.7
    distance = (np.array([3.0, 4.0]) @ x - 1) / 5
    assert radius(stats.norm.cdf(distance / sigma), sigma) == pytest.approx(distance, rel=1e-12)
    found = certify(half_plane, x, sigma, 20_000, 0.001, 2, np.random.default_rng(0))
    assert found.label == 1 and 0.9 * distance < found.radius <= distance


def test_votes_are_counts_near_the_probability():
    counted = votes(half_plane, np.array([0.0, 0.5]), 1.0, 40_000, 3, np.random.default_rng(1))
    assert counted.sum() == 40_000 and counted[2] == 0
    assert abs(counted[1] / 40_000 - stats.norm.cdf(0.2)) < 4 * 0.5 / 200


def test_no_majority_no_certificate():
    found = certify(half_plane, np.array([0.0, 0.25]), 1.0, 1000, 0.001, 2, np.random.default_rng(2))
    assert found.label is None and found.radius == 0
    assert radius(0.3, 1.0) == 0 and radius(np.array([0.5, 0.9]), 1.0)[0] == 0


def test_the_ceiling_is_the_radius_of_votes_without_exception():
    assert ceiling(100, 0.001, 0.5) == pytest.approx(0.5 * stats.norm.ppf(0.001 ** (1 / 100)))


def test_what_is_no_probability_or_count_is_refused():
    with pytest.raises(ValueError, match="probability"):
        radius(1.2, 1.0)
    with pytest.raises(ValueError, match="votes"):
        share_at_least(6, 5, 0.1)
    with pytest.raises(ValueError, match="votes"):
        share_at_least(np.array([-1, 2]), 5, 0.1)
    with pytest.raises(ValueError, match="alpha"):
        share_at_least(3, 5, 1.0)
