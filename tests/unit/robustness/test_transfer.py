import numpy as np
import pytest

from dlcore.robustness.classifiers import Classifier
from dlcore.robustness.training import errors
from dlcore.robustness.transfer import carried, exchange, shaken


def linear(w, b=0.0):
    """Two classes with the logits (−wᵀx − b, wᵀx + b)."""
    return Classifier([np.stack([-w, w])], [np.array([-b, b])])


def test_stolen_budgets_are_worth_the_exchange_rate(rng):
    v, w, x = rng.normal(size=20), rng.normal(size=20) + 1, rng.uniform(0.4, 0.6, (4000, 20))
    b = -float(w.sum()) / 2
    y, margin = (x @ w + b > 0).astype(int), np.abs(x @ w + b)
    budgets = [0.005, 0.02]
    share = carried([linear(v), linear(w)], [linear(w, b).labels], x, y, budgets, steps=1, rate=1.0)
    for k, budget in enumerate(budgets):
        worth = budget * np.abs(w).sum()
        assert share[0, 0, k] == (margin < worth * exchange(v, w)).mean()
        assert share[1, 0, k] == pytest.approx((margin < worth).mean(), abs=1e-12)


def test_an_attack_on_oneself_is_the_white_box_attack(rng):
    net = Classifier([rng.normal(size=(8, 6)), rng.normal(size=(3, 8))], [rng.normal(size=8), rng.normal(size=3)])
    x, y = rng.uniform(size=(50, 6)), rng.integers(0, 3, 50)
    np.testing.assert_array_equal(carried([net], [net.labels], x, y, [0.0, 0.1])[0], errors([net], x, y, [0.0, 0.1]))


def test_random_signs_of_size_0_are_the_clean_error(rng):
    w, x = rng.normal(size=6), rng.uniform(size=(50, 6))
    share = shaken([linear(w).labels], x, np.zeros(50, dtype=int), [0.0, 0.5], rng)
    assert share[0, 0] == (x @ w > 0).mean()


def test_a_constant_classifier_is_refused():
    with pytest.raises(ValueError, match="w must not be 0"):
        exchange(np.ones(3), np.zeros(3))
