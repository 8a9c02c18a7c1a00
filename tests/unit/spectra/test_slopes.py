import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from dlcore.gaussian import second_moment
from dlcore.networks.activations import Activation, leaky_relu
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
