import numpy as np
import pytest
import torch

from dlcore.networks.curvature import dense, fisher_product
from dlcore.networks.kronecker import factors, kfac, power, shampoo, signals, solved
from dlcore.networks.training import dense as network
from dlcore.optimizers.orthogonal import rows_of

RNG = np.random.default_rng(0)
X = torch.tensor(RNG.standard_normal((9, 4)))
WEIGHTS = [RNG.standard_normal((2, 5, 4)) / 2, RNG.standard_normal((2, 3, 5))]


def test_signals_make_the_diagonal_blocks_of_the_fisher_matrix():
    layers = signals(WEIGHTS, X, torch.tanh)
    for model in range(2):
        Phi = dense(fisher_product(lambda p: network(p, X, torch.tanh), [w[model : model + 1] for w in WEIGHTS]), 35)
        for layer, block in zip(layers, (Phi[:20, :20], Phi[20:, 20:]), strict=True):
            gradients = np.einsum("cno,ni->cnoi", layer.delta[model], layer.z[model]).reshape(27, -1)
            np.testing.assert_allclose(gradients.T @ gradients / 9, block, atol=1e-12)


def test_factors_are_second_moments():
    for layer in signals(WEIGHTS, X, torch.tanh):
        A, B = factors(layer)
        for model in range(2):
            np.testing.assert_allclose(A[model], sum(np.outer(z, z) for z in layer.z[model]) / 9, atol=1e-13)
            np.testing.assert_allclose(B[model], sum(np.outer(d, d) for row in layer.delta[model] for d in row) / 9, atol=1e-13)


def spd(n):
    M = RNG.standard_normal((n, n))
    return M @ M.T + np.eye(n)


def test_solved_is_the_inverse_of_the_kronecker_product():
    A, B, V = spd(4), spd(3), RNG.standard_normal((3, 4))
    full = np.linalg.solve(np.kron(A, B), V.ravel(order="F"))
    np.testing.assert_allclose(solved(V, A, B).ravel(order="F"), full, rtol=1e-10)
    pi = np.sqrt(np.trace(A) / 4 / (np.trace(B) / 3))
    full = np.linalg.solve(np.kron(A + pi * 0.1 * np.eye(4), B + 0.1 / pi * np.eye(3)), V.ravel(order="F"))
    np.testing.assert_allclose(solved(V, A, B, 0.01).ravel(order="F"), full, rtol=1e-10)
    assert np.isfinite(solved(V, A, np.zeros((3, 3)), 0.01)).all()


def test_kfac_steps():
    A, B = spd(4), spd(3)
    method = kfac(0.5, lambda weights: [(A, B)], [(3, 4)], damping=0.0, momentum=0.9)
    g, state = RNG.standard_normal((2, 1, 12)), method.init(np.ones((1, 12)))
    d, w = 0.0, np.ones(12)
    for gradient in g:
        state = method.step(state, gradient)
        d = 0.9 * d - 0.5 * (np.linalg.inv(B) @ gradient.reshape(3, 4) @ np.linalg.inv(A)).ravel()
        w = w + d
    np.testing.assert_allclose(state.parameters[0], w, rtol=1e-10)


def test_the_first_step_of_shampoo_has_equal_singular_values():
    G = RNG.standard_normal((1, 3, 5))
    method = shampoo(1.0, [(3, 5)], epsilon=1e-13)
    step = -method.step(method.init(np.zeros((1, 15))), rows_of([G])).parameters.reshape(3, 5)
    U, _, V = np.linalg.svd(G[0], full_matrices=False)
    np.testing.assert_allclose(step, U @ V, atol=1e-5)


def test_shampoo_accumulates():
    method, g = shampoo(0.3, [(2, 3)], epsilon=0.1, keep=0.5, momentum=0.2), RNG.standard_normal((3, 1, 6))
    state, w, d, L, R = method.init(np.ones((1, 6))), np.ones(6), 0.0, 0.1 * np.eye(2), 0.1 * np.eye(3)
    for row in g:
        state, G = method.step(state, row), row.reshape(2, 3)
        L, R = 0.5 * L + G @ G.T, 0.5 * R + G.T @ G
        root = [np.linalg.inv(np.linalg.cholesky(M)) for M in (L, R)]  # a check of the roots by what they are for
        for M, r in zip((L, R), root, strict=True):
            np.testing.assert_allclose(np.linalg.matrix_power(power(M, -0.25), 4), r.T @ r, rtol=1e-9)
        d = 0.2 * d - 0.3 * (power(L, -0.25) @ G @ power(R, -0.25)).ravel()
        w = w + d
    np.testing.assert_allclose(state.parameters[0], w, rtol=1e-9)


def test_networks_that_diverged_stay_alone():
    rows = np.array([[np.inf] * 6, [1.0] * 6])
    for method in (shampoo(0.1, [(2, 3)]), kfac(0.1, lambda w: [(np.eye(3), np.eye(2))], [(2, 3)])):
        after = method.step(method.init(np.zeros((2, 6))), rows).parameters
        assert np.isfinite(after).all() and after[1].all()


def test_refuses():
    with pytest.raises(ValueError, match="damping"):
        solved(np.eye(2), np.eye(2), np.eye(2), -1.0)
