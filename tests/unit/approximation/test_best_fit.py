import numpy as np
import pytest
from scipy import integrate
from scipy.special import expit

from dlcore.approximation import best_fit


@pytest.mark.parametrize(
    ("degree", "uniform", "mean_square"), [(0, 1 / 2, 6**-0.5), (1, 1 / 2, 6**-0.5), (2, 1 / 8, 96**-0.5), (3, 1 / 8, 96**-0.5)]
)
def test_distances_of_the_absolute_value(degree, uniform, mean_square):
    assert best_fit.uniform_polynomial(np.abs, degree)[1] == pytest.approx(uniform, abs=1e-9)
    assert best_fit.mean_square_polynomial(np.abs, degree)[1] == pytest.approx(mean_square, rel=1e-12)


def test_the_best_quadratics_of_the_absolute_value():
    np.testing.assert_allclose(best_fit.uniform_polynomial(np.abs, 2)[0].coef, [1 / 8, 0, 1], atol=1e-8)
    np.testing.assert_allclose(best_fit.mean_square_polynomial(np.abs, 2)[0].coef, [3 / 16, 0, 15 / 16], atol=1e-13)


@pytest.mark.parametrize("degree", [1, 4, 7])
def test_a_monomial_is_as_far_as_chebyshev_says(degree):
    # x^{q+1} is 2^{−q} away from the polynomials of degree q
    assert best_fit.uniform_polynomial(lambda x: x ** (degree + 1), degree)[1] == pytest.approx(2.0**-degree, rel=1e-3)


def test_the_mean_square_distance_is_the_integral():
    polynomial, error = best_fit.mean_square_polynomial(np.exp, 3)
    integral = integrate.quad(lambda x: (np.exp(x) - polynomial(x)) ** 2, -1, 1)[0]
    assert error == pytest.approx(np.sqrt(integral), rel=1e-9)
    for k in range(4):  # the error is perpendicular to the polynomials
        assert abs(integrate.quad(lambda x, k=k: (np.exp(x) - polynomial(x)) * x**k, -1, 1)[0]) < 1e-13


def test_polynomials_are_reproduced():
    polynomial, error = best_fit.mean_square_polynomial(lambda x: 2 - x + 3 * x**3, 3)
    np.testing.assert_allclose(polynomial.coef, [2, -1, 0, 3], atol=1e-13)
    assert error < 1e-13


@pytest.mark.parametrize("width", [3, 10, 60])
def test_quadratic_neurons_stay_at_the_floor(rng, width):
    x = best_fit.midpoints(2000)
    neurons = best_fit.features(np.square, x, rng.standard_normal(width), rng.uniform(-1, 1, width))
    assert best_fit.best_outputs(neurons, np.abs(x)).error == pytest.approx(96**-0.5, rel=1e-5)


def test_other_neurons_go_below_it(rng):
    x = best_fit.midpoints(1000)
    w = 3 * rng.standard_normal(80)
    for phi in (expit, lambda t: np.maximum(t, 0)):
        assert best_fit.best_outputs(best_fit.features(phi, x, w, -w * rng.uniform(-1, 1, 80)), np.abs(x)).error < 0.02


def test_least_squares_by_the_normal_equations(rng):
    x = best_fit.midpoints(200)
    neurons, target = best_fit.features(np.tanh, x, np.array([1.0, 2.0, 5.0]), np.array([0.5, 0.0, 1.0])), np.abs(x)
    output = np.linalg.solve(neurons.T @ neurons, neurons.T @ target)
    found = best_fit.best_outputs(neurons, target)
    np.testing.assert_allclose(found.values, neurons @ output, atol=1e-10)
    assert found.error == pytest.approx(np.sqrt(2 * np.mean((neurons @ output - target) ** 2)), rel=1e-10)
    dead = np.column_stack([neurons, np.zeros(200)])  # a neuron that is 0 on the interval changes nothing
    assert best_fit.best_outputs(dead, target).error == pytest.approx(found.error, rel=1e-12)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="degree must be at least 1"):
        best_fit.mean_square_polynomial(np.abs, -1)
    with pytest.raises(ValueError, match="points must be at least"):
        best_fit.uniform_polynomial(np.abs, 5, 4)
    with pytest.raises(ValueError, match="finite"):
        best_fit.mean_square_polynomial(lambda x: np.full_like(x, np.inf), 2)
    with pytest.raises((TypeError, ValueError)):  # with checks of types, or without
        best_fit.best_outputs(np.ones((3, 2)), np.ones(4))


def test_midpoints_are_the_middles_of_the_cells():
    np.testing.assert_allclose(best_fit.midpoints(4), [-0.75, -0.25, 0.25, 0.75])
