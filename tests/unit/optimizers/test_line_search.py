import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from dlcore.optimizers import line_search as ls


def test_exact_agrees_with_scipy_on_many_rays():
    at = np.array([-3.0, 0.5, 4.0, 20.0])

    def section(t, start):
        z = start - t * np.sign(start)
        return np.logaddexp(0, z) + np.logaddexp(0, -z) + 0.05 * (z - 1) ** 2

    def slope(t):
        z = at - t * np.sign(at)
        return -np.sign(at) * (np.tanh(z / 2) + 0.1 * (z - 1))

    found = ls.exact(slope, np.full(4, 0.1))
    for t, start in zip(found, at):
        other = minimize_scalar(lambda s, start=start: section(s, start), bracket=(0, 1), options={"xtol": 1e-10}).x
        assert abs(t - other) < 1e-6


@given(st.floats(0.05, 0.95), st.floats(0.05, 0.95), st.floats(0.01, 100), st.integers(0, 10_000))
def test_armijo_takes_the_first_step_that_is_low_enough(fraction, shrink, first, seed):
    lam = np.random.default_rng(seed).uniform(0.5, 3.0, 20)
    found = ls.armijo(lambda t: -t + lam * t**2 / 2, -1.0, first=np.full(20, first), shrink=shrink, fraction=fraction)
    assert np.all(-found.step + lam * found.step**2 / 2 <= -fraction * found.step + 1e-12)
    longer = found.step[found.trials > 1] / shrink
    assert np.all(-longer + lam[found.trials > 1] * longer**2 / 2 > -fraction * longer - 1e-12 * (1 + longer**2))
    assert np.allclose(found.step, first * shrink ** (found.trials - 1))
    assert np.all(found.step >= ls.armijo_floor(first, shrink, fraction, 3.0) * (1 - 1e-9))


@given(st.floats(0.1, 0.9), st.floats(0.1, 0.9), st.floats(0.001, 10), st.integers(0, 1000))
def test_armijo_leaves_no_more_of_the_gap_than_its_factor(fraction, shrink, first, seed):
    m, M = 1.0, 10.0
    theta, H = np.random.default_rng(seed).standard_normal((30, 2)), np.array([m, M])
    g = theta * H
    found = ls.armijo(
        lambda t: np.sum(H * (theta - t[:, None] * g) ** 2, axis=-1) / 2, -np.sum(g * g, axis=-1),
        first=np.full(30, first), shrink=shrink, fraction=fraction,
    )  # fmt: skip
    after = theta - found.step[:, None] * g
    share = np.sum(H * after**2, axis=-1) / np.sum(H * theta**2, axis=-1)
    assert np.all(share <= ls.armijo_factor(first, shrink, fraction, m, M) + 1e-9)


def test_steepest_descent_is_the_lowest_point_of_every_ray():
    H, start = np.array([[2.0, 0.3], [0.3, 5.0]]), np.random.default_rng(0).standard_normal((7, 2))
    path = ls.steepest_descent(H, start, 4)
    assert np.allclose(np.sum((path[:-1] @ H) * (path[1:] @ H), axis=-1), 0, atol=1e-12)  # neighbouring gradients are at right angles
    assert np.array_equal(ls.steepest_descent(H, [0.0, 0.0], 2), np.zeros((3, 2)))


@pytest.mark.parametrize(("call", "message"), [
    (lambda: ls.armijo(lambda t: t, 1.0, first=1.0, shrink=0.5, fraction=0.1), "slope must be negative, got 1.0"),
    (lambda: ls.armijo(lambda t: t, -1.0, first=1.0, shrink=0.5, fraction=0.1), "section must fall along its slope"),
    (lambda: ls.armijo(lambda t: -t, -1.0, first=1.0, shrink=1.5, fraction=0.1), r"shrink must lie in \(0, 1\), got 1.5"),
    (lambda: ls.exact(lambda t: -np.ones_like(t), 1.0), "slope must become positive along every ray"),
    (lambda: ls.steepest_descent([[1.0, 0.0], [0.0, -1.0]], [0.0, 1.0], 1), "hessian must be positive definite"),
    (lambda: ls.armijo_factor(1.0, 0.5, 0.3, 2.0, 1.0), "m must be at most M, got 2.0 and 1.0"),
])  # fmt: skip
def test_what_cannot_be_searched_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
