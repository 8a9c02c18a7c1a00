import math

import numpy as np
import pytest
import torch

from dlcore.landscapes.saddles import WELL, chain_gradient, chain_value, escape_steps, passage_bound, passages
from dlcore.optimizers.methods import gradient_descent, run


@pytest.mark.parametrize("rate", [0.01, 0.1, 0.7])
def test_escape_steps_is_the_first_step_outside(rate):
    for start in np.random.default_rng(0).uniform(1e-6, 0.99, 50):
        path = run(gradient_descent(rate), lambda y: -y, start, 2500)
        assert escape_steps(start, rate) == np.argmax(path >= 1)
    assert escape_steps(1.0, rate) == escape_steps(3.0, rate) == 0


def test_gradient_against_autograd():
    awake, asleep = 0.7, 1.9

    def value(x):
        z = (x.abs()[:-1] - 1).clamp(0, 1)
        s = torch.cat([torch.ones(1, dtype=x.dtype), 6 * z**5 - 15 * z**4 + 10 * z**3])
        well = torch.where(x.abs() <= 2, -awake * x**2 / 2, awake * (x.abs() - 3) ** 2 - 3 * awake)
        return ((1 - s) * asleep * x**2 / 2 + s * well).sum()

    for point in np.random.default_rng(1).uniform(-4, 4, (100, 5)):
        x = torch.tensor(point, requires_grad=True)
        value(x).backward()
        np.testing.assert_allclose(chain_value(point, awake=awake, asleep=asleep), value(x).item(), rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(chain_gradient(point, awake=awake, asleep=asleep), x.grad.numpy(), rtol=1e-10, atol=1e-11)


def test_stationary_points_of_the_walk_are_strict_saddles_and_a_minimum():
    for out in range(5):
        point = np.array([WELL] * out + [0.0] * (4 - out))
        slope = lambda x: chain_gradient(x, awake=0.7, asleep=1.9)  # noqa: E731
        np.testing.assert_array_equal(slope(point), 0)
        hessian = np.stack([(slope(point + h) - slope(point - h)) / 2e-3 for h in 1e-3 * np.eye(4)])
        np.testing.assert_allclose(hessian, np.diag([1.4] * out + [-0.7] * (out < 4) + [1.9] * (3 - out)), atol=1e-9)


def test_passages_respect_the_bound_and_the_plain_loop():
    start = np.random.default_rng(2).uniform(-1, 1, (10, 4))
    left = passages(gradient_descent(0.2), start, awake=0.5, asleep=0.6, limit=5000)
    bound = passage_bound(start, 0.2, awake=0.5, asleep=0.6)
    assert np.all(left >= bound - 1e-9)
    assert np.all(left[:, 0] < bound[:, 0] + 1)
    path = run(gradient_descent(0.2), lambda x: chain_gradient(x, awake=0.5, asleep=0.6), start, int(left.max()))
    np.testing.assert_array_equal(left, np.argmax(np.abs(path) > 1, axis=0))


def test_bound_is_the_recursion():
    a, b = -math.log(0.88), math.log(1.1)
    first = math.log(2) / b
    np.testing.assert_allclose(
        passage_bound(np.array([0.5, 0.25]), 0.2, awake=0.5, asleep=0.6), [first, first * (1 + a / b) + math.log(4) / b], rtol=1e-12
    )


def test_what_is_not_reached_is_infinite():
    assert np.isinf(passages(gradient_descent(0.1), np.array([[0.0, 0.5]]), awake=1.0, asleep=1.0, limit=50)).all()


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: escape_steps(0.0, 0.1), "start must be positive"),
        (lambda: escape_steps(0.1, 0.0), "rate must be positive"),
        (lambda: chain_gradient(np.zeros(2), awake=-1.0, asleep=1.0), "awake must be positive"),
        (lambda: chain_value(np.array(1.0), awake=1.0, asleep=1.0), "last axis"),
        (lambda: passage_bound(np.array([0.5, 1.5]), 0.1, awake=1.0, asleep=1.0), "cube"),
        (lambda: passage_bound(np.array([0.5]), 1.0, awake=1.0, asleep=1.0), "below 1"),
    ],
)
def test_refusals(call, says):
    with pytest.raises(ValueError, match=says):
        call()
