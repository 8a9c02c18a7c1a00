import numpy as np
import pytest

from dlcore.networks import residual
from dlcore.networks.residual import Block
from dlcore.signals import shattering


def assert_mean(sample, expected, slack=0.0):
    sample = np.asarray(sample)
    assert np.all(np.abs(sample.mean(axis=0) - expected) <= 5 * sample.std(axis=0) / np.sqrt(len(sample)) + slack)


def test_relu_cosine_against_a_wide_layer(rng):
    c = 0.3
    u, w = rng.standard_normal((2, 400_000))
    both = np.maximum(u, 0) * np.maximum(c * u + np.sqrt(1 - c**2) * w, 0)
    assert_mean(2 * both, shattering.relu_cosine(c))
    assert shattering.relu_cosine(1.0) == pytest.approx(1)
    assert shattering.relu_cosine(-1.0) == pytest.approx(0, abs=1e-15)


def test_balduzzis_rates():
    depth, ell = 12, np.arange(13)
    plain, skip = Block("relu", skip=0.0), Block("relu")
    np.testing.assert_allclose(shattering.gradient_correlation(plain, depth, independent=True), 0.5**ell)
    np.testing.assert_allclose(shattering.gradient_correlation(skip, depth, independent=True), 0.75**ell)
    normal = Block("relu", normalized=True)
    v = 1 + ell[:-1]
    expected = np.cumprod([1, *((1 + 0.5 / v) / (1 + 1 / v))])
    np.testing.assert_allclose(shattering.gradient_correlation(normal, depth, independent=True), expected)
    # The plain chain with batch norm does what the assumption says: nothing aligns.
    np.testing.assert_allclose(shattering.gradient_correlation(Block("relu", skip=0.0, normalized=True), depth), 0.5**ell)


@pytest.mark.parametrize("block", [Block("relu", skip=0.0), Block("relu"), Block("relu", normalized=True)])
def test_gradient_correlation_of_wide_networks(rng, block):
    """Sums of ⟨g, g′⟩ and ‖g‖² over networks of width 200; a tenth is allowed for biases O(1/width) and O(1/inputs)."""
    width, depth, networks = 200, 5, 12
    x = rng.standard_normal((networks, 100, width))
    weights = [rng.standard_normal((networks, width, width)) * np.sqrt(2 / width) for _ in range(depth)]
    trace = residual.forward(block, weights, x)
    g = np.broadcast_to(rng.standard_normal((networks, 1, width)), x.shape).copy()
    back = residual.backward(block, weights, trace, g).signals[0]
    gram = back @ np.swapaxes(back, -1, -2)
    own = np.einsum("nii->n", gram)
    measured = (gram.sum((1, 2)) - own).mean() / own.mean() / 99
    assert measured == pytest.approx(shattering.gradient_correlation(block, depth)[-1], rel=0.1)


@pytest.mark.parametrize("skip", [0.0, 1.0, 0.6])
def test_gradient_correlation_is_the_product_along_the_angles(skip):
    """Many cosines at once, each by its own loop: s² + g of strength a block, p = 1 − θ/π of the branch shared."""
    cosines, sigma_w2, beta = np.array([[-0.5, 0.0, 0.3], [0.8, 1.0, -1.0]]), 1.4, 0.7
    found = shattering.gradient_correlation(Block("relu", skip=skip, beta=beta), 4, cosine=cosines, sigma_w2=sigma_w2)
    assert found.shape == (2, 3, 5)
    gain = beta**2 * sigma_w2 / 2
    for i in np.ndindex(2, 3):
        theta, kept = np.arccos(cosines[i]), [1.0]
        for _ in range(4):
            kept.append(kept[-1] * (skip**2 + gain * (1 - theta / np.pi)) / (skip**2 + gain))
            branch = (np.sin(theta) + (np.pi - theta) * np.cos(theta)) / np.pi
            theta = np.arccos(np.clip((skip**2 * np.cos(theta) + gain * branch) / (skip**2 + gain), -1, 1))
        # near θ = 0 and π the arc cosine turns a rounding ε into an angle of √(2ε)
        np.testing.assert_allclose(found[i], kept, rtol=0, atol=4 * np.sqrt(2 * np.finfo(float).eps))


def test_correlation_and_autocorrelation(rng):
    g = rng.standard_normal((3, 8, 5))
    slow = [sum(g[1, t] @ g[1, (t + lag) % 8] for t in range(8)) for lag in range(8)]
    np.testing.assert_allclose(shattering.circular_autocorrelation(g)[1], np.array(slow) / slow[0], atol=1e-12)
    np.testing.assert_allclose(shattering.correlation(g, 3 * g), 1)
    np.testing.assert_array_equal(shattering.correlation(g, 0 * g), 0)


def test_what_the_theory_does_not_cover_is_refused():
    with pytest.raises(ValueError, match=r"activation must be 'relu', got 'tanh'"):
        shattering.gradient_correlation(Block("tanh"), 3)
    with pytest.raises(ValueError, match=r"cosine must lie in \[-1, 1\], got 2"):
        shattering.gradient_correlation(Block("relu"), 3, cosine=2.0)
    with pytest.raises(ValueError, match=r"order must be 'pre' for this theory, got 'post'"):
        shattering.gradient_correlation(Block("relu", order="post"), 3)


def test_a_cosine_is_one():
    for wrong in (2.0, -1.5, [0.0, 1.1]):
        with pytest.raises(ValueError, match=r"cosine must lie in \[-1, 1\], got"):
            shattering.relu_cosine(wrong)
    assert shattering.relu_cosine(1 + 1e-15) == pytest.approx(1)
