import warnings

import numpy as np
import pytest
import torch
from scipy import stats

from dlcore.networks.activations import leaky_relu
from dlcore.networks.initialization import FAMILIES, draw_network
from dlcore.signals import finite_width, meanfield, propagation
from dlcore.signals.propagation import energies, energies_from_matrices, gradient_growth, gradient_strengths

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
def test_mean_energy_is_kept_exactly_at_the_critical_gain(rng, activation):
    energy = energies(rng, width=[9, 4, 25, 7], networks=50_000, sigma_w2=CRITICAL[activation], activation=activation, q0=3.0)
    assert_mean(energy, 3.0)


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


def test_growth_of_a_gradient_agrees_with_autograd():
    """The same draws, in the documented order (input; weights and biases layer by layer; gradients), differentiated by torch."""
    widths, probes = [5, 8, 3, 6], 4
    setting = {"sigma_w2": [2.0, 1.0, 3.0], "sigma_b2": 0.7, "activation": "tanh", "q0": 0.5, "probes": probes}
    measured = gradient_growth(np.random.default_rng(1), width=widths, networks=1, **setting)
    rng = np.random.default_rng(1)
    x = rng.standard_normal(widths[0])
    x *= np.sqrt(0.5 / np.mean(x**2))
    layers = []
    for gain, fan_in, fan_out in zip([2.0, 1.0, 3.0], widths, widths[1:], strict=False):
        w = np.sqrt(gain / fan_in) * rng.standard_normal((fan_out, fan_in))
        layers.append((torch.tensor(w), torch.tensor(np.sqrt(0.7) * rng.standard_normal(fan_out))))

    def output(z):
        for w, b in layers:
            z = torch.tanh(w @ z + b)
        return z

    jacobian = torch.autograd.functional.jacobian(output, torch.tensor(x)).numpy()
    g = rng.standard_normal((widths[-1], probes))
    np.testing.assert_allclose(measured, [np.mean(np.sum((jacobian.T @ g) ** 2, axis=0) / np.sum(g**2, axis=0))], rtol=1e-12)


def test_gradients_grow_by_the_variance_of_linear_layers_and_half_of_it_of_rectified_ones(rng):
    """Exact at every width; with biases ReLU neurons are on with probability 1/2 still."""
    for activation, factor in (("linear", 1.3), ("relu", 0.65)):
        growth = gradient_growth(rng, width=8, depth=3, networks=8000, sigma_w2=1.3, sigma_b2=0.4, activation=activation, probes=2)
        assert growth.shape == (8000,)
        assert_mean(growth, factor**3)


def test_with_many_probes_the_growth_is_that_of_the_whole_jacobian(rng):
    """Linear and square: E‖J‖_F²/n = σ_w^{2L}, and the networks differ by O(1/n) instead of O(1/√n)."""
    setting = {"width": 40, "depth": 4, "networks": 200, "sigma_w2": 1.0, "activation": "linear"}
    one, many = gradient_growth(rng, **setting), gradient_growth(rng, probes=40, **setting)
    assert_mean(many, 1.0)
    assert many.std() < one.std() / 2


def test_without_biases_it_is_the_strength_of_gradients(rng):
    setting = {"width": [7, 5, 6], "networks": 5000, "sigma_w2": 2.0, "activation": "tanh", "q0": 0.8}
    strengths = gradient_strengths(rng, **setting).backward
    growth = gradient_growth(rng, **setting)
    assert stats.ks_2samp(growth, strengths[:, 0] * 7 / 6).pvalue > ALARM  # sums of squares, there mean squares


def test_blocks_bound_the_memory_and_change_nothing_else(rng, monkeypatch):
    monkeypatch.setattr(propagation, "_BLOCK", 100)  # 36 entries a layer: 2 networks a block, 1 with all layers
    setting = {"width": 6, "depth": 3, "networks": 401, "sigma_w2": 1.0, "activation": "linear"}
    assert_mean(energies_from_matrices(rng, **setting), 1.0)
    strengths = gradient_strengths(rng, **setting)
    assert strengths.forward.shape == strengths.backward.shape == (401, 4)
    assert strengths.weights.shape == (401, 3)
    assert_mean(strengths.backward, 1.0)
    growth = gradient_growth(rng, **setting)
    assert growth.shape == (401,)
    assert_mean(growth, 1.0)


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
        for function in (energies, energies_from_matrices, gradient_strengths, gradient_growth):
            with pytest.raises(error, match=message):
                function(rng, **setting | change)
    with pytest.raises(ValueError, match="sigma_b2 must be non-negative, got -0.1"):
        gradient_growth(rng, sigma_b2=-0.1, **setting)
    with pytest.raises(ValueError, match="probes must be at least 1, got 0"):
        gradient_growth(rng, probes=0, **setting)
    with pytest.raises(ValueError, match=r"activation must be positively homogeneous, got 'tanh'"):
        finite_width.fourth_moment(3, 4, "tanh")
    with pytest.raises(ValueError, match=r"activation must be one of 'linear', 'relu', got 'tanh'"):
        finite_width.log_ratio_moments(3, 4, "tanh")


@pytest.mark.parametrize("sampled", [energies, energies_from_matrices, gradient_strengths, gradient_growth])
def test_inputs_have_mean_square_1_unless_told_otherwise(sampled):
    setting = {"width": 5, "depth": 2, "networks": 3, "sigma_w2": 1.5, "activation": "tanh"}
    drawn = [sampled(np.random.default_rng(2), **setting, **how) for how in ({}, {"q0": 1.0}, {"q0": 2.0})]
    found, same, other = (np.concatenate([np.ravel(part) for part in (one if isinstance(one, tuple) else (one,))]) for one in drawn)
    np.testing.assert_array_equal(found, same)
    assert np.any(found != other)
