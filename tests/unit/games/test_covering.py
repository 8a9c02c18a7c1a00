import itertools

import numpy as np
import pytest

from dlcore.games.covering import covered, parts
from dlcore.games.transport import matching


def test_wasserstein_is_the_best_of_all_pairings():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 6, 2))
    best = min(np.linalg.norm(x - y[list(order)], axis=1).mean() for order in itertools.permutations(range(6)))
    assert matching(x, y)[1] == pytest.approx(best, abs=1e-12)
    line = rng.normal(size=(40, 1)), rng.normal(size=(40, 1))  # on a line the sorted pairing is best
    assert matching(*line)[1] == pytest.approx(np.abs(np.sort(line[0], 0) - np.sort(line[1], 0)).mean(), abs=1e-12)


def test_parts_are_the_clusters_that_there_are():
    rng, centres = np.random.default_rng(1), 5 * np.array([[0, 0], [1, 0], [0, 1]])
    data = np.concatenate([c + 0.1 * rng.normal(size=(n, 2)) for c, n in zip(centres, (50, 100, 50))])
    whole = parts(data, 3)
    order = np.argmin(np.linalg.norm(whole.centres[:, None] - centres, axis=-1), axis=1)
    assert sorted(order) == [0, 1, 2]
    np.testing.assert_allclose(whole.centres, centres[order], atol=0.05)
    np.testing.assert_allclose(whole.shares, np.array([0.25, 0.5, 0.25])[order], atol=0.01)
    some = np.concatenate([np.repeat(centres, (20, 12, 1), axis=0), np.full((67, 2), 99.0)])
    assert covered(some, whole).tolist() == [bool(k == 0) for k in order]  # 20 % of 25, 12 % of 50 less than a quarter, 1 % of 25
    assert covered(data, whole).all()


def test_who_is_near_and_how_many_are_a_quarter():
    square = np.array([[1.0, 0], [-1, 0], [0, 1], [0, -1]])
    whole = parts(np.concatenate([np.tile(square, (5, 1)), np.tile(square + np.array([10, 0]), (5, 1))]), 2)
    assert whole.radius == pytest.approx(2)  # twice 1, the distance of all of them
    here, there = whole.centres
    for distance, number, reached in ((1.9, 13, True), (2.1, 13, False), (1.9, 12, False)):  # a quarter of one half of 100 is 12.5
        near = np.tile(here + np.array([0, distance]), (number, 1))
        far = np.tile(there, (100 - number, 1))
        assert covered(np.concatenate([near, far]), whole).tolist() == [reached, True]


def test_refusals():
    with pytest.raises(ValueError, match="equally many"):
        matching(np.zeros((3, 2)), np.zeros((4, 2)))
    with pytest.raises(ValueError, match="more points"):
        parts(np.zeros((3, 2)), 3)
