"""Exact curves of deep linear networks against an integrator and descent of matrices."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from dlcore.generalization import deep_linear


@pytest.mark.parametrize(("target", "u", "v"), [(1.0, 0.01, 0.01), (2.0, 3.0, 0.0), (0.5, 0.0, 1.5), (1.5, 2.0, 1.9), (1.0, 1.0, 1.0)])
def test_a_mode_is_the_solution_of_its_equations(target, u, v):
    time = np.linspace(0, 6, 25)

    def field(_, s):
        return [s[1] * (target - s[0] * s[1]), s[0] * (target - s[0] * s[1])]

    exact = solve_ivp(field, (0, 6), [u, v], t_eval=time, rtol=1e-12, atol=1e-13, method="DOP853").y
    np.testing.assert_allclose(np.array(deep_linear.mode(time, target, u, v)), exact, atol=1e-10)


def test_modes_broadcast_and_end_at_the_target():
    u, v = deep_linear.mode(200.0, np.array([1.0, 2.0]), np.array([[0.1], [1.0]]), 0.3)
    np.testing.assert_allclose(u * v, [[1, 2], [1, 2]], rtol=1e-12)


@pytest.mark.parametrize("depth", [2, 3, 5])
def test_balanced_modes_are_what_descent_does_to_matrices(depth):
    rng = np.random.default_rng(depth)
    frames = [np.linalg.qr(rng.standard_normal((3, 3)))[0] for _ in range(depth + 1)]
    targets, start, rate = np.array([1.0, 1.5, 2.0]), 0.05, 1e-3
    ws = [frames[k + 1] * start ** (1 / depth) @ frames[k].T for k in range(depth)]
    at = [0, 1000, 2000, 4000]
    products = deep_linear.gradient_descent(ws, frames[-1] * targets @ frames[0].T, rate, at=at)
    modes = np.einsum("ia,tij,ja->ta", frames[-1], products, frames[0])
    for k, a in enumerate(targets):
        exact = deep_linear.balanced_mode(rate * np.array(at), a, start, depth)
        np.testing.assert_allclose(modes[:, k], exact, atol=rate * 2 * depth * a**3)  # Euler's method, one order of the step


def test_two_layers_agree_with_the_general_mode():
    time = np.linspace(0, 5, 11)
    u, v = deep_linear.mode(time, 1.7, 0.2, 0.2)
    np.testing.assert_allclose(u * v, deep_linear.balanced_mode(time, 1.7, 0.04, 2), rtol=1e-12)


def test_balanced_layers_that_are_not_aligned():
    rng, goals, time = np.random.default_rng(4), np.array([2.0, 1.2, 0.7]), np.linspace(0, 5, 6)
    U, V = (np.linalg.qr(rng.standard_normal((n, 3)))[0] for n in (5, 4))
    G = 0.3 * rng.standard_normal((8, 3))
    A = U * goals @ V.T

    def field(_, flat):
        W1, W2 = flat[:32].reshape(8, 4), flat[32:].reshape(5, 8)
        error = W2 @ W1 - A
        return -np.concatenate([(W2.T @ error).ravel(), (error @ W1.T).ravel()])

    start = np.concatenate([(G @ V.T).ravel(), (U @ G.T).ravel()])
    found = solve_ivp(field, (0, 5), start, t_eval=time, rtol=1e-11, atol=1e-12, method="DOP853").y.T
    products = [U.T @ flat[32:].reshape(5, 8) @ flat[:32].reshape(8, 4) @ V for flat in found]
    np.testing.assert_allclose(deep_linear.balanced_product(time, goals, G.T @ G), products, atol=1e-9)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="saddle"):
        deep_linear.mode(1.0, 1.0, 0.0, 0.0)
    with pytest.raises(ValueError, match="depth must be at least 2"):
        deep_linear.balanced_mode(np.array([0.0, 1.0]), 1.0, 0.1, 1)
    with pytest.raises(ValueError, match="increasing"):
        deep_linear.gradient_descent([np.eye(2)], np.eye(2), 0.1, at=[2, 1])
    with pytest.raises(ValueError, match="positive definite"):
        deep_linear.balanced_product(np.array([0.0]), np.ones(2), np.diag([1.0, -1.0]))
