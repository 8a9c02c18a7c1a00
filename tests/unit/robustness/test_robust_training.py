import numpy as np
import pytest
import torch

from dlcore.networks.datasets import Digits
from dlcore.networks.training import cross_entropy
from dlcore.robustness.attacks import pgd
from dlcore.robustness.classifiers import Classifier
from dlcore.robustness.training import adversarial, attacked, errors, logits


def tensors(models, rng):
    return [torch.tensor(rng.normal(size=s)) for s in ((models, 7, 5), (models, 3, 7), (models, 1, 7), (models, 1, 3))]


def strong_and_weak(count):
    """Ten patterns in noise: 24 pixels tell them apart by more than the budget 0.15 can undo, 40 by less."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 10, 2 * count)
    patterns = rng.choice([-1.0, 1.0], (10, 64)) * np.where(np.arange(64) < 24, 0.3, 0.06)
    x = np.clip(0.5 + patterns[y] + 0.12 * rng.standard_normal((2 * count, 64)), 0.0, 1.0)
    return Digits(x[:count], y[:count], x[count:], y[count:])


def test_logits_and_attacks_are_those_of_each_classifier_alone(rng):
    p, x, y = tensors(2, rng), rng.uniform(size=(6, 5)), rng.integers(0, 3, 6)
    radii = torch.tensor([[[0.05]], [[0.2]]], dtype=torch.float64)
    together = attacked(p, torch.tensor(x), torch.tensor(y), radii, torch.zeros(6, 5, dtype=torch.float64), steps=5, rate=0.4).numpy()
    for k, radius in enumerate((0.05, 0.2)):
        one = Classifier([p[0][k].numpy(), p[1][k].numpy()], [p[2][k, 0].numpy(), p[3][k, 0].numpy()])
        np.testing.assert_allclose(logits(p, torch.tensor(x))[k], one.logits(x), atol=1e-12)
        np.testing.assert_allclose(together[k], pgd(one.gradient(y), x, radius, steps=5, rate=0.4), atol=1e-12)


def test_an_attack_leaves_no_gradient_behind(rng):
    p = [q.requires_grad_() for q in tensors(1, rng)]
    x, y = torch.tensor(rng.uniform(size=(4, 5))), torch.tensor([0, 1, 2, 0])
    worst = attacked(p, x, y, torch.tensor([[[0.1]]]), torch.zeros(4, 5), steps=2, rate=0.5)
    assert not worst.requires_grad and all(q.grad is None for q in p)
    assert (cross_entropy(logits(p, worst), y) > cross_entropy(logits(p, x[None]), y)).all()


def test_training_on_attacked_images_helps_against_the_attack():
    data, budget = strong_and_weak(300), 0.15
    x, y = data.test_x, data.test_y
    nets = adversarial(np.random.default_rng(1), data, [0.0, budget, budget], hidden=(32,), steps=120, batch=50, climbs=2)
    np.testing.assert_array_equal(nets[1].weights[0], nets[2].weights[0])  # equal budgets, equal networks
    lost = [net.labels(pgd(net.gradient(y), x, budget, steps=10, rate=0.25)) != y for net in nets[:2]]
    only, reverse = (lost[0] & ~lost[1]).sum(), (lost[1] & ~lost[0]).sum()
    assert only - reverse > 4 * np.sqrt(only + reverse)  # four standard deviations, were both as likely to lose an image (McNemar)
    share = errors(nets[:2], x, y, [0.0, budget])
    assert (share[:, 0] <= share[:, 1]).all() and share[:, 1].tolist() == [mask.mean() for mask in lost]


def test_bad_input_is_named():
    data = strong_and_weak(50)
    with pytest.raises(ValueError, match="budgets must be non-negative"):
        adversarial(np.random.default_rng(0), data, [-0.1], steps=1, batch=10)
    with pytest.raises(ValueError, match="climbs must be at least 1"):
        adversarial(np.random.default_rng(0), data, [0.1], steps=1, batch=10, climbs=0)
