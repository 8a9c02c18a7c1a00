import numpy as np
import pytest
import torch
from scipy import stats

from dlcore.networks.activations import Activation, leaky_relu
from dlcore.signals import batch_norm


def four_errors(sample):
    return 4 * sample.std(ddof=1) / np.sqrt(len(sample))


def test_gradient_factor_in_closed_form():
    assert batch_norm.gradient_factor("linear") == pytest.approx(1, rel=1e-12)
    assert batch_norm.gradient_factor("relu") == pytest.approx(np.pi / (np.pi - 1), rel=1e-12)
    slope = 0.3  # E φ′² = (1 + a²)/2 and Var φ = (1 + a²)/2 − (1 − a)²/(2π)
    square = (1 + slope**2) / 2
    assert batch_norm.gradient_factor(leaky_relu(slope)) == pytest.approx(square / (square - (1 - slope) ** 2 / (2 * np.pi)), rel=1e-12)
    erf = 4 / np.pi / np.sqrt(5) / (2 / np.pi * np.arcsin(2 / 3))
    assert batch_norm.gradient_factor("erf") == pytest.approx(erf, rel=1e-12)
    assert min(map(batch_norm.gradient_factor, ("tanh", "sigmoid", "softplus", "hard_tanh"))) > 1


@pytest.mark.parametrize("batch", [4, 9, 20])
def test_relu_factor_is_its_expectation_over_the_sphere(batch, rng):
    """All of it sampled: radii, directions and dense projections, with what the backward pass of the layer above hands on."""
    h = rng.standard_normal((60_000, batch))
    h -= h.mean(axis=1, keepdims=True)
    eta = h * np.sqrt(batch) / np.linalg.norm(h, axis=1, keepdims=True)
    a = (eta > 0).astype(float)
    centre = np.eye(batch) - 1 / batch
    p = centre - eta[:, :, None] * eta[:, None, :] / batch
    inner = p * a[:, None, :] @ centre
    trace = np.einsum("nij,nij->n", inner, inner) / (batch - 1)
    z = eta * a
    # E z₁² − E z₁z₂, from all entries and all pairs: what is left of (1/d) Σ z² when the part that all share is subtracted.
    squares, sums = (z**2).sum(axis=1), z.sum(axis=1)
    variance = squares / batch - (sums**2 - squares) / (batch * (batch - 1))
    assert batch_norm.relu_factor(batch) == pytest.approx(
        batch / (batch - 3) * trace.mean() / variance.mean(),
        abs=batch / (batch - 3) * (four_errors(trace) / variance.mean() + trace.mean() * four_errors(variance) / variance.mean() ** 2),
    )


def test_relu_factor_tends_to_the_factor_of_large_batches():
    at = [batch_norm.relu_factor(batch) for batch in (10**3, 10**4, 10**5)]
    limit = batch_norm.gradient_factor("relu")
    # An error of order 1/B: ten times the batch, a tenth of it, up to 1/B of that.
    np.testing.assert_allclose((at[0] - limit) / (at[1] - limit), 10, rtol=0.01)
    np.testing.assert_allclose((at[1] - limit) / (at[2] - limit), 10, rtol=0.001)


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_gradient_growth_is_that_of_automatic_differentiation(activation):
    shape, depth = {"width": 5, "batch": 6, "networks": 2}, 4
    ours = batch_norm.gradient_growth(np.random.default_rng(3), depth=depth, activation=activation, **shape)
    rng, phi = np.random.default_rng(3), getattr(torch, activation)

    def eta(h):
        var, mean = torch.var_mean(h, -1, correction=0, keepdim=True)
        return (h - mean) / torch.sqrt(var)

    z = [phi(eta(torch.tensor(rng.standard_normal((2, 5, 6))))).requires_grad_()]
    for _ in range(depth):
        w = torch.tensor(rng.standard_normal((2, 5, 5)) / np.sqrt(5))
        z.append(phi(eta(w @ z[-1])))
        z[-1].retain_grad()
    g = rng.standard_normal((2, 5, 6))
    z[-1].backward(torch.tensor(g - g.mean(axis=-1, keepdims=True)))
    theirs = np.stack([(s.grad**2).mean((-2, -1)).numpy() for s in reversed(z)], axis=-1)
    np.testing.assert_allclose(ours, theirs / theirs[:, :1], rtol=1e-9)


def test_gradients_of_wide_networks_grow_as_theory_says():
    """Width to infinity: its effect of order 1/d is eliminated between two widths."""
    narrow, wide = (
        batch_norm.gradient_growth(np.random.default_rng(1), width=d, batch=16, depth=8, networks=30, activation="relu")[:, -1] ** (1 / 8)
        for d in (60, 120)
    )
    expected = batch_norm.relu_factor(16)
    assert 2 * wide.mean() - narrow.mean() == pytest.approx(expected, abs=np.hypot(2 * four_errors(wide), four_errors(narrow)))


def test_bad_input_is_told_with_a_remedy():
    with pytest.raises(ValueError, match="batch must be at least 4, got 3"):
        batch_norm.relu_factor(3)
    with pytest.raises(ValueError, match="depth must be at least 1, got 0"):
        batch_norm.gradient_growth(np.random.default_rng(0), width=3, batch=4, depth=0, networks=1, activation="relu")


@pytest.mark.parametrize("k", [0.7, 1.0, 1.9])
def test_the_kinks_count(k):
    """φ clips at ±k; k = 1 alone would prove nothing, being an edge of the quadrature's panels at variance 1."""
    clip = Activation("clip", lambda h: np.clip(h, -k, k), lambda h: np.where(np.abs(h) < k, 1.0, 0.0), kinks=(k,))
    inside = 1 - 2 * stats.norm.sf(k)  # E φ′²; Var φ = E min(Z², k²)
    variance = inside - 2 * k * stats.norm.pdf(k) + 2 * k**2 * stats.norm.sf(k)
    assert batch_norm.gradient_factor(clip) == pytest.approx(inside / variance, rel=1e-12)

    rectified = Activation("clipped relu", lambda h: np.clip(h, 0, k), lambda h: np.where((h > 0) & (h < k), 1.0, 0.0), kinks=(k,))
    above, density = stats.norm.sf(k), stats.norm.pdf(k)
    mean = stats.norm.pdf(0) - density + k * above  # of Z on (0, k), and of k beyond
    variance = 0.5 - above - k * density + k**2 * above - mean**2
    assert batch_norm.gradient_factor(rectified) == pytest.approx((0.5 - above) / variance, rel=1e-12)
