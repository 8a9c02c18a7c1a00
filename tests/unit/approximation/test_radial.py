import numpy as np
import pytest
from sklearn.linear_model import Ridge

from dlcore.approximation import hats, radial


def test_hat_weights_make_the_interpolant(rng):
    knots, values = np.sort(rng.normal(size=6)), rng.normal(size=6)
    t = rng.uniform(knots[0], knots[-1], 50)
    relu = values[0] + np.maximum(t[:, None] - knots[:-1], 0) @ hats.interpolant(knots, values).bends[:-1]
    np.testing.assert_allclose(relu, np.interp(t, knots, values), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(("d", "m", "radius"), [(1, 1, 1.0), (3, 7, 2.0), (12, 40, 1.0)])
def test_squares_are_too_large_by_at_most_a_cells_share(rng, d, m, radius):
    x = rng.uniform(-radius, radius, (500, d))
    knots = np.linspace(-radius, radius, m + 1)
    q = radial.squares(x, m, radius)
    np.testing.assert_allclose(q, np.interp(x, knots, knots**2).sum(axis=1), rtol=1e-11, atol=1e-12)
    off, most = q - np.square(x).sum(axis=1), d * radius**2 / m**2
    assert off.min() > -1e-12 and off.max() < most
    centres = rng.choice((knots[1:] + knots[:-1]) / 2, (20, d))
    np.testing.assert_allclose(radial.squares(centres, m, radius) - np.square(centres).sum(axis=1), most, rtol=1e-9)


@pytest.mark.parametrize(("d", "m", "outer", "radius"), [(1, 3, 2, 1.0), (8, 16, 32, 1.0), (5, 2, 9, 2.0)])
def test_network_stays_within_its_bound(rng, d, m, outer, radius):
    x = rng.standard_normal((800, d))
    x *= radius * rng.random((800, 1)) / np.linalg.norm(x, axis=1, keepdims=True)
    off = radial.network(x, lambda t: np.sin(5 * t), m, outer, radius) - np.sin(5 * np.square(x).sum(axis=1))
    assert np.abs(off).max() <= radial.bound(d, m, outer, 5.0, radius)
    assert radial.bound(8, 16, 32) == pytest.approx(1 / 32 + (1 + 1 / 32) / 64)
    assert radial.units(d, m, outer) == d * m + outer


def test_network_is_one_interpolant_after_the_other(rng):
    x = rng.standard_normal((50, 12))
    x /= np.linalg.norm(x, axis=1, keepdims=True)  # on the sphere: the sum of squares is above 1, where the last outer cells are
    inner, outer = np.linspace(-1, 1, 9), np.linspace(0, 1 + 12 / 64, 7)
    expected = np.interp(np.interp(x, inner, inner**2).sum(axis=1), outer, np.cos(7 * outer))
    np.testing.assert_allclose(radial.network(x, lambda t: np.cos(7 * t), 8, 6), expected, rtol=1e-10, atol=1e-12)


def test_shallow_fit_is_ridge_regression(rng):
    x, at = rng.normal(size=(60, 2)), rng.normal(size=(9, 2))
    y = np.sin(x[:, 0])
    fitted = radial.shallow_fit(np.random.default_rng(4), x, y, at, 10, penalty=1e-3)
    own = np.random.default_rng(4)
    u = own.standard_normal((2, 10))
    u /= np.linalg.norm(u, axis=0)
    s = own.uniform(-1, 1, 10) * np.abs(x @ u).max(axis=0)

    def features(z):
        return np.hstack([np.maximum(z @ u - s, 0), np.ones((len(z), 1)), z])

    model = Ridge(alpha=1e-3 * len(x), fit_intercept=False).fit(features(x), y)
    np.testing.assert_allclose(fitted, model.predict(features(at)), rtol=1e-7)


def test_bad_input_is_named(rng):
    with pytest.raises(ValueError, match="x must lie in"):
        radial.squares(np.full((1, 2), 1.5), 4)
    with pytest.raises(ValueError, match="m must be at least 1"):
        radial.squares(np.zeros((1, 2)), 0)
    with pytest.raises(ValueError, match="penalty must be positive"):
        radial.shallow_fit(rng, np.zeros((3, 1)), np.zeros(3), np.zeros((2, 1)), 2, penalty=0.0)
