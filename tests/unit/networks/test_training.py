import numpy as np
import pytest
import torch

from dlcore.networks.forward import forward
from dlcore.networks.training import accuracy, cross_entropy, dense, each_with_each, minibatches, steps_to, train
from dlcore.optimizers.methods import gradient_descent


def networks(rng, models):
    return [rng.normal(0, 0.5, (models, *shape)) for shape in ((8, 4), (8, 8), (3, 8))]


def test_dense_is_the_forward_pass_of_every_model(rng):
    weights, x = networks(rng, 3), rng.normal(size=(5, 4))
    out = dense([torch.tensor(w) for w in weights], torch.tensor(x), torch.tanh).numpy()
    for model in range(3):
        np.testing.assert_allclose(out[model], forward([w[model] for w in weights], x, "tanh").output, atol=1e-13)


def test_losses_and_accuracy_are_those_of_pytorch(rng):
    logits, labels = torch.tensor(rng.normal(size=(3, 50, 4))), torch.tensor(rng.integers(0, 4, 50))
    expected = [torch.nn.functional.cross_entropy(one, labels).item() for one in logits]
    np.testing.assert_allclose(cross_entropy(logits, labels), expected, rtol=1e-13)
    np.testing.assert_allclose(accuracy(logits, labels), [(one.argmax(-1) == labels).double().mean() for one in logits])
    assert accuracy(torch.full((1, 50, 4), np.nan), labels) == 0


def test_training_together_is_training_alone(rng):
    start, x = networks(rng, 3), torch.tensor(rng.normal(size=(20, 4)))
    y, rates = torch.tensor(rng.integers(0, 3, 20)), np.array([0.01, 0.1, 1.0])
    batches = list(zip(range(30), minibatches(np.random.default_rng(1), 20, 8), strict=False))

    def loss(weights, batch):
        return cross_entropy(dense(weights, x[batch], torch.tanh), y[batch])

    together = train(
        loss, start, gradient_descent(rates[:, None]), steps=29, batches=iter([b for _, b in batches]), dtype=torch.float64
    )
    for model, rate in enumerate(rates):
        layers = [torch.nn.Parameter(torch.tensor(w[model])) for w in start]
        sgd = torch.optim.SGD(layers, lr=rate)
        for step, batch in batches:
            value = torch.nn.functional.cross_entropy(dense(layers, x[batch], torch.tanh), y[batch])
            assert together.losses[step, model] == pytest.approx(value.item(), rel=1e-10)
            if step < 29:
                sgd.zero_grad()
                value.backward()
                sgd.step()
        for ours, theirs in zip(together.parameters, layers, strict=True):
            np.testing.assert_allclose(ours[model], theirs.detach(), rtol=1e-9, atol=1e-12)


@pytest.mark.filterwarnings("error")
def test_a_model_that_diverges_takes_no_other_along():
    def loss(p, batch):
        return (p[0] ** 4).sum(-1)

    rates = np.array([[0.01], [10.0]])
    both = train(loss, [np.ones((2, 1))], gradient_descent(rates), steps=50)
    alone = train(loss, [np.ones((1, 1))], gradient_descent(rates[:1]), steps=50)
    assert both.losses[-1, 1] == np.inf
    np.testing.assert_array_equal(both.losses[:, 0], alone.losses[:, 0])
    assert not np.isnan(both.losses).any()


def test_a_pass_of_minibatches_meets_every_example_once(rng):
    batches = minibatches(rng, 12, 4)
    for _ in range(3):
        assert sorted(np.concatenate([next(batches) for _ in range(3)])) == list(range(12))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: train(lambda p, b: p[0], [np.ones((2, 1)), np.ones((3, 1))], gradient_descent(1.0), steps=1), "one leading axis"),
        (lambda: train(lambda p, b: p[0], [], gradient_descent(1.0), steps=1), "one leading axis"),
        (lambda: next(minibatches(np.random.default_rng(0), 4, 5)), "size must be at most the number of examples 4, got 5"),
        (lambda: next(minibatches(np.random.default_rng(0), 4, 0)), "size must be at least 1"),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_each_rate_meets_each_start():
    start, rates = each_with_each([np.array([[1.0], [2.0], [3.0]])], [0.5, 0.25])
    run = train(lambda p, batch: (p[0] ** 2).sum(-1) / 2, start, gradient_descent(rates), steps=1)
    expected = np.square(np.outer([0.5, 0.75], [1, 2, 3])) / 2
    np.testing.assert_allclose(run.losses.reshape(-1, 2, 3)[1], expected, rtol=1e-6)


def test_steps_to_a_share_of_the_first_loss():
    losses = np.array([[4.0, 4.0, 4.0], [3.0, 2.0, np.inf], [2.0, 1.0, np.inf]])
    assert steps_to(losses, 0.5).tolist() == [2, 1, np.inf]
    assert steps_to(losses, 1.0).tolist() == [0, 0, 0]
    with pytest.raises(ValueError, match="share must be positive, got 0"):
        steps_to(losses, 0)


def test_a_loss_is_one_number_for_each_model():
    with pytest.raises(ValueError, match=r"one number for each of the 2 models, got shape \(\): do not sum"):
        train(lambda p, batch: (p[0] ** 2).sum(), [np.ones((2, 1))], gradient_descent(0.1), steps=1)


def test_networks_are_trained_in_the_precision_asked_for():
    seen = []

    def loss(p, batch):
        seen.append(p[0].dtype)
        return p[0].sum(-1)

    for how in ({}, {"dtype": torch.float64}):
        train(loss, [np.ones((2, 1))], gradient_descent(0.1), steps=1, **how)
    assert seen == [torch.float32] * 2 + [torch.float64] * 2
