import numpy as np
import pytest
import torch
from scipy import optimize

from dlcore.landscapes import factorization

EPS = np.finfo(float).eps


@pytest.fixture(name="M")
def random_symmetric(rng):
    square = rng.standard_normal((5, 5))
    return square + square.T  # indefinite


def test_rank_one_derivatives_agree_with_autograd(rng, M):
    u = rng.standard_normal((3, 4, 5))

    def loss(v):
        return ((torch.tensor(M) - torch.outer(v, v)) ** 2).sum()

    size = 4 * (np.abs(M).sum() + (u**2).sum(-1).max()) * (1 + np.abs(u).max()) ** 2  # bounds every term
    for index in np.ndindex(3, 4):
        v = torch.tensor(u[index], requires_grad=True)
        gradient = torch.autograd.grad(loss(v), v)[0].numpy()
        hessian = torch.autograd.functional.hessian(loss, v.detach()).numpy()
        assert factorization.rank_one_loss(M, u)[index] == pytest.approx(float(loss(v).detach()), rel=50 * EPS)
        np.testing.assert_allclose(factorization.rank_one_gradient(M, u)[index], gradient, rtol=0, atol=50 * EPS * size)
        np.testing.assert_allclose(factorization.rank_one_hessian(M, u)[index], hessian, rtol=0, atol=50 * EPS * size)


def test_stationary_points_and_their_spectra(M):
    points = factorization.rank_one_stationary(M)
    assert len(points) == 1 + np.sum(np.linalg.eigvalsh(M) > 0)
    size = 50 * EPS * 8 * np.linalg.norm(M) ** 1.5
    for point in points:
        np.testing.assert_allclose(factorization.rank_one_gradient(M, point.u), 0, rtol=0, atol=size)
        spectrum = np.linalg.eigvalsh(factorization.rank_one_hessian(M, point.u))
        np.testing.assert_allclose(spectrum, point.spectrum, rtol=0, atol=size)
        assert float(factorization.rank_one_loss(M, point.u)) == pytest.approx(point.value, abs=size * np.linalg.norm(M))


def test_only_the_top_point_is_second_order(M):
    origin, top, *others = factorization.rank_one_stationary(M)
    assert top.spectrum[0] > 0
    assert all(point.spectrum[0] < 0 for point in (origin, *others))


def test_without_a_positive_eigenvalue_only_the_origin_is_stationary(rng, M):
    negative = -M @ M.T
    (origin,) = factorization.rank_one_stationary(negative)
    assert origin.spectrum[0] > 0
    found = optimize.minimize(lambda u: float(factorization.rank_one_loss(negative, u)), rng.standard_normal(5))
    assert found.fun == pytest.approx(origin.value, rel=1e-6)


def test_a_matrix_that_is_not_symmetric_is_refused(rng):
    with pytest.raises(ValueError, match="M must be symmetric"):
        factorization.rank_one_stationary(rng.standard_normal((3, 3)))


def test_two_layers_agree_with_autograd_and_are_batched(rng):
    W2, W1 = rng.standard_normal((3, 4, 2)), rng.standard_normal((3, 2, 6))
    X, Y = rng.standard_normal((6, 9)), rng.standard_normal((4, 9))
    losses, gradients = factorization.two_layer_loss(W2, W1, X, Y), factorization.two_layer_gradient(W2, W1, X, Y)
    for k in range(3):
        a, b = (torch.tensor(w[k], requires_grad=True) for w in (W2, W1))
        value = ((torch.tensor(Y) - a @ b @ torch.tensor(X)) ** 2).sum()
        value.backward()
        assert losses[k] == pytest.approx(float(value.detach()), rel=100 * EPS)
        for got, expected in zip(gradients, (a.grad, b.grad)):
            np.testing.assert_allclose(got[k], expected.numpy(), rtol=0, atol=1000 * EPS * float(value.detach()))


@pytest.mark.parametrize("rank", [1, 2, 3, 4, 7])
def test_reduced_rank_minimum_against_whitening(rng, rank):
    X, Y = rng.standard_normal((6, 20)), rng.standard_normal((4, 20))
    root = np.linalg.cholesky(X @ X.T)  # W X = (W root)(root⁻¹ X), whose second factor has orthonormal rows
    fitted = Y @ np.linalg.solve(root, X).T
    left, sigma, right = np.linalg.svd(fitted, full_matrices=False)
    best = (left[:, :rank] * sigma[:rank]) @ right[:rank] @ np.linalg.inv(root)
    assert factorization.reduced_rank_minimum(X, Y, rank) == pytest.approx(np.sum((Y - best @ X) ** 2), rel=1e-12)


def test_reduced_rank_minimum_with_dependent_inputs(rng):
    X, Y = rng.standard_normal((2, 8)), rng.standard_normal((3, 8))
    tall = np.vstack([X, X[:1] - 2 * X[1:]])
    assert factorization.reduced_rank_minimum(tall, Y, 1) == pytest.approx(factorization.reduced_rank_minimum(X, Y, 1), rel=1e-12)
    assert factorization.reduced_rank_minimum(0 * X, Y, 1) == pytest.approx(np.sum(Y**2), rel=1e-15)


def test_descent_reaches_the_reduced_rank_minimum(rng):
    X, Y = rng.standard_normal((4, 12)), rng.standard_normal((3, 12))

    def both(theta):
        W2, W1 = theta[:6].reshape(3, 2), theta[6:].reshape(2, 4)
        gradients = factorization.two_layer_gradient(W2, W1, X, Y)
        return float(factorization.two_layer_loss(W2, W1, X, Y)), np.concatenate([g.ravel() for g in gradients])

    found = optimize.minimize(both, rng.standard_normal(14), jac=True, method="L-BFGS-B", options={"ftol": 1e-15, "maxiter": 2000})
    assert found.fun == pytest.approx(factorization.reduced_rank_minimum(X, Y, 2), rel=1e-6)


@pytest.mark.parametrize("d", [2, 6, 30])
def test_eigenvalues_of_rounding_are_none(rng, d):
    """vvᵀ has one eigenvalue that is not 0: two points are stationary, whatever rounding makes of the others."""
    for _ in range(20):
        v = rng.standard_normal(d)
        points = factorization.rank_one_stationary(np.outer(v, v))
        assert [point.eigenvalue for point in points] == [0, pytest.approx(v @ v)]
