"""Filters against the iterations and equations that they solve; dropout against torch and an enumeration of its own."""

import numpy as np
import pytest
import torch
from scipy import optimize
from scipy.linalg import expm
from sklearn.linear_model import Ridge

from dlcore.generalization import implicit


@pytest.fixture
def problem(rng):
    X = rng.standard_normal((12, 4)) * [2, 1, 0.5, 0.2]
    return X, rng.standard_normal(12)


def filtered(X, y, kept):
    s, V = np.linalg.eigh(X.T @ X / len(X))
    return V @ (kept(s) * (V.T @ np.linalg.lstsq(X, y, rcond=None)[0]))


def test_gradient_descent_is_its_filter(problem):
    (X, y), beta = problem, np.zeros(4)
    for _ in range(37):
        beta = beta + 0.1 * X.T @ (y - X @ beta) / len(X)
    assert filtered(X, y, lambda s: implicit.descent_filter(s, 37, 0.1)) == pytest.approx(beta)


def test_gradient_flow_is_its_filter(problem):
    X, y = problem
    A, b = X.T @ X / len(X), X.T @ y / len(X)
    whole = expm(np.block([[-A, b[:, None]], [np.zeros((1, 5))]]) * 1.7)  # (β, 1) follows a linear equation
    assert filtered(X, y, lambda s: implicit.flow_filter(s, 1.7)) == pytest.approx(whole[:4, 4])


def test_ridge_is_its_filter_and_the_stopping_weight_turns_it_into_flow(problem):
    X, y = problem
    assert filtered(X, y, lambda s: implicit.ridge_filter(s, 0.3)) == pytest.approx(Ridge(alpha=3.6, fit_intercept=False).fit(X, y).coef_)
    s = np.array([0.0, 0.1, 1.0, 900.0])
    assert implicit.ridge_filter(s[1:3], implicit.stopping_weight(s[1:3], 2.0)) == pytest.approx(implicit.flow_filter(s[1:3], 2.0))
    assert implicit.stopping_weight(s, 2.0)[[0, 3]] == pytest.approx([0.5, 0.0])


def test_the_risk_of_a_filter_is_that_of_many_fits(rng):
    X, beta = rng.standard_normal((10, 3)), np.array([1.0, -0.5, 2.0])
    s, V = np.linalg.eigh(X.T @ X / 10)
    y = X @ beta + np.sqrt(0.5) * rng.standard_normal((20_000, 10))
    found = np.linalg.solve(X.T @ X / 10 + 0.2 * np.eye(3), X.T @ y.T / 10).T
    errors = np.sum((found - beta) ** 2, axis=1)
    expected = implicit.filtered_risk(implicit.ridge_filter(s, 0.2), s, V.T @ beta, 0.5, 10)
    assert abs(errors.mean() - expected) < 4 * errors.std() / np.sqrt(len(errors))


def test_the_worst_ratio_is_a_maximum():
    found = optimize.minimize_scalar(lambda x: -((implicit.flow_filter(x, 1.0) * (1 + x) / x) ** 2), bounds=(0.1, 10), method="bounded",
                                     options={"xatol": 1e-10})  # fmt: skip
    x, ratio = implicit.worst_ratio()
    assert (found.x, -found.fun) == (pytest.approx(x, abs=1e-6), pytest.approx(ratio, rel=1e-12))


def test_dropout_s_losses_average_to_loss_and_penalty(problem):
    (X, y), w = problem, np.array([0.3, -1.0, 2.0, 0.5])
    losses, chance = implicit.dropout_losses(X, y, w, 0.3)
    assert len(losses) == 16
    assert chance.sum() == pytest.approx(1)
    assert losses @ chance == pytest.approx(np.mean((y - X @ w) ** 2) + implicit.dropout_penalty(X, w, 0.3))
    kinds, chance = implicit.masks(4, 0.3)
    assert chance @ kinds == pytest.approx(np.ones(4))


def test_the_masks_are_those_of_torch():
    torch.manual_seed(0)
    seen = torch.nn.functional.dropout(torch.ones(4000, 3), 0.25).double().numpy()
    kinds, chance = implicit.masks(3, 0.25)
    for mask, share in zip(kinds, chance):
        found = np.isclose(seen, mask, rtol=1e-6).all(axis=1).mean()
        assert abs(found - share) < 4 * np.sqrt(share * (1 - share) / 4000)


def test_the_solution_is_stationary(problem):
    X, y = problem
    w = torch.tensor(implicit.dropout_solution(X, y, 0.4), requires_grad=True)
    kinds, chance = (torch.tensor(a) for a in implicit.masks(4, 0.4))
    (((torch.tensor(y) - (kinds * w) @ torch.tensor(X).T) ** 2).mean(dim=1) @ chance).backward()
    assert w.grad.abs().max() < 1e-12


@pytest.mark.parametrize("call", [
    lambda: implicit.descent_filter(1.0, -1, 0.1),
    lambda: implicit.ridge_filter(1.0, 0.0),
    lambda: implicit.masks(17, 0.5),
    lambda: implicit.masks(2, 1.0),
])  # fmt: skip
def test_bad_input_is_named(call):
    with pytest.raises(ValueError, match="must"):
        call()
