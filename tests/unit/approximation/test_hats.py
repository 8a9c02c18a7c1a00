import numpy as np
import pytest
import torch

from dlcore.approximation import hats, pulses


def test_a_hat_is_a_tent():
    t = np.linspace(-3, 3, 601)
    np.testing.assert_allclose(hats.hat(t), np.maximum(0, 1 - np.abs(t)), rtol=0, atol=1e-15)


@pytest.mark.parametrize("count", [2, 3, 10])
def test_the_network_is_numpy_interpolation(rng, count):
    knots, values = np.sort(rng.uniform(-2, 2, count)), rng.standard_normal(count)
    hinges, x = hats.interpolant(knots, values), np.linspace(-3, 3, 1001)
    size = np.abs(hinges.bends).sum() * 5
    np.testing.assert_allclose(hats.respond(hinges, x), np.interp(x, knots, values), rtol=0, atol=1e-15 * count * size)
    layer = torch.relu(torch.tensor(x)[:, None] - torch.tensor(hinges.knots))  # another ReLU
    np.testing.assert_allclose(layer @ torch.tensor(hinges.bends) + hinges.offset, hats.respond(hinges, x), rtol=0, atol=1e-14 * size)
    assert abs(hinges.bends.sum()) <= 1e-13 * np.abs(hinges.bends).max()


@pytest.mark.parametrize("cells", [10, 50])
def test_error_of_a_smooth_function(cells):
    bound = (2 * np.pi) ** 2 / (8 * cells**2)  # h²/8 max |f″|
    error = hats.interpolation_error(lambda x: np.sin(2 * np.pi * x), cells)
    assert 0.97 * bound < error <= bound


def test_error_of_a_parabola_is_the_bound():
    for cells in (1, 4, 6):
        assert hats.interpolation_error(np.square, cells) == pytest.approx(1 / (4 * cells**2), rel=1e-12)


@pytest.mark.parametrize("f", [np.sqrt, lambda x: np.abs(x - 0.37), lambda x: np.cos(30 * x)])
def test_the_error_is_never_above_the_modulus(f):
    for cells in range(1, 20):
        assert hats.interpolation_error(f, cells) <= pulses.modulus(f, cells) + 1e-14


@pytest.mark.parametrize("knots", [[0.0], [0.0, 0.0], [1.0, 0.0]])
def test_knots_must_increase(knots):
    with pytest.raises(ValueError, match="increasing"):
        hats.interpolant(np.array(knots), np.zeros(len(knots)))


def test_as_many_values_as_knots():
    with pytest.raises((TypeError, ValueError)):  # with checks of types, or without
        hats.interpolant(np.array([0.0, 1.0]), np.zeros(3))
