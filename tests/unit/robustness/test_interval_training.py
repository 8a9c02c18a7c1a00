"""Worst scores against the interval bounds of NumPy; training with a budget against training without."""

import numpy as np
import pytest
import torch

from dlcore.robustness import bounds
from dlcore.robustness.interval_training import train, worst_scores


def test_worst_scores_are_the_interval_bounds_of_the_margins():
    rng = np.random.default_rng(0)
    weights = [rng.standard_normal((2, 5, 3)), rng.standard_normal((2, 4, 5))]
    biases = [rng.standard_normal((2, 1, 5)), rng.standard_normal((2, 1, 4))]
    x, labels = rng.uniform(size=(6, 3)), np.array([0, 1, 2, 3, 3, 0])
    low, high = bounds.box(x, 0.1, (0, 1))
    tensors = [[torch.tensor(p) for p in part] for part in (weights, biases)]
    boxes = [torch.tensor(np.stack([side, side])) for side in (low, high)]
    found = worst_scores(*tensors, *boxes, torch.tensor(labels)).numpy()
    for k in range(2):
        margins = bounds.against_others([w[k] for w in weights], [b[k, 0] for b in biases], labels)
        expected = bounds.interval(*margins, low, high)[-1].low
        for i, y in enumerate(labels):
            np.testing.assert_allclose(np.delete(found[k, i], y), -expected[i], atol=1e-12)
            assert found[k, i, y] == 0


def test_a_budget_is_certified_where_it_was_trained_for():
    rng = np.random.default_rng(1)
    x = np.concatenate([rng.uniform(0, 0.4, (60, 2)), rng.uniform(0.6, 1, (60, 2))])
    labels = np.repeat([0, 1], 60)
    plain, robust = train(rng, x, labels, (2, 12, 12, 2), [0.0, 0.08], steps=200, size=40)
    lowest = [bounds.interval(*bounds.against_others(*net, labels), *bounds.box(x, 0.08, (0, 1)))[-1].low[:, 0] for net in (plain, robust)]
    assert (robust.labels(x) == labels).all() and (lowest[1] > 0).mean() > max(0.9, (lowest[0] > 0).mean())


def test_bad_budgets_are_refused():
    with pytest.raises(ValueError, match="epsilons"):
        train(np.random.default_rng(0), np.zeros((4, 2)), np.zeros(4, dtype=int), (2, 3, 2), [-0.1], steps=1)
