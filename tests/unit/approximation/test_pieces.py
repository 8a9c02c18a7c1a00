"""Pieces of networks, against exact arithmetic, compositions of functions, and slopes on a fine grid."""

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from dlcore.approximation import pieces
from dlcore.approximation.sawtooth import affine, folding_network, iterates, relu, tent


def random_network(rng, widths):
    weights = [rng.standard_normal((n, m)) * np.sqrt(2 / m) for m, n in pairwise(widths)]
    return weights, [rng.standard_normal(n) for n in widths[1:]]


def exact(arrays):
    return [np.vectorize(Fraction, otypes=[object])(a) for a in arrays]


def values(weights, biases, x):
    """The output at many points, straight from the definition."""
    z = x
    for w, b in zip(weights[:-1], biases[:-1], strict=True):
        z = np.maximum(z @ w.T + b, 0)
    return z @ weights[-1].T + biases[-1]


@pytest.mark.parametrize("segment", [(-math.inf, math.inf), (-1, 1), (0, math.inf), (-math.inf, Fraction(1, 2))])
def test_floats_count_what_fractions_count(rng, segment):
    for widths in ([1, 6, 1], [1, 5, 4, 1], [1, 3, 3, 3, 1]):
        for _ in range(5):
            weights, biases = random_network(rng, widths)
            low, high = segment
            assert pieces.count(weights, biases, low, float(high)) == pieces.count(exact(weights), exact(biases), low, high)


def test_a_network_in_one_dimension_is_the_composition_of_its_functions(rng):
    for _ in range(5):
        weights, biases = (exact(a) for a in random_network(rng, [1, 3, 2, 1]))
        z = [affine(1)]
        for layer, (w, b) in enumerate(zip(weights, biases, strict=True)):
            h = []
            for row, offset in zip(w, b, strict=True):
                total = affine(0, offset)
                for weight, f in zip(row, z, strict=True):
                    total = total + affine(weight).after(f)
                h.append(total)
            z = [relu().after(f) for f in h] if layer < 2 else h
        found = pieces.on_line(weights, biases)[-1]
        assert tuple(found.breaks) == z[0].breaks
        assert [(s[0], c[0]) for s, c in zip(found.slopes, found.offsets, strict=True)] == list(z[0].lines)


def test_the_pieces_reproduce_the_network_on_a_line_in_the_plane(rng):
    weights, biases = random_network(rng, [2, 7, 7, 3])
    point, direction = rng.standard_normal(2), rng.standard_normal(2)
    found = pieces.on_line(weights, biases, -2, 2, point, direction)[-1]
    t = np.linspace(-2, 2, 4001)
    k = np.searchsorted(found.breaks, t)
    here = found.slopes[k] * t[:, None] + found.offsets[k]
    np.testing.assert_allclose(here, values(weights, biases, point + t[:, None] * direction), atol=1e-12)
    assert np.all(np.diff(found.breaks) > 0)
    assert np.all(np.any(np.abs(np.diff(found.slopes, axis=0)) > 1e-9, axis=1))


@pytest.mark.parametrize(("depth", "width"), [(1, 2), (4, 2), (3, 3), (2, 6)])
def test_the_folding_network_has_a_power_of_its_width(depth, width):
    layers = folding_network(depth, width)
    assert pieces.count(*layers, 0, 1) == width**depth
    floats = [[a.astype(float) for a in part] for part in layers]
    assert pieces.count(*floats, 0, 1) == width**depth


def test_two_layers_for_each_tent_are_the_composition_on_the_whole_line():
    def f(*rows):
        return np.array([[Fraction(x) for x in row] for row in rows], dtype=object)

    first, fold, pass_on = f([1], [1]), f([2, -4]), f([1], [1])
    kinks, none = np.array([Fraction(0), Fraction(-1, 2)], dtype=object), np.array([Fraction(0)], dtype=object)
    weights, biases = [first, fold, pass_on, fold, f([1])], [kinks, none, kinks, none, none]
    found = pieces.on_line(weights, biases)[-1]
    assert tuple(found.breaks) == iterates(tent(), 2)[2].breaks
    assert found.count == 6


def test_a_dead_layer_hides_all_kinks():
    weights, biases = [np.ones((2, 1)), np.ones((1, 2)), np.ones((1, 1))], [np.array([0.0, -1.0]), np.array([-1.0]), np.zeros(1)]
    assert [p.count for p in pieces.on_line(weights, biases, -1, 0.5)] == [2, 1, 1]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: pieces.on_line([], []), "at least one"),
        (lambda: pieces.on_line([np.ones((1, 1))], [np.zeros(1)], 1, 0), "below high"),
        (lambda: pieces.on_line([np.ones((2, 1)), np.ones((1, 3))], [np.zeros(2), np.zeros(1)]), "layer 2"),
        (lambda: pieces.on_line([np.ones((2, 1))], [np.zeros(3)]), "layer 1"),
    ],
)
def test_bad_input_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_a_point_inside_a_ray_a_segment_and_the_line():
    nowhere = np.array([])
    assert pieces.inside(nowhere, low=2)[0] > 2
    assert pieces.inside(nowhere, high=-2)[0] < -2
    assert -1 < pieces.inside(nowhere, -1, 5)[0] < 5
    assert np.isfinite(pieces.inside(nowhere)[0])
