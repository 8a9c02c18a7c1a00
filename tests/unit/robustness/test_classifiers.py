"""Losses and gradients against PyTorch, and what training reaches."""

import numpy as np
import pytest
import torch

from dlcore.robustness import classifiers


@pytest.fixture(scope="module")
def data():
    return classifiers.pixels(np.random.default_rng(0), train=1000)


def network(rng, widths):
    sizes = list(zip(widths[1:], widths[:-1], strict=True))
    return classifiers.Classifier([rng.standard_normal(s) for s in sizes], [rng.standard_normal(s[0]) for s in sizes])


@pytest.mark.parametrize("widths", [(6, 4), (6, 5, 4), (6, 5, 7, 4)])
def test_losses_and_gradients_are_those_of_torch(rng, widths):
    net, x, y = network(rng, widths), rng.uniform(0, 1, (2, 9, 6)), rng.integers(0, 4, 9)
    leaf = torch.tensor(x, requires_grad=True)
    z = leaf
    for k, (w, b) in enumerate(zip(net.weights, net.biases, strict=True)):
        z = (torch.relu(z) if k else z) @ torch.tensor(w).T + torch.tensor(b)
    loss = torch.nn.functional.cross_entropy(z.reshape(-1, 4), torch.tensor(np.tile(y, 2)), reduction="none")
    loss.sum().backward()
    np.testing.assert_allclose(net.loss(x, y).ravel(), loss.detach().numpy(), rtol=1e-12)
    np.testing.assert_allclose(net.gradient(y)(x), leaf.grad.numpy(), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(net.probabilities(x), torch.softmax(z, -1).detach().numpy(), rtol=1e-12)


def test_pixels_are_sixteenths_and_no_image_is_on_both_sides(data):
    pixels = np.concatenate([data.train_x, data.test_x]) * 16
    np.testing.assert_array_equal(pixels, np.round(pixels))
    assert (pixels.min(), pixels.max(), len(pixels)) == (0, 16, 1797)


def test_training_reads_most_digits(data):
    net = classifiers.fit(np.random.default_rng(1), data, hidden=(32,), steps=200)
    assert [w.shape for w in net.weights] == [(32, 64), (10, 32)]
    assert np.mean(net.labels(data.test_x) == data.test_y) > 0.9
    assert net.labels(data.test_x[0]).shape == () and net.labels(data.test_x[0]) == net.labels(data.test_x[:1])[0]


def test_a_split_leaves_images_to_test_on():
    with pytest.raises(ValueError, match="below 1797"):
        classifiers.pixels(np.random.default_rng(0), train=1797)
