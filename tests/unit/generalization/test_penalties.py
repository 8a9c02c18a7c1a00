import numpy as np
import pytest
import torch
from sklearn.linear_model import Lasso, Ridge, lars_path

from dlcore.generalization import penalties

RNG = np.random.default_rng(7)
X, Y = RNG.standard_normal((12, 4)) + 2, RNG.standard_normal(12)


def objective_gradient(beta0, beta, lam, penalised):
    """∇ of (1/n)‖y − β₀ − Xβ‖² + λ(‖β‖² + β₀² if penalised), by automatic differentiation."""
    point = torch.tensor(np.concatenate([[beta0], beta]), requires_grad=True)
    residual = torch.tensor(Y) - point[0] - torch.tensor(X) @ point[1:]
    cost = (point[1:] ** 2).sum() + (point[0] ** 2 if penalised else 0)
    ((residual**2).mean() + lam * cost).backward()
    return point.grad.numpy()


@pytest.mark.parametrize("intercept", ["free", "penalised"])
def test_the_gradient_vanishes_at_ridge(intercept):
    beta0, beta = penalties.ridge(X, Y, 0.3, intercept)
    assert np.abs(objective_gradient(beta0, beta, 0.3, intercept == "penalised")).max() < 1e-12


@pytest.mark.parametrize("intercept", ["free", "none"])
def test_ridge_is_scikit_learns_with_n_times_the_weight(intercept):
    theirs = Ridge(alpha=12 * 0.3, fit_intercept=intercept == "free").fit(X, Y)
    beta0, beta = penalties.ridge(X, Y, 0.3, intercept)
    np.testing.assert_allclose([beta0, *beta], [theirs.intercept_, *theirs.coef_], atol=1e-10)


def test_ridge_without_a_penalty_is_least_squares():
    expected = np.linalg.lstsq(np.column_stack([np.ones(12), X]), Y)[0]
    beta0, beta = penalties.ridge(X, Y, 0)
    np.testing.assert_allclose([beta0, *beta], expected, atol=1e-10)


def test_soft_threshold_is_lasso_in_an_orthogonal_design():
    q = np.linalg.qr(RNG.standard_normal((12, 4)))[0] * np.sqrt(12)
    theirs = Lasso(alpha=0.4, fit_intercept=False, tol=1e-14).fit(q, Y)
    np.testing.assert_allclose(penalties.soft_threshold(q.T @ Y / 12, 0.4), theirs.coef_, atol=1e-10)


def test_lasso_is_zero_from_the_bound_on_and_not_before():
    edge = penalties.zero_from(X, Y)
    assert not penalties.lasso(X, Y, 1.0001 * edge).any()
    assert penalties.lasso(X, Y, 0.9999 * edge).any()


@pytest.mark.parametrize("lam", [0.0, 0.01, 0.2, 0.7])
def test_lasso_is_on_the_path_of_lars(lam):
    alphas, _, coefs = lars_path(X, Y, method="lasso")
    expected = [np.interp(lam / 2, alphas[::-1], row[::-1]) for row in coefs]
    found = penalties.lasso(X, Y, lam)
    np.testing.assert_allclose(found, expected, atol=1e-10)
    assert penalties.lasso_violation(X, Y, found, lam) < 1e-12


def test_lasso_is_optimal_where_scikit_learns_path_may_lose_its_way():
    """Designs that are nearly dependent, and many more columns than rows: there lars_path depends on the last digits, or fails."""
    draws = np.random.default_rng(10)
    tall, wide = draws.standard_normal((50, 6)) @ draws.standard_normal((6, 6)), draws.standard_normal((15, 40))
    for design, target in ((tall, draws.standard_normal(50)), (wide, wide[:, :5].sum(axis=1)), (wide, draws.standard_normal(15))):
        for lam in np.geomspace(1e-6, 3, 12):
            found = penalties.lasso(design, target, lam)
            assert penalties.lasso_violation(design, target, found, lam) < 1e-10
            assert np.count_nonzero(found) <= min(design.shape)


def test_the_violation_sees_a_wrong_coefficient():
    found = penalties.lasso(X, Y, 0.2)
    assert penalties.lasso_violation(X, Y, found + 0.01, 0.2) > 1e-3
    assert penalties.lasso_violation(X, Y, np.zeros(4), 0.2) == pytest.approx(penalties.zero_from(X, Y) - 0.2)


def test_basis_pursuit_is_feasible_and_not_longer_than_what_lars_ends_at():
    wide = np.random.default_rng(0).standard_normal((6, 15))
    target = np.random.default_rng(1).standard_normal(6)
    found = penalties.basis_pursuit(wide, target)
    np.testing.assert_allclose(wide @ found, target, atol=1e-9)
    end = lars_path(wide, target, method="lasso")[2][:, -1]
    np.testing.assert_allclose(found, end, atol=1e-8)
    assert np.abs(found).sum() < np.abs(np.linalg.pinv(wide) @ target).sum()


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="one row for each entry"):
        penalties.examples(X.T, Y)
    with pytest.raises(ValueError, match="lam must be non-negative"):
        penalties.ridge(X, Y, -1.0)
    with pytest.raises(ValueError, match="intercept must be one of"):
        penalties.ridge(X, Y, 1.0, "no")
    with pytest.raises(ValueError, match="lam must be non-negative"):
        penalties.lasso(X, Y, -1.0)
    with pytest.raises(ValueError, match="must have a solution"):
        penalties.basis_pursuit(np.zeros((2, 3)), np.ones(2))
