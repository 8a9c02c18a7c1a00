import numpy as np
import pytest

from dlcore.networks import residual
from dlcore.networks.activations import resolve
from dlcore.networks.initialization import draw_network
from dlcore.networks.residual import Block
from dlcore.signals import finite_batch, skip_connections
from dlcore.signals.batch_norm import gradient_factor
from dlcore.signals.shattering import gradient_correlation

PLAIN, SKIP = Block("relu", skip=0.0, normalized=True), Block("relu", normalized=True)


@pytest.mark.parametrize("activation", ["relu", "tanh", "linear", "sigmoid"])
@pytest.mark.parametrize("batch", [4, 5, 9])
def test_means_over_the_sphere_against_samples(rng, activation, batch):
    y = rng.standard_normal((60_000, batch))
    y = (y - y.mean(axis=1, keepdims=True)) / y.std(axis=1, keepdims=True)
    phi, dphi = resolve(activation).phi, resolve(activation).dphi
    found = finite_batch.sphere_moments(resolve(activation), batch)
    for k, f in enumerate((phi, dphi, lambda h: h * dphi(h))):
        own, pair = found[2 * k : 2 * k + 2]
        squares, sums = np.square(f(y)).sum(axis=1), np.square(f(y).sum(axis=1))
        for sample, expected in ((squares / batch, own), ((sums - squares) / (batch * (batch - 1)), pair)):
            assert abs(sample.mean() - expected) <= 5 * sample.std() / np.sqrt(len(y)) + 1e-12


def test_means_over_the_sphere_in_closed_form():
    """Of ReLU: arcs of a circle for the slopes, Cho and Saul's kernel for the values, at correlation −1/(B − 1)."""
    for batch in (4, 5, 30, 5000):
        rho, m = -1 / (batch - 1), finite_batch.sphere_moments(resolve("relu"), batch)
        kernel = (np.sqrt(1 - rho**2) + rho * (np.pi - np.arccos(rho))) / (2 * np.pi)
        np.testing.assert_allclose(m, [0.5, kernel, 0.5, 0.25 + np.arcsin(rho) / (2 * np.pi), 0.5, kernel], rtol=1e-10)


@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize("equal", [False, True])
@pytest.mark.parametrize(("block", "sigma_w2"), [(PLAIN, 2.0), (SKIP, 2.0), (Block("tanh", beta=0.7, alpha=0.8, normalized=True), 1.0)])
def test_gradients_of_wide_networks(rng, block, sigma_w2, equal, frozen):
    """Real gradients at widths d and 2d; 2 m(2d) − m(d) within five of its standard errors."""
    batch, depth, networks = 10, 4, 50
    values, errors = [], []
    for width in (60, 120):
        x = rng.standard_normal((networks, batch, width))
        weights = draw_network(rng, width, depth=depth, networks=networks, sigma_w2=sigma_w2)
        shape = (networks, 1 if equal else batch, width)
        out = np.broadcast_to(rng.standard_normal(shape), x.shape).copy()
        g = residual.backward(block, weights, residual.forward(block, weights, x), out, frozen=frozen).signals[0]
        own, total = np.square(g).sum(axis=(1, 2)), np.square(g.sum(axis=1)).sum(axis=1)
        growth = own / np.square(out).sum(axis=(1, 2))
        rho = (total - own).mean() / own.mean() / (batch - 1)
        around = ((total - own) / (batch - 1) - rho * own) / own.mean()
        values.append([growth.mean(), rho])
        errors.append([growth.std() / np.sqrt(networks), around.std() / np.sqrt(networks)])
    law = finite_batch.gradients(block, depth, batch, sigma_w2=sigma_w2, equal=equal, frozen=frozen)
    value, error = 2 * np.array(values[1]) - values[0], np.hypot(errors[0], 2 * np.array(errors[1]))
    assert np.all(np.abs(value - [law.mean_square[-1], law.correlation[-1]]) <= 5 * error + 1e-12)


def test_large_batches_are_the_infinite_ones():
    for block in (PLAIN, SKIP, Block("relu", beta=0.3, normalized=True)):
        fixed = finite_batch.gradients(block, 8, 10**6, sigma_w2=2.0, equal=True, frozen=True)
        np.testing.assert_allclose(fixed.correlation, gradient_correlation(block, 8), rtol=1e-4)
        exact = finite_batch.gradients(block, 8, 10**6, sigma_w2=2.0)
        expected = skip_connections.gradient_trajectory(block, 8, sigma_w2=2.0)[0]
        assert exact.mean_square[-1] == pytest.approx(expected, rel=1e-4)
        assert fixed.mean_square[-1] == pytest.approx(expected, rel=1e-4)
    growth = finite_batch.gradients(PLAIN, 8, 10**6, sigma_w2=2.0).mean_square
    assert growth[-1] / growth[-2] == pytest.approx(gradient_factor("relu"), rel=1e-4)


def test_the_mean_over_the_batch_and_the_profile():
    found = finite_batch.gradients(PLAIN, 5, 7, sigma_w2=2.0, equal=True)
    np.testing.assert_allclose(found.correlation, [1, *[-1 / 6] * 5])
    found = finite_batch.gradients(SKIP, 5, 7, sigma_w2=2.0, equal=True)  # the mean of the gradient is carried unchanged
    np.testing.assert_allclose(found.correlation, (7 / found.mean_square - 1) / 6)
    for frozen in (False, True):
        profile = finite_batch.gradient_profile(SKIP, 5, 7, sigma_w2=2.0, frozen=frozen)
        assert profile[-1] == pytest.approx(1)
        assert profile[0] == pytest.approx(finite_batch.gradients(SKIP, 5, 7, sigma_w2=2.0, frozen=frozen).mean_square[-1])


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match=r"batch must be at least 4, got 3"):
        finite_batch.transfers(SKIP, 2, 3, sigma_w2=2.0)
    with pytest.raises(ValueError, match=r"normalized must be True here, got False"):
        finite_batch.gradients(Block("relu"), 2, 8, sigma_w2=2.0)
