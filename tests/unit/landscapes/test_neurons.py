import numpy as np
import pytest
import torch

from dlcore.landscapes import neurons
from dlcore.networks.activations import resolve

EPS = np.finfo(float).eps
IN_TORCH = {
    "relu": torch.relu,
    "leaky": lambda h: torch.nn.functional.leaky_relu(h, 0.1),
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "softplus": torch.nn.functional.softplus,
    "square": torch.square,
    "swish": torch.nn.functional.silu,
    "gelu": torch.nn.functional.gelu,
}


@pytest.mark.parametrize("name", neurons.BY_NAME)
def test_loss_and_slope_agree_with_autograd(rng, name):
    w, x, y = rng.standard_normal((3, 7)), rng.standard_normal(5), rng.standard_normal(5)
    weights = torch.tensor(w, requires_grad=True)
    value = ((torch.tensor(y) - IN_TORCH[name](weights[..., None] * torch.tensor(x))) ** 2).mean(-1)
    value.sum().backward()
    phi = neurons.BY_NAME[name]
    size = 100 * EPS * (1 + np.abs(w).max() * np.abs(x).max()) ** 4
    np.testing.assert_allclose(neurons.loss(phi, w, x, y), value.detach(), rtol=0, atol=size)
    np.testing.assert_allclose(neurons.slope(phi, w, x, y), weights.grad, rtol=0, atol=size)


@pytest.mark.parametrize(
    ("name", "second"),
    [("square", lambda h: 2 + 0 * h), ("tanh", lambda h: -2 * np.tanh(h) * (1 - np.tanh(h) ** 2)), ("relu", np.zeros_like)],
)
def test_curvature_is_the_slope_of_the_slope(rng, name, second):
    w, x, y, h = rng.uniform(0.5, 1.5, 6), rng.uniform(0.5, 1.0, 4), rng.standard_normal(4), 1e-4
    phi = neurons.BY_NAME[name]
    central = (neurons.slope(phi, w + h, x, y) - neurons.slope(phi, w - h, x, y)) / (2 * h)
    # Truncation h²/6 · |F⁗| with |F⁗| below 100 here, and rounding ε/h of slopes below 100.
    np.testing.assert_allclose(neurons.curvature(phi, w, x, y, ddphi=second), central, rtol=0, atol=100 * (h**2 / 6 + 4 * EPS / h))


def test_one_number_will_do_and_shapes_must_agree():
    assert neurons.loss("relu", 2.0, 1.0, 1.0) == 1.0
    with pytest.raises(ValueError, match=r"one number each or of one shape"):
        neurons.loss("relu", 2.0, [1.0, 2.0], [1.0])


def test_descend_finds_the_closed_form_minima():
    for name, y, minimum in (("leaky", 1.0, 1.0), ("softplus", 1.0, np.log(np.e - 1)), ("sigmoid", 0.7, np.log(7 / 3))):
        end = neurons.descend(neurons.BY_NAME[name], [0.0, 3.0], 1.0, y, learning_rate=0.5, steps=2000)[-1]
        np.testing.assert_allclose(end, minimum, rtol=1e-9)


def test_relu_is_stuck_exactly_on_the_left():
    start = np.array([-2.0, -1e-9, 1e-3, 2.0])
    path = neurons.descend("relu", start, 1.0, 1.0, learning_rate=0.1, steps=300)
    np.testing.assert_array_equal(path[-1, :2], start[:2])
    np.testing.assert_allclose(path[-1, 2:], 1, rtol=1e-9)


@pytest.mark.filterwarnings("error")
def test_divergence_is_recorded_and_not_announced():
    path = neurons.descend(neurons.SQUARE, 3.0, 1.0, 1.0, learning_rate=1.0, steps=50)
    assert np.isinf(path[-1])


def test_local_minima_of_known_functions():
    grid = np.linspace(-3, 3, 601)
    np.testing.assert_allclose(neurons.local_minima(lambda w: 4 * w * (w**2 - 1), grid), [-1, 1], rtol=0, atol=4 * EPS)
    np.testing.assert_allclose(neurons.local_minima(np.sin, np.linspace(-1, 20, 500)), 2 * np.pi * np.arange(4), rtol=0, atol=30 * EPS)
    assert neurons.local_minima(lambda w: -np.exp(w), grid).size == 0


def test_plateaus_count_once_inside_and_not_at_the_end():
    grid = np.linspace(-3, 3, 61)

    def trough(w):
        return np.sign(w) * np.maximum(np.abs(w) - 1, 0)

    np.testing.assert_allclose(neurons.local_minima(trough, grid), [0], rtol=0, atol=10 * EPS)
    found = neurons.local_minima(lambda w: neurons.slope("relu", w, 1.0, 1.0), grid)
    np.testing.assert_allclose(found, [1], rtol=0, atol=4 * EPS)


def test_names_are_resolved_alike():
    w = np.linspace(-2, 2, 5)
    np.testing.assert_array_equal(neurons.loss("tanh", w, 1.0, 1.0), neurons.loss(resolve("tanh"), w, 1.0, 1.0))
    np.testing.assert_array_equal(neurons.loss((np.tanh, np.cosh), w, 1.0, 1.0), neurons.loss("tanh", w, 1.0, 1.0))
