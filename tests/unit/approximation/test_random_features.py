import numpy as np
import pytest
from scipy import integrate

from dlcore.approximation import random_features as features
from dlcore.statistics import errors_off


@pytest.mark.parametrize(("d", "tau2"), [(1, 1.0), (2, 0.25), (20, 0.25)])
def test_mean_error_of_an_average_of_cosines(rng, d, tau2):
    off, values = np.empty(400), np.empty(400)
    for k in range(400):
        x = np.sqrt(tau2) * rng.standard_normal((25, d))
        f = np.exp(-np.square(x).sum(axis=1) / 2)
        off[k] = 10 * np.mean((np.cos(x @ rng.standard_normal((d, 10))).mean(axis=1) - f) ** 2)
        values[k] = f[0]
    assert errors_off(off, features.n_mise(d, tau2)) < 4
    assert errors_off((values - (1 + tau2) ** (-d / 2)) ** 2, features.bump_variance(d, tau2)) < 4


def test_mismatch_is_the_mean_square_of_the_weights(rng):
    w = np.sqrt(2.0) * rng.standard_normal((20_000, 3))
    ratio = 2.0**1.5 * np.exp(-np.square(w).sum(axis=1) / 4)
    assert errors_off(ratio**2, features.mismatch(3, 2.0)) < 4
    assert features.mismatch(7, 1.0) == 1 and features.mismatch(7, 0.5) == np.inf


def test_products_of_cosines_against_quadrature(rng):
    a, b, c, e = rng.normal(size=(2, 2)) * 5, rng.normal(size=2), rng.normal(size=(1, 2)) * 5, rng.normal(size=1)
    for i in range(2):
        value = integrate.dblquad(lambda y, x, i=i: np.cos(a[i] @ [x, y] + b[i]) * np.cos(c[0] @ [x, y] + e[0]), 0, 1, 0, 1, epsabs=1e-10)[
            0
        ]
        assert features.cosine_products(a, b, c, e)[i, 0] == pytest.approx(value, abs=1e-8)


def test_waves_are_orthonormal_and_fixed_waves_attain_the_bound(rng):
    k = 2 * np.pi * features.waves(3, 3).astype(float)
    zero = np.zeros(len(k))
    np.testing.assert_allclose(2 * features.cosine_products(k, zero, k, zero), np.eye(26), atol=1e-12)
    average = features.squared_distances(*features.draw_features(rng, 14, 3, "waves")).mean(axis=1)
    np.testing.assert_allclose(average, np.maximum(1 - np.arange(1, 15) / 7, 0), atol=1e-7)


def test_distances_are_those_of_least_squares(rng):
    w, b = features.draw_features(rng, 6, 2, "gaussian", 5.0)
    axis = (np.arange(200) + 0.5) / 200
    x = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    basis, target = np.cos(x @ w.T + b), np.sqrt(2) * np.cos(2 * np.pi * x @ features.waves(2).T)
    for n in (1, 6):
        residual = target - basis[:, :n] @ np.linalg.lstsq(basis[:, :n], target, rcond=None)[0]
        np.testing.assert_allclose(features.squared_distances(w, b)[n - 1], np.mean(residual**2, axis=0), atol=2e-3)


def test_average_distance_is_never_below_the_bound(rng):
    for spread in (2.0, 8.0):
        average = features.squared_distances(*features.draw_features(rng, 20, 5, "gaussian", spread)).mean(axis=1)
        assert np.all(average >= 1 - np.arange(1, 21) / 31)


def test_width_bound_and_bad_input(rng):
    assert features.width_bound(3)[0] == 3
    assert features.width_bound(3, 3) == (13, pytest.approx(1 / (64 * 3 * np.pi**2)))
    with pytest.raises(ValueError, match="law must be one of"):
        features.draw_features(rng, 3, 2, "cauchy")
    with pytest.raises(ValueError, match="n must be at most 6"):
        features.draw_features(rng, 7, 2, "waves")
    with pytest.raises(ValueError, match="per_axis must be at least 2"):
        features.waves(2, 1)
    with pytest.raises(ValueError, match="per_axis must be at least 2"):
        features.width_bound(2, 1)
