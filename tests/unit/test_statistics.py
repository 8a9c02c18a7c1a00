import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import optimize, stats

from dlcore import statistics
from dlcore.statistics import ks_distance


def test_mean_square_is_that_of_the_last_axis(rng):
    z = rng.standard_normal((4, 5, 6))
    assert_allclose(statistics.mean_square(z), (z**2).mean(axis=-1), rtol=1e-12)


def test_four_errors_are_those_of_the_mean(rng):
    samples = rng.standard_normal((50, 3))
    assert_allclose(statistics.four_errors(samples), 4 * stats.sem(samples), rtol=1e-12)
    assert_allclose(statistics.four_errors(samples[:, 0]), 4 * stats.sem(samples[:, 0]), rtol=1e-12)  # of one quantity, one number
    assert_allclose(statistics.four_errors(samples > 0), 4 * stats.sem(samples > 0), rtol=1e-12)  # of outcomes


def test_errors_off_are_the_largest_distance_in_standard_errors(rng):
    samples, expected = rng.standard_normal((50, 3)), np.array([0.0, 0.1, -0.2])
    away = [abs(stats.ttest_1samp(column, mean).statistic) for column, mean in zip(samples.T, expected)]
    assert_allclose(statistics.errors_off(samples, expected), max(away), rtol=1e-12)
    assert_allclose(statistics.errors_off(samples[:, 1] > 0, 0.5), abs(stats.ttest_1samp(samples[:, 1] > 0, 0.5).statistic), rtol=1e-12)


def test_four_errors_of_a_share_are_those_of_the_binomial_law():
    assert_allclose(statistics.four_errors_of_share(0.3, 70), 4 * stats.binom(70, 0.3).std() / 70, rtol=1e-12)
    assert statistics.four_errors_of_share(1, 5) == 0


@pytest.mark.parametrize("n", [10, 1000, 100_000])
def test_a_distance_above_the_bound_is_as_rare_as_four_sigma(n):
    """The bound's inequality is sharp in the limit, and holds for every n."""
    exact = optimize.brentq(lambda x: stats.kstwo(n).sf(x) - 2 * stats.norm.sf(4), 1e-6, 1 - 1e-9)
    assert exact <= statistics.ks_bound(n) <= exact * (1 + 1 / np.sqrt(n))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: statistics.four_errors(np.ones((1, 3))), "at least 2 samples, got 1"),
        (lambda: statistics.four_errors(np.array([1.0, np.nan])), "samples must be finite"),
        (lambda: statistics.errors_off(np.ones((1, 3)), 1.0), "at least 2 samples, got 1"),
        (lambda: statistics.errors_off(np.arange(3.0), np.nan), "expected must be finite"),
        (lambda: statistics.four_errors_of_share(30, 100), "probability"),
        (lambda: statistics.four_errors_of_share(1 + 1e-9, 100), "probability"),
        (lambda: statistics.four_errors_of_share(-1e-9, 100), "probability"),
        (lambda: statistics.four_errors_of_share(0.3, 0), "at least 1, got 0"),
        (lambda: statistics.ks_bound(0), "at least 1, got 0"),
    ],
)
def test_what_has_no_error_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_distance_is_kolmogorovs(rng):
    sample = rng.standard_normal(500)
    assert ks_distance(sample, stats.norm.cdf, slack=0) == pytest.approx(stats.ks_1samp(sample, stats.norm.cdf).statistic)


def test_distance_knows_atoms():
    """A law with mass ½ at 0 and ½ at 1, and a sample that misses 1 by rounding."""

    def cdf(x):
        return np.where(x < 0, 0.0, np.where(x < 1, 0.5, 1.0))

    assert ks_distance(np.array([0, 0, 1 - 1e-12, 1 + 1e-12]), cdf) == 0
    assert ks_distance(np.array([0.0, 0.0, 0.0, 1.0]), cdf) == pytest.approx(0.25)


@pytest.mark.parametrize("shift", [-5.0, 5.0])
def test_the_distance_of_a_sample_to_one_side_is_reached_at_its_end(rng, shift):
    for size in (1, 2, 10):
        sample = rng.standard_normal(size) + shift
        assert ks_distance(sample, stats.norm.cdf, slack=0) == pytest.approx(stats.ks_1samp(sample, stats.norm.cdf).statistic)
