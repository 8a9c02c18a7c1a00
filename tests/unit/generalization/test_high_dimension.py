"""Volumes by Monte Carlo and recursion, distances by integration and by SciPy."""

import numpy as np
import pytest
from scipy import integrate
from scipy.spatial.distance import cdist

from dlcore.generalization import high_dimension as high
from dlcore.statistics import errors_off


def test_the_ball_is_counted_in_few_dimensions(rng):
    assert high.ball_share(1) == pytest.approx(1)
    for d in (2, 3, 5):
        inside = np.sum((rng.random((40_000, d)) - 0.5) ** 2, axis=1) < 0.25
        assert errors_off(inside.astype(float), high.ball_share(d)) < 4


def test_the_ball_follows_its_recursion():
    for d in (3, 40, 300):  # V_d = V_{d−2} 2π/d for radius 1
        assert high.ball_share(d) == pytest.approx(high.ball_share(d - 2) * 2 * np.pi / d / 4, rel=1e-10)


def test_the_moments_are_integrals_over_one_coordinate():
    first, second = (integrate.dblquad(lambda x, y, k=k: (x - y) ** k, 0, 1, 0, 1)[0] for k in (2, 4))
    assert high.square_distance_moments(1) == pytest.approx((first, second - first**2))
    assert high.square_distance_moments(7) == pytest.approx((7 * first, 7 * (second - first**2)))


def test_samples_of_distances_have_these_moments(rng):
    squares = high.square_distances(6, 50_000, rng)
    mean, variance = high.square_distance_moments(6)
    assert errors_off(squares, mean) < 4
    assert errors_off((squares - mean) ** 2, variance) < 4


def test_nearest_and_farthest_are_those_of_scipy():
    found = high.nearest_and_farthest(3, 20, 4, np.random.default_rng(5))
    rng = np.random.default_rng(5)
    for pair in found:
        away = cdist(rng.random((20, 3)), rng.random(3)[None])
        assert pair == pytest.approx([away.min(), away.max()])


def test_a_cube_has_a_dimension():
    with pytest.raises(ValueError, match="d must be at least 1"):
        high.ball_share(0)
