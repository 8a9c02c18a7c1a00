import numpy as np
import pytest
import torch

from dlcore.optimizers.methods import gradient_descent, run
from dlcore.optimizers.perturbed import in_ball, perturbed, sharpness_aware
from dlcore.statistics import errors_off


@pytest.mark.parametrize("d", [1, 3, 40])
def test_ball_moments(d):
    points = in_ball(np.random.default_rng(0), (20_000, d), 2.0)
    size = np.linalg.norm(points, axis=1)
    assert size.max() <= 2
    assert errors_off(size**2, 4 * d / (d + 2)) < 4  # E‖ξ‖² = r² d/(d + 2)
    assert errors_off(points[:, 0] ** 2, 4 / (d + 2)) < 4
    assert errors_off(size <= 2 * 0.5 ** (1 / d), 0.5) < 4


def test_a_kick_is_gradient_descent_plus_a_point_of_the_ball():
    method = perturbed(0.1, 0.5, seed=3)
    state = method.step(method.init(np.ones((4, 2))), np.ones((4, 2)))
    kick = state.parameters - 0.9
    assert np.all(np.linalg.norm(kick, axis=1) <= 0.5)
    assert len(np.unique(kick)) == 8
    again = method.step(method.init(np.ones((4, 2))), np.ones((4, 2)))
    np.testing.assert_array_equal(state.parameters, again.parameters)  # pure
    other = perturbed(0.1, 0.5, seed=4)
    assert not np.array_equal(other.step(other.init(np.ones((4, 2))), np.ones((4, 2))).parameters, state.parameters)


def test_kicked_only_where_it_is_flat_and_not_too_often():
    method = perturbed(0.1, 0.5, seed=0, threshold=0.5, wait=3)
    state = method.init(np.zeros((2, 1)))
    moved = []
    for _ in range(7):
        before = state.parameters
        state = method.step(state, np.array([[1.0], [0.25]]))
        moved.append(~np.isclose(state.parameters - before, [[-0.1], [-0.025]], atol=1e-12)[:, 0])
    np.testing.assert_array_equal(np.array(moved).T, [[False] * 7, [True, False, False, True, False, False, True]])


def test_without_radius_it_is_gradient_descent():
    start = np.random.default_rng(1).standard_normal((3, 2))
    expected = run(gradient_descent(0.3), lambda w: w * [1, 2], start, 20)
    np.testing.assert_allclose(run(perturbed(0.3, 0.0, seed=0), lambda w: w * [1, 2], start, 20), expected, rtol=1e-14)
    np.testing.assert_allclose(run(sharpness_aware(lambda w: w * [1, 2], 0.3, 0.0), lambda w: w * [1, 2], start, 20), expected, rtol=1e-14)


def test_sharpness_aware_against_pytorch():
    start, eta, rho = np.array([1.5, 0.3]), 0.05, 0.2

    def gradient(w):
        return -2 * (1 - w[..., :1] * w[..., 1:]) * w[..., ::-1]

    w = torch.tensor(start, requires_grad=True)
    for _ in range(30):  # as in the authors' listing: up, gradient, back, down
        (g,) = torch.autograd.grad((1 - w[0] * w[1]) ** 2, w)
        up = (w + rho * g / g.norm()).detach().requires_grad_()
        (g,) = torch.autograd.grad((1 - up[0] * up[1]) ** 2, up)
        w = (w - eta * g).detach().requires_grad_()
    path = run(sharpness_aware(gradient, eta, rho), gradient, start, 30)
    np.testing.assert_allclose(path[-1], w.detach().numpy(), rtol=1e-10)


def test_sharpness_aware_rests_where_the_gradient_is_zero():
    gradient = lambda w: w  # noqa: E731
    assert np.all(run(sharpness_aware(gradient, 0.1, 0.5), gradient, np.zeros(2), 3) == 0)


@pytest.mark.parametrize("arguments", [{"radius": -1.0}, {"learning_rate": 0.0}, {"threshold": -0.1}, {"wait": 0}])
def test_refusals(arguments):
    with pytest.raises(ValueError, match=next(iter(arguments))):
        perturbed(**({"learning_rate": 0.1, "radius": 0.1, "seed": 0} | arguments))


def test_sharpness_aware_refuses():
    with pytest.raises(ValueError, match="radius"):
        sharpness_aware(lambda w: w, 0.1, -1.0)
