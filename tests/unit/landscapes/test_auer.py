import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import fsolve, minimize
from scipy.special import expit, logit

from dlcore.landscapes import auer
from dlcore.landscapes.auer import Data, auer_data, axis_minima, count_minima, gradient, loss, minima


def in_torch(w, data, kind):
    """The loss once more, from torch's own functions."""
    z, y = w @ torch.tensor(data.x).T, torch.tensor(data.y)
    if kind == "square":
        return ((y - torch.sigmoid(z)) ** 2).mean(-1)
    return torch.nn.functional.binary_cross_entropy_with_logits(z, y.expand(z.shape), reduction="none").mean(-1)


@pytest.mark.parametrize("kind", auer.LOSSES)
def test_loss_and_gradient_are_those_of_torch(rng, kind):
    data = Data(rng.normal(size=(7, 3)), rng.uniform(0.1, 0.9, 7))
    w = torch.tensor(rng.normal(size=(5, 3)), requires_grad=True)
    value = in_torch(w, data, kind)
    value.sum().backward()
    np.testing.assert_allclose(loss(w.detach().numpy(), data, kind), value.detach().numpy(), rtol=1e-13)
    np.testing.assert_allclose(gradient(w.detach().numpy(), data, kind), w.grad.numpy(), rtol=1e-11, atol=1e-15)


@given(st.integers(1, 20), st.integers(1, 6))
def test_points_are_shared_out_and_the_product_beats_auers_number(n, d):
    counts = auer.points_per_axis(n, d)
    assert sum(counts) == n and len(counts) == d
    assert np.prod(counts) >= (n // d) ** d


@pytest.mark.parametrize("n", range(1, 7))
def test_one_minimum_for_each_point_of_an_axis(n):
    data = auer_data(n, 1, spacing=30.0)
    found = axis_minima(data, 0)
    assert len(found) == n
    # A hole is where its own point is fitted; the others push it by the slopes of their tails, O(1/R) in ln w.
    np.testing.assert_allclose(np.log(found), np.log(logit(0.8) / 30.0 ** np.arange(n))[::-1], rtol=0, atol=5 / 30)
    assert axis_minima(data, 0, "entropic").shape == (1,)


@pytest.mark.parametrize(("n", "d"), [(6, 2), (6, 3), (5, 3), (4, 4)])
def test_minima_multiply_and_are_minima(n, d):
    data = auer_data(n, d, spacing=30.0)
    found = minima(data)
    assert len(found) == count_minima(data) == np.prod(auer.points_per_axis(n, d))
    assert np.abs(gradient(found, data)).max() < 1e-14
    for axis in range(d):
        for factor in (0.99, 1.01):
            moved = found.copy()
            moved[:, axis] *= factor
            assert np.all(loss(moved, data) > loss(found, data))


def test_a_descent_method_finds_no_other_minima(rng):
    data = auer_data(6, 2, spacing=30.0)
    known = np.log(minima(data))  # in ln w, where the holes have a common size
    value, slope = lambda u: loss(np.exp(u), data), lambda u: gradient(np.exp(u), data) * np.exp(u)
    ends = [minimize(value, u, jac=slope, method="L-BFGS-B", bounds=[(-9, 3)] * 2, tol=1e-14).x for u in rng.uniform(-9, 3, (80, 2))]
    inside = [u for u in ends if np.all(np.abs(u + 3) < 5.9)]  # the others ran along a plateau, and out of the picture
    distances = np.abs(np.array(inside)[:, None] - known).max(axis=-1)
    assert distances.min(axis=1).max() < np.log(30) / 50  # far less than between two holes, ln R
    assert set(distances.argmin(axis=1)) == set(range(9))


def test_the_spacing_at_which_the_second_minimum_appears():
    """The fold G = ∂G/∂u = 0 of the slope in u = ln w, solved by Newton's method, against counting."""

    def slope(u, R):
        z = np.exp(u) * np.array([1.0, R])
        s = expit(z)
        g = (s - 0.8) * s * (1 - s) * z
        dg = z * (s * (1 - s) * z * s * (1 - s) + (s - 0.8) * s * (1 - s) * (1 - 2 * s) * z + (s - 0.8) * s * (1 - s))
        return [g.sum(), dg.sum()]

    fold = fsolve(lambda v: slope(*v), [0.0, 3.9], xtol=1e-10)[1]
    counts = [count_minima(auer_data(2, 1, spacing=fold * f)) for f in (0.99, 1.01)]
    assert counts == [1, 2]
    assert abs(fold - 3.913) < 0.001


@given(st.integers(1, 8), st.integers(1, 3), st.floats(1.5, 50))
def test_realizable_data_have_one_minimum(n, d, spacing):
    data = auer_data(n, d, spacing=spacing, noise=0.0)
    assert count_minima(data) == (n >= d)  # an axis without points has no strict minimum


def test_negative_weights_are_searched_too():
    data = Data(np.array([[1.0], [30.0]]), np.array([0.2, 0.2]))
    assert np.all(axis_minima(data, 0) < 0) and len(axis_minima(data, 0)) == 2


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: auer_data(2, 1, spacing=1.0), "spacing must be above 1, got 1.0"),
        (lambda: auer_data(2, 1, spacing=3.0, target=1.0), "target must lie in (0, 1), got 1.0"),
        (lambda: auer_data(2, 1, spacing=3.0, noise=2.0), "noise must lie in [0, 1], got 2.0"),
        (lambda: auer_data(0, 1, spacing=3.0), "n must be at least 1, got 0"),
        (lambda: loss(np.zeros(1), auer_data(2, 1, spacing=3.0), "hinge"), "kind must be one of"),
        (lambda: axis_minima(Data(np.ones((1, 2)), np.array([0.5])), 0), "every input must lie on a coordinate axis"),
    ],
)
def test_errors_name_the_invariant_the_value_and_the_remedy(call, message):
    with pytest.raises(ValueError, match=".*") as error:
        call()
    assert message in str(error.value) and ":" in str(error.value)


def test_inputs_that_no_float_holds_are_refused():
    with pytest.raises(ValueError, match=r"spacing\^299 must stay below 1e100, got 30.0 for 300 points on 1 axes: take fewer"):
        auer.auer_data(300, 1, spacing=30.0)
    assert auer.count_minima(auer.auer_data(40, 1, spacing=30.0)) > 1


@pytest.mark.parametrize("spacing", [1.5, 4.0])
def test_without_noise_one_weight_an_axis_fits_all_and_noise_mixes_the_logits(spacing):
    """w*_k = z R^{−(m−1)/2}, here with m = 3 points on one axis and 2 on the other."""
    z = logit(0.8)
    at = z * spacing ** (-(np.array([3.0, 2.0]) - 1) / 2)
    data = auer_data(5, 2, spacing=spacing, noise=0.0)
    np.testing.assert_allclose(data.y, expit(data.x @ at), rtol=1e-13)
    assert loss(at, data) < 1e-25
    half = auer_data(5, 2, spacing=spacing, noise=0.3)
    np.testing.assert_allclose(logit(half.y), 0.7 * logit(data.y) + 0.3 * z, rtol=1e-12)


def test_the_fullest_axis_decides_what_a_float_holds():
    with pytest.raises(ValueError, match=r"spacing\^1 must stay below 1e100"):
        auer_data(4, 3, spacing=1e101)  # two points on one axis, one on the others
    assert auer_data(3, 3, spacing=1e101).x.max() == 1
