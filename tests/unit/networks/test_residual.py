from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dlcore.networks import residual
from dlcore.networks.activations import resolve
from dlcore.networks.residual import Block
from dlcore.signals import skip_connections

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


def weights_of(rng, layers, networks=(), width=4, inside=6, depth=3):
    widths = [width, *[inside] * (layers - 1), width]
    return [
        [rng.standard_normal((*networks, b, a)) / np.sqrt(a) for a, b in pairwise(widths)] for _ in range(depth)
    ]


def in_torch(block, weights, x, frozen):
    """The chain written once more, with nn.functional instead of the bookkeeping of places."""
    phi = TORCH[block.activation.name]
    z = x
    for ws in weights:
        h = z
        if block.normalized:
            batch = z.detach() if frozen else z
            h = (z - batch.mean(-2, keepdim=True)) / batch.std(-2, keepdim=True, unbiased=False)
        for k, w in enumerate(ws):
            if block.order == "pre" or (block.order == "inner" and k > 0):
                h = phi(h)
            h = torch.einsum("...oi,...ni->...no", w, h)
            if block.order == "post":
                h = phi(h)
        z = block.alpha * (block.skip * z + block.beta * h)
    return z


@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize("networks", [(), (2,)])
@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("block", CASES)
def test_gradients_are_those_of_autograd(rng, block, layers, networks, frozen):
    weights = weights_of(rng, layers, networks)
    x, g = rng.standard_normal((*networks, 5, 4)), rng.standard_normal((*networks, 5, 4))
    trace = residual.forward(block, weights, x)
    back = residual.backward(block, weights, trace, g, frozen=frozen)
    ws = [[torch.tensor(w, requires_grad=True) for w in group] for group in weights]
    start = torch.tensor(x, requires_grad=True)
    out = in_torch(block, ws, start, frozen)
    out.backward(torch.tensor(g))
    np.testing.assert_allclose(trace.signals[-1], out.detach().numpy(), rtol=ROUNDING, atol=ROUNDING)
    np.testing.assert_allclose(back.signals[0], start.grad.numpy(), rtol=ROUNDING, atol=ROUNDING)
    for mine, theirs in zip(back.weights, ws, strict=True):
        for a, b in zip(mine, theirs, strict=True):
            np.testing.assert_allclose(a, b.grad.numpy(), rtol=ROUNDING, atol=ROUNDING)


@given(st.floats(-2, 2), st.sampled_from(["relu", "tanh"]), st.integers(0, 10**6))
def test_the_sum_of_gradients_over_a_batch_passes_by_the_skip_connection_alone(skip, activation, seed):
    """Normalised branches do not see a vector that is added to all inputs: ∑ ∂F/∂z⁰ = (α s)^L ∑ ∂F/∂z^L."""
    rng = np.random.default_rng(seed)
    block, weights = Block(activation, alpha=0.8, skip=skip, normalized=True), weights_of(rng, 2)
    trace, g = residual.forward(block, weights, rng.standard_normal((5, 4))), rng.standard_normal((5, 4))
    back = residual.backward(block, weights, trace, g).signals[0]
    carried = (0.8 * skip) ** 3 * g.sum(axis=0)
    assert np.abs(back.sum(axis=0) - carried).max() <= 50 * ROUNDING * (1 + np.abs(back).max())


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


@pytest.mark.filterwarnings("error")
def test_overflow_is_a_result():
    weights = [np.full((2, 2), 1e200)] * 3
    out = residual.forward(Block("linear"), weights, np.ones((1, 2))).signals[-1]
    assert np.all(np.isposinf(out))
    mixed = [np.array([[1e200, -1e200], [1e200, 1e200]])] * 4  # inf − inf
    trace = residual.forward(Block("linear"), mixed, np.ones((1, 2)))
    assert np.isnan(trace.signals[-1]).any()
    assert not np.isfinite(residual.backward(Block("linear"), mixed, trace, np.ones((1, 2))).signals[0]).all()


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
        skip_connections.energy_trajectory(Block("relu", order="post"), 3, sigma_w2=2.0)
    with pytest.raises(ValueError, match=r"normalized must be True here, got False"):
        skip_connections.batch_variance_trajectory(Block("relu"), 3, sigma_w2=2.0)
    with pytest.raises(ValueError, match=r"layers must be at least 2, got 1"):
        residual.fixup_scale(4, 1)
    with pytest.raises(ValueError, match=r"variance must be positive, got 0.0"):
        skip_connections.product_moments(3, 4, 0.0)


def test_scalings_are_named():
    with pytest.raises(TypeError):
        Block("relu", 0.5)


def test_resolved_activation_is_kept():
    assert Block("tanh").activation is resolve("tanh")
