import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dlcore.landscapes.surfaces import NAMES, bowl, surface

BY_HAND = {
    "valley": lambda x, y: (x**2 - 1) ** 2 + (x**2 * y - x - 1) ** 2,
    "rosenbrock": lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2,
    "himmelblau": lambda x, y: (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2,
    "beale": lambda x, y: (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2,
    "booth": lambda x, y: (x + 2 * y - 7) ** 2 + (2 * x + y - 5) ** 2,
    "bowl": lambda x, y: (x**2 + 25 * y**2) / 2,
}
EVERY = pytest.mark.parametrize("name", NAMES)


def hessian(f, w):
    return torch.autograd.functional.hessian(lambda v: f(v[0], v[1]), torch.tensor(w)).numpy()


@EVERY
def test_value_and_gradient_against_autograd(name, rng):
    f, (low, high) = surface(name), np.transpose(surface(name).domain)
    points = rng.uniform(low, high, (5, 7, 2))
    w = torch.tensor(points, requires_grad=True)
    value = BY_HAND[name](w[..., 0], w[..., 1])
    value.sum().backward()
    scale = 100 * np.finfo(float).eps
    np.testing.assert_allclose(f.value(points), value.detach().numpy(), rtol=scale, atol=scale * value.max().item())
    np.testing.assert_allclose(f.gradient(points), w.grad.numpy(), rtol=scale, atol=scale * w.grad.abs().max().item())


@EVERY
def test_minima_are_minima_inside_the_domain(name):
    f = surface(name)
    assert f.inside(f.minima).all()
    for w in f.minima:
        curvature = hessian(BY_HAND[name], w)
        assert np.linalg.eigvalsh(curvature)[0] > 0
        # Coordinates are stored to 12 decimals: their error times the curvature is the gradient that may be left.
        assert np.abs(f.gradient(w)).max() <= 1e-12 * np.abs(curvature).sum()
        assert f.value(w) <= 1e-24 * np.abs(curvature).sum()


def test_far_away_is_inf_without_a_warning():
    with np.errstate(all="raise"):
        assert np.isinf(surface("beale").value(np.array([1e200, 1e200])))
        assert np.isinf(surface("rosenbrock").value(np.array([np.inf, np.inf])))


@given(st.floats(0.1, 1e6))
def test_curvatures_of_a_bowl(condition):
    np.testing.assert_array_equal(bowl(condition).gradient(np.eye(2)), np.diag([1.0, condition]))


@EVERY
def test_grid_is_what_a_contour_needs(name):
    x, y, z = surface(name).grid(11)
    assert z.shape == (11, 11)
    assert z[3, 8] == surface(name).value(np.array([x[8], y[3]]))


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match=r"name must be one of 'valley', .* got 'hill'"):
        surface("hill")
    with pytest.raises(ValueError, match=r"start must lie in \[-2, 2\] × \[-2, 4\], the domain of valley, got \[0.0, 9.0\]"):
        surface("valley").check_start([[0.0, 0.0], [0.0, 9.0]])
    with pytest.raises(ValueError, match=r"last axis of length 2, got shape \(3,\)"):
        surface("valley").check_start([0.0, 0.0, 0.0])
    with pytest.raises(ValueError, match=r"start must be finite"):
        surface("valley").check_start([np.nan, 0.0])
    with pytest.raises(ValueError, match=r"condition must be positive, got 0"):
        bowl(0)
    np.testing.assert_array_equal(surface("valley").check_start((1, 2)), [1.0, 2.0])


@pytest.mark.parametrize("name", NAMES)
def test_a_point_has_two_coordinates(name):
    for part in (surface(name).value, surface(name).gradient):
        with pytest.raises(ValueError, match=r"points must have a last axis of length 2, got shape \(3,\): pass \(x, y\)"):
            part([1.0, 2.0, 3.0])
    assert surface(name).value(surface(name).minima[0].tolist()) == pytest.approx(0, abs=1e-18)
