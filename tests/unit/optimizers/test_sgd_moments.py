import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcore.optimizers import sgd_moments, stochastic


@pytest.fixture
def problem(rng):
    x = rng.standard_normal((5, 2))
    return stochastic.least_squares(x, x @ [1.0, -2.0] + rng.standard_normal(5))


def every_path(problem, rates, start, batches):
    """θ_T of every sequence of batches, all equally likely."""
    ends = []
    for sequence in itertools.product(batches, repeat=len(rates)):
        theta = start
        for rate, batch in zip(rates, sequence):
            theta = theta - rate * stochastic.example_gradients(problem, theta)[list(batch)].mean(0)
        ends.append(theta)
    return np.array(ends)


@pytest.mark.parametrize(("size", "replacement"), [(1, True), (2, True), (1, False), (2, False), (5, False)])
def test_moments_are_those_of_all_paths(problem, size, replacement):
    batches = list(itertools.product(range(5), repeat=size) if replacement else itertools.combinations(range(5), size))
    rates, start = np.array([0.3, 0.1]), np.array([1.0, 2.0])
    model, center = sgd_moments.of_sum(problem), stochastic.minimizer(problem)
    exact = sgd_moments.moments(model, rates, start - center, stochastic.noise_factor(5, size, replacement=replacement))
    ends = every_path(problem, rates, start, batches) - center
    np.testing.assert_allclose(exact.mean[-1], ends.mean(0), atol=1e-12)
    np.testing.assert_allclose(exact.second[-1], ends.T @ ends / len(ends), atol=1e-12)
    gaps = stochastic.value(problem, ends + center) - stochastic.value(problem, center)
    np.testing.assert_allclose(sgd_moments.gap(model, exact.second[-1]), gaps.mean(), atol=1e-12)
    slopes = np.square(stochastic.gradient(problem, ends + center)).sum(-1)
    np.testing.assert_allclose(sgd_moments.squared_gradient(model, exact.second[-1]), slopes.mean(), atol=1e-12)


def test_batches_and_rates_broadcast(problem):
    model = sgd_moments.of_sum(problem)
    rates = np.array([[[0.1], [0.2]]] * 6)  # (steps, 2, 1)
    factors = stochastic.noise_factor(5, np.array([1, 2, 4]))
    together = sgd_moments.moments(model, rates, np.ones(2), factors)
    assert together.second.shape == (7, 2, 3, 2, 2)
    for i, rate in enumerate((0.1, 0.2)):
        for j, factor in enumerate(factors):
            alone = sgd_moments.moments(model, np.full(6, rate), np.ones(2), factor)
            np.testing.assert_allclose(together.second[:, i, j], alone.second, rtol=1e-13)
            np.testing.assert_allclose(together.mean[:, i, j], alone.mean, rtol=1e-13)


def test_batches_of_one_are_meant_where_no_factor_is_given(problem):
    model, start = sgd_moments.of_sum(problem), np.array([3.0, 1.0])
    for call in (
        lambda *factor: sgd_moments.moments(model, np.array([0.3, 0.1]), start, *factor).second,
        lambda *factor: sgd_moments.stationary(model, 0.1, *factor),
        lambda *factor: sgd_moments.contraction(model, 0.1, *factor),
        lambda *factor: sgd_moments.steps_to(model, 0.01, start, 0.1, *factor),
    ):
        np.testing.assert_array_equal(call(), call(stochastic.noise_factor(5, 1)))
        assert np.any(call() != call(0.0))


@given(st.floats(0.01, 1.99), st.floats(0.1, 1.0), st.floats(0, 4))
def test_additive_noise_has_the_ball_of_the_book(alpha, c, variance):
    model = sgd_moments.additive([[c]], [[variance]])
    np.testing.assert_allclose(sgd_moments.stationary(model, alpha)[0, 0], alpha * variance / (c * (2 - alpha * c)), rtol=1e-12)
    np.testing.assert_allclose(sgd_moments.contraction(model, alpha), (1 - alpha * c) ** 2, rtol=1e-10, atol=1e-14)


def test_additive_noise_does_not_depend_on_where_it_is_added():
    """E e² ← (1 − αc)² E e² + α² M in each direction, from a start with a mean."""
    c, noise, alpha = np.array([1.0, 3.0]), np.array([0.5, 2.0]), 0.2
    model = sgd_moments.additive(np.diag(c), np.diag(noise))
    found, second = sgd_moments.moments(model, np.full(5, alpha), np.array([2.0, -1.0])), np.array([4.0, 1.0])
    for t in range(1, 6):
        second = (1 - alpha * c) ** 2 * second + alpha**2 * noise
        np.testing.assert_allclose(np.diag(found.second[t]), second, rtol=1e-13)
        np.testing.assert_allclose(found.second[t][0, 1], -2 * np.prod(1 - alpha * c) ** t, rtol=1e-13)


def test_the_recursion_ends_at_the_fixed_point(problem):
    model = sgd_moments.of_sum(problem)
    rate, factor = np.array([0.02, 0.1]), 0.5
    path = sgd_moments.moments(model, np.tile(rate, (4000, 1)), np.zeros(2), factor)
    np.testing.assert_allclose(path.second[-1], sgd_moments.stationary(model, rate, factor), rtol=1e-8)


def test_gaussian_regression_has_the_closed_form():
    """x = (1, z), z and the noise standard normal: A = η(A + B + 1), B = η(A + 3B + 1) with η = α/2, for batches of one."""
    z, weights = np.polynomial.hermite_e.hermegauss(6)
    weights = weights / weights.sum()
    x = np.stack([np.ones(6), z], 1)
    h = x[:, :, None] * x[:, None, :]
    fourth = np.einsum("n,nij,nkl->ikjl", weights, h, h).reshape(4, 4)
    hessian = np.einsum("n,nij->ij", weights, h)
    model = sgd_moments.Model(hessian, fourth, np.zeros((4, 2)), hessian)
    eta = 0.05
    expected = np.linalg.solve([[1 - eta, -eta], [-eta, 1 - 3 * eta]], [eta, eta])
    np.testing.assert_allclose(np.diag(sgd_moments.stationary(model, 2 * eta)), expected, rtol=1e-12)


@pytest.mark.parametrize("target", [1e-1, 1e-2, 3e-3])
def test_steps_to_a_target_are_those_of_the_recursion(problem, target):
    model = sgd_moments.of_sum(problem)
    rate, factor, start = np.array([0.3, 0.1, 0.01, 0.002]), np.array([[1.0], [0.2], [0.0]]), np.array([3.0, 1.0])
    path = sgd_moments.moments(model, np.tile(rate, (6000, 1, 1)), start, factor)
    below = sgd_moments.gap(model, path.second) <= target
    first = np.where(below.any(0), below.argmax(0), np.inf)
    found = sgd_moments.steps_to(model, rate, start, target, factor)
    settled = sgd_moments.gap(model, sgd_moments.stationary(model, rate, factor)) < target
    assert settled.any()
    np.testing.assert_array_equal(found[settled], first[settled])
    assert np.all(np.isinf(found[~settled]))
    assert sgd_moments.steps_to(model, 0.1, np.zeros(2), target) in (0, np.inf)


def test_beyond_the_stable_rates_there_is_no_ball():
    model = sgd_moments.of_sum(stochastic.scalar_sum([11.0, *[-1.0] * 10]))
    limit = 2 / 131
    assert np.all(sgd_moments.contraction(model, np.array([0.99, 1.01]) * limit) < [1, np.inf])
    assert sgd_moments.contraction(model, 1.01 * limit) > 1
    assert np.isinf(sgd_moments.stationary(model, 1.01 * limit)).all()
    assert np.all(sgd_moments.stationary(model, 0.99 * limit) == 0)


def test_bad_input_is_refused():
    for hessian, noise, says in (
        ([[1.0]], [1.0], "noise must be square matrices, got shape"),
        ([[1.0]], np.eye(2), "hessian and noise must be two square matrices of one size"),
        ([[1.0, 0.0], [0.5, 1.0]], np.eye(2), "hessian must be symmetric, got an asymmetry of 0.5"),
        (np.eye(2), [[1.0, 2.0], [2.0, 1.0]], "noise must be a covariance, got the negative eigenvalue -1"),
    ):
        with pytest.raises(ValueError, match=says):
            sgd_moments.additive(hessian, noise)
    for rounding in (0.0, 1e-16, -1e-16):  # noise in one direction alone is a covariance
        one = np.outer([3.0, 1.0], [3.0, 1.0]) + rounding * np.eye(2)
        np.testing.assert_array_equal(sgd_moments.additive(np.eye(2), one).noise, one)
    model = sgd_moments.additive([[1.0]], [[1.0]])
    for target in (-1.0, 0.0, np.nan):
        with pytest.raises(ValueError, match="target must be"):
            sgd_moments.steps_to(model, 0.5, np.ones(1), target)
    with pytest.raises(ValueError, match="rate must be finite"):
        sgd_moments.stationary(model, np.nan)
    with pytest.raises(ValueError, match="factor must be non-negative, got -1"):
        sgd_moments.moments(sgd_moments.additive([[1.0]], [[1.0]]), np.ones(3), np.ones(1), -1.0)
