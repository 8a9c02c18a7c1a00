
import numpy as np
import pytest
from scipy import stats

from dlcore.networks.activations import leaky_relu
from dlcore.signals import finite_width
from dlcore.signals.propagation import energies, energies_from_matrices

ALARM = 1e-4  # a correct law gives a smaller p-value once in ten thousand tests


def assert_mean(sample, expected):
    """Within five standard errors, which at a fixed seed no correct law has reason to exceed (6e-7 a comparison)."""
    sample = np.asarray(sample)
    assert np.all(np.abs(sample.mean(axis=0) - expected) <= 5 * sample.std(axis=0) / np.sqrt(len(sample)) + 1e-13)


@pytest.mark.parametrize("activation", ["linear", "relu"])
def test_energies_follow_the_chi_squared_chain(rng, activation):
    """M_ℓ/M_{ℓ−1} = (σ_w²/n)χ²_K, independent over layers."""
    n, gain = 6, 1.3
    energy = energies(rng, width=n, depth=3, networks=20_000, sigma_w2=gain, activation=activation)
    alive = energy[:, 2] > 0
    ratio = energy[alive, 3] / energy[alive, 2] / gain
    positive = ratio[ratio > 0]
    dead = finite_width.layer_ratio_cdf(0.0, n, activation)
    assert abs(np.mean(ratio == 0) - dead) <= 5 * np.sqrt(dead / len(ratio))
    law = lambda x: (finite_width.layer_ratio_cdf(x, n, activation) - dead) / (1 - dead)  # noqa: E731
    assert stats.kstest(positive, law).pvalue > ALARM
    both = np.log(energy[energy[:, 2] > 0][:, 1:3]) - np.log(energy[energy[:, 2] > 0][:, 0:2])
    assert abs(np.corrcoef(both.T)[0, 1]) <= 5 / np.sqrt(len(both))


def test_layer_ratio_cdf_against_scipy():
    x, n = np.linspace(-0.5, 4, 19), 9
    k = np.arange(n + 1)
    conditional = np.where(k > 0, stats.chi2.cdf(n * x[:, None], np.maximum(k, 1)), x[:, None] >= 0)
    expected = conditional @ stats.binom.pmf(k, n, 0.5)
    np.testing.assert_allclose(finite_width.layer_ratio_cdf(x, n, "relu"), expected, rtol=0, atol=1e-13)
    np.testing.assert_allclose(finite_width.layer_ratio_cdf(x, n, "linear"), stats.chi2.cdf(n * x, n), rtol=0, atol=1e-13)


@pytest.mark.parametrize("activation", ["linear", "relu"])
@pytest.mark.parametrize("n", [1, 3, 50])
def test_layer_ratios_follow_their_cdf(rng, n, activation):
    ratio = finite_width.layer_ratios(rng, n, (100, 50), activation).ravel()
    dead = finite_width.layer_ratio_cdf(0.0, n, activation)
    assert abs(np.mean(ratio == 0) - dead) <= 5 * np.sqrt(dead / ratio.size)
    law = lambda x: (finite_width.layer_ratio_cdf(x, n, activation) - dead) / (1 - dead)  # noqa: E731
    assert stats.kstest(ratio[ratio > 0], law).pvalue > ALARM


@pytest.mark.parametrize("activation", ["linear", "relu"])
def test_log_moments_against_sampling(rng, activation):
    widths, gains = [7, 2, 3], [0.7, 1.9]  # narrow: a ReLU layer is dead with probability ¼ and ⅛
    moments = finite_width.log_ratio_moments(2, widths, activation, sigma_w2=gains)
    log = sum(
        np.log(gain * ratio[ratio > 0][:35_000])
        for n, gain in zip(widths[1:], gains, strict=True)
        for ratio in [finite_width.layer_ratios(rng, n, 50_000, activation)]
    )
    assert_mean(log, moments.mean)
    assert_mean((log - moments.mean) ** 2, moments.variance)


def test_log_moments_of_the_linear_chain_against_scipy():
    """L = 100, d = 10 (L3.02): E ln ratio² = −10.33, Var = 22.13, from the density of χ² itself."""
    moments = finite_width.log_ratio_moments(100, 10)
    logarithm = stats.loggamma(5)  # ln(χ²_10/2)
    assert moments.mean == pytest.approx(100 * (logarithm.mean() + np.log(2 / 10)), rel=1e-10)
    assert moments.variance == pytest.approx(100 * logarithm.var(), rel=1e-10)


def test_log_moments_add_up_over_layers():
    one, two = finite_width.log_ratio_moments(1, 30, "relu"), finite_width.log_ratio_moments(2, 30, "relu")
    assert two.mean == pytest.approx(2 * one.mean)
    assert two.variance == pytest.approx(2 * one.variance)


def test_fourth_moments_in_closed_form():
    widths = [7, 100, 5, 100, 100]  # the width of the input does not matter
    np.testing.assert_allclose(finite_width.fourth_moment(4, widths, "relu")[-1], 1.05 * 2 * 1.05 * 1.05, rtol=1e-12)
    np.testing.assert_allclose(finite_width.fourth_moment(3, 8, "linear"), (1 + 2 / 8) ** np.arange(4), rtol=1e-12)
    np.testing.assert_allclose(finite_width.fourth_moment(1, 8, "relu", sigma_w2=4.0), [1, 4 * (1 + 5 / 8)], rtol=1e-12)


@pytest.mark.parametrize(("activation", "gain"), [("linear", 1.0), ("relu", 2.0), (leaky_relu(0.5), 1.6)])
def test_fourth_moment_and_spread_against_sampling(rng, activation, gain):
    energy = energies(rng, width=20, depth=4, networks=100_000, sigma_w2=gain, activation=activation)
    assert_mean(energy**2, finite_width.fourth_moment(4, 20, activation))
    assert_mean(energy[:, 1:].var(axis=1), finite_width.expected_spread(4, 20, activation))


def test_death_probability(rng):
    widths = [10, 2, 6, 3]
    expected = finite_width.death_probability(3, widths)
    assert expected == pytest.approx(1 - (1 - 2**-2) * (1 - 2**-6) * (1 - 2**-3), rel=1e-14)
    dead = energies(rng, width=widths, networks=20_000, sigma_w2=2.0, activation="relu")[:, -1] == 0
    assert_mean(dead, expected)
    assert finite_width.death_probability(1, 300) == pytest.approx(2.0**-300, rel=1e-12)


def test_sparse_death_probability_by_hand():
    """Two neurons, one layer: a row loses both entries with probability ¼; ReLU kills half of the other rows."""
    assert finite_width.sparse_death_probability(1, 2, "linear") == pytest.approx(1 / 16, rel=1e-14)
    assert finite_width.sparse_death_probability(1, 2, "relu") == pytest.approx((1 / 4 + 3 / 8) ** 2, rel=1e-14)
    assert finite_width.sparse_death_probability(4, 1, "linear") == 0  # of a single entry all is kept
    assert finite_width.sparse_death_probability(4, 1, "relu") == pytest.approx(15 / 16, rel=1e-14)
    assert finite_width.sparse_death_probability(1, 2000, "linear") == 0  # 2000 rows, each empty with probability 1/e


@pytest.mark.parametrize(("activation", "depth"), [("linear", 12), ("relu", 3)])
def test_sparse_death_probability_against_matrices(rng, activation, depth):
    sparse = {"width": 8, "depth": depth, "networks": 20_000, "sigma_w2": 1.0, "family": "sparse"}
    dead = energies_from_matrices(rng, activation=activation, **sparse)[:, -1] == 0
    assert_mean(dead, finite_width.sparse_death_probability(depth, 8, activation))


def test_chernoff_bound_lies_below_the_probability():
    d, eps = np.meshgrid([1, 2, 10, 100, 1000], [0.01, 0.1, 0.3, 0.6, 0.99])
    exact = stats.chi2.cdf(d * (1 + eps), d) - stats.chi2.cdf(d * (1 - eps), d)
    bound = finite_width.chernoff_bound(d, eps)
    assert np.all(bound <= exact + 1e-14)


def test_chernoff_bound_has_the_right_exponent():
    """P(χ²_d > (1 + ε)d) ≈ ((1 + ε)e^{−ε})^{d/2}/(ε√(πd)), up to a factor 1 + O(1/(dε²)); the other tail is smaller."""
    d, eps = 800, 0.3
    outside = 1 - finite_width.chernoff_bound(d, eps)
    exact = stats.chi2.sf(d * (1 + eps), d)
    assert outside / (eps * np.sqrt(np.pi * d)) == pytest.approx(exact, rel=4 / (d * eps**2))
    with pytest.raises(ValueError, match=r"epsilon must lie in \(0, 1\)"):
        finite_width.chernoff_bound(10, 1.0)
