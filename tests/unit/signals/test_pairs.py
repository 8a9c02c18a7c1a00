import numpy as np
import pytest
from scipy import stats

from dlcore.networks.activations import resolve
from dlcore.networks.initialization import draw_network
from dlcore.signals import meanfield
from dlcore.signals.pairs import correlations

ALARM = 1e-4  # a correct law gives a smaller p-value once in ten thousand tests


def by_matrices(rng, widths, networks, sigma_w2, sigma_b2, activation, c0, q0):
    """The same correlations from the definition: two inputs sent through drawn matrices and biases."""
    phi, found = resolve(activation).phi, [np.full(networks, c0)]
    x = rng.standard_normal((2, networks, widths[0]))
    e, f = x[0], x[1] - np.sum(x[0] * x[1], axis=1, keepdims=True) / np.sum(x[0] ** 2, axis=1, keepdims=True) * x[0]
    e, f = (v * np.sqrt(widths[0] / np.sum(v**2, axis=1, keepdims=True)) for v in (e, f))  # orthogonal, of mean square 1
    z = np.sqrt(q0) * np.stack([e, c0 * e + np.sqrt(1 - c0**2) * f], axis=2)
    for n, w in zip(widths[1:], draw_network(rng, widths, networks=networks, sigma_w2=sigma_w2), strict=True):
        v = np.einsum("kip,kiq->kpq", z, z) / z.shape[1] * sigma_w2 + sigma_b2
        with np.errstate(invalid="ignore"):
            found.append(v[:, 0, 1] / np.sqrt(v[:, 0, 0] * v[:, 1, 1]))
        z = phi(w @ z + np.sqrt(sigma_b2) * rng.standard_normal((networks, n, 1)))  # one bias a neuron, both inputs
    return np.stack(found, axis=1)


@pytest.mark.parametrize(
    ("activation", "sigma_w2", "sigma_b2", "c0"),
    [("tanh", 2.5, 0.3, -0.4), ("relu", 2.0, 0.0, 0.2), ("relu", 1.0, 0.5, 0.9), ("sigmoid", 3.0, 0.1, 0.0)],
)
def test_the_conditional_law_is_the_law_of_the_matrices(rng, activation, sigma_w2, sigma_b2, c0):
    setting = {"sigma_w2": sigma_w2, "sigma_b2": sigma_b2, "activation": activation, "c0": c0, "q0": 0.7}
    a = correlations(rng, width=[6, 9, 7, 8, 5], networks=4000, **setting)
    b = by_matrices(rng, [6, 9, 7, 8, 5], 4000, **setting)
    assert a.shape == b.shape == (4000, 5)
    np.testing.assert_allclose(a[:, :2], b[:, :2], rtol=1e-12)  # the input is fixed, and the first layer by it
    a, b = (np.nan_to_num(c, nan=2.0) for c in (a, b))  # dead signals are counted, too
    for layer in (2, 3, 4):
        assert stats.ks_2samp(a[:, layer], b[:, layer]).pvalue > ALARM
    assert stats.ks_2samp(a[:, 4] - a[:, 2], b[:, 4] - b[:, 2]).pvalue > ALARM  # layers are dependent: a joint quantity too


@pytest.mark.parametrize(("activation", "sigma_b2"), [("relu", 0.0), ("tanh", 0.05), ("erf", 0.3)])
def test_wide_networks_follow_the_correlation_map(rng, activation, sigma_b2):
    """The bias O(1/n) stays below five standard errors, which are O(1/√(n·networks)), with far fewer networks than n."""
    setting = {"activation": activation, "sigma_w2": 1.7, "sigma_b2": sigma_b2, "q0": 0.5, "depth": 6}
    c = correlations(rng, width=4000, networks=20, c0=0.3, **setting)
    error = 5 * c.std(axis=0, ddof=1) / np.sqrt(20)
    assert np.all(np.abs(c.mean(axis=0) - meanfield.correlation_trajectory(0.3, **setting)) <= error + 1e-12)


def test_equal_inputs_stay_equal_and_opposite_ones_opposite_under_an_odd_function(rng):
    setting = {"width": 5, "depth": 4, "networks": 3, "sigma_w2": 2.0, "activation": "tanh"}
    np.testing.assert_allclose(correlations(rng, c0=1.0, sigma_b2=0.2, **setting), 1, atol=1e-12)
    np.testing.assert_allclose(correlations(rng, c0=-1.0, **setting), -1, atol=1e-12)


@pytest.mark.filterwarnings("error")
def test_a_dead_signal_has_no_angle(rng):
    c = correlations(rng, width=1, depth=30, networks=20, sigma_w2=2.0, activation="relu", c0=0.5)
    assert np.isnan(c[:, -1]).any() and np.all(np.isnan(c[:, 1:]) >= np.isnan(c[:, :-1]))


def test_a_correlation_is_a_cosine(rng):
    with pytest.raises(ValueError, match=r"c0 must lie in \[-1, 1\], got 1.5"):
        correlations(rng, width=3, depth=1, networks=1, sigma_w2=1.0, activation="tanh", c0=1.5)
