import numpy as np
import pytest
import torch
from scipy.linalg import polar

from dlcore.optimizers.orthogonal import CUBIC, MUON, QUINTIC, bounded, matrices, multiplications, muon, odd, orthogonalized, rows_of

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("shape", [(4, 7), (7, 4), (2, 3, 5, 5)])
@pytest.mark.parametrize("coefficients", [MUON, CUBIC, QUINTIC])
def test_moves_the_singular_values_alone(shape, coefficients):
    G = RNG.standard_normal(shape)
    U, s, V = np.linalg.svd(G, full_matrices=False)
    s = s / np.linalg.norm(s, axis=-1, keepdims=True)
    for k in range(4):
        expected = (U * s[..., None, :]) @ V
        np.testing.assert_allclose(orthogonalized(G, coefficients=coefficients, iterations=k), expected, atol=1e-12)
        s = odd(s, coefficients)


@pytest.mark.parametrize("coefficients", [CUBIC, QUINTIC])
def test_converges_to_the_polar_factor(coefficients):
    G = RNG.standard_normal((5, 3))
    np.testing.assert_allclose(orthogonalized(G, coefficients=coefficients, iterations=40), polar(G)[0], atol=1e-12)


def test_tangency_of_the_classical_polynomials():
    for coefficients in (CUBIC, QUINTIC):
        assert odd(1.0, coefficients) == pytest.approx(1)
        assert abs(odd(1 + 1e-4, coefficients) - 1) < 1e-7


def by_torch(start, gradients, rate, momentum, nesterov):
    """Muon as published: X, then A = XXᵀ, B = bA + cA², X ← aX + BX."""
    W, memory = torch.tensor(start), torch.zeros(*start.shape, dtype=torch.float64)
    for g in gradients:
        g = torch.tensor(g)
        memory = momentum * memory + g
        X = g + momentum * memory if nesterov else memory
        tall = X.shape[0] > X.shape[1]
        X = (X.T if tall else X) / X.norm()
        for _ in range(5):
            A = X @ X.T
            X = 3.4445 * X + (-4.7750 * A + 2.0315 * A @ A) @ X
        W = W - rate * max(1, W.shape[0] / W.shape[1]) ** 0.5 * (X.T if tall else X)
    return W.numpy()


@pytest.mark.parametrize("nesterov", [True, False])
def test_muon_is_the_published_one(nesterov):
    shapes, rates = [(3, 5), (6, 2)], np.array([[0.1], [0.02]])
    start, gradients = RNG.standard_normal((2, 27)), RNG.standard_normal((4, 2, 27))
    method = muon(rates, shapes, 0.9, nesterov=nesterov)
    state = method.init(start)
    for g in gradients:
        state = method.step(state, g)
    for model in range(2):
        for k, part in enumerate(matrices(state.parameters, shapes)):
            mine = [matrices(g, shapes)[k][model] for g in gradients]
            expected = by_torch(matrices(start, shapes)[k][model], mine, rates[model, 0], 0.9, nesterov)
            np.testing.assert_allclose(part[model], expected, atol=1e-10)


def test_rows_and_matrices():
    rows = RNG.standard_normal((4, 10))
    parts = matrices(rows, [(2, 3), (1, 4)])
    assert [p.shape for p in parts] == [(4, 2, 3), (4, 1, 4)]
    np.testing.assert_array_equal(rows_of(parts), rows)
    with pytest.raises(ValueError, match="hold 10 numbers"):
        matrices(rows[:, :9], [(2, 3), (1, 4)])


def test_a_model_that_diverged_takes_none_along():
    rows = np.array([[1.0, np.inf], [1.0, 2.0], [1e200, 0.0]])
    np.testing.assert_array_equal(bounded(rows), [[0, 0], [1, 2], [0, 0]])
    method = muon(0.1, [(1, 2)])
    state = method.step(method.init(np.zeros((3, 2))), rows)
    assert np.isfinite(state.parameters).all() and state.parameters[1].any() and not state.parameters[[0, 2]].any()
    assert not orthogonalized(np.zeros((2, 2))).any()


def test_counts_products():
    assert multiplications(4, 10, 5) == 5 * (4 * 4 * 10 + 4 * 4 * 4 + 4 * 4 * 10) == multiplications(10, 4, 5)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: orthogonalized(np.ones(3)), "must be a matrix"),
        (lambda: orthogonalized(np.eye(2), iterations=-1), "from 0 upwards"),
        (lambda: odd(1.0, (1.0, 2.0)), "coefficients"),
    ],
)
def test_refuses(call, error):
    with pytest.raises(ValueError, match=error):
        call()
