import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcore.optimizers.methods import gradient_descent, heavy_ball, nesterov, run, run_online


@given(st.floats(0.01, 1.9), st.floats(-10, 10), st.integers(1, 40))
def test_on_a_parabola_every_step_multiplies_by_one_minus_eta(eta, start, steps):
    path = run(gradient_descent(eta), lambda w: w, start, steps)
    # One step rounds twice, relative to max(1, η)|w|; with |1 − η| < 1 the errors do not grow.
    tolerance = 4 * steps * np.finfo(float).eps * abs(start)
    np.testing.assert_allclose(path, start * (1 - eta) ** np.arange(steps + 1), rtol=0, atol=tolerance + 1e-300)


def test_rates_and_starts_broadcast(rng):
    eta, start = np.array([[0.1], [0.2]]), np.array([1.0, 2.0, 3.0])
    path = run(gradient_descent(eta), np.sin, start, 7)
    assert path.shape == (8, 2, 3)
    for i in range(2):
        for j in range(3):
            np.testing.assert_array_equal(path[:, i, j], run(gradient_descent(eta[i, 0]), np.sin, start[j], 7))


def test_a_rate_for_each_vector_of_a_batch():
    eta = np.array([[0.5], [0.25]])
    path = run(gradient_descent(eta), lambda w: w, np.ones((2, 3)), 1)
    np.testing.assert_array_equal(path[1], [[0.5] * 3, [0.75] * 3])


def test_step_is_pure():
    method = gradient_descent(0.5)
    start = np.array([1.0])
    state = method.init(start)
    method.step(state, np.array([1.0]))
    assert state.parameters == start == 1.0
    assert state.parameters is not start


def test_a_diverging_run_ends_at_infinity_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        path = run(gradient_descent(1.0), lambda w: w**7, [2.0, 0.0], 50)
    assert np.isinf(path[-1, 0])
    assert not np.isnan(path).any()
    assert np.all(path[:, 1] == 0)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match=r"learning_rate must be positive, got 0.0"):
        gradient_descent(0.0)
    with pytest.raises(ValueError, match=r"steps must be at least 1, got 0"):
        run(gradient_descent(1.0), np.sin, 1.0, 0)
    with pytest.raises(ValueError, match=r"start must be finite, got inf"):
        run(gradient_descent(1.0), np.sin, np.inf, 1)


QUADRATIC = np.array([1.0, 30.0, 100.0])


def test_the_heavy_ball_is_the_two_step_recursion():
    eta, mu = 0.01, 0.7
    path = run(heavy_ball(eta, mu), lambda w: QUADRATIC * w, np.ones(3), 60)
    for t in range(1, 60):
        expected = path[t] - eta * QUADRATIC * path[t] + mu * (path[t] - path[t - 1])
        np.testing.assert_allclose(path[t + 1], expected, rtol=0, atol=1e-14)


def test_nesterov_takes_gradients_at_the_points_ahead():
    eta, mu = 0.01, 0.7
    ahead = run(nesterov(eta, mu), lambda w: QUADRATIC * w, np.ones(3), 60)
    w, d = np.ones(3), np.zeros(3)
    for t in range(60):
        np.testing.assert_allclose(ahead[t], w + mu * d, rtol=0, atol=1e-14)
        d = mu * d - eta * QUADRATIC * (w + mu * d)
        w = w + d


def test_nesterovs_own_schedule_keeps_his_bound():
    f = lambda w: (QUADRATIC * w**2).sum(-1) / 2  # noqa: E731
    method = nesterov(1 / QUADRATIC.max(), lambda t: t / (t + 3))
    state = method.init(np.ones(3))
    for k in range(1, 80):
        state = method.step(state, QUADRATIC * state.parameters)
        w = state.parameters - k / (k + 3) * state.memory[0]  # μ_{k+1}
        assert f(w) <= 2 * QUADRATIC.max() * 3 / (k + 1) ** 2


def test_a_schedule_counts_from_0():
    path = run(gradient_descent(lambda t: 1 / (t + 2)), lambda w: w, 1.0, 20)
    np.testing.assert_allclose(path, 1 / np.arange(1, 22), rtol=1e-14)


@pytest.mark.parametrize("method", [gradient_descent(1.0), heavy_ball(1.0, 0.9), nesterov(1.0, 0.9)])
def test_no_method_ends_in_nan(method):
    path = run(method, lambda w: np.stack([w[0] ** 5 - w[1] ** 5, w[1] ** 7]), [3.0, 3.0], 60)
    assert not np.isnan(path).any()
    assert np.isinf(path[-1]).all()


def test_bad_momentum_is_refused():
    with pytest.raises(ValueError, match=r"momentum must be below 1, got 1.0"):
        heavy_ball(0.1, 1.0)
    with pytest.raises(ValueError, match=r"momentum must be non-negative, got -0.5"):
        nesterov(0.1, -0.5)


def test_a_function_that_changes_and_a_box():
    path = run_online(gradient_descent(1.0), lambda t, w: np.full_like(w, -((-1) ** t) * (t + 1)), [0.0, 0.5], 4, box=(-1, 2))
    np.testing.assert_array_equal(path, [[0, 0.5], [1, 1.5], [-1, -0.5], [2, 2], [-1, -1]])


def test_a_box_has_its_ends_in_order():
    for box in ((1, -1), (0.0, 0.0)):
        with pytest.raises(ValueError, match=r"box must be \(low, high\) with low < high"):
            run_online(gradient_descent(0.1), lambda t, w: w, 0.5, 3, box=box)


def test_nesterov_with_a_schedule_is_the_two_line_recursion():
    """d ← μ_t d − η ∇F(w + μ_t d), w ← w + d with another μ each step: the point carried is w_t + μ_t d_t."""
    eta, mu, gradient = 0.1, lambda t: t / (t + 3), lambda w: np.array([1.0, 25.0]) * w
    path = run(nesterov(eta, mu), gradient, [1.0, -2.0], 12)
    w, d = np.array([1.0, -2.0]), np.zeros(2)
    for t in range(12):
        np.testing.assert_allclose(path[t], w + mu(t) * d, rtol=1e-13)
        d = mu(t) * d - eta * gradient(w + mu(t) * d)
        w = w + d


def test_a_step_that_is_no_number_goes_to_its_own_side():
    state = gradient_descent(1.0).init([2.0, -2.0])
    assert gradient_descent(1.0).step(state, np.array([np.nan, np.nan])).parameters.tolist() == [np.inf, -np.inf]
