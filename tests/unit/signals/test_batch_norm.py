import numpy as np
import pytest

from dlcore.networks.activations import leaky_relu
from dlcore.signals import batch_norm


def test_gradient_factor_in_closed_form():
    assert batch_norm.gradient_factor("linear") == pytest.approx(1, rel=1e-12)
    assert batch_norm.gradient_factor("relu") == pytest.approx(np.pi / (np.pi - 1), rel=1e-12)
    slope = 0.3  # E φ′² = (1 + a²)/2 and Var φ = (1 + a²)/2 − (1 − a)²/(2π)
    square = (1 + slope**2) / 2
    assert batch_norm.gradient_factor(leaky_relu(slope)) == pytest.approx(square / (square - (1 - slope) ** 2 / (2 * np.pi)), rel=1e-12)
    erf = 4 / np.pi / np.sqrt(5) / (2 / np.pi * np.arcsin(2 / 3))
    assert batch_norm.gradient_factor("erf") == pytest.approx(erf, rel=1e-12)
    assert min(map(batch_norm.gradient_factor, ("tanh", "sigmoid", "softplus", "hard_tanh"))) > 1
