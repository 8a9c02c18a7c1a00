import warnings

import numpy as np
import pytest
import torch
from scipy import stats

from dlcore import meanfield, propagation
from dlcore.activations import leaky_relu
from dlcore.initialization import FAMILIES, draw_network
from dlcore.propagation import energies, energies_from_matrices, gradient_strengths

ALARM = 1e-4  # a correct law gives a smaller p-value once in ten thousand tests
CRITICAL = {"linear": 1.0, "relu": 2.0}


def assert_mean(sample, expected):
    """Within five standard errors, which at a fixed seed no correct law has reason to exceed (6e-7 a comparison)."""
    sample = np.asarray(sample)
    assert np.all(np.abs(sample.mean(axis=0) - expected) <= 5 * sample.std(axis=0) / np.sqrt(len(sample)) + 1e-13)


@pytest.mark.parametrize("activation", ["linear", "relu", "tanh", "softplus", leaky_relu(0.3)])
def test_the_conditional_law_is_the_law_of_the_matrices(rng, activation):
    setting = {
        "width": [3, 7, 4, 5],
        "networks": 4000,
        "sigma_w2": [1.0, 2.5, 1.5],
        "activation": activation,
        "q0": 0.8,
    }
    a, b = energies(rng, **setting), energies_from_matrices(rng, **setting)
    assert a.shape == b.shape == (4000, 4)
    for layer in range(1, 4):
        assert stats.ks_2samp(a[:, layer], b[:, layer]).pvalue > ALARM
    # Layers are dependent: compare a joint quantity too.
    assert stats.ks_2samp(a[:, 3] / a[:, 1].mean() - a[:, 1], b[:, 3] / a[:, 1].mean() - b[:, 1]).pvalue > ALARM


@pytest.mark.parametrize("activation", ["linear", "relu"])
def test_energies_follow_the_chi_squared_chain(rng, activation):
    """M_ℓ/M_{ℓ−1} = (σ_w²/n)χ²_K, independent over layers."""
    n, gain = 6, 1.3
    energy = energies(rng, width=n, depth=3, networks=20_000, sigma_w2=gain, activation=activation)
    alive = energy[:, 2] > 0
    ratio = energy[alive, 3] / energy[alive, 2] / gain
    positive = ratio[ratio > 0]
    dead = propagation.layer_ratio_cdf(0.0, n, activation)
    assert abs(np.mean(ratio == 0) - dead) <= 5 * np.sqrt(dead / len(ratio))
    law = lambda x: (propagation.layer_ratio_cdf(x, n, activation) - dead) / (1 - dead)  # noqa: E731
    assert stats.kstest(positive, law).pvalue > ALARM
    both = np.log(energy[energy[:, 2] > 0][:, 1:3]) - np.log(energy[energy[:, 2] > 0][:, 0:2])
    assert abs(np.corrcoef(both.T)[0, 1]) <= 5 / np.sqrt(len(both))


def test_layer_ratio_cdf_against_scipy():
    x, n = np.linspace(-0.5, 4, 19), 9
    k = np.arange(n + 1)
    conditional = np.where(k > 0, stats.chi2.cdf(n * x[:, None], np.maximum(k, 1)), x[:, None] >= 0)
    expected = conditional @ stats.binom.pmf(k, n, 0.5)
    np.testing.assert_allclose(propagation.layer_ratio_cdf(x, n, "relu"), expected, rtol=0, atol=1e-13)
    np.testing.assert_allclose(propagation.layer_ratio_cdf(x, n, "linear"), stats.chi2.cdf(n * x, n), rtol=0, atol=1e-13)


@pytest.mark.parametrize("activation", ["linear", "relu"])
@pytest.mark.parametrize("n", [1, 3, 50])
def test_layer_ratios_follow_their_cdf(rng, n, activation):
    ratio = propagation.layer_ratios(rng, n, (100, 50), activation).ravel()
    dead = propagation.layer_ratio_cdf(0.0, n, activation)
    assert abs(np.mean(ratio == 0) - dead) <= 5 * np.sqrt(dead / ratio.size)
    law = lambda x: (propagation.layer_ratio_cdf(x, n, activation) - dead) / (1 - dead)  # noqa: E731
    assert stats.kstest(ratio[ratio > 0], law).pvalue > ALARM


@pytest.mark.parametrize("activation", ["linear", "relu"])
def test_mean_energy_is_kept_exactly_at_the_critical_gain(rng, activation):
    energy = energies(rng, width=[9, 4, 25, 7], networks=50_000, sigma_w2=CRITICAL[activation], activation=activation, q0=3.0)
    assert_mean(energy, 3.0)


@pytest.mark.parametrize("activation", ["linear", "relu"])
def test_log_moments_against_sampling(rng, activation):
    widths, gains = [7, 2, 3], [0.7, 1.9]  # narrow: a ReLU layer is dead with probability ¼ and ⅛
    moments = propagation.log_ratio_moments(2, widths, activation, sigma_w2=gains)
    log = sum(
        np.log(gain * ratio[ratio > 0][:35_000])
        for n, gain in zip(widths[1:], gains, strict=True)
        for ratio in [propagation.layer_ratios(rng, n, 50_000, activation)]
    )
    assert_mean(log, moments.mean)
    assert_mean((log - moments.mean) ** 2, moments.variance)


def test_log_moments_of_the_linear_chain_against_scipy():
    """L = 100, d = 10 (L3.02): E ln ratio² = −10.33, Var = 22.13, from the density of χ² itself."""
    moments = propagation.log_ratio_moments(100, 10)
    logarithm = stats.loggamma(5)  # ln(χ²_10/2)
    assert moments.mean == pytest.approx(100 * (logarithm.mean() + np.log(2 / 10)), rel=1e-10)
    assert moments.variance == pytest.approx(100 * logarithm.var(), rel=1e-10)


def test_log_moments_add_up_over_layers():
    one, two = propagation.log_ratio_moments(1, 30, "relu"), propagation.log_ratio_moments(2, 30, "relu")
    assert two.mean == pytest.approx(2 * one.mean)
    assert two.variance == pytest.approx(2 * one.variance)


def test_fourth_moments_in_closed_form():
    widths = [7, 100, 5, 100, 100]  # the width of the input does not matter
    np.testing.assert_allclose(propagation.fourth_moment(4, widths, "relu")[-1], 1.05 * 2 * 1.05 * 1.05, rtol=1e-12)
    np.testing.assert_allclose(propagation.fourth_moment(3, 8, "linear"), (1 + 2 / 8) ** np.arange(4), rtol=1e-12)
    np.testing.assert_allclose(propagation.fourth_moment(1, 8, "relu", sigma_w2=4.0), [1, 4 * (1 + 5 / 8)], rtol=1e-12)


@pytest.mark.parametrize(("activation", "gain"), [("linear", 1.0), ("relu", 2.0), (leaky_relu(0.5), 1.6)])
def test_fourth_moment_and_spread_against_sampling(rng, activation, gain):
    energy = energies(rng, width=20, depth=4, networks=100_000, sigma_w2=gain, activation=activation)
    assert_mean(energy**2, propagation.fourth_moment(4, 20, activation))
    assert_mean(energy[:, 1:].var(axis=1), propagation.expected_spread(4, 20, activation))


def test_death_probability(rng):
    widths = [10, 2, 6, 3]
    expected = propagation.death_probability(3, widths)
    assert expected == pytest.approx(1 - (1 - 2**-2) * (1 - 2**-6) * (1 - 2**-3), rel=1e-14)
    dead = energies(rng, width=widths, networks=20_000, sigma_w2=2.0, activation="relu")[:, -1] == 0
    assert_mean(dead, expected)
    assert propagation.death_probability(1, 300) == pytest.approx(2.0**-300, rel=1e-12)


def test_chernoff_bound_lies_below_the_probability():
    d, eps = np.meshgrid([1, 2, 10, 100, 1000], [0.01, 0.1, 0.3, 0.6, 0.99])
    exact = stats.chi2.cdf(d * (1 + eps), d) - stats.chi2.cdf(d * (1 - eps), d)
    bound = propagation.chernoff_bound(d, eps)
    assert np.all(bound <= exact + 1e-14)


def test_chernoff_bound_has_the_right_exponent():
    """P(χ²_d > (1 + ε)d) ≈ ((1 + ε)e^{−ε})^{d/2}/(ε√(πd)), up to a factor 1 + O(1/(dε²)); the other tail is smaller."""
    d, eps = 800, 0.3
    outside = 1 - propagation.chernoff_bound(d, eps)
    exact = stats.chi2.sf(d * (1 + eps), d)
    assert outside / (eps * np.sqrt(np.pi * d)) == pytest.approx(exact, rel=4 / (d * eps**2))
    with pytest.raises(ValueError, match=r"epsilon must lie in \(0, 1\)"):
        propagation.chernoff_bound(10, 1.0)


@pytest.mark.parametrize("family", FAMILIES)
def test_mean_strengths_agree_with_theory_for_every_family(rng, family):
    """Linear: E is exact for every family. Backward, unequal widths give n_L/n_ℓ times the mean-field product."""
    widths = [6, 9, 4, 8]
    strengths = gradient_strengths(rng, width=widths, networks=8000, sigma_w2=1.5, activation="linear", family=family)
    assert_mean(strengths.forward, meanfield.energy_trajectory(1.0, "linear", 1.5, 3))
    assert_mean(strengths.backward, meanfield.gradient_trajectory(1.0, "linear", 1.5, 3) * 8 / np.array(widths))


def test_mean_strengths_of_relu_are_exact_too(rng):
    strengths = gradient_strengths(rng, width=10, depth=6, networks=20_000, sigma_w2=2.0, activation="relu", q0=0.5)
    assert_mean(strengths.forward, 0.5)
    assert_mean(strengths.backward, 1.0)


def test_mean_strengths_of_tanh_approach_mean_field_theory(rng):
    """The bias O(1/n) stays below the standard error O(1/√(n·networks)) as long as there are far fewer networks than n."""
    setting = {"sigma_w2": 1.5, "activation": "tanh", "depth": 4}
    strengths = gradient_strengths(rng, width=400, networks=16, **setting)
    assert_mean(strengths.forward, meanfield.energy_trajectory(1.0, **setting))
    assert_mean(strengths.backward, meanfield.gradient_trajectory(1.0, **setting))


def test_orthogonal_linear_layers_keep_every_strength(rng):
    strengths = gradient_strengths(rng, width=16, depth=30, networks=20, sigma_w2=1.0, activation="linear", family="orthogonal", q0=2.0)
    for measured, expected in zip(strengths, (2.0, 1.0, 2.0), strict=True):
        np.testing.assert_allclose(measured, expected, rtol=1e-12)  # 30 products, each right to a few units of eps


def test_strengths_of_a_network_agree_with_autograd():
    """The same draws, in the documented order (weights, input, gradient), differentiated by torch."""
    widths = [5, 8, 3, 6]
    measured = gradient_strengths(np.random.default_rng(1), width=widths, networks=1, sigma_w2=2.0, activation="tanh")
    rng = np.random.default_rng(1)
    weights = [torch.tensor(w[0], requires_grad=True) for w in draw_network(rng, widths, networks=1, sigma_w2=2.0)]
    x, g = (v / np.sqrt(np.mean(v**2)) for v in (rng.standard_normal(widths[0]), rng.standard_normal(widths[-1])))
    z = [torch.tensor(x, requires_grad=True)]
    for w in weights:
        z.append(torch.tanh(w @ z[-1]))
    by_signal = torch.autograd.grad(z[-1] @ torch.tensor(g), z[:-1], retain_graph=True)
    by_weight = torch.autograd.grad(z[-1] @ torch.tensor(g), weights)
    for a, b in [
        (measured.forward[0], z),
        (measured.backward[0, :-1], by_signal),
        (measured.weights[0], by_weight),
    ]:
        np.testing.assert_allclose(a, [(t.detach() ** 2).mean() for t in b], rtol=1e-12)


def test_blocks_bound_the_memory_and_change_nothing_else(rng, monkeypatch):
    monkeypatch.setattr(propagation, "_BLOCK", 100)  # 36 entries a layer: 2 networks a block, 1 with all layers
    setting = {"width": 6, "depth": 3, "networks": 401, "sigma_w2": 1.0, "activation": "linear"}
    assert_mean(energies_from_matrices(rng, **setting), 1.0)
    strengths = gradient_strengths(rng, **setting)
    assert strengths.forward.shape == strengths.backward.shape == (401, 4)
    assert strengths.weights.shape == (401, 3)
    assert_mean(strengths.backward, 1.0)


def test_explosions_end_at_infinity_without_a_warning(rng):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        energy = energies(rng, width=4, depth=600, networks=3, sigma_w2=100.0, activation="linear")
        assert np.isinf(energy[:, -1]).all()
        assert not np.isnan(energy).any()


def test_bad_input_is_refused(rng):
    setting = {"width": 4, "depth": 2, "networks": 3, "sigma_w2": 1.0, "activation": "relu"}
    for change, error, message in [
        ({"depth": 0}, ValueError, "depth must be at least 1, got 0"),
        ({"networks": 0}, ValueError, "networks must be at least 1, got 0"),
        ({"sigma_w2": -1.0}, ValueError, "sigma_w2 must be positive, got -1.0"),
        ({"sigma_w2": [1.0, 2.0, 3.0]}, ValueError, "sigma_w2 must be one number or depth = 2"),
        ({"activation": "swish"}, ValueError, "activation must be one of"),
        ({"q0": 0.0}, ValueError, "q0 must be positive, got 0.0"),
    ]:
        for function in (energies, energies_from_matrices, gradient_strengths):
            with pytest.raises(error, match=message):
                function(rng, **setting | change)
    with pytest.raises(ValueError, match=r"activation must be positively homogeneous, got 'tanh'"):
        propagation.fourth_moment(3, 4, "tanh")
    with pytest.raises(ValueError, match=r"activation must be one of 'linear', 'relu', got 'tanh'"):
        propagation.log_ratio_moments(3, 4, "tanh")
