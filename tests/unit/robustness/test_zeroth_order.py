import numpy as np
import pytest
from scipy.special import expit

from dlcore.robustness import zeroth_order as zo
from dlcore.statistics import errors_off, four_errors


def softplus(t):
    return np.logaddexp(0, t)


def test_directions_have_the_inverse_metric_as_covariance(rng):
    metric = np.array([[4.0, 1.0], [1.0, 0.5]])
    u = zo.directions(rng, 40_000, 2, metric)
    products = u[:, :, None] * u[:, None, :]
    assert errors_off(products, np.linalg.inv(metric)) < 4


@pytest.mark.parametrize("kind", zo.KINDS)
def test_estimates_of_a_quadratic_are_unbiased_in_every_metric(rng, kind):
    a = rng.normal(size=(4, 4))
    hessian, metric, x = a @ a.T, np.diag([1.0, 2.0, 3.0, 4.0]) + 0.5, rng.normal(size=4)
    g = zo.estimates(
        lambda z: np.einsum("...i,ij,...j->...", z, hessian, z) / 2, x, zo.directions(rng, 40_000, 4, metric), 0.3, kind, metric
    )
    assert errors_off(g, hessian @ x) < 4.5


@pytest.mark.parametrize("kind", zo.KINDS)
@pytest.mark.parametrize(("d", "mu"), [(1, 0.5), (5, 2.0)])
def test_moments_of_a_ridge_function_are_those_of_a_sample(rng, kind, d, mu):
    w = np.zeros(d)
    w[0] = 1.0
    g = zo.estimates(lambda z: softplus(z @ w), 0.7 * w, zo.directions(rng, 60_000, d), mu, kind)
    slope, square = zo.ridge_moments(softplus, 0.7, mu, d, kind)
    assert errors_off(g, slope * w) < 4.5
    assert errors_off((g**2).sum(axis=1), square) < 4


def test_small_smoothing_gives_the_gradient_and_d_plus_2():
    slope, square = zo.ridge_moments(softplus, 0.7, np.array([1e-3, 1e-2]), 10)
    np.testing.assert_allclose(slope, expit(0.7), rtol=1e-4)
    np.testing.assert_allclose(square, 12 * expit(0.7) ** 2, rtol=1e-3)


def test_a_cube_has_the_bias_3_mu_squared():
    for kind in zo.KINDS:
        assert zo.ridge_moments(lambda t: t**3, 2.0, 0.5, 1, kind).slope == pytest.approx(12 + 3 * 0.25, rel=1e-12)


def test_descent_on_a_ball_contracts_as_computed(rng):
    d, h = 5, 0.1  # E|x − h u uᵀx|² = |x|² (1 − 2h + h²(d + 2)), for μ → 0
    *_, x = zo.descend(lambda z: (z**2).sum(axis=-1) / 2, np.ones((20_000, d)), rng, step=h, mu=1e-6, steps=2, kind="central")
    sizes = (x**2).sum(axis=1) / d
    assert abs(sizes.mean() - (1 - 2 * h + h**2 * (d + 2)) ** 2) < four_errors(sizes)


def test_bounds_hold_for_a_quadratic(rng):
    d, L, mu, steps = 6, 2.0, 0.2, 40
    path = np.array(list(zo.descend(lambda z: (z**2).sum(axis=-1), np.ones((400, d)), rng, step=1 / (4 * (d + 2) * L), mu=mu, steps=steps)))
    values = (path[:-1] ** 2).sum(axis=-1)
    assert values.mean() <= zo.convex_bound(d, L, d**0.5, steps, mu)
    assert 4 * values.mean() <= zo.nonconvex_bound(d, L, float(d), steps, mu)


def test_bounds_are_the_formulas():
    assert zo.convex_bound(2, 3.0, 1.0, 4, 0.5) == pytest.approx(4 * 4 * 3 / 4 + 3 * 0.25 * 2 * 14 / 8)
    assert zo.nonconvex_bound(2, 3.0, 0.5, 4, 0.5) == pytest.approx(16 * 4 * 3 * 0.5 / 4 + 9 * 0.25 * 2 * 14 / 4)


def test_an_attack_stays_in_ball_and_box_and_raises_the_loss(rng):
    x, w = rng.uniform(size=(7, 6)), rng.normal(size=6)
    *_, end = zo.attack(lambda z: z @ w, x, 0.2, rng, pairs=40, steps=10, rate=0.3, mu=1e-3)
    assert np.abs(end - x).max() <= 0.2 + 1e-12 and end.min() >= 0 and end.max() <= 1
    best = (np.clip(x + 0.2 * np.sign(w), 0, 1) - x) @ w
    assert np.all((end - x) @ w > 0.8 * best)


def test_bad_input_is_named(rng):
    with pytest.raises(ValueError, match="positive definite"):
        zo.directions(rng, 3, 2, -np.eye(2))
    with pytest.raises(ValueError, match="mu must be positive"):
        zo.estimates(lambda z: z.sum(axis=-1), np.ones(2), np.ones((3, 2)), 0.0)
    with pytest.raises(ValueError, match="kind must be one of"):
        zo.ridge_moments(softplus, 0.0, 1.0, 2, "backward")
