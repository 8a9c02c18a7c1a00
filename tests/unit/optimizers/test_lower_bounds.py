import numpy as np
import pytest
import torch
from scipy.optimize import minimize

from dlcore.optimizers import lower_bounds as lb


@pytest.mark.parametrize("K", [1, 2, 9])
def test_kinks_are_a_convex_function_of_slope_one_with_the_minimiser_named(K):
    rng = np.random.default_rng(K)
    one, two = rng.standard_normal((2, 400, K)) * 2
    g = lb.kink_subgradient(one)
    assert np.all(lb.kink_value(two) >= lb.kink_value(one) + np.sum(g * (two - one), axis=-1) - 1e-12)
    assert np.allclose(np.linalg.norm(g, axis=-1), 1)
    lowest = np.full(K, -1 / np.sqrt(K))
    assert np.isclose(np.linalg.norm(lowest), 1)
    assert np.isclose(lb.kink_value(lowest), -1 / np.sqrt(K))
    assert np.all(lb.kink_value(one) >= -1 / np.sqrt(K) - 1e-12)


def test_kinks_hide_one_coordinate_from_every_span():
    K, rng = 6, np.random.default_rng(0)
    for _ in range(50):
        theta = np.zeros(K)
        seen = []
        for _ in range(K - 1):
            seen.append(lb.kink_subgradient(theta))
            theta = rng.standard_normal(len(seen)) @ np.array(seen) * 3
            assert lb.kink_value(theta) >= 0


@pytest.mark.parametrize("n", [1, 2, 7])
def test_the_chain_against_autograd_and_its_matrix(n):
    theta = np.random.default_rng(n).standard_normal((5, n))
    A, e1 = lb.chain_matrix(n), np.eye(n)[0]
    value = 3.0 / 4 * (np.einsum("bi,ij,bj->b", theta, A, theta) / 2 - theta[:, 0])
    assert np.allclose(lb.chain_value(theta, 3.0), value)
    t, H = torch.tensor(theta, requires_grad=True), torch.tensor(A)
    (0.75 * ((t @ H * t).sum() / 2 - t[:, 0].sum())).backward()
    assert np.allclose(lb.chain_gradient(theta, 3.0), t.grad.numpy())
    assert np.allclose(lb.chain_minimiser(n), np.linalg.solve(A, e1))
    assert np.isclose(lb.chain_value(lb.chain_minimiser(n), 3.0), -lb.chain_floor(0, n, 3.0))
    assert np.linalg.eigvalsh(A).max() < 4


def test_the_floor_of_the_chain_is_the_best_of_the_span():
    n, k = 9, 4
    best = minimize(lambda z: lb.chain_value(np.append(z, np.zeros(n - k))), np.zeros(k), tol=1e-12).fun
    assert np.isclose(best - lb.chain_value(lb.chain_minimiser(n)), lb.chain_floor(k, n))
    R = np.linalg.norm(lb.chain_minimiser(n))
    assert lb.chain_floor(k, n) >= lb.smooth_floor(k, 1.0, R)
    path = lb.conjugate_gradients(lb.chain_matrix(n) / 4, np.eye(n)[0] / 4, n + 2)
    gap = lb.chain_value(path) - lb.chain_value(lb.chain_minimiser(n))
    assert len(path) == n + 3
    assert np.allclose(gap[: n + 1], lb.chain_floor(np.arange(n + 1), n), atol=1e-14)


def test_conjugate_gradients_solve_other_systems_too():
    rng = np.random.default_rng(1)
    A, b = rng.standard_normal((12, 6)), rng.standard_normal(6)
    path = lb.conjugate_gradients(A.T @ A, b, 9)
    assert np.allclose(path[-1], np.linalg.solve(A.T @ A, b))


def test_what_is_no_chain_is_refused():
    with pytest.raises(ValueError, match="k must be at most n = 3, got 4"):
        lb.chain_floor(4, 3)
    with pytest.raises(ValueError, match="n must be at least 1, got 0"):
        lb.chain_matrix(0)
    with pytest.raises(ValueError, match="hessian must be symmetric"):
        lb.conjugate_gradients([[1.0, 2.0], [0.0, 1.0]], [1.0, 1.0], 3)
