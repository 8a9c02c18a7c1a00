import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from dlcore.networks import residual
from dlcore.networks.activations import Activation, leaky_relu
from dlcore.networks.residual import Block
from dlcore.signals import skip_connections


def assert_mean(sample, expected, slack=0.0):
    sample = np.asarray(sample)
    assert np.all(np.abs(sample.mean(axis=0) - expected) <= 5 * sample.std(axis=0) / np.sqrt(len(sample)) + slack)


@pytest.mark.parametrize("activation", ["relu", "tanh", leaky_relu(0.3)])
def test_the_conditional_law_is_the_law_of_the_matrices(rng, activation):
    block, setting = Block(activation, alpha=0.9, beta=0.8), {"width": 6, "depth": 3, "sigma_w2": 1.7}
    a = skip_connections.energies(rng, block, networks=6000, q0=0.5, **setting)
    weights = [rng.standard_normal((6000, 6, 6)) * np.sqrt(1.7 / 6) for _ in range(3)]
    x = rng.standard_normal((6000, 1, 6)) * np.sqrt(0.5)
    b = np.stack([np.mean(z[:, 0] ** 2, axis=-1) for z in residual.forward(block, weights, x).signals], axis=1)
    for layer in range(1, 4):
        assert stats.ks_2samp(a[:, layer], b[:, layer]).pvalue > 1e-4
    assert stats.ks_2samp(a[:, 3] - a[:, 1], b[:, 3] - b[:, 1]).pvalue > 1e-4


def test_energy_trajectory_in_closed_form():
    a, b, depth = 0.6, 0.7, 8
    expected = (a**2 * (1 + b**2)) ** np.arange(depth + 1)
    scaled = Block("relu", alpha=a, beta=b)
    np.testing.assert_allclose(skip_connections.energy_trajectory(scaled, depth, sigma_w2=2.0), expected, rtol=1e-12)
    grown = 1 + 0.25 * np.arange(depth + 1)
    block = Block("relu", beta=0.5, normalized=True)
    np.testing.assert_allclose(skip_connections.energy_trajectory(block, depth, sigma_w2=2.0), grown, rtol=1e-12)
    variance = 1 + 0.25 * (1 - 1 / np.pi) * np.arange(depth + 1)
    np.testing.assert_allclose(skip_connections.batch_variance_trajectory(block, depth, sigma_w2=2.0), variance, rtol=1e-12)
    factors = 1 + 0.25 / variance[:-1]
    np.testing.assert_allclose(skip_connections.gradient_trajectory(block, depth, sigma_w2=2.0)[0], np.prod(factors), rtol=1e-12)


def test_energy_trajectory_of_tanh_by_adaptive_quadrature():
    q = [0.7]
    for _ in range(5):
        moment, _ = integrate.quad(lambda h: np.tanh(h) ** 2 * stats.norm.pdf(h, scale=np.sqrt(q[-1])), -15, 15, epsabs=1e-12, epsrel=0)
        q.append(q[-1] + 0.25 * 1.5 * moment)
    np.testing.assert_allclose(skip_connections.energy_trajectory(Block("tanh", beta=0.5), 5, sigma_w2=1.5, q0=0.7), q, rtol=1e-11)


def clipped(k, q):
    """E φ(√q Z)² and E φ′(√q Z)² of the φ that clips at ±k."""
    a = k / np.sqrt(q)
    inside = 1 - 2 * stats.norm.sf(a)
    return q * (inside - 2 * a * stats.norm.pdf(a)) + 2 * k**2 * stats.norm.sf(a), inside


def test_the_kinks_count():
    """At a kink of 0.7, which is no edge of the quadrature's panels at any of these variances."""
    k, beta, gain, depth = 0.7, 0.5, 1.5, 4
    phi = Activation("clip", lambda h: np.clip(h, -k, k), lambda h: np.where(np.abs(h) < k, 1.0, 0.0), kinks=(k,))
    q = [0.8]
    for _ in range(depth):
        q.append(q[-1] + beta**2 * gain * clipped(k, q[-1])[0])
    factors = [1 + beta**2 * gain * clipped(k, v)[1] for v in q[:-1]]
    setting = {"depth": depth, "sigma_w2": gain, "q0": 0.8}
    np.testing.assert_allclose(skip_connections.energy_trajectory(Block(phi, beta=beta), **setting), q, rtol=1e-12)
    back = skip_connections.gradient_trajectory(Block(phi, beta=beta), **setting)
    np.testing.assert_allclose(back, [np.prod(factors[layer:]) for layer in range(depth + 1)], rtol=1e-12)
    moment, slope = clipped(k, 1.0)
    v = 0.8 + beta**2 * gain * moment * np.arange(depth + 1)  # E φ = 0: the variances are the second moments
    block = Block(phi, beta=beta, normalized=True)
    np.testing.assert_allclose(skip_connections.batch_variance_trajectory(block, **setting), v, rtol=1e-12)
    back = skip_connections.gradient_trajectory(block, **setting)
    np.testing.assert_allclose(back[0], np.prod(1 + beta**2 * gain * slope / v[:-1]), rtol=1e-12)
    rectified = Activation("clipped relu", lambda h: np.clip(h, 0, k), lambda h: np.where((h > 0) & (h < k), 1.0, 0.0), kinks=(k,))
    mean = stats.norm.pdf(0) - stats.norm.pdf(k) + k * stats.norm.sf(k)  # its mean square is half of that of the clip
    v = 0.8 + beta**2 * gain * (moment / 2 - mean**2) * np.arange(depth + 1)
    block = Block(rectified, beta=beta, normalized=True)
    np.testing.assert_allclose(skip_connections.batch_variance_trajectory(block, **setting), v, rtol=1e-12)


def test_wide_chains_follow_the_theory_forward_and_back(rng):
    """The bias of a chain of width d is O(1/d): width 256 leaves 1 per cent beside the standard error."""
    for block, gain in [(Block("relu", alpha=0.8, beta=0.5), 2.0), (Block("tanh", beta=0.4), 1.5)]:
        weights = [rng.standard_normal((40, 256, 256)) * np.sqrt(gain / 256) for _ in range(6)]
        trace = residual.forward(block, weights, rng.standard_normal((40, 1, 256)))
        back = residual.backward(block, weights, trace, rng.standard_normal((40, 1, 256)))
        forward = np.stack([np.mean(z[:, 0] ** 2, axis=-1) for z in trace.signals], axis=1)
        going_back = np.stack([np.mean(g[:, 0] ** 2, axis=-1) for g in back.signals], axis=1)
        theory = skip_connections.energy_trajectory(block, 6, sigma_w2=gain)
        assert_mean(forward, theory, slack=0.01 * theory)
        theory = skip_connections.gradient_trajectory(block, 6, sigma_w2=gain)
        assert_mean(going_back, theory, slack=0.01 * theory)


@pytest.mark.parametrize(("depth", "width", "s"), [(1, 1, 0.5), (3, 4, 0.2), (10, 20, 0.1), (4, 3, 2.0)])
def test_product_moments_against_dense_products(rng, depth, width, s):
    y = np.zeros((40_000, width))
    y[:, 0] = 1.0
    for _ in range(depth):
        y = y + np.einsum("nij,nj->ni", rng.standard_normal((40_000, width, width)) * np.sqrt(s / width), y)
    ratio, law = np.sum(y**2, axis=1), skip_connections.product_moments(depth, width, s)
    assert_mean(ratio, law.mean)
    assert_mean(np.log(ratio), law.log_mean)
    assert_mean((np.log(ratio) - law.log_mean) ** 2, law.log_variance)
    sampled = np.prod(skip_connections.product_ratios(rng, (40_000, depth), width=width, variance=s), axis=1)
    assert stats.ks_2samp(ratio, sampled).pvalue > 1e-4


@given(st.integers(1, 200), st.integers(1, 500), st.floats(1e-4, 10))
def test_product_moments_are_consistent(depth, width, s):
    law, ncx = skip_connections.product_moments(depth, width, s), stats.ncx2(width, width / s)
    second = ncx.var() * (s / width) ** 2
    assert law.mean == pytest.approx((1 + s) ** depth, rel=1e-11)
    assert law.relative_variance == pytest.approx((1 + second / (1 + s) ** 2) ** depth - 1, rel=1e-9)
    assert law.log_mean <= np.log(law.mean) + 1e-9  # Jensen
    assert law.log_variance > 0


def test_product_moments_logarithm_by_quadrature():
    s, d = 0.3, 5
    law = stats.ncx2(d, d / s)
    mean, _ = integrate.quad(lambda t: np.log(s / d * t) * law.pdf(t), 0, 400, epsabs=1e-11, limit=400)
    assert skip_connections.product_moments(7, d, s).log_mean == pytest.approx(7 * mean, rel=1e-7)


@pytest.mark.parametrize("s", [1e-4, 1e-6, 1e-10, 1e-14])
def test_product_moments_of_tiny_branches_are_those_of_the_expansion(s):
    """ln χ′²: with y = (1 + a)² + b, a ~ N(0, s/d), mean s(1 − 1/d·…) to first order in s; the variance is 4s/d + O(s²)."""
    d, depth = 100, 10
    found = skip_connections.product_moments(depth, d, s)
    assert found.log_mean == pytest.approx(depth * s * (1 - 2 / d), rel=20 * s + 1e-6, abs=1e-15 * depth * 10)
    assert found.log_variance == pytest.approx(depth * 4 * s / d, rel=20 * s + 1e-6)
    assert found.mean == pytest.approx((1 + s) ** depth)


def test_a_coarse_sum_over_a_wide_bell_is_the_fine_one():
    rate = 4e4  # the stride is 25 here
    k = np.arange(rate - 3000, rate + 3000)
    weight = stats.poisson.pmf(k, rate)
    coarse, coarse_weight = skip_connections._poisson(rate)
    assert len(coarse) < 400
    for f in (np.log, np.sqrt, lambda k: (k / rate - 1) ** 2):
        assert coarse_weight @ f(coarse) == pytest.approx(weight @ f(k), rel=1e-10)
