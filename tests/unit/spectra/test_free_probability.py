import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from dlcore.gaussian import second_moment
from dlcore.networks.activations import NAMES, Activation, leaky_relu
from dlcore.spectra import free_probability, jacobians, limit_laws, slopes
from dlcore.statistics import ks_distance

GRID = np.geomspace(1e-4, 30, 120)
ENDS = 1e-4, 60


@pytest.mark.parametrize("depth", [1, 2, 5, 20])
def test_gaussian_linear_networks_are_fuss_catalan(depth):
    law = free_probability.spectrum(GRID, "linear", depth=depth, sigma_w2=1.0, q=1.0)
    np.testing.assert_allclose(law.cdf, limit_laws.fuss_catalan_cdf(GRID, depth), atol=1e-8)
    away = np.abs(GRID - limit_laws.fuss_catalan_edge(depth)) > 0.05
    np.testing.assert_allclose(law.density[away], limit_laws.fuss_catalan_density(GRID, depth)[away], rtol=1e-6, atol=1e-8)


def test_one_rectified_gaussian_layer_is_marchenko_pastur_with_half_of_the_rows():
    """D W keeps N/2 rows of W: of J Jᵀ half is 0, and the rest is the law of c = ½."""
    law = free_probability.spectrum(GRID, "relu", depth=1, sigma_w2=2.0, q=1.0)
    np.testing.assert_allclose(law.cdf, 0.5 + 0.5 * limit_laws.marchenko_pastur_cdf(GRID, 0.5, 2.0), atol=1e-8)


def test_two_orthogonal_projections_have_the_arcsine_law():
    """ReLU, L = 2, p = ½: free projections of rank ½ have the arcsine law on [0, 1] and a zero half."""
    x = np.linspace(0.01, 0.99, 50)
    law = free_probability.spectrum(x, "relu", depth=2, sigma_w2=1.0, q=1.0, weights="orthogonal")
    np.testing.assert_allclose(law.cdf, 0.5 + np.arcsin(np.sqrt(x)) / np.pi, atol=1e-8)
    np.testing.assert_allclose(law.density, 0.5 / (np.pi * np.sqrt(x * (1 - x))), rtol=1e-5)


@pytest.mark.parametrize("weights", free_probability.WEIGHTS)
@pytest.mark.parametrize("activation", ["tanh", "hard_tanh", "softplus", leaky_relu(0.3)])
def test_moments_of_the_law_are_those_of_the_formula(activation, weights):
    setting = {"depth": 3, "sigma_w2": [1.0, 1.3, 0.8], "q": [0.3, 0.5, 1.0], "weights": weights}
    spread = free_probability.spread(activation, **setting)
    x = np.geomspace(*ENDS, 800) * spread.mean
    above = 1 - free_probability.spectrum(x, activation, **setting).cdf
    # The trapezoidal rule with relative steps of 1.7 % errs by their square, where the law has an atom by half a step; below the
    # first point lies at most 0.01 % of the mean. 1 % is asked for.
    assert integrate.trapezoid(above, x) == pytest.approx(spread.mean, rel=0.01)
    assert integrate.trapezoid(2 * x * above, x) == pytest.approx(spread.mean**2 * (1 + spread.variance), rel=0.01)


def test_layers_whose_slopes_take_different_numbers_of_values():
    """A stronger input needs a finer quadrature of the slopes, so that the layers' tables are of different length."""
    setting = {"depth": 2, "sigma_w2": 1.0, "q": [0.3, 30.0], "weights": "gaussian"}
    assert len({len(slopes.squared_slopes("tanh", q).t) for q in setting["q"]}) == 2
    spread = free_probability.spread("tanh", **setting)
    x = np.geomspace(*ENDS, 800) * spread.mean
    above = 1 - free_probability.spectrum(x, "tanh", **setting).cdf
    assert integrate.trapezoid(above, x) == pytest.approx(spread.mean, rel=0.01)
    assert integrate.trapezoid(2 * x * above, x) == pytest.approx(spread.mean**2 * (1 + spread.variance), rel=0.01)


@pytest.mark.parametrize("weights", free_probability.WEIGHTS)
def test_cdf_is_the_integral_of_the_density(weights):
    x = np.geomspace(0.05, 1.5, 4000)
    law = free_probability.spectrum(x, "erf", depth=4, sigma_w2=1.0, q=0.2, weights=weights)
    assert integrate.trapezoid(law.density, x) == pytest.approx(law.cdf[-1] - law.cdf[0], abs=1e-3)
    assert np.all(np.diff(law.cdf) >= -1e-9)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(NAMES), st.sampled_from(free_probability.WEIGHTS), st.integers(2, 12), st.floats(1e-3, 10), st.floats(0.2, 5))
def test_every_setting_gives_a_distribution_function(activation, weights, depth, q, sigma_w2):
    setting = {"depth": depth, "sigma_w2": sigma_w2, "q": q, "weights": weights}
    x = np.geomspace(1e-6, 1e3, 40) * free_probability.spread(activation, **setting).mean
    law = free_probability.spectrum(x, activation, **setting)
    atom = free_probability.atom_at_zero(activation, depth=depth, q=q)
    assert np.all(np.isfinite(law.density))
    assert np.all(law.density >= 0)
    assert np.all(np.diff(law.cdf) >= -1e-6)
    assert np.all(law.cdf >= atom - 1e-6)
    assert law.cdf[-1] == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("weights", free_probability.WEIGHTS)
@pytest.mark.parametrize("activation", ["relu", "hard_tanh", "tanh"])
def test_wide_networks_follow_the_law(rng, activation, weights):
    """The bound of independent samples; eigenvalues, which repel each other, are far inside it."""
    q, gain, depth, n = 0.8, 1.4, 4, 400
    # Input and biases such that every layer has q: σ_b² = q − σ_w² E φ², and q¹ = q.
    offset = q - gain * second_moment(free_probability.resolve(activation).phi, q, kinks=free_probability.resolve(activation).kinks)
    j = jacobians.random_jacobians(
        rng, width=n, depth=depth, networks=1, activation=activation, sigma_w2=gain, sigma_b2=offset, q0=(q - offset) / gain, family=weights
    )
    values = jacobians.singular_values(j) ** 2
    setting = {"depth": depth, "sigma_w2": gain, "q": q, "weights": weights}
    atom = free_probability.atom_at_zero(activation, depth=depth, q=q)

    def cdf(x):
        inside = free_probability.spectrum(np.where(x > 0, x, 1.0), activation, **setting).cdf
        return np.where(x > 0, inside, atom)

    assert ks_distance(values, cdf) <= np.sqrt(np.log(2 / 1e-4) / (2 * n))
    spread = free_probability.spread(activation, **setting)
    assert np.mean(values) == pytest.approx(spread.mean, rel=0.25)


def test_a_single_orthogonal_layer():
    law = free_probability.spectrum(np.array([0.5, 1.9, 2.1]), "relu", depth=1, sigma_w2=2.0, q=1.0, weights="orthogonal")
    assert law.cdf.tolist() == pytest.approx([0.5, 0.5, 1.0])
    assert law.density.tolist() == [0, 0, 0]
    with pytest.raises(ValueError, match=r"depth must be at least 2 with orthogonal weights and tanh, got 1"):
        free_probability.spectrum(1.0, "tanh", depth=1, sigma_w2=1.0, q=1.0, weights="orthogonal")


def test_bad_input_is_refused():
    setting = {"depth": 2, "sigma_w2": 1.0, "q": 1.0}
    with pytest.raises(ValueError, match=r"sigma_w2 must be positive, got -1.0: pass numbers above 0"):
        free_probability.spectrum(1.0, "relu", **setting | {"sigma_w2": -1.0})
    with pytest.raises(ValueError, match=r"q must be positive, got 0.0"):
        free_probability.spread("relu", **setting | {"q": 0.0})
    with pytest.raises(ValueError, match=r"depth must be at least 1, got 0"):
        free_probability.spread("relu", **setting | {"depth": 0})
    with pytest.raises(ValueError, match=r"activation must be one of .* got 'swish'"):
        free_probability.spectrum(1.0, "swish", **setting)
    with pytest.raises(ValueError, match=r"weights must be one of 'gaussian', 'orthogonal', got 'uniform'"):
        free_probability.spectrum(1.0, "relu", **setting, weights="uniform")
    with pytest.raises(ValueError, match=r"x must be positive, got 0.0"):
        free_probability.spectrum(0.0, "relu", **setting)
    with pytest.raises(ValueError, match=r"q must be one number or depth = 2 of them"):
        free_probability.spread("relu", **setting | {"q": [1.0, 1.0, 1.0]})
    with pytest.raises(ValueError, match=r"activation must have a slope other than 0"):
        slopes.squared_slopes(Activation("flat", np.zeros_like, np.zeros_like), 1.0)


def test_the_atom_is_that_of_the_layer_that_stops_most():
    q = [3.0, 0.1, 0.5]  # hard tanh stops |h| > 1
    expected = 2 * stats.norm.sf(1 / np.sqrt(3.0))
    for order in (q, q[::-1]):
        assert free_probability.atom_at_zero("hard_tanh", depth=3, q=order) == pytest.approx(expected, abs=1e-9)

    blind = Activation(  # soft threshold: it stops |h| < 1, so the weakest layer stops most
        "soft", lambda h: np.sign(h) * np.maximum(np.abs(h) - 1, 0), lambda h: np.where(np.abs(h) > 1, 1.0, 0.0), kinks=(1.0,)
    )
    expected = 1 - 2 * stats.norm.sf(1 / np.sqrt(0.1))
    for order in (q, q[::-1]):
        assert free_probability.atom_at_zero(blind, depth=3, q=order) == pytest.approx(expected, abs=1e-9)
