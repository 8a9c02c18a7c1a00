import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dlcore.networks import activations
from dlcore.networks.activations import NAMES, leaky_relu, resolve

TORCH = {
    "linear": lambda h: h,
    "relu": torch.relu,
    "tanh": torch.tanh,
    "erf": torch.erf,
    "sigmoid": torch.sigmoid,
    "softplus": torch.nn.functional.softplus,
    "hard_tanh": torch.nn.functional.hardtanh,
    "leaky_relu(0.2)": lambda h: torch.nn.functional.leaky_relu(h, 0.2),
}
ALL = [*map(resolve, NAMES), leaky_relu(0.2)]


@pytest.mark.parametrize("activation", ALL, ids=lambda a: a.name)
def test_value_and_derivative_agree_with_torch(activation):
    h = np.linspace(-6, 6, 241)  # holds the kinks 0 and ±1 themselves
    x = torch.tensor(h, requires_grad=True)
    value = TORCH[activation.name](x)
    value.sum().backward()
    # Both sides are a handful of correctly rounded steps; 1 − tanh² loses digits to cancellation, hence absolute.
    np.testing.assert_allclose(activation.phi(h), value.detach(), rtol=0, atol=16 * np.finfo(float).eps)
    smooth = ~np.isin(np.abs(h), activation.kinks)  # at ±1 PyTorch has 0 for hard tanh, from whichever side
    np.testing.assert_allclose(activation.dphi(h)[smooth], x.grad[smooth], rtol=0, atol=16 * np.finfo(float).eps)


@pytest.mark.parametrize("activation", ALL, ids=lambda a: a.name)
def test_at_a_kink_the_derivative_is_that_from_the_left(activation):
    for kink in (0.0, *activation.kinks, *(-k for k in activation.kinks)):
        left = (activation.phi(kink) - activation.phi(kink - 2.0**-20)) * 2.0**20
        assert activation.dphi(kink) == pytest.approx(left, abs=1e-5)


@given(st.floats(-100, 100), st.integers(-20, 20))
def test_homogeneous_means_that_positive_factors_pull_out(h, exponent):
    factor = 2.0**exponent  # a power of two: the product is exact
    for activation in ALL:
        if activation.homogeneous:
            assert activation.phi(factor * h) == factor * activation.phi(h)


def test_the_others_are_not_homogeneous():
    for activation in ALL:
        assert activation.homogeneous == bool(np.isclose(activation.phi(4.0), 2 * activation.phi(2.0)))


def test_resolve_takes_names_and_activations():
    assert resolve("tanh") is activations.TANH
    assert resolve(activations.TANH) is activations.TANH
    with pytest.raises(ValueError, match=r"activation must be one of 'linear', .*, got 'swish'"):
        resolve("swish")


def test_functions_of_a_users_own_are_activations():
    h = np.linspace(-2, 2, 9)
    sine = resolve((np.sin, np.cos))
    np.testing.assert_array_equal(sine.phi(h), np.sin(h))
    np.testing.assert_array_equal(sine.dphi(h), np.cos(h))
    assert sine == resolve((np.sin, np.cos))  # the same functions make the same activation: what is cached is found
    np.testing.assert_array_equal(resolve(np.sin).phi(h), np.sin(h))
    with pytest.raises(TypeError, match=r"must come with its derivative here, got φ alone: pass the pair"):
        resolve(np.sin).dphi(h)


@pytest.mark.parametrize("given", [None, 3, (np.sin,), (np.sin, 1.0), [np.sin, np.cos]])
def test_other_things_are_not(given):
    with pytest.raises(TypeError, match="activation must be a name, an Activation, φ or a pair"):
        resolve(given)


def test_extreme_arguments_do_not_overflow():
    h = np.array([-1e4, 1e4])
    with np.errstate(over="raise", invalid="raise"):
        for activation in ALL:
            assert np.all(np.isfinite(activation.phi(h)))
            assert np.all(np.isfinite(activation.dphi(h)))
