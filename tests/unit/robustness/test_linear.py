"""Distances against linear programmes and constrained minimisation by SciPy."""

import numpy as np
import pytest
from scipy.optimize import linprog, minimize

from dlcore.robustness import linear

ORDER = {"inf": np.inf, 2: 2, 1: 1}


def least_sup(w, m, low, high):
    """min s with |δ_j| ≤ s, low ≤ δ ≤ high, ⟨w, δ⟩ = −m."""
    d = len(w)
    sides = np.block([[np.eye(d), -np.ones((d, 1))], [-np.eye(d), -np.ones((d, 1))]])
    bounds = [*zip(low, high, strict=True), (0, None)]
    found = linprog([0] * d + [1], A_ub=sides, b_ub=np.zeros(2 * d), A_eq=[[*w, 0]], b_eq=[-m], bounds=bounds)
    return found.fun if found.success else np.inf


def least_sum(w, m):
    return linprog(np.ones(2 * len(w)), A_eq=[np.concatenate([w, -w])], b_eq=[-m], bounds=(0, None)).fun


@pytest.mark.parametrize("norm", ["inf", 2, 1])
def test_distances_are_those_of_a_solver(rng, norm):
    x, w, b = rng.standard_normal((12, 5)), rng.standard_normal(5), 0.3
    found, delta = linear.distance(w, b, x, norm), linear.smallest(w, b, x, norm)
    np.testing.assert_allclose((x + delta) @ w + b, 0, atol=1e-13)
    np.testing.assert_allclose(np.linalg.norm(delta, ord=ORDER[norm], axis=-1), found)
    for m, size in zip(x @ w + b, found, strict=True):
        if norm == 2:
            there = {"type": "eq", "fun": lambda d, m=m: w @ d + m}
            solved = np.sqrt(minimize(lambda d: d @ d, np.zeros(5), constraints=there, method="SLSQP").fun)
        else:
            solved = least_sum(w, m) if norm == 1 else least_sup(w, m, [None] * 5, [None] * 5)
        assert size == pytest.approx(solved, rel=1e-6)


def test_budgets_in_the_box_are_those_of_a_programme(rng):
    x, w = rng.uniform(0, 1, (40, 6)).round(1), rng.standard_normal((40, 6))  # some pixels at an end of the box
    w[:5, 2] = 0
    margins = rng.uniform(0, 1, 40) * np.abs(w).sum(axis=-1) * 0.7
    solved = [least_sup(a, m, -one, 1 - one) for a, m, one in zip(w, margins, x, strict=True)]
    assert 0 < np.isinf(solved).sum() < 40
    np.testing.assert_allclose(linear.budget_in_box(w, margins, x), solved, rtol=1e-9)


def test_the_nearest_class_is_where_the_reading_changes(rng):
    W, b, x = rng.standard_normal((4, 3)), rng.standard_normal(4), rng.standard_normal((20, 3))
    away = linear.class_distances(W, b, x, 2)
    read, turn = (x @ W.T + b).argmax(axis=-1), rng.standard_normal((500, 3))
    turn /= np.linalg.norm(turn, axis=-1, keepdims=True)
    for one, row, label in zip(x, away, read, strict=True):
        assert np.isinf(row[label])
        assert np.all(((one + 0.999 * row.min() * turn) @ W.T + b).argmax(axis=-1) == label)
        step = W[row.argmin()] - W[label]
        assert ((one + 1.001 * row.min() * step / np.linalg.norm(step)) @ W.T + b).argmax() != label


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="w must not be 0"):
        linear.distance(np.zeros(2), 0.0, np.ones((1, 2)))
    with pytest.raises(ValueError, match="in the box"):
        linear.budget_in_box(np.ones((1, 2)), np.ones(1), np.full((1, 2), 2.0))
