import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from dlcore.networks.activations import Activation, leaky_relu
from dlcore.signals import meanfield
from dlcore.signals.propagation import energies

ROUNDING = 2e-13  # of one Gaussian expectation, see test_gaussian
POSITIVE = st.floats(1e-3, 1e3)


@given(POSITIVE, POSITIVE, st.floats(0, 10))
def test_maps_of_homogeneous_activations_are_straight_lines(q, gain, offset):
    for activation, slope in [("linear", 1), ("relu", 1 / 2), (leaky_relu(0.5), 5 / 8)]:
        assert meanfield.variance_map(q, activation, gain, offset) == pytest.approx(gain * slope * q + offset, rel=ROUNDING)
        assert meanfield.gradient_factor(q, activation, gain) == pytest.approx(gain * slope, rel=ROUNDING)


@given(POSITIVE, POSITIVE)
def test_erf_has_both_in_closed_form(q, gain):
    """E erf(√q Z)² = (2/π) arcsin(2q/(1 + 2q)); E erf′(√q Z)² = (4/π)/√(1 + 4q)."""
    expected = gain * 2 / np.pi * np.arcsin(2 * q / (1 + 2 * q))
    # arcsin near 1 turns a rounding ε of its argument into √(2ε)-steep changes: ε/√(1 − x²), 1 − x² ≥ 1/(1 + 2q).
    tolerance = ROUNDING * expected + gain * 2 * np.finfo(float).eps * np.sqrt(1 + 2 * q)
    assert abs(meanfield.variance_map(q, "erf", gain) - expected) <= tolerance
    assert meanfield.gradient_factor(q, "erf", gain) == pytest.approx(gain * 4 / np.pi / np.sqrt(1 + 4 * q), rel=ROUNDING)


def test_trajectory_is_the_iterated_map_by_adaptive_quadrature():
    q0, gain, offset, depth = 0.7, 1.5, 0.1, 6
    q = [q0, gain * q0 + offset]
    for _ in range(depth - 1):
        moment, _ = integrate.quad(lambda h: np.tanh(h) ** 2 * stats.norm.pdf(h, scale=np.sqrt(q[-1])), -15, 15, epsabs=1e-12, epsrel=0)
        q.append(gain * moment + offset)
    # The map contracts here (its slope is below 1), so the errors of the oracle, at most 1e-12 each, do not build up.
    measured = meanfield.variance_trajectory(q0, "tanh", gain, depth, offset)
    np.testing.assert_allclose(measured, q, rtol=0, atol=1.5e-12 * depth)


def test_energy_and_variance_trajectories_belong_together():
    energy = meanfield.energy_trajectory(2.0, "relu", 3.0, 5)
    np.testing.assert_allclose(energy, 2 * 1.5 ** np.arange(6), rtol=5 * ROUNDING)
    np.testing.assert_array_equal(meanfield.variance_trajectory(2.0, "relu", 3.0, 5), [2.0, *(3.0 * energy[:-1])])


def test_kinks_count_in_every_layer():
    """φ clips at ±k:  E φ(√q Z)² = q P(χ²₃ ≤ k²/q) + k² P(χ²₁ > k²/q)."""
    k, gain, offset = 0.7, 1.5, 0.2
    clip = Activation("clip", lambda h: np.clip(h, -k, k), lambda h: np.where(np.abs(h) < k, 1.0, 0.0), kinks=(k,))
    expected = [0.8]
    for _ in range(4):
        q = gain * expected[-1] + offset
        expected.append(q * stats.chi2.cdf(k**2 / q, 3) + k**2 * stats.chi2.sf(k**2 / q, 1))
    np.testing.assert_allclose(meanfield.energy_trajectory(0.8, clip, gain, 4, offset), expected, rtol=1e-12)


def test_one_gain_for_each_layer():
    np.testing.assert_allclose(meanfield.energy_trajectory(1.0, "linear", [2, 3, 5], 3), [1, 2, 6, 30], rtol=3 * ROUNDING)
    np.testing.assert_allclose(meanfield.gradient_trajectory(1.0, "linear", [2, 3, 5], 3), [30, 15, 5, 1], rtol=3 * ROUNDING)


def test_tanh_settles_at_a_fixed_point_at_its_own_rate():
    """σ_w² = 1.5: q* = 0.28689, T′(q*) = 0.6955 (L3.16); deviations from q* shrink by T′ a layer."""
    q = meanfield.variance_trajectory(1.0, "tanh", 1.5, 200)
    fixed = q[-1]
    assert meanfield.variance_map(fixed, "tanh", 1.5) == pytest.approx(fixed, rel=10 * ROUNDING)
    assert fixed == pytest.approx(0.28689, abs=0.5e-5)  # as many digits as are stated
    ratio = (q[41] - fixed) / (q[40] - fixed)  # 0.7⁴⁰ ≈ 6e-7: second-order terms are that small, rounding 1e-10
    assert ratio == pytest.approx(0.6955, abs=0.5e-4)


def test_gradient_trajectory_is_the_product_of_the_factors():
    q = meanfield.variance_trajectory(1.0, "tanh", 2.0, 4)
    chi = [meanfield.gradient_factor(v, "tanh", 2.0) for v in q[1:]]
    expected = [np.prod(chi[layer:]) for layer in range(5)]
    np.testing.assert_allclose(meanfield.gradient_trajectory(1.0, "tanh", 2.0, 4), expected, rtol=10 * ROUNDING)


@pytest.mark.parametrize("activation", ["tanh", "hard_tanh", "softplus"])
def test_wide_networks_follow_the_theory(rng, activation):
    """The bias O(1/n) stays below the standard error O(1/√(n·networks)) as long as there are far fewer networks than n."""
    setting = {"sigma_w2": 1.5, "activation": activation, "depth": 6}
    sample = energies(rng, width=4000, networks=80, **setting)
    error = sample.std(axis=0) / np.sqrt(len(sample))
    assert np.all(np.abs(sample.mean(axis=0) - meanfield.energy_trajectory(1.0, **setting)) <= 5 * error)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match=r"sigma_w2 must be positive, got 0.0"):
        meanfield.variance_map(1.0, "relu", 0.0)
    with pytest.raises(ValueError, match=r"depth must be at least 1, got 0"):
        meanfield.variance_trajectory(1.0, "relu", 1.0, 0)
    with pytest.raises(ValueError, match=r"q0 must be non-negative, got -1.0"):
        meanfield.energy_trajectory(-1.0, "relu", 1.0, 3)
    with pytest.raises(ValueError, match=r"sigma_w2 must be one number or depth = 3"):
        meanfield.energy_trajectory(1.0, "relu", [1.0, 2.0], 3)


@pytest.mark.parametrize("activation", ["tanh", "erf", "sigmoid", "softplus", "hard_tanh", "relu"])
def test_slope_of_the_variance_map_is_its_derivative(activation):
    q = np.array([0.1, 1.0, 7.0])
    step = 1e-4 * q
    difference = (meanfield.variance_map(q + step, activation, 1.3) - meanfield.variance_map(q - step, activation, 1.3)) / (2 * step)
    # Third derivatives cost some (1e-4)², rounding 1e-13/1e-4.
    np.testing.assert_allclose(meanfield.variance_slope(q, activation, 1.3), difference, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("activation", ["tanh", "erf", "sigmoid", "softplus", "hard_tanh"])
def test_slope_of_the_correlation_map_is_its_derivative(activation):
    """Price's theorem, here by differences; at c = 1 the slope is χ₁ q/T(q)."""
    c, setting = np.array([-0.9, -0.2, 0.0, 0.5, 0.95]), (0.8, activation, 1.7, 0.2)
    difference = (meanfield.correlation_map(c + 1e-4, *setting) - meanfield.correlation_map(c - 1e-4, *setting)) / 2e-4
    np.testing.assert_allclose(meanfield.correlation_slope(c, *setting), difference, rtol=1e-5, atol=1e-6)
    chi1 = meanfield.gradient_factor(0.8, activation, 1.7) * 0.8 / meanfield.variance_map(0.8, activation, 1.7, 0.2)
    assert meanfield.correlation_slope(1.0, *setting) == pytest.approx(chi1, rel=1e-9)


def test_correlations_of_relu_are_the_arc_cosine_kernel():
    c = np.linspace(-1, 1, 21)
    expected = (np.sqrt(1 - c**2) + (np.pi - np.arccos(c)) * c) / np.pi
    np.testing.assert_allclose(meanfield.correlation_map(c, 3.0, "relu", 2.0), expected, rtol=0, atol=1e-12)
    path = meanfield.correlation_trajectory(np.array([0.0, 0.5]), 1.0, "relu", 2.0, 3)
    assert path.shape == (4, 2)
    np.testing.assert_allclose(path[:2], [[0, 0.5]] * 2)  # the first layer is linear in the inputs
    np.testing.assert_allclose(path[2, 0], 1 / np.pi, rtol=1e-12)


def test_correlations_of_erf_layer_by_layer():
    """E erf(u) erf(v) = (2/π) arcsin(2cq/(1 + 2q)), through layers with biases; quadrature is right to 1e-10."""
    q0, gain, offset, c0 = 0.7, 1.8, 0.3, np.array([-0.9, 0.0, 0.6])
    q, c = gain * q0 + offset, (gain * q0 * c0 + offset) / (gain * q0 + offset)
    expected = [c0, c]
    for _ in range(4):
        both, one = (2 / np.pi * np.arcsin(2 * x * q / (1 + 2 * q)) for x in (c, 1))
        q, c = gain * one + offset, (gain * both + offset) / (gain * one + offset)
        expected.append(c)
    path = meanfield.correlation_trajectory(c0, q0, "erf", gain, 5, offset)
    np.testing.assert_allclose(path, expected, rtol=0, atol=1e-9)


def test_wide_networks_follow_the_correlation_map(rng):
    width, networks = 400, 60
    z = np.stack([np.eye(2)[0], [0.3, np.sqrt(1 - 0.09)]]) * np.sqrt(width)
    w1 = rng.standard_normal((networks, width, width)) * np.sqrt(2.5 / width)
    x = np.zeros((2, width))
    x[:, :2] = z
    h = x @ np.swapaxes(w1, -1, -2)
    for _ in range(3):
        w = rng.standard_normal((networks, width, width)) * np.sqrt(2.5 / width)
        h = np.tanh(h) @ np.swapaxes(w, -1, -2) + np.sqrt(0.05) * rng.standard_normal((networks, 1, width))
    c = np.sum(h[:, 0] * h[:, 1], axis=1) / np.sqrt(np.sum(h[:, 0] ** 2, axis=1) * np.sum(h[:, 1] ** 2, axis=1))
    q = [2.5]
    expected = 0.3
    for _ in range(3):
        expected = meanfield.correlation_map(expected, q[-1], "tanh", 2.5, 0.05)
        q.append(meanfield.variance_map(q[-1], "tanh", 2.5, 0.05))
    assert abs(c.mean() - expected) <= 5 * c.std() / np.sqrt(networks) + 3 / width


@pytest.mark.filterwarnings("error")
def test_overflow_is_inf_and_stays():
    square = Activation("square", np.square, lambda h: 2 * np.asarray(h))
    q = meanfield.variance_trajectory(10.0, square, 1.0, 20)
    assert np.isinf(q[-1]) and not np.isnan(q).any()
    assert not np.isnan(meanfield.correlation_trajectory(0.5, 10.0, square, 1.0, 20)).any()
    assert np.isinf(meanfield.gradient_trajectory(10.0, square, 1.0, 20)[0])
