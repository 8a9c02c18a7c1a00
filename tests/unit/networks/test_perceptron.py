import numpy as np
import pytest
from scipy.optimize import linprog
from sklearn.linear_model import Perceptron

from dlcore.networks import perceptron

XOR = np.array([[0.0, 0.0], [1.0, 1.0], [0.0, 1.0], [1.0, 0.0]]), np.array([-1.0, -1.0, 1.0, 1.0])


def separable(rng, points=40, gap=0.1):
    """Points of a square that keep away from a random line through 0."""
    u = rng.standard_normal(2)
    x = rng.uniform(-1, 1, (20 * points, 2))
    x = x[np.abs(x @ u) > gap * np.linalg.norm(u)][:points]
    return x, np.sign(x @ u)


def test_one_pass_is_scikit_learns(rng):
    x, y = separable(rng)
    ours = perceptron.train(x, y)
    theirs = Perceptron(fit_intercept=False, shuffle=False, tol=None, max_iter=ours.passes).fit(x, y)
    np.testing.assert_allclose(ours.weights[-1], theirs.coef_[0], rtol=0, atol=1e-12)


def test_the_margin_is_the_best_of_all_directions(rng):
    angle = np.linspace(0, 2 * np.pi, 200_001)
    directions = np.stack([np.cos(angle), np.sin(angle)])
    for _ in range(5):
        x, y = separable(rng)
        best = (y[:, None] * (x @ directions)).min(axis=0).max()
        assert perceptron.margin(x, y) == pytest.approx(best, abs=4 * np.pi / 2e5)
        assert perceptron.margin(1e6 * x, y) == pytest.approx(1e6 * perceptron.margin(x, y), rel=1e-9)


def test_no_margin_where_a_linear_programme_finds_no_line(rng):
    for x, y in (XOR, (rng.standard_normal((30, 2)), rng.choice([-1.0, 1.0], 30))):
        z = perceptron.with_constant(x)
        assert linprog(np.zeros(3), A_ub=-y[:, None] * z, b_ub=-np.ones(len(y)), bounds=(None, None)).status == 2  # infeasible
        assert perceptron.margin(z, y) == 0 and perceptron.bound(z, y) == np.inf


def test_mistakes_stay_below_the_bound_and_the_end_is_clean(rng):
    for gap in (0.3, 0.1, 0.03):
        x, y = separable(rng, gap=gap)
        run = perceptron.train(x, y)
        assert run.done and np.all(y * (x @ run.weights[-1]) > 0)
        assert len(run.example) <= perceptron.bound(x, y)
        steps = np.diff(run.weights, axis=0)
        np.testing.assert_allclose(steps, y[run.example, None] * x[run.example], rtol=0, atol=1e-12)


def test_xor_comes_back_to_where_it_was():
    run = perceptron.train(perceptron.with_constant(XOR[0]), XOR[1], most=40)
    assert not run.done and len(run.example) == 40
    np.testing.assert_array_equal(run.weights[5:], run.weights[1:-4])  # a cycle of four, entered by the first mistake
    assert len(np.unique(run.weights[1:], axis=0)) == 4


def test_the_bound_is_attained_by_unit_vectors():
    x, y = np.eye(7), np.ones(7)
    assert len(perceptron.train(x, y).example) == 7 == pytest.approx(perceptron.bound(x, y), rel=1e-12)


def test_bad_labels_and_shapes_are_refused():
    with pytest.raises(ValueError, match="labels −1 and 1, got 0.0"):
        perceptron.train(np.ones((2, 2)), np.array([0.0, 1.0]))
    with pytest.raises(ValueError, match=r"one label for each, got \(2, 2\) and \(3,\)"):
        perceptron.margin(np.ones((2, 2)), np.ones(3))
