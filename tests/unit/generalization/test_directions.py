"""Directions of logistic regression against scikit-learn, a discrete descent and closed forms."""

import numpy as np
import pytest
from sklearn.svm import SVC

from dlcore.generalization.directions import angles, descend, flow, hardest, margins

RNG = np.random.default_rng(3)
W = np.array([1.0, 0.5, -0.3])
X = RNG.standard_normal((40, 3))
Y = np.where(X @ W > 0, 1, -1)
X = X + 0.3 * Y[:, None] * W


def test_the_hardest_direction_is_scikit_learns():
    found = hardest(X, Y)
    both = np.concatenate([X, -X])  # a mirror image makes the intercept 0
    oracle = SVC(kernel="linear", C=1e8, tol=1e-10).fit(both, np.concatenate([Y, -Y])).coef_[0]
    np.testing.assert_allclose(found.w, oracle, rtol=1e-4, atol=1e-5)
    assert np.min(Y * (X @ found.w)) == pytest.approx(1, abs=1e-9)
    np.testing.assert_allclose((found.multipliers * Y) @ X, found.w, atol=1e-9)
    assert margins(X, Y, found.w) == pytest.approx(found.margin)


def test_flow_of_orthogonal_examples_in_closed_form():
    a = np.array([1.0, 2.0])
    times = np.array([0.0, 1.0, 1e3, 1e9])
    w = flow(np.diag(a), np.array([1, -1]), times, loss="exponential")
    np.testing.assert_allclose(w, np.log1p(a**2 * times[:, None] / 2) / a * [1, -1], rtol=1e-7)


def test_small_steps_follow_the_flow():
    path = descend(X, Y, 0.01, 4000)
    np.testing.assert_allclose(path[[1000, 4000]], flow(X, Y, [10.0, 40.0]), rtol=3e-3)


@pytest.mark.parametrize("loss", ["logistic", "exponential"])
def test_the_direction_is_the_hardest_one_in_the_end(loss):
    found = hardest(X, Y)
    off = angles(flow(X, Y, [1e2, 1e5, 1e12, 1e100], loss=loss), found.w)
    assert np.all(np.diff(off) < 0) and off[-1] < 0.02


def test_angles_are_exact_where_they_are_small():
    assert angles(np.array([1.0, 1e-10]), np.array([2.0, 0.0])) == pytest.approx(1e-10, rel=1e-9)
    assert angles(np.array([0.0, 3.0]), np.array([2.0, 0.0])) == pytest.approx(np.pi / 2)


def test_what_has_no_margin_is_refused():
    with pytest.raises(ValueError, match="separable"):
        hardest(np.array([[1.0, 0.0], [-1.0, 0.0]]), np.array([1, 1]))
    with pytest.raises(ValueError, match="labels"):
        flow(X, 2 * Y, [1.0])
    with pytest.raises(ValueError, match="sorted"):
        flow(X, Y, [2.0, 1.0])
