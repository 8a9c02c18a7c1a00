import numpy as np
import pytest
from scipy import stats

from dlcore.statistics import ks_distance


def test_distance_is_kolmogorovs(rng):
    sample = rng.standard_normal(500)
    assert ks_distance(sample, stats.norm.cdf, slack=0) == pytest.approx(stats.ks_1samp(sample, stats.norm.cdf).statistic)


def test_distance_knows_atoms():
    """A law with mass ½ at 0 and ½ at 1, and a sample that misses 1 by rounding."""

    def cdf(x):
        return np.where(x < 0, 0.0, np.where(x < 1, 0.5, 1.0))

    assert ks_distance(np.array([0, 0, 1 - 1e-12, 1 + 1e-12]), cdf) == 0
    assert ks_distance(np.array([0.0, 0.0, 0.0, 1.0]), cdf) == pytest.approx(0.25)
