"""Outputs against PyTorch, the constant network's loss from below, the straight way down, and fits that are known to exist."""

import numpy as np
import pytest
import torch

from dlcore.landscapes import shallow

PHI = {"tanh": torch.tanh, "sigmoid": torch.sigmoid, "softplus": torch.nn.functional.softplus}


def squares(w, b, v, x, y, name):
    return ((torch.tensor(y) - (PHI[name](torch.tensor(x) @ w.mT + b[..., None, :]) @ v[..., None])[..., 0]) ** 2).sum(-1)


@pytest.mark.parametrize("name", sorted(PHI))
def test_outputs_are_those_of_torch(rng, name):
    w, b, v, x = rng.standard_normal((4, 6, 3)), rng.standard_normal((4, 6)), rng.standard_normal((4, 6)), rng.standard_normal((5, 3))
    expected = squares(*map(torch.tensor, (w, b, v)), x, np.zeros(5), name)
    np.testing.assert_allclose((shallow.output(w, b, v, x, name) ** 2).sum(-1), expected.numpy(), rtol=1e-12)


@pytest.mark.parametrize(("name", "bias", "sign"), [("tanh", 0.66, 1), ("sigmoid", 1.0, 1), ("sigmoid", -1.0, -1), ("softplus", 0.0, -1)])
@pytest.mark.parametrize("width", [1, 5, 40])
def test_on_a_parabola_the_constant_network_is_a_bad_local_minimum(rng, name, bias, sign, width):
    x = np.arange(-2.0, 3.0)[:, None]
    y = 1 + sign * (x[:, 0] ** 2 - 2) / 4
    point = shallow.constant_network(name, 1.0, width=width, inputs=1, bias=bias)
    np.testing.assert_allclose(shallow.output(*point, x, name), 1, rtol=1e-14)
    here = np.sum((y - 1) ** 2)
    size = 10 ** rng.uniform(-4, -1.5, (3000, 1))
    moved = [p + size.reshape(-1, *[1] * p.ndim) * rng.standard_normal((3000, *p.shape)) / np.sqrt(3 * width) for p in point]
    assert np.min(np.sum((y - shallow.output(*moved, x, name)) ** 2, axis=-1)) >= here * (1 - 1e-14)
    other = 2 - y  # the parabola turned over
    if width > 1:  # then neurons can move against each other and leave the output as it is to first order
        assert np.min(np.sum((other - shallow.output(*moved, x, name)) ** 2, axis=-1)) < here


@pytest.mark.parametrize("width", [5, 9])
def test_the_straight_way_leads_down_by_the_square_of_what_is_left(rng, width):
    x, y = rng.standard_normal((5, 2)), rng.standard_normal(5)
    w, b, v = rng.standard_normal((width, 2)), rng.standard_normal(width), rng.standard_normal(width)
    end = shallow.interpolating(w, b, x, y, "tanh")
    for t in (0.0, 0.3, 1.0):
        left = np.sum((y - shallow.output(w, b, (1 - t) * v + t * end, x, "tanh")) ** 2)
        first = np.sum((y - shallow.output(w, b, v, x, "tanh")) ** 2)
        assert left == pytest.approx((1 - t) ** 2 * first, rel=1e-9, abs=1e-18 * np.sum(end**2) * 100)


def test_with_too_few_neurons_least_squares_remain(rng):
    x, y, w, b = rng.standard_normal((6, 2)), rng.standard_normal(6), rng.standard_normal((3, 2)), rng.standard_normal(3)
    end = shallow.interpolating(w, b, x, y, "tanh")
    phi = shallow.features(w, b, x, "tanh")
    np.testing.assert_allclose(phi.T @ (y - phi @ end), 0, atol=1e-13)


def test_fits_find_what_exists_and_nothing_where_nothing_does(rng):
    x = rng.standard_normal((40, 6, 2))
    assert np.mean(shallow.fit_tanh(rng, x, rng.standard_normal((40, 6)), width=6, steps=200) < 1e-6) > 0.9
    line = rng.standard_normal((40, 4, 1))  # three parameters for four equations: almost surely no solution
    assert np.all(shallow.fit_tanh(rng, line, rng.standard_normal((40, 4)), width=1, steps=200) > 1e-9)


def test_a_fit_is_stationary_where_it_is_not_zero(rng):
    """Levenberg and Marquardt end where the gradient vanishes; seen at the loss, which more steps hardly lower."""
    x, y = rng.standard_normal((30, 8, 1)), rng.standard_normal((30, 8))
    few, many = (shallow.fit_tanh(np.random.default_rng(0), x, y, width=2, steps=k) for k in (300, 900))
    assert np.all(many <= few)
    assert np.median((few - many) / few) < 1e-3


def test_bad_input_is_refused(rng):
    with pytest.raises(ValueError, match="bias must be where φ is not 0"):
        shallow.constant_network("tanh", 1.0, width=3, inputs=1, bias=0.0)


def test_a_fit_has_biases(rng):
    """At x = 0 every neuron without a bias is silent, and F stays 1."""
    assert shallow.fit_tanh(rng, np.zeros((1, 1)), np.ones(1), width=2, steps=50) < 1e-12
