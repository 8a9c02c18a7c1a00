"""Counts against linear programs and by hand, exact signs against the sine, Rademacher averages against sums by hand and draws."""

import itertools
from fractions import Fraction

import numpy as np
import pytest

from dlcore.generalization import capacity
from dlcore.generalization.expansions import separable
from dlcore.statistics import errors_off


@pytest.mark.parametrize(("n", "d", "count"), [(3, 2, 8), (4, 2, 14), (6, 2, 32), (4, 3, 16), (5, 3, 30), (2, 1, 4), (1, 3, 2)])
def test_cover_counts_what_linear_programs_find(n, d, count):
    points = np.random.default_rng(n + 10 * d).standard_normal((n, d))
    assert capacity.cover(n, d) == capacity.halfspace_dichotomies(points) == count


@pytest.mark.parametrize("seed", range(6))
def test_lines_are_exact_for_crowded_grids(seed):
    points = np.random.default_rng(seed).integers(-2, 3, size=(5, 2))  # three on a line, and two in one place, are common here
    found = capacity.plane_dichotomies(points)
    features = np.column_stack([np.ones(5), points])
    assert found.possible.tolist() == [separable(features, row) for row in found.labels]
    mixed = (found.labels != found.labels[:, :1]).any(axis=1) & found.possible
    sides = found.labels * (found.normal @ points.T - found.offset[:, None])
    assert (sides[mixed] > 0).all()


def test_the_line_has_the_widest_margin():
    points = np.array([[0, 0], [4, 0], [1, 3], [5, 3]])
    found = capacity.plane_dichotomies(points)
    row = found.labels.tolist().index([1, 1, -1, -1])
    assert abs(found.normal[row, 0]) == 0 and found.offset[row] / found.normal[row, 1] == pytest.approx(1.5)

    two = capacity.plane_dichotomies(np.array([[0, 0], [4, 2]]))  # the nearest points are corners: the line is their bisector
    assert two.possible.all() and two.normal[1].any()
    assert abs(two.normal[1] @ [-1, 2]) == 0 and two.normal[1] @ [2, 1] == pytest.approx(two.offset[1])


def test_rows_of_labels_come_in_turned_pairs():
    labels = capacity.all_labels(4)
    assert len({tuple(row) for row in labels}) == 16
    np.testing.assert_array_equal(labels, -labels[::-1])


def test_the_sign_of_the_sine_is_exact():
    for p, q in itertools.product(range(-9, 10), range(1, 8)):
        value = np.sin(np.pi * 3 * p / q)
        assert capacity.sine_label(Fraction(3), Fraction(p, q)) == (0 if abs(value) < 1e-9 else np.sign(value))


def test_rademacher_of_finite_classes():
    cube = capacity.all_labels(5)
    assert capacity.rademacher_finite(cube) == 1
    assert capacity.rademacher_finite(cube[:1]) == 0
    threshold = np.array([[1, 1, 1], [-1, 1, 1], [-1, -1, 1], [-1, -1, -1]])  # eight signs, added by hand: 5/8 + …
    by_hand = np.mean([max(np.dot(s, f) for f in threshold) / 3 for s in itertools.product((1, -1), repeat=3)])
    assert capacity.rademacher_finite(threshold) == pytest.approx(by_hand, abs=1e-15)


def test_rademacher_of_balls():
    assert capacity.rademacher_ball(np.eye(6), radius=3) == pytest.approx(3 / np.sqrt(6))
    assert capacity.rademacher_ball(np.ones((2, 1))) == 0.5
    points = np.random.default_rng(0).standard_normal((9, 3))
    draws = capacity.rademacher_ball_draws(points, 4000, np.random.default_rng(1), radius=2)
    assert errors_off(draws, capacity.rademacher_ball(points, radius=2)) < 4


@pytest.mark.parametrize("call", [
    lambda: capacity.cover(0, 2), lambda: capacity.all_labels(19), lambda: capacity.plane_dichotomies(np.array([[1, 2]])),
    lambda: capacity.plane_dichotomies(np.array([[0, 0], [1, 20_000]])), lambda: capacity.rademacher_ball(np.eye(2), radius=0),
])  # fmt: skip
def test_bad_input_is_refused(call):
    with pytest.raises(ValueError, match="must"):
        call()
