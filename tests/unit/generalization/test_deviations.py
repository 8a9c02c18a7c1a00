"""Tails against sums in fractions and against simulation, bounds against the tails that they bound."""

import math
from fractions import Fraction

import numpy as np
import pytest

from dlcore.generalization import deviations
from dlcore.statistics import four_errors_of_share


def tail(n, p, t, strict=True):
    """P(p − K/n > t), or ≥ t, added up in fractions."""
    each = [(math.comb(n, k) * p**k * (1 - p) ** (n - k), p - Fraction(k, n)) for k in range(n + 1)]
    return float(sum(mass for mass, gap in each if (gap > t if strict else gap >= t)))


@pytest.mark.parametrize("t", [Fraction(0), Fraction(1, 10), Fraction(1, 4), Fraction(-1, 20), Fraction(1, 2)])
@pytest.mark.parametrize("p", [Fraction(1, 2), Fraction(1, 10)])
def test_tails_are_sums(p, t):
    assert deviations.gap_exceeds(20, float(p), float(t)) == pytest.approx(tail(20, p, t), abs=1e-14)
    assert deviations.gap_exceeds(20, float(p), float(t), 7) == pytest.approx(1 - (1 - tail(20, p, t)) ** 7, abs=1e-13)


def test_both_sides():
    p, t = Fraction(1, 2), Fraction(1, 10)
    assert deviations.deviation_exceeds(20, 0.5, 0.1) == pytest.approx(2 * tail(20, p, t, strict=False), abs=1e-14)


def test_a_single_hypothesis_and_no_margin():
    assert deviations.gap_exceeds(100, 0.5, 0.0) == pytest.approx((1 - math.comb(100, 50) / 2**100) / 2, rel=1e-12)
    assert deviations.gap_exceeds(10, 0.5, -1.0) == 1


def test_bounds_bound():
    for n in (1, 5, 40):
        for t in np.linspace(0, 1, 21):
            for p in (0.05, 0.5, 0.9):
                assert deviations.deviation_exceeds(n, p, t) <= 2 * deviations.hoeffding(n, t) + 1e-12
    for many in (1, 10, 1000):
        assert deviations.gap_exceeds(100, 0.5, deviations.union_bound(100, many, 0.05), many) <= 0.05


def test_bounds_by_hand():
    assert deviations.union_bound(50, 10, 0.1) == pytest.approx(math.sqrt(math.log(100) / 100))
    assert deviations.finite_class_bound(2, 4.0, 1.0) == 1
    assert deviations.vc_bound(1000, 10, 1.0) == pytest.approx(math.sqrt(0.02 * math.log(100 * math.e)))
    assert deviations.vc_bound(10, 10, 1.0) == 1


def test_the_worst_of_many():
    worst = deviations.worst_gaps(50, 0.5, 20, 2000, np.random.default_rng(0))
    exact = deviations.gap_exceeds(50, 0.5, 0.13, 20)
    assert np.mean(worst > 0.13) == pytest.approx(exact, abs=four_errors_of_share(exact, 2000))


@pytest.mark.parametrize("call", [
    lambda: deviations.gap_exceeds(10, 1.5, 0.1), lambda: deviations.union_bound(10, 1, 0.0), lambda: deviations.vc_bound(10, 0, 0.1),
    lambda: deviations.hoeffding(0, 0.1),
])  # fmt: skip
def test_bad_input_is_refused(call):
    with pytest.raises(ValueError, match="must"):
        call()
