"""The dynamic programme, against all labellings one by one and against the closed form for alternating labels."""

import itertools

import numpy as np
import pytest

from dlcore.approximation.labelling import alternating, best_labels, fewest_errors


def changes_of(labels):
    return int(np.sum(np.diff(labels) != 0))


@pytest.mark.parametrize("n", [1, 2, 5, 9])
def test_against_all_labellings(rng, n):
    labels, everything = rng.integers(0, 2, n), np.array(list(itertools.product((0, 1), repeat=n)))
    for most in range(n + 2):
        allowed = [row for row in everything if changes_of(row) <= most]
        assert fewest_errors(labels, most)[-1] == min(np.sum(row != labels) for row in allowed)


@pytest.mark.parametrize("n", [8, 9, 64])
def test_alternating_labels_in_closed_form(n):
    assert fewest_errors(alternating(n), n).tolist() == [max(n - c, 0) // 2 for c in range(n + 1)]


def test_the_labels_found_have_the_errors_and_the_changes_claimed(rng):
    for _ in range(20):
        labels, most = rng.integers(0, 2, 24), int(rng.integers(0, 12))
        found = best_labels(labels, most)
        assert changes_of(found) <= most
        assert np.sum(found != labels) == fewest_errors(labels, most)[-1]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: fewest_errors([0, 2], 1), "0 and 1"),
        (lambda: fewest_errors([], 1), "at least one"),
        (lambda: fewest_errors([0, 1], -1), "from 0 upwards"),
        (lambda: best_labels([0, 1], True), "from 0 upwards"),
        (lambda: alternating(0), "at least 1"),
    ],
)
def test_bad_input_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()
