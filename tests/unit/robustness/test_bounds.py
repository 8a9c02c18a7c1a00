"""Interval and linear bounds: against samples, closed forms, and lines substituted by hand."""

from itertools import pairwise

import numpy as np
import pytest

from dlcore.robustness.bounds import against_others, box, interval, linear, lines, scores

ABSOLUTE = [np.array([[1.0], [-1.0]]), np.array([[1.0, 1.0]])], [np.zeros(2), np.zeros(1)]
BOX = np.array([[-1.0]]), np.array([[1.0]])
METHODS = [interval, linear, lambda *given: linear(*given, slope="parallel")]


def network(rng, widths=(3, 8, 6, 4)):
    weights = [rng.standard_normal((b, a)) * np.sqrt(2 / a) for a, b in pairwise(widths)]
    return weights, [0.3 * rng.standard_normal(b) for b in widths[1:]]


def hidden(weights, biases, x):
    """h^1, …, h^L of one point after another, without the module's forward pass."""
    out = []
    for k, (w, b) in enumerate(zip(weights, biases, strict=True)):
        x = np.array([w @ row + b for row in (x if k == 0 else np.where(x > 0, x, 0))])
        out.append(x)
    return out


@pytest.mark.parametrize("bound", METHODS)
def test_bounds_of_all_layers_hold_at_ten_thousand_points(bound):
    rng = np.random.default_rng(0)
    weights, biases = network(rng)
    centres = rng.standard_normal((20, 3))
    low, high = box(centres, 0.4)
    found = bound(weights, biases, low, high)
    for k in range(20):
        points = rng.uniform(low[k], high[k], (500, 3))
        points[:8] = np.where(np.indices((2, 2, 2)).reshape(3, -1).T, low[k], high[k])
        for h, (least, most) in zip(hidden(weights, biases, points), found, strict=True):
            assert np.all(h >= least[k] - 1e-12) and np.all(h <= most[k] + 1e-12)


@pytest.mark.parametrize("bound", METHODS)
def test_one_layer_and_boxes_of_one_point_are_exact(bound):
    rng = np.random.default_rng(1)
    w, b = rng.standard_normal((2, 3)), rng.standard_normal(2)
    low, high = box(rng.standard_normal((1, 3)), 0.5)
    found = bound([w], [b], low, high)[0]
    corners = np.array([w @ np.where(c, low[0], high[0]) + b for c in np.ndindex(2, 2, 2)])
    np.testing.assert_allclose(found.low[0], corners.min(axis=0))
    np.testing.assert_allclose(found.high[0], corners.max(axis=0))
    weights, biases = network(rng)
    x = rng.standard_normal((5, 3))
    point = bound(weights, biases, x, x)[-1]
    np.testing.assert_allclose(point.low, scores(weights, biases, x), atol=1e-12)
    np.testing.assert_allclose(point.high, scores(weights, biases, x), atol=1e-12)


def test_the_absolute_value_by_hand():
    assert [bound(*ABSOLUTE, *BOX)[-1].high.item() for bound in METHODS] == [2, 1, 1]
    assert [bound(*ABSOLUTE, *BOX)[-1].low.item() for bound in METHODS] == [0, 0, 0]


def test_one_neuron_by_hand():
    one = [np.eye(1), np.eye(1)], [np.zeros(1), np.zeros(1)]
    ends = np.array([[-1.0]]), np.array([[2.0]])
    np.testing.assert_allclose([bound(*one, *ends)[-1].low.item() for bound in METHODS], [0, -1, -2 / 3])
    assert [bound(*one, *ends)[-1].high.item() for bound in METHODS] == [2, 2, 2]


@pytest.mark.parametrize("slope", ["adaptive", "parallel"])
def test_lines_lie_on_their_sides(slope):
    low, high = np.array([-2.0, -1.0, 0.5, -3.0, 0.0, -1.0]), np.array([1.0, 3.0, 2.0, -1.0, 2.0, 0.0])
    below, above, shift = lines(low, high, slope)
    h = np.linspace(low, high, 101)
    assert np.all(below * h <= np.maximum(h, 0) + 1e-15) and np.all(above * h + shift >= np.maximum(h, 0) - 1e-15)


def test_margins_and_given_inner_bounds():
    rng = np.random.default_rng(2)
    weights, biases = network(rng)
    x, labels = rng.standard_normal((6, 3)), np.array([0, 1, 2, 3, 1, 0])
    margins, f = scores(*against_others(weights, biases, labels), x), scores(weights, biases, x)
    for k, y in enumerate(labels):
        np.testing.assert_allclose(margins[k], f[k, y] - np.delete(f[k], y))
    low, high = box(x, 0.2)
    wide = interval(*against_others(weights, biases, labels), low, high)
    ours = linear(*against_others(weights, biases, labels), low, high, inner=wide)
    assert ours[0] is wide[0] and np.all(ours[-1].low <= margins + 1e-12)
    own = linear(*against_others(weights, biases, labels), low, high)
    np.testing.assert_allclose(own[0].low, wide[0].low)  # the first layer is exact in both


def test_pixels_stay_in_their_range():
    low, high = box(np.array([[0.05, 0.5]]), 0.1, (0, 1))
    np.testing.assert_allclose([low[0], high[0]], [[0, 0.4], [0.15, 0.6]])


def test_what_is_no_box_is_refused():
    with pytest.raises(ValueError, match="must not exceed"):
        interval(*ABSOLUTE, BOX[1], BOX[0])
    with pytest.raises(ValueError, match="shape"):
        linear(*ABSOLUTE, np.zeros((1, 2)), np.zeros((1, 2)))
    with pytest.raises(ValueError, match="slope"):
        linear(*ABSOLUTE, *BOX, slope="steep")
    with pytest.raises(ValueError, match="labels"):
        against_others(*ABSOLUTE, np.array([1]))
    with pytest.raises(ValueError, match="inner"):
        linear(*ABSOLUTE, *BOX, inner=[])
    with pytest.raises(ValueError, match="biases"):
        interval(ABSOLUTE[0], [], *BOX)
