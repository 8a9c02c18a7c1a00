from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from dlcore import residual
from dlcore.activations import leaky_relu, resolve
from dlcore.residual import Block

ROUNDING = 1e-12  # of chains of a few small products in double precision, relative to their largest entry
TORCH = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "softplus": torch.nn.functional.softplus,
    "linear": lambda h: h,
}
CASES = [
    Block("relu"),
    Block("tanh", alpha=0.7, beta=0.5),
    Block("softplus", order="post", beta=0.3),
    Block("relu", order="post", skip=0.0),
    Block("tanh", order="inner", skip=-0.4),
    Block("relu", normalized=True, beta=0.8),
    Block("tanh", normalized=True, order="post", skip=0.0),
]


def assert_mean(sample, expected, slack=0.0):
    sample = np.asarray(sample)
    assert np.all(np.abs(sample.mean(axis=0) - expected) <= 5 * sample.std(axis=0) / np.sqrt(len(sample)) + slack)


def weights_of(rng, layers, networks=(), width=4, inside=6, depth=3):
    widths = [width, *[inside] * (layers - 1), width]
    return [
        [rng.standard_normal((*networks, b, a)) / np.sqrt(a) for a, b in pairwise(widths)] for _ in range(depth)
    ]


def in_torch(block, weights, x):
    """The chain written once more, with nn.functional instead of the bookkeeping of places."""
    phi = TORCH[block.activation.name]
    z = x
    for ws in weights:
        h = z
        if block.normalized:
            h = (z - z.detach().mean(-2, keepdim=True)) / z.detach().std(-2, keepdim=True, unbiased=False)
        for k, w in enumerate(ws):
            if block.order == "pre" or (block.order == "inner" and k > 0):
                h = phi(h)
            h = torch.einsum("...oi,...ni->...no", w, h)
            if block.order == "post":
                h = phi(h)
        z = block.alpha * (block.skip * z + block.beta * h)
    return z


@pytest.mark.parametrize("networks", [(), (2,)])
@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("block", CASES)
def test_gradients_are_those_of_autograd(rng, block, layers, networks):
    weights = weights_of(rng, layers, networks)
    x, g = rng.standard_normal((*networks, 5, 4)), rng.standard_normal((*networks, 5, 4))
    trace = residual.forward(block, weights, x)
    back = residual.backward(block, weights, trace, g)
    ws = [[torch.tensor(w, requires_grad=True) for w in group] for group in weights]
    start = torch.tensor(x, requires_grad=True)
    out = in_torch(block, ws, start)
    out.backward(torch.tensor(g))
    np.testing.assert_allclose(trace.signals[-1], out.detach().numpy(), rtol=ROUNDING, atol=ROUNDING)
    np.testing.assert_allclose(back.signals[0], start.grad.numpy(), rtol=ROUNDING, atol=ROUNDING)
    for mine, theirs in zip(back.weights, ws, strict=True):
        for a, b in zip(mine, theirs, strict=True):
            np.testing.assert_allclose(a, b.grad.numpy(), rtol=ROUNDING, atol=ROUNDING)


def test_linear_chain_is_a_dense_product(rng):
    weights = rng.standard_normal((6, 5, 5)) / 5
    dense = np.linalg.multi_dot([np.eye(5) + w for w in weights[::-1]])
    x = rng.standard_normal((3, 5))
    trace = residual.forward(Block("linear"), list(weights), x)
    np.testing.assert_allclose(trace.signals[-1], x @ dense.T, rtol=ROUNDING, atol=ROUNDING)
    g = rng.standard_normal((3, 5))
    back = residual.backward(Block("linear"), list(weights), trace, g)
    np.testing.assert_allclose(back.signals[0], g @ dense, rtol=ROUNDING, atol=ROUNDING)


@given(st.floats(0.1, 2), st.floats(0, 2), st.sampled_from(residual.ORDERS), st.integers(0, 10**6))
def test_forward_is_homogeneous_with_relu(alpha, beta, order, seed):
    """Without normalisation a ReLU chain has f(c x) = c f(x) for c > 0, whatever α and β."""
    rng = np.random.default_rng(seed)
    block, weights, x = Block("relu", alpha=alpha, beta=beta, order=order), weights_of(rng, 2), rng.standard_normal((2, 4))
    once, twice = (residual.forward(block, weights, c * x).signals[-1] for c in (1.0, 2.0))
    np.testing.assert_array_equal(twice, 2 * once)  # a power of two is exact


def test_no_branch_is_the_identity(rng):
    x = rng.standard_normal((2, 4))
    for block in (Block("relu", beta=0.0), Block("tanh", beta=0.0, normalized=True)):
        trace = residual.forward(block, weights_of(rng, 1), x)
        np.testing.assert_array_equal(trace.signals[-1], x)
        np.testing.assert_array_equal(residual.backward(block, weights_of(rng, 1), trace, x).signals[0], x)


def test_overflow_is_a_result():
    weights = [np.full((2, 2), 1e200)] * 3
    out = residual.forward(Block("linear"), weights, np.ones((1, 2))).signals[-1]
    assert np.all(np.isposinf(out))


@pytest.mark.parametrize("activation", ["relu", "tanh", leaky_relu(0.3)])
def test_the_conditional_law_is_the_law_of_the_matrices(rng, activation):
    block, setting = Block(activation, alpha=0.9, beta=0.8), {"width": 6, "depth": 3, "sigma_w2": 1.7}
    a = residual.energies(rng, block, networks=6000, q0=0.5, **setting)
    weights = [rng.standard_normal((6000, 6, 6)) * np.sqrt(1.7 / 6) for _ in range(3)]
    x = rng.standard_normal((6000, 1, 6)) * np.sqrt(0.5)
    b = np.stack([np.mean(z[:, 0] ** 2, axis=-1) for z in residual.forward(block, weights, x).signals], axis=1)
    for layer in range(1, 4):
        assert stats.ks_2samp(a[:, layer], b[:, layer]).pvalue > 1e-4
    assert stats.ks_2samp(a[:, 3] - a[:, 1], b[:, 3] - b[:, 1]).pvalue > 1e-4


def test_energy_trajectory_in_closed_form():
    a, b, depth = 0.6, 0.7, 8
    expected = (a**2 * (1 + b**2)) ** np.arange(depth + 1)
    np.testing.assert_allclose(residual.energy_trajectory(Block("relu", alpha=a, beta=b), depth, sigma_w2=2.0), expected, rtol=1e-12)
    grown = 1 + 0.25 * np.arange(depth + 1)
    block = Block("relu", beta=0.5, normalized=True)
    np.testing.assert_allclose(residual.energy_trajectory(block, depth, sigma_w2=2.0), grown, rtol=1e-12)
    variance = 1 + 0.25 * (1 - 1 / np.pi) * np.arange(depth + 1)
    np.testing.assert_allclose(residual.batch_variance_trajectory(block, depth, sigma_w2=2.0), variance, rtol=1e-12)
    factors = 1 + 0.25 / variance[:-1]
    np.testing.assert_allclose(residual.gradient_trajectory(block, depth, sigma_w2=2.0)[0], np.prod(factors), rtol=1e-12)


def test_energy_trajectory_of_tanh_by_adaptive_quadrature():
    q = [0.7]
    for _ in range(5):
        moment, _ = integrate.quad(lambda h: np.tanh(h) ** 2 * stats.norm.pdf(h, scale=np.sqrt(q[-1])), -15, 15, epsabs=1e-12, epsrel=0)
        q.append(q[-1] + 0.25 * 1.5 * moment)
    np.testing.assert_allclose(residual.energy_trajectory(Block("tanh", beta=0.5), 5, sigma_w2=1.5, q0=0.7), q, rtol=1e-11)


def test_wide_chains_follow_the_theory_forward_and_back(rng):
    """The bias of a chain of width d is O(1/d): width 256 leaves 1 per cent beside the standard error."""
    for block, gain in [(Block("relu", alpha=0.8, beta=0.5), 2.0), (Block("tanh", beta=0.4), 1.5)]:
        weights = [rng.standard_normal((40, 256, 256)) * np.sqrt(gain / 256) for _ in range(6)]
        trace = residual.forward(block, weights, rng.standard_normal((40, 1, 256)))
        back = residual.backward(block, weights, trace, rng.standard_normal((40, 1, 256)))
        forward = np.stack([np.mean(z[:, 0] ** 2, axis=-1) for z in trace.signals], axis=1)
        going_back = np.stack([np.mean(g[:, 0] ** 2, axis=-1) for g in back.signals], axis=1)
        theory = residual.energy_trajectory(block, 6, sigma_w2=gain)
        assert_mean(forward, theory, slack=0.01 * theory)
        theory = residual.gradient_trajectory(block, 6, sigma_w2=gain)
        assert_mean(going_back, theory, slack=0.01 * theory)


@pytest.mark.parametrize(("depth", "width", "s"), [(1, 1, 0.5), (3, 4, 0.2), (10, 20, 0.1), (4, 3, 2.0)])
def test_product_moments_against_dense_products(rng, depth, width, s):
    y = np.zeros((40_000, width))
    y[:, 0] = 1.0
    for _ in range(depth):
        y = y + np.einsum("nij,nj->ni", rng.standard_normal((40_000, width, width)) * np.sqrt(s / width), y)
    ratio, law = np.sum(y**2, axis=1), residual.product_moments(depth, width, s)
    assert_mean(ratio, law.mean)
    assert_mean(np.log(ratio), law.log_mean)
    assert_mean((np.log(ratio) - law.log_mean) ** 2, law.log_variance)
    sampled = np.prod(residual.product_ratios(rng, (40_000, depth), width=width, variance=s), axis=1)
    assert stats.ks_2samp(ratio, sampled).pvalue > 1e-4


@given(st.integers(1, 200), st.integers(1, 500), st.floats(1e-4, 10))
def test_product_moments_are_consistent(depth, width, s):
    law, ncx = residual.product_moments(depth, width, s), stats.ncx2(width, width / s)
    second = ncx.var() * (s / width) ** 2
    assert law.mean == pytest.approx((1 + s) ** depth, rel=1e-11)
    assert law.relative_variance == pytest.approx((1 + second / (1 + s) ** 2) ** depth - 1, rel=1e-9)
    assert law.log_mean <= np.log(law.mean) + 1e-9  # Jensen
    assert law.log_variance > 0


def test_product_moments_logarithm_by_quadrature():
    s, d = 0.3, 5
    law = stats.ncx2(d, d / s)
    mean, _ = integrate.quad(lambda t: np.log(s / d * t) * law.pdf(t), 0, 400, epsabs=1e-11, limit=400)
    assert residual.product_moments(7, d, s).log_mean == pytest.approx(7 * mean, rel=1e-7)


def test_fixup_scale():
    assert residual.fixup_scale(16, 2) == 0.25
    assert residual.fixup_scale(16, 3) == 0.5


def test_bad_input_is_refused(rng):
    x = np.ones((2, 4))
    with pytest.raises(ValueError, match=r"order must be one of 'pre', 'post', 'inner', got 'before'"):
        Block("relu", order="before")
    with pytest.raises(ValueError, match=r"alpha must be positive, got 0"):
        Block("relu", alpha=0)
    with pytest.raises(ValueError, match=r"weights of block 0 must have shape \(..., fan_out, 4\), got \(4, 5\)"):
        residual.forward(Block("relu"), [np.ones((4, 5))], x)
    with pytest.raises(ValueError, match=r"a branch must end in the width 4 .*, got 3"):
        residual.forward(Block("relu"), [np.ones((3, 4))], x)
    trace = residual.forward(Block("relu"), [np.ones((4, 4))], x)
    with pytest.raises(ValueError, match=r"gradient must have the output's shape \(2, 4\), got \(1, 4\)"):
        residual.backward(Block("relu"), [np.ones((4, 4))], trace, x[:1])
    with pytest.raises(ValueError, match=r"order must be 'pre' for this theory, got 'post'"):
        residual.energy_trajectory(Block("relu", order="post"), 3, sigma_w2=2.0)
    with pytest.raises(ValueError, match=r"normalized must be True here, got False"):
        residual.batch_variance_trajectory(Block("relu"), 3, sigma_w2=2.0)
    with pytest.raises(ValueError, match=r"layers must be at least 2, got 1"):
        residual.fixup_scale(4, 1)
    with pytest.raises(ValueError, match=r"variance must be positive, got 0.0"):
        residual.product_moments(3, 4, 0.0)


def test_resolved_activation_is_kept():
    assert Block("tanh").activation is resolve("tanh")
