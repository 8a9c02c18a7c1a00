"""Two exact worst cases against each other, against all 2^n patterns of switches as linear programmes, and against samples."""

import itertools

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.spatial import ConvexHull

from dlcore.robustness import bounds
from dlcore.robustness.exact import clipped, hull, regions, worst


def network(seed, widths=(2, 4, 3, 1)):
    rng = np.random.default_rng(seed)
    weights = [rng.standard_normal((b, a)) for a, b in itertools.pairwise(widths)]
    return weights, [0.5 * rng.standard_normal(b) for b in widths[1:]]


LOW, HIGH = np.array([-0.5, -0.2]), np.array([0.6, 0.8])


def by_patterns(weights, biases, low, high):
    """The least output of one hidden layer: a linear programme for each pattern of switches."""
    (w, v), (b, c) = weights, biases
    found = []
    for on in itertools.product((0, 1), repeat=len(b)):
        on = np.array(on)
        sign = 1 - 2 * on
        solved = linprog((v[0] * on) @ w, A_ub=sign[:, None] * w, b_ub=-sign * b, bounds=np.stack([low, high], axis=1))
        if solved.status == 0:
            found.append(solved.fun + (v[0] * on) @ b + c[0])
    return min(found)


@pytest.mark.parametrize("seed", range(6))
def test_one_hidden_layer_against_all_patterns(seed):
    weights, biases = network(seed, (2, 4, 1))
    expected = by_patterns(weights, biases, LOW, HIGH)
    assert worst(weights, biases, LOW, HIGH).value == pytest.approx(expected, abs=1e-6)
    assert min(outputs.min() for _, outputs in regions(weights, biases, LOW, HIGH)) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_programme_polygons_samples_and_bounds_stand_in_order(seed):
    weights, biases = network(seed)
    found, relaxed = worst(weights, biases, LOW, HIGH), worst(weights, biases, LOW, HIGH, relaxed=True)
    cut = min(outputs.min() for _, outputs in regions(weights, biases, LOW, HIGH))
    sampled = bounds.scores(weights, biases, np.random.default_rng(seed).uniform(LOW, HIGH, (10_000, 2))).min()
    assert found.value == pytest.approx(cut, abs=1e-6) and found.bound == pytest.approx(cut, abs=1e-6)
    assert sampled >= cut - 1e-9
    assert relaxed.bound <= cut + 1e-6
    for slope in bounds.SLOPES:
        inner = bounds.linear(weights, biases, LOW[None], HIGH[None])
        assert bounds.linear(weights, biases, LOW[None], HIGH[None], slope=slope, inner=inner)[-1].low.item() <= relaxed.bound + 1e-6


def test_regions_tile_the_box_and_are_affine():
    weights, biases = network(3, (2, 5, 4, 2))
    pieces, area = regions(weights, biases, LOW, HIGH), 0.0
    for corners, outputs in pieces:
        x, y = corners.T
        area += abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2
        np.testing.assert_allclose(bounds.scores(weights, biases, corners), outputs, atol=1e-9)
        np.testing.assert_allclose(bounds.scores(weights, biases, corners.mean(axis=0)[None])[0], outputs.mean(axis=0), atol=1e-9)
    assert area == pytest.approx(np.prod(HIGH - LOW))


def test_a_linear_function_and_a_clipped_square():
    found = worst([np.array([[2.0, -1.0]])], [np.array([0.5])], LOW, HIGH)
    assert found.value == pytest.approx(2 * -0.5 - 0.8 + 0.5)
    square = np.array([[0.0, 0], [1, 0], [1, 1], [0, 1]])
    assert sorted(map(tuple, clipped(square, np.ones(2), 1.0).tolist())) == [(0, 0), (0, 1), (1, 0)]


def test_what_has_several_outputs_or_dimensions_is_refused():
    with pytest.raises(ValueError, match="one output"):
        worst(*network(0, (2, 3, 2)), LOW, HIGH)
    with pytest.raises(ValueError, match="plane"):
        regions(*network(0, (2, 3, 2)), LOW, LOW)
    weights, biases = network(0)
    wrong = [bounds.Bounds(np.full((1, n), 5.0), np.full((1, n), 6.0)) for n in (4, 3)]
    with pytest.raises(ValueError, match="no point"):
        worst(weights, biases, LOW, HIGH, inner=wrong)


def test_the_hull_is_scipys_and_of_a_segment_its_ends():
    points = np.random.default_rng(4).standard_normal((40, 2))
    oracle = points[ConvexHull(points).vertices]
    assert sorted(map(tuple, hull(points).round(9).tolist())) == sorted(map(tuple, oracle.round(9).tolist()))
    segment = np.outer([0.2, 0.0, 1.0, 0.7], [1.0, 2.0])
    assert hull(segment).tolist() == [[0, 0], [1, 2]] and hull(segment[:1]).tolist() == [[0.2, 0.4]]
