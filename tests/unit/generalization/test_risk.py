"""Closed forms against Monte Carlo, NumPy's own fits, and minimisation by SciPy."""

import numpy as np
import pytest
from scipy import optimize

from dlcore.generalization import risk
from dlcore.statistics import errors_off


@pytest.mark.parametrize("penalty", [0.0, 0.3, 2.0])
def test_the_risks_of_a_shrunk_mean_are_those_of_a_sample(rng, penalty):
    n, mean, noise, runs = 5, 0.7, 2.0, 40_000
    y = mean + np.sqrt(noise) * rng.standard_normal((runs, n + 1))
    shrunk = y[:, :n].mean(axis=1) / (1 + penalty)
    training, true = risk.shrunk_risks(penalty, n, mean, noise)
    assert errors_off(np.mean((y[:, :n] - shrunk[:, None]) ** 2, axis=1), training) < 4
    assert errors_off((y[:, n] - shrunk) ** 2, true) < 4
    if penalty == 0:
        assert (training, true) == pytest.approx(risk.mean_risks(n, noise))


def test_the_shrunk_mean_minimises_the_penalised_loss(rng):
    y, penalty = rng.standard_normal(7) + 1, 0.4
    found = optimize.minimize_scalar(lambda theta: np.mean((y - theta) ** 2) + penalty * theta**2)
    assert found.x == pytest.approx(y.mean() / (1 + penalty), abs=1e-6)


@pytest.mark.parametrize(("n", "mean", "noise"), [(10, 0.5, 1.0), (3, -2.0, 0.7)])
def test_no_other_penalty_is_better_than_the_best(n, mean, noise):
    found = optimize.minimize_scalar(lambda w: float(risk.shrunk_risks(np.exp(w), n, mean, noise)[1]), bounds=(-12, 6), method="bounded",
                                     options={"xatol": 1e-9})  # fmt: skip
    assert np.exp(found.x) == pytest.approx(risk.best_penalty(n, mean, noise), rel=1e-5)


def test_nested_errors_are_those_of_least_squares_one_by_one(rng):
    features, truth = rng.standard_normal((9, 4)), rng.standard_normal(9)
    errors = risk.nested_errors(features, truth, noise=0.5, runs=3, rng=np.random.default_rng(1))
    seen, new = truth + np.sqrt(0.5) * np.random.default_rng(1).standard_normal((2, 3, 9))
    for run in range(3):
        for p in range(1, 5):
            fit = features[:, :p] @ np.linalg.lstsq(features[:, :p], seen[run], rcond=None)[0]
            assert errors.train[run, p - 1] == pytest.approx(np.mean((seen[run] - fit) ** 2))
            assert errors.test[run, p - 1] == pytest.approx(np.mean((new[run] - fit) ** 2))


def test_least_squares_risks_are_those_of_many_runs(rng):
    features, truth = rng.standard_normal((12, 5)), rng.standard_normal(12)
    errors, missing = risk.nested_errors(features, truth, noise=0.7, runs=20_000, rng=rng), risk.biases(features, truth)
    for p in range(1, 6):
        training, test = risk.least_squares_risks(p, 12, 0.7, missing[p - 1])
        assert errors_off(errors.train[:, p - 1], training) < 4
        assert errors_off(errors.test[:, p - 1], test) < 4


def test_what_features_express_has_no_bias(rng):
    features = rng.standard_normal((8, 3))
    assert risk.biases(features, features @ [1.0, -2.0, 0.5])[-1] == pytest.approx(0, abs=1e-14)


def test_the_interpolant_passes_through_all_points_and_one_more(rng):
    x, y = np.linspace(-1, 1, 6), rng.standard_normal(6)
    c, least, there = risk.interpolant(x, y, np.append(x, 0.13), through=(0.13, 2.5))
    np.testing.assert_allclose(there, np.append(y, 2.5), atol=1e-12)
    full = np.polynomial.Polynomial.fit(np.append(x, 0.13), there, 6).convert()
    assert full.coef[-1] == pytest.approx(c, rel=1e-6)
    np.testing.assert_allclose(least[:-1], y, atol=1e-12)


def test_above_an_example_there_is_no_interpolant():
    assert not np.isfinite(risk.interpolant(np.array([0.0, 1.0]), np.array([0.0, 1.0]), 0.5, through=(1.0, 3.0))[0])


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: risk.best_penalty(5, 0.0), "mean must not be 0"),
        (lambda: risk.least_squares_risks(6, 5), "p must be at most n"),
        (lambda: risk.biases(np.ones((5, 2)), np.ones(5)), "linearly independent"),
        (lambda: risk.biases(np.ones((2, 5)), np.ones(2)), "k ≤ n"),
        (lambda: risk.interpolant(np.array([0.0, 0.0]), np.array([1.0, 2.0]), 1.0, through=(3, 1)), "different numbers"),
        (lambda: risk.mean_risks(0), "n must be at least 1"),
    ],
)
def test_bad_input_is_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()
