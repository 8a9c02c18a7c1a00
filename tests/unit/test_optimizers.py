import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcore.optimizers import gradient_descent, run


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
