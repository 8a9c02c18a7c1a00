"""Exact piecewise linear functions, against their values point by point and against slopes on a grid that holds every break."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from dlcore.approximation import sawtooth
from dlcore.approximation.sawtooth import PiecewiseLinear, affine, folding_network, iterates, relu, tent, zigzag
from dlcore.networks.forward import forward


def random_function(rng, pieces):
    """Breaks among the eighths, slopes −3 … 3, neighbours different."""
    breaks = sorted(Fraction(int(b), 8) for b in rng.choice(np.arange(-16, 17), pieces - 1, replace=False))
    slopes = [int(rng.integers(-3, 4))]
    while len(slopes) < pieces:
        slopes.append(int(rng.choice([s for s in range(-3, 4) if s != slopes[-1]])))
    lines = [(Fraction(slopes[0]), Fraction(1, 3))]
    for b, s in zip(breaks, slopes[1:], strict=True):
        lines.append((Fraction(s), lines[-1][0] * b + lines[-1][1] - s * b))
    return PiecewiseLinear(breaks, lines)


def slopes_change(f, low, high, parts):
    """Where the slope changes, by differences on a grid."""
    grid = [Fraction(low) + Fraction(high - low, parts) * k for k in range(parts + 1)]
    values = [f(x) for x in grid]
    differences = [b - a for a, b in pairwise(values)]
    return 1 + sum(a != b for a, b in pairwise(differences))


def test_sums_and_compositions_have_the_right_values(rng):
    for _ in range(12):
        f, g = random_function(rng, 4), random_function(rng, 3)
        for x in (Fraction(int(k), 24) for k in rng.integers(-100, 100, 20)):
            assert (f + g)(x) == f(x) + g(x)
            assert f.after(g)(x) == f(g(x))


@pytest.mark.parametrize("k", [1, 2, 5])
def test_pieces_of_the_folded_tent_by_differences_on_a_dyadic_grid(k):
    f = iterates(tent(), k)[k]
    assert f.pieces(0, 1) == slopes_change(f, 0, 1, 2 ** (k + 1)) == 2**k
    assert f.pieces() == slopes_change(f, -1, 2, 3 * 2 ** (k + 1)) == 2**k + 2


def test_a_skew_tent_folds_as_often_wherever_its_peak_is():
    assert iterates(tent(Fraction(1, 5)), 5)[5].pieces(0, 1) == 32
    assert iterates(tent(Fraction(1, 2), Fraction(1, 2)), 5)[5].pieces(0, 1) == 2  # f(x) = x wherever f arrives


def test_zigzags_attain_the_product():
    assert zigzag(3).after(zigzag(5)).pieces() == 15
    assert zigzag(4).after(zigzag(2)).lines == zigzag(8).lines


def test_pieces_that_go_on_are_one():
    assert (relu() + relu()).pieces() == 2
    assert PiecewiseLinear([0, 1], [(1, 0), (1, 0), (2, -1)]).pieces() == 2
    assert (relu() + affine(3, 1).after(relu()) + affine(-4)).pieces(1, 2) == 1


@pytest.mark.parametrize(("depth", "width"), [(1, 2), (3, 2), (2, 3), (2, 5)])
def test_the_folding_network_computes_the_iterated_zigzag(depth, width):
    layers = folding_network(depth, width)
    exact = iterates(zigzag(width), depth)[depth]
    for x in np.linspace(0, 1, 41):
        z = np.array([Fraction(x)], dtype=object)
        for w, b in zip(layers.weights[:-1], layers.biases[:-1], strict=True):
            z = np.maximum(w @ z + b, 0)
        assert (layers.weights[-1] @ z)[0] == exact(Fraction(x))
    one = [np.hstack([layers.weights[0].astype(float), layers.biases[0].astype(float)[:, None]]), layers.weights[-1].astype(float)]
    if depth == 1:  # the bias as the weight of a constant input, in floats
        assert forward(one, np.array([0.3, 1.0]), "relu").output[0] == pytest.approx(float(exact(Fraction(0.3))))


def test_vertices_are_corners_and_ends():
    x, y = tent().vertices(0, 1)
    assert (x, y) == ([0, Fraction(1, 2), 1], [0, 1, 0])
    assert tent()(Fraction(3, 4)) == Fraction(1, 2)
    assert tent().pieces(1, 2) == tent().pieces(2, 3) == 1


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: PiecewiseLinear([0], [(0, 0)]), "one more than breaks"),
        (lambda: PiecewiseLinear([1, 0], [(0, 0)] * 3), "increase"),
        (lambda: PiecewiseLinear([1], [(0, 0), (1, 0)]), "meet"),
        (lambda: tent(2), "between 0 and 1"),
        (lambda: tent().vertices(1, 0), "below high"),
        (lambda: zigzag(0), "at least 1"),
        (lambda: sawtooth.iterates(tent(), 0), "at least 1"),
    ],
)
def test_bad_input_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_a_tent_is_zero_outside():
    assert [tent(Fraction(1, 3), 2)(x) for x in (-5, 0, Fraction(1, 3), 1, 7)] == [0, 0, 2, 0, 0]
