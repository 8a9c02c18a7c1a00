"""Attacks against the Adversarial Robustness Toolbox, at networks and budgets other than the page's.

The toolbox computes in single precision. Where a pixel's gradient is 0 up to its rounding, signs may differ; the networks here are
random, and the iterates compared are few, so that no path passes a kink at that distance.
"""

import numpy as np
import pytest
import torch
from art.attacks.evasion import CarliniL2Method, FastGradientMethod, ProjectedGradientDescentNumpy
from art.estimators.classification import PyTorchClassifier

from dlcore.robustness import attacks, margins
from dlcore.robustness.classifiers import Classifier

SINGLE = 1e-5  # a few operations in single precision on numbers of size 1
DIMENSION, CLASSES, IMAGES = 12, 5, 30


@pytest.fixture(scope="module", params=[(9,), (11, 8)], ids=["one hidden layer", "two hidden layers"])
def pair(request):
    """A network of the book, the same one of the toolbox, images and labels."""
    return both(np.random.default_rng(41), (DIMENSION, *request.param, CLASSES))


def both(rng, widths):
    sizes = list(zip(widths[1:], widths[:-1], strict=True))
    ours = Classifier([rng.standard_normal(s) * np.sqrt(2 / s[1]) for s in sizes], [0.3 * rng.standard_normal(s[0]) for s in sizes])
    layers = []
    for w, b in zip(ours.weights, ours.biases, strict=True):
        layer = torch.nn.Linear(w.shape[1], w.shape[0])
        layer.weight.data, layer.bias.data = torch.tensor(w, dtype=torch.float32), torch.tensor(b, dtype=torch.float32)
        layers += [layer, torch.nn.ReLU()]
    theirs = PyTorchClassifier(
        torch.nn.Sequential(*layers[:-1]), torch.nn.CrossEntropyLoss(), (widths[0],), widths[-1], clip_values=(0.0, 1.0), device_type="cpu"
    )
    x = rng.uniform(0, 1, (IMAGES, widths[0])).astype(np.float32)
    return ours, theirs, x, rng.integers(0, widths[-1], IMAGES)


@pytest.mark.parametrize("norm", ["inf", 2, 1])
@pytest.mark.parametrize("budget", [0.07, 0.4])
def test_one_step_is_the_toolbox_s(pair, norm, budget):
    ours, theirs, x, y = pair
    expected = FastGradientMethod(theirs, norm=norm, eps=budget).generate(x, y)
    found = attacks.fgsm(ours.gradient(y), x.astype(float), budget, norm)
    assert np.abs(expected - x).max() > 0.02  # it has moved
    np.testing.assert_allclose(found, expected, atol=SINGLE)


@pytest.mark.parametrize(("norm", "box"), [("inf", (0.0, 1.0)), (2, (-9.0, 9.0))])
@pytest.mark.parametrize(("budget", "rate", "steps"), [(0.07, 0.3, 6), (0.4, 0.25, 8)])
def test_projected_steps_from_the_image_are_the_toolbox_s(pair, norm, box, budget, rate, steps):
    """In the norm 2 with a box that no step reaches: there the toolbox clips before it projects, the book after."""
    ours, theirs, x, y = pair
    theirs.set_params(clip_values=box)
    attack = ProjectedGradientDescentNumpy(theirs, norm=norm, eps=budget, eps_step=rate * budget, max_iter=steps, verbose=False)
    expected = attack.generate(x, y)
    theirs.set_params(clip_values=(0.0, 1.0))
    found = attacks.pgd(ours.gradient(y), x.astype(float), budget, steps=steps, rate=rate, norm=norm, box=box)
    np.testing.assert_allclose(found, expected, atol=steps * SINGLE)


def test_descending_towards_a_class_is_the_toolbox_s(pair):
    ours, theirs, x, y = pair
    target = (y + 1) % CLASSES
    attack = ProjectedGradientDescentNumpy(theirs, norm="inf", eps=0.3, eps_step=0.06, max_iter=7, targeted=True, verbose=False)
    descent = ours.gradient(target)
    found = attacks.pgd(lambda z: -descent(z), x.astype(float), 0.3, steps=7, rate=0.2)
    np.testing.assert_allclose(found, attack.generate(x, np.eye(CLASSES)[target]), atol=7 * SINGLE)


def test_carlini_and_wagner_find_changes_of_about_the_same_length():
    """Two searches with different rules for the step, few images and few steps, for the toolbox is slow: within a quarter of each other."""
    ours, theirs, x, _ = both(np.random.default_rng(43), (DIMENSION, 9, CLASSES))
    x = x[:3]
    target = np.argsort(ours.logits(x.astype(float)), axis=1)[:, -2]
    attack = CarliniL2Method(
        theirs,
        targeted=True,
        learning_rate=0.1,
        max_iter=10,
        binary_search_steps=4,
        initial_const=2.0,
        max_halving=3,
        max_doubling=3,
        batch_size=3,
        verbose=False,
    )
    expected = attack.generate(x, np.eye(CLASSES)[target])
    found = margins.carlini_wagner(ours, x.astype(float), target, searches=5, steps=50)
    assert found.success.all()
    assert np.all(theirs.predict(expected).argmax(axis=1) == target)
    ratio = np.linalg.norm(found.images - x, axis=1) / np.linalg.norm(expected - x, axis=1)
    assert np.all((ratio > 0.8) & (ratio < 1.25)), ratio
