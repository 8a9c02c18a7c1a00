"""Penalties against the class that is read, minimisers against SciPy, attacks on a linear classifier against its distances."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from dlcore.robustness import linear, margins
from dlcore.robustness.classifiers import Classifier


def test_which_penalties_certify(rng):
    z, t = 2 * rng.standard_normal((4000, 5)), rng.integers(0, 5, 4000)
    read = z.argmax(axis=-1) == t
    g = {name: penalty(z, t) for name, penalty in margins.PENALTIES.items()}
    assert not read[g["half_logit"] == 0].all()
    assert read[g["half_probability"] == 0].all()
    assert (g["half_probability"][read] > 0).any()
    np.testing.assert_array_equal(g["margin"] == 0, read)


@pytest.mark.parametrize("power", [1, 2])
@pytest.mark.parametrize("c", [0.1, 0.45, 0.55, 1.0, 5.0])
def test_minimisers_are_those_of_a_search(power, c):
    m, slope = 3.0, 2.0

    def objective(r):
        return r**power + c * max(m - slope * r, 0)

    ends = [minimize_scalar(objective, bounds=side, method="bounded", options={"xatol": 1e-9}) for side in ((0, 1.5), (1.5, 3))]
    found = min([*(end.x for end in ends), 0.0, 1.5], key=objective)
    assert margins.penalised(c, 1.5, slope, power=power) == pytest.approx(found, abs=1e-5)


def test_on_a_linear_classifier_the_attack_comes_near_the_distance(rng):
    net = Classifier([rng.standard_normal((3, 8))], [np.zeros(3)])
    x = rng.uniform(0.4, 0.6, (6, 8))
    away = linear.class_distances(net.weights[0], net.biases[0], x, 2)
    targets = away.argmin(axis=-1)  # then no third class stands between
    found = margins.carlini_wagner(net, x, targets, searches=7, steps=80)
    assert found.success.all()
    np.testing.assert_array_equal(net.labels(found.images), targets)
    size = np.linalg.norm(found.images - x, axis=-1)
    assert np.all(size >= away.min(axis=-1) * (1 - 1e-9))  # no attack is shorter than the smallest
    assert np.all(size <= away.min(axis=-1) * 1.1 + 0.01)


def test_an_attack_that_fails_returns_the_image(rng):
    net = Classifier([np.zeros((2, 3))], [np.array([1.0, 0.0])])  # reads 0 whatever it sees
    x = rng.uniform(0, 1, (2, 3))
    found = margins.carlini_wagner(net, x, np.array([1, 1]), searches=2, steps=3)
    assert not found.success.any()
    np.testing.assert_array_equal(found.images, x)
