import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from dlcore.gaussian import second_moment
from dlcore.networks.activations import Activation, leaky_relu, resolve
from dlcore.spectra import free_probability, slopes

GRID = np.geomspace(1e-4, 30, 120)


def test_slopes_are_exact_where_they_are_few():
    law = slopes.squared_slopes("hard_tanh", 0.5)
    assert law.t.tolist() == [1.0]
    assert law.weight[0] == pytest.approx(special.erf(1 / np.sqrt(2 * 0.5)), abs=1e-11)
    assert slopes.squared_slopes("relu", 3.0).weight.tolist() == pytest.approx([0.5])
    leaky = slopes.squared_slopes(leaky_relu(0.5), 1.0)
    assert dict(zip(leaky.t, leaky.weight)) == pytest.approx({0.25: 0.5, 1.0: 0.5})


@given(st.floats(1e-3, 20), st.sampled_from(["tanh", "erf", "sigmoid", "softplus"]))
def test_slopes_have_the_moments_of_quadrature(q, name):
    activation = free_probability.resolve(name)
    law = slopes.squared_slopes(activation, q)
    assert law.moment(1) == pytest.approx(second_moment(activation.dphi, q), rel=1e-9)
    assert law.moment(2) == pytest.approx(second_moment(lambda h: activation.dphi(h) ** 2, q), rel=1e-9)


def test_any_activation_will_do():
    cubic = Activation("cubic", lambda h: h + h**3 / 10, lambda h: 1 + 3 * h**2 / 10)
    law = free_probability.spectrum(GRID, cubic, depth=3, sigma_w2=0.5, q=0.5, weights="orthogonal")
    assert 0 <= law.cdf[0] < law.cdf[-1] <= 1


@pytest.mark.parametrize("name", ["tanh", "erf", "sigmoid", "hard_tanh"])
@pytest.mark.parametrize("q", [300.0, 1e4, 1e5, 1e8])
def test_slopes_of_wide_inputs_keep_their_moments(q, name):
    """φ′ is then a peak at 0 of width 1/√q: E φ′(√q Z)² ≈ ∫φ′²/√(2πq), and the quadrature has to see it."""
    activation, law = resolve(name), slopes.squared_slopes(name, q)
    h = np.linspace(-40, 40, 400_001)
    for k in (1, 2):
        density = activation.dphi(h) ** (2 * k) * np.exp(-(h**2) / (2 * q)) / np.sqrt(2 * np.pi * q)
        assert law.moment(k) == pytest.approx(np.trapezoid(density, h), rel=1e-7 if name != "hard_tanh" else 1e-3)
