"""Distances of samples against exact means, and bounds against what they bound."""

import math

import numpy as np
import pytest

from dlcore.games import sampling, transport
from dlcore.statistics import errors_off


def test_single_points(rng):
    for d in (1, 2, 7):
        pairs = rng.standard_normal((2, 20_000, d))
        assert errors_off(np.linalg.norm(pairs[0] - pairs[1], axis=1), sampling.single_distance(d)) < 4
    assert sampling.single_distance(2) == pytest.approx(math.sqrt(math.pi))


def test_on_the_line(rng):
    found = sampling.between_samples(12, 1, 1500, rng)
    assert errors_off(found.transport, sampling.normal_on_line(12)) < 4
    pair = np.random.default_rng(3).standard_normal((2, 12))
    again = sampling.between_samples(12, 1, 1, np.random.default_rng(3)).transport
    assert again == pytest.approx(transport.matching(*pair[..., None])[1], rel=1e-12)
    assert sampling.normal_on_line(1) == pytest.approx(sampling.single_distance(1), rel=1e-8)


def test_distances_in_space(rng):
    found = sampling.between_samples(8, 3, 200, rng)
    assert np.all(found.means <= found.transport)  # a linear function is 1-Lipschitz
    assert errors_off(found.means, sampling.single_distance(3) / math.sqrt(8)) < 4


def test_bounds_hold_for_the_cube(rng):
    for d, n in ((1, 64), (2, 64), (3, 100)):
        far = sampling.between_samples(n, d, 30, rng, law="uniform").transport
        assert sampling.lower_bound(n, d) < far.mean() < 2 * sampling.upper_bound(n, d)


def test_the_lower_bound_is_that_of_nearest_points(rng):
    points, d = rng.random((200, 2)), 2
    nearest = transport.costs(rng.random((3000, 2)), points).min(axis=1).mean()
    assert sampling.lower_bound(200, d) < nearest < 2 * sampling.lower_bound(200, d)
    assert sampling.lower_bound(5, 1, 2.0) == pytest.approx(0.5 / (5 * 2 * 2))


def test_upper_bound_by_hand():
    root = math.sqrt(0.5)
    levels = [2.0**-k + sum(root**j for j in range(1, k + 1)) / 2 / 10 for k in range(9)]
    assert sampling.upper_bound(100, 1) == pytest.approx(min(levels))
    assert sampling.upper_bound(1, 4) == pytest.approx(2 * min(1, 0.5 + 2 / 2))


def test_cubes_bound_the_distance(rng):
    for d in (1, 2, 3):
        x, y = rng.random((2, 40, d))
        assert transport.matching(x, y)[1] <= sampling.cube_bound(x, y, 8)
    same = rng.random((5, 2))
    assert sampling.cube_bound(same, same, 10) == pytest.approx(math.sqrt(2) / 1024)
    one, two = np.array([[0.1]]), np.array([[0.6]])
    assert sampling.cube_bound(one, two, 1) == pytest.approx(0.5 + 0.5)


@pytest.mark.parametrize("call", [
    lambda rng: sampling.between_samples(3, 2, 1, rng, law="cube"), lambda rng: sampling.lower_bound(0, 2),
    lambda rng: sampling.cube_bound(np.ones((2, 2)), np.zeros((2, 2)), 2),
])  # fmt: skip
def test_bad_input(call, rng):
    with pytest.raises(ValueError, match="got"):
        call(rng)
