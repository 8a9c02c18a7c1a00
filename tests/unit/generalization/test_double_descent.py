"""The exact law against fits by NumPy and scikit-learn, one by one and on average; the best penalty against a search."""

import numpy as np
import pytest
from scipy import optimize
from sklearn.linear_model import Ridge

from dlcore.generalization import double_descent
from dlcore.statistics import errors_off


def test_the_law_is_the_mean_over_many_data_sets(rng):
    beta, p = rng.standard_normal(24) / 4, np.array([1, 3, 6, 18, 24])
    made = double_descent.draws(p, 12, beta, runs=4000, rng=rng)
    for noise in (0.0, 0.8):
        assert errors_off(made.risks(noise).T, double_descent.exact_risk(p, 12, beta, noise)) < 4


def test_between_it_is_infinite_unless_nothing_is_noise():
    p = np.arange(2, 9)
    risk = double_descent.exact_risk(p, 5, np.full(8, 0.5), 0.0)
    assert np.isinf(risk).tolist() == [False, False, True, True, True, False, False]
    assert double_descent.exact_risk(np.array([4, 5, 6]), 5, np.full(6, 0.5), 0.0)[2] == pytest.approx(1.5 * (1 - 5 / 6))  # τ² = 0 at p = D


@pytest.mark.parametrize("penalty", [0.0, 0.3])
def test_a_draw_is_the_fit_that_others_find(penalty):
    rng, beta = np.random.default_rng(3), np.linspace(1, -1, 9)
    made = double_descent.draws(np.array([2, 9]), 5, beta, runs=2, rng=rng)
    rng = np.random.default_rng(3)
    X, z = rng.standard_normal((2, 5, 9)), rng.standard_normal((2, 5))
    for run in range(2):
        y = X[run] @ beta + np.sqrt(0.5) * z[run]
        for k, p in enumerate((2, 9)):
            if penalty:
                found = Ridge(alpha=5 * penalty, fit_intercept=False).fit(X[run, :, :p], y).coef_
            else:
                found = np.linalg.pinv(X[run, :, :p]) @ y
            risk = ((found - beta[:p]) ** 2).sum() + (beta[p:] ** 2).sum() + 0.5
            assert made.risks(0.5, penalty)[k, run] == pytest.approx(risk, rel=1e-9)


def test_no_other_penalty_is_better_than_the_best(rng):
    beta, p = np.full(12, 0.4), np.array([4, 12])
    made, best = double_descent.draws(p, 8, beta, runs=6000, rng=rng), double_descent.best_ridge(p, 8, beta, 0.6)
    for k in range(2):
        found = optimize.minimize_scalar(lambda w, k=k: made.risks(0.6, np.exp(w))[k].mean(), bounds=(-6, 4), method="bounded")
        least, there = made.risks(0.6, np.exp(found.x))[k], made.risks(0.6, best)[k]
        assert errors_off(there - least, 0.0) < 4
        assert np.exp(found.x) == pytest.approx(best[k], rel=0.15)
    assert double_descent.best_ridge(np.array([1]), 8, np.array([0.0, 1.0]), 0.1)[0] == np.inf


def test_growing_fits_are_those_of_the_pseudoinverse(rng):
    P, T, y = rng.standard_normal((5, 8)), rng.standard_normal((3, 8)), rng.standard_normal(5)
    fits = double_descent.growing_fits(P, y, T)
    assert fits[0].tolist() == [0, 0, 0]
    for p in range(1, 9):
        assert fits[p] == pytest.approx(T[:, :p] @ np.linalg.pinv(P[:, :p]) @ y)


@pytest.mark.parametrize("call", [
    lambda: double_descent.exact_risk(np.array([4]), 5, np.ones(3), 1.0),
    lambda: double_descent.exact_risk(np.array([1]), 5, np.ones(3), -1.0),
    lambda: double_descent.draws(np.array([0]), 5, np.ones(3), runs=1, rng=np.random.default_rng(0)),
    lambda: double_descent.draws(np.array([1]), 5, np.ones(3), runs=1, rng=np.random.default_rng(0)).risks(1.0, -0.5),
])  # fmt: skip
def test_bad_input_is_named(call):
    with pytest.raises(ValueError, match="must"):
        call()
