import cmath

import numpy as np
import pytest
import torch
from scipy import optimize

from dlcore.optimizers.methods import run
from dlcore.optimizers.newton import Equations, Local, basins, damped_newton, direction, newton, order

EPS = np.finfo(float).eps


def hyperbola(w):
    """√(1 + x²) + x²/200, summed over the coordinates."""
    root = np.sqrt(1 + w**2)
    hessian = np.zeros((*w.shape, w.shape[-1]))
    k = np.arange(w.shape[-1])
    hessian[..., k, k] = root**-3 + 0.01
    return Local(value(w), w / root + 0.01 * w, hessian)


def value(w):
    return np.sum(np.sqrt(1 + w**2) + w**2 / 200, axis=-1)


def test_a_system_of_two_equations_against_scipy():
    def g(w):
        return np.array([w[0] ** 2 + w[1] ** 2 - 4, np.exp(w[0]) + w[1] - 1])

    def oracle(w):
        return Equations(g(w), np.array([[2 * w[0], 2 * w[1]], [np.exp(w[0]), 1.0]]))

    path = run(newton(), oracle, [1.0, -1.7], 8)
    np.testing.assert_allclose(path[-1], optimize.fsolve(g, [1.0, -1.7], xtol=1e-14), atol=1e-13)


def test_least_squares_take_one_step(rng):
    A, b = rng.standard_normal((20, 5)), rng.standard_normal(20)
    path = run(newton(), lambda w: Local(0.0, A.T @ (A @ w - b), A.T @ A), rng.standard_normal(5), 1)
    np.testing.assert_allclose(path[1], np.linalg.lstsq(A, b, rcond=None)[0], atol=1e-12)


def test_runs_are_a_leading_axis_and_agree_with_autograd(rng):
    start = rng.uniform(-0.8, 0.8, (6, 3))
    path = run(newton(), hyperbola, start, 4)

    def loss(w):
        return (torch.sqrt(1 + w**2) + w**2 / 200).sum()

    for first, last in zip(start, path[2], strict=True):
        w = torch.tensor(first)
        for _ in range(2):
            w = w - torch.linalg.solve(torch.autograd.functional.hessian(loss, w), torch.autograd.functional.jacobian(loss, w))
        np.testing.assert_allclose(last, w.numpy(), atol=1e-13)


def test_divergence_ends_at_infinity_and_does_not_raise():
    def oracle(w):
        root = np.sqrt(1 + w**2)
        return Local(root[..., 0], w / root, (root**-3.0)[..., None])

    path = run(newton(), oracle, [[0.5], [1.5], [-2.0]], 14)
    assert abs(path[-1, 0, 0]) < 1e-15 and np.isinf(path[-1, 1:]).all()
    np.testing.assert_allclose(path[1], [[-(0.5**3)], [-(1.5**3)], [8.0]], rtol=1e-14)


def test_singular_matrices_have_no_direction():
    d = direction(np.ones((3, 2)), np.array([np.eye(2), np.ones((2, 2)), np.full((2, 2), np.inf)]))
    np.testing.assert_array_equal(d, [[-1, -1], [np.nan, np.nan], [np.nan, np.nan]])


def test_a_step_with_a_singular_matrix_ends_at_infinity_and_is_refused_when_damped():
    def flat(w):
        return Local(np.sum(w, -1), np.ones_like(w), np.zeros((*w.shape, w.shape[-1])))

    assert np.isinf(run(newton(), flat, [1.0, 2.0], 3)[1:]).all()
    method = damped_newton(lambda w: np.sum(w, -1))
    with pytest.raises(ValueError, match="must descend"):
        method.step(method.init([1.0, 2.0]), flat(np.array([1.0, 2.0])))


@pytest.mark.parametrize("units", [[1.0, 1.0], [1000.0, 0.01]])
def test_units_change_neither_direction_nor_step_length(units):
    def scaled(w):
        local = hyperbola(w / units)
        return Local(local.value, local.gradient / units, local.hessian / np.outer(units, units))

    units = np.array(units)
    path = run(damped_newton(lambda w: value(w / units)), scaled, units * [10.0, -4.0], 6) / units
    np.testing.assert_allclose(path, run(damped_newton(value), hyperbola, [10.0, -4.0], 6), atol=1e-12)


def test_armijo_holds_at_every_step_and_the_step_before_failed():
    method, w = damped_newton(value, slope=0.1, shrink=0.5), np.array([[10.0], [3.0], [0.2]])
    state = method.init(w)
    for _ in range(12):
        local, w = hyperbola(state.parameters), state.parameters
        state = method.step(state, local)
        s, d = state.memory[0], direction(local.gradient, local.hessian)
        promised = np.sum(local.gradient * d, -1)
        noise = 16 * EPS * local.value
        assert np.all(value(w + s[:, None] * d) <= local.value + 0.1 * s * promised + noise)
        longer = value(w + 2 * s[:, None] * d) > local.value + 0.2 * s * promised
        assert np.all((s == 1) | longer)
    assert np.abs(state.parameters).max() < 1e-12 and np.all(state.memory[0] == 1)


def test_damping_reaches_the_minimum_that_scipy_finds(rng):
    A = rng.standard_normal((30, 4))

    def loss(w):
        return np.sum(np.logaddexp(0, w @ A.T), -1) + np.sum(w**2, -1) / 20

    def oracle(w):
        p = 1 / (1 + np.exp(-A @ w))
        return Local(loss(w), A.T @ p + w / 10, A.T @ ((p * (1 - p))[:, None] * A) + np.eye(4) / 10)

    path = run(damped_newton(loss), oracle, 20 * rng.standard_normal(4), 30)
    found = optimize.minimize(loss, np.zeros(4), method="Newton-CG", jac=lambda w: oracle(w).gradient,
                              hess=lambda w: oracle(w).hessian, options={"xtol": 1e-12}).x  # fmt: skip
    np.testing.assert_allclose(path[-1], found, atol=1e-8)


def test_an_ascending_direction_is_refused():
    local = Local(np.array(0.0), np.array([1.0, 0.1]), np.diag([-1.0, 1.0]))
    method = damped_newton(lambda w: w[..., 0])
    with pytest.raises(ValueError, match="must descend, got ∇Fᵀd = 0.99"):
        method.step(method.init([0.0, 0.0]), local)


@pytest.mark.parametrize("n", [2, 3, 5])
def test_basins_against_a_plain_loop(n, rng):
    start = rng.uniform(-2, 2, 40) + 1j * rng.uniform(-2, 2, 40)
    coefficients = [1.0, *[0.0] * (n - 1), -1.0]
    found = basins(coefficients, start, 200)
    np.testing.assert_allclose(found.roots, np.exp(2j * np.pi * np.arange(n) / n), atol=1e-14)
    for z, reached, steps in zip(start, found.reached, found.steps, strict=True):
        k = 0
        while min(abs(z - cmath.exp(2j * cmath.pi * j / n)) for j in range(n)) >= 1e-3:
            z, k = ((n - 1) * z**n + 1) / (n * z ** (n - 1)), k + 1
        assert (reached, steps) == (round(cmath.phase(z) * n / (2 * cmath.pi)) % n, k)


def test_the_basins_of_a_quadratic_are_half_planes(rng):
    z = rng.uniform(-3, 3, 300) + 1j * rng.uniform(-3, 3, 300)
    np.testing.assert_array_equal(basins([1, 0, -1], z, 60).reached, np.where(z.real > 0, 0, 1))
    assert np.all(basins([1, 0, -1], np.array([0.0, 2j, -0.3j]), 30).reached == -1)


def test_order_of_exact_powers():
    np.testing.assert_allclose(order([0.3, 0.3**1.5, 0.3**2.25]), 1.5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: newton().init(1.0), "start must be a vector"),
        (lambda: newton().init([np.inf]), "start must be finite"),
        (lambda: direction(np.ones(2), np.eye(3)), "as many rows"),
        (lambda: damped_newton(value, slope=1.0), "slope must lie between"),
        (lambda: damped_newton(value, shrink=0.0), "shrink must lie between"),
        (lambda: basins([3.0], np.zeros(2)), "degree 1 or more"),
        (lambda: order([0.5, 0.0]), "strictly between"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
