"""The best labels that a function of few pieces can give: a dynamic programme over the number of changes.

A continuous function of t pieces, thresholded, changes its label at most t times from left to right. With errors E_i(c, y) on the
first i points, c changes at most and y the last label,

    E_i(c, y) = [y ≠ y_i] + min(E_{i−1}(c, y), E_{i−1}(c − 1, 1 − y))

>>> fewest_errors([1, 0, 1, 0, 1, 0, 1, 0], 4).tolist()
[4, 3, 3, 2, 2]
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int

from dlcore.checks import Integer, positive_int


def alternating(n: Integer) -> Int[np.ndarray, " n"]:
    """The labels 1, 0, 1, 0, … of n points: those of the k-fold tent at i/2^k, i = 1 … 2^k = n."""
    return np.arange(1, positive_int("n", n) + 1) % 2


def fewest_errors(labels: Sequence | Int[np.ndarray, " n"], changes: Integer) -> Int[np.ndarray, " counts"]:
    """Errors of the best labels with at most c changes, for c = 0 … ``changes``."""
    return _programme(labels, changes)[0].min(axis=1)


def best_labels(labels: Sequence | Int[np.ndarray, " n"], changes: Integer) -> Int[np.ndarray, " n"]:
    """Labels with at most ``changes`` changes that miss the fewest of ``labels``; of several such, one that changes late."""
    errors, changed = _programme(labels, changes)
    c, y, found = len(errors) - 1, int(np.argmin(errors[-1])), []
    for step in reversed(changed):
        found.append(y)
        if step[c, y]:
            c, y = c - 1, 1 - y
    return np.array(found[::-1])


def _programme(labels, changes) -> tuple[np.ndarray, list[np.ndarray]]:
    """E_n(c, y), and for each point whether the best way to (c, y) came by a change."""
    y = np.asarray(labels)
    if y.ndim != 1 or len(y) == 0 or not np.isin(y, (0, 1)).all():
        raise ValueError(f"labels must be a list of 0 and 1, got {labels!r}: pass at least one label")
    if isinstance(changes, bool) or not isinstance(changes, Integer) or changes < 0:
        raise ValueError(f"changes must be a whole number from 0 upwards, got {changes!r}: pass how often the label may change")
    errors, steps = np.zeros((int(changes) + 1, 2), dtype=int), []
    for i, label in enumerate(y):
        other = np.full_like(errors, len(y) + 1)
        if i:
            other[1:] = errors[:-1, ::-1]
        changed = other < errors
        errors = np.where(changed, other, errors) + (np.arange(2) != label)
        steps.append(changed)
    return errors, steps
