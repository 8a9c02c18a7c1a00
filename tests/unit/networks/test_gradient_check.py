import numpy as np
import pytest
import torch

from dlcore.networks.gradient_check import EPS, difference_gradient, taylor_test


def wave(x):
    return np.sin(x).sum() + np.prod(x)


def wave_gradient(x):
    t = torch.tensor(x, requires_grad=True)
    (torch.sin(t).sum() + torch.prod(t)).backward()
    return t.grad.numpy()


def test_a_quadratic_has_the_remainder_of_its_hessian(rng):
    a = rng.standard_normal((4, 4))
    hessian, x, v = a @ a.T, rng.standard_normal(4), rng.standard_normal(4)
    table = taylor_test(lambda y: y @ hessian @ y / 2, lambda y: hessian @ y, x, v, halvings=10)
    np.testing.assert_allclose(table.second, table.h**2 * (v @ hessian @ v) / 2, rtol=0, atol=20 * EPS * (x @ hessian @ x))


def test_a_right_gradient_passes_and_a_wrong_one_does_not(rng):
    x, v = rng.standard_normal((2, 5))
    right = wave_gradient(x)
    assert taylor_test(wave, right, x, v).order == pytest.approx(2, abs=0.1)
    for wrong in (-right, 2 * right, right + np.eye(5)[2] * 1e-3):
        table = taylor_test(wave, wrong, x, v)
        assert not table.passes
        missed = abs((wrong - right) @ v)
        row = np.argmin(np.abs(table.h - 1e-7))
        h = table.h[row]
        assert table.second[row] == pytest.approx(missed * h, abs=10 * h**2 + 20 * EPS)  # curvature below 20; rounding
        assert missed * h > 4 * (10 * h**2 + 20 * EPS)


def test_a_linear_function_leaves_rounding_only():
    assert taylor_test(lambda x: 3 * x.sum(), np.full((2, 2), 3.0), np.ones((2, 2)), np.eye(2)).passes


def test_the_floor_is_reached_and_not_left(rng):
    x, v = rng.standard_normal((2, 5))
    table = taylor_test(wave, wave_gradient, x, v, halvings=40)
    assert table.second[-1] <= 10 * table.floor + 20 * EPS


@pytest.mark.parametrize("at", [0.7, 1e3])
def test_where_f_is_zero_the_rounding_of_the_argument_is_no_error_of_the_gradient(at):
    x, v = np.array([at]), np.array([0.3])
    for right in (True, False):
        slope = np.cos(x) * (1 if right else 1.01)
        assert taylor_test(lambda y: np.sin(y).sum() - np.sin(at), slope, x, v).passes is right


def test_a_table_in_print():
    text = str(taylor_test(lambda x: (x**2).sum(), lambda x: 2 * x, np.ones(1), np.ones(1), halvings=1))
    assert text.splitlines() == ["h      |f(x+hv)-f| remainder", "2^-0     3.000e+00   1.000e+00", "2^-1     1.250e+00   2.500e-01"]


def test_differences_agree_with_autograd(rng):
    x = rng.standard_normal((2, 3))
    found = difference_gradient(lambda y: wave(y.ravel()), x)
    np.testing.assert_allclose(found.ravel(), wave_gradient(x.ravel()), rtol=0, atol=100 * EPS ** (2 / 3))


def test_bad_input_names_the_remedy():
    with pytest.raises(ValueError, match="gradient must have the shape of x"):
        taylor_test(np.sum, np.ones(2), np.ones(3), np.ones(3))
    with pytest.raises(ValueError, match="direction must not be zero"):
        taylor_test(np.sum, np.ones(3), np.ones(3), np.zeros(3))
