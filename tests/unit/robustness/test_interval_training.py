"""Worst scores against the interval bounds of NumPy; training with a budget against training without."""

import numpy as np
import pytest
import torch

from dlcore.robustness import bounds
from dlcore.robustness.classifiers import initial
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


def worst_loss(w, b, ends, y):
    """Cross entropy of the worst scores of a network 1-h-2 on an interval, by its two ends: a hidden neuron is monotone in its input."""
    before = torch.stack([torch.relu(end @ w[0].mT + b[0]) for end in ends])
    low, high = before.amin(0), before.amax(0)
    scores = torch.zeros(len(y), 2)
    for i, own in enumerate(y.tolist()):
        apart = w[1][1 - own] - w[1][own]
        scores[i, 1 - own] = torch.where(apart > 0, apart * high[i], apart * low[i]).sum() + b[1][0, 1 - own] - b[1][0, own]
    return torch.nn.functional.cross_entropy(scores, y)


def test_both_losses_and_the_budget_grow_in_the_first_half_and_then_stay():
    x, labels, steps = np.array([[0.05], [0.4], [0.6], [0.95]]), np.array([0, 1, 0, 1]), 6
    (found,) = train(np.random.default_rng(3), x, labels, (1, 5, 2), [0.2], steps=steps, size=4, rate=0.05)
    start = initial(np.random.default_rng(3), (1, 5, 2), 1)
    ours = [torch.tensor(np.array(p)[0], dtype=torch.float32, requires_grad=True) for p in start]
    inputs, y = torch.tensor(x, dtype=torch.float32), torch.tensor(labels)
    adam = torch.optim.Adam(ours)
    for t in range(steps):
        share, (w, b) = min(1.0, 2 * t / steps), (ours[:2], ours[2:])
        ends = [(inputs + sign * share * 0.2).clamp(0, 1) for sign in (-1, 1)]
        plain = torch.nn.functional.cross_entropy(torch.relu(inputs @ w[0].mT + b[0]) @ w[1].mT + b[1], y)
        adam.param_groups[0]["lr"] = 0.05 * (1 - t / steps)
        adam.zero_grad()
        ((1 - share / 2) * plain + share / 2 * worst_loss(w, b, ends, y)).backward()
        adam.step()
    for layer in range(2):
        np.testing.assert_allclose(found.weights[layer], ours[layer].detach(), atol=1e-5)
        np.testing.assert_allclose(found.biases[layer], ours[2 + layer].detach()[0], atol=1e-5)
