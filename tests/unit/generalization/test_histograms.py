"""Boxes by counting them, errors by Monte Carlo and by integration."""

from itertools import pairwise
from math import comb

import numpy as np
import pytest
from scipy import integrate, optimize, stats

from dlcore.generalization import histograms
from dlcore.statistics import errors_off

LAW = stats.beta(2, 2)


@pytest.mark.parametrize(("boxes", "n"), [(1, 4), (7, 3), (10, 25)])
def test_occupied_boxes_by_inclusion_and_exclusion(boxes, n):
    chance = [comb(boxes, k) * sum((-1) ** j * comb(k, j) * ((k - j) / boxes) ** n for j in range(k + 1)) for k in range(boxes + 1)]
    assert histograms.occupied(boxes, n) == pytest.approx(np.dot(chance, np.arange(boxes + 1)))


def test_of_very_many_boxes_each_example_has_one():
    assert histograms.occupied(100.0**100, 1000) == pytest.approx(1000)


@pytest.mark.parametrize("law", [stats.uniform(), LAW])
@pytest.mark.parametrize("bins", [1, 4, 9])
def test_the_mise_is_the_mean_of_integrated_squared_errors(rng, law, bins):
    n, edges = 30, np.linspace(0, 1, bins + 1)
    square = integrate.quad(lambda x: law.pdf(x) ** 2, 0, 1)[0]
    cross = [integrate.quad(law.pdf, a, b)[0] for a, b in pairwise(edges)]
    errors = []
    for row in law.rvs((4000, n), random_state=rng):
        f = histograms.heights(row, bins)
        errors.append(square - 2 * f @ cross + np.mean(f**2))
    expected = histograms.mise(histograms.bin_shares(law.cdf, bins), square, n)
    if bins == 1:  # nothing is left to chance
        np.testing.assert_allclose(errors, expected, atol=1e-12)
    else:
        assert errors_off(np.array(errors), expected) < 4


def test_in_two_dimensions_boxes_are_counted_one_by_one():
    shares, square = histograms.bin_shares(LAW.cdf, 3), 1.2
    boxes = np.outer(shares, shares).ravel()
    expected = square**2 - 9 * np.sum(boxes**2) + 9 / 50 * (1 - np.sum(boxes**2))
    assert histograms.mise(shares, square, 50, dimension=2) == pytest.approx(expected)


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_of_a_uniform_density_all_is_chance(dimension):
    found = histograms.mise(np.full(5, 0.2), 1.0, 200, dimension)
    assert found == pytest.approx(histograms.uniform_mise(5**dimension, 200))


def test_the_best_width_is_that_of_the_exact_error_for_many_examples():
    n, rough = 10**7, 12.0  # f = 6x(1 − x)
    exact = optimize.minimize_scalar(
        lambda h: 1 / (n * h) + h**2 * rough / 12, bounds=(1e-5, 1), method="bounded", options={"xatol": 1e-10}
    )
    assert histograms.best_width(rough, n) == pytest.approx(exact.x, rel=1e-4)
    bins = np.arange(100, 500)
    errors = [histograms.mise(histograms.bin_shares(LAW.cdf, m), 1.2, n) for m in bins]
    assert 1 / bins[np.argmin(errors)] == pytest.approx(histograms.best_width(rough, n), rel=0.01)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: histograms.occupied(0.5, 3), "boxes must be at least 1"),
        (lambda: histograms.mise(np.array([0.5, 0.2]), 1.0, 10), "shares must be probabilities"),
        (lambda: histograms.heights(np.array([0.5, 1.5]), 3), "must lie in"),
        (lambda: histograms.heights(np.array([0.5, -0.1]), 3), "must lie in"),
        (lambda: histograms.best_width(0.0, 10), "roughness must be positive"),
    ],
)
def test_bad_input_is_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()


def test_heights_are_counts_over_n_h_ends_included():
    np.testing.assert_allclose(histograms.heights(np.array([0.0, 0.1, 0.6, 1.0]), 2), [1, 1])
