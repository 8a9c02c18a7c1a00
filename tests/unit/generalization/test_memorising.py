import numpy as np
import pytest
import torch

from dlcore.generalization.memorising import Learning, corrupted, interlaced, memorise
from dlcore.networks.datasets import Digits
from dlcore.networks.initialization import draw_network
from dlcore.networks.training import minibatches
from dlcore.statistics import four_errors, four_errors_of_share


@pytest.mark.parametrize("between", [0.0, 0.3])
def test_the_interlaced_network_fits_any_labels_with_2n_plus_d_numbers(rng, between):
    for n, d in ((1, 1), (7, 3), (40, 10)):
        x, y, a = rng.normal(size=(n, d)), rng.normal(size=n), rng.normal(size=d)
        net = interlaced(x, y, a, between=between)
        # a triangular system's solution is exact for a matrix that is off by n roundings, and so is the sum that is evaluated
        units = np.maximum(0, x @ a - net.thresholds[:, None]).T
        allowed = 4 * n * np.finfo(float).eps * (units @ abs(net.weights) + 1)
        assert (abs(net(x) - y) <= allowed).all()
        assert net.size == 2 * n + d


def test_with_thresholds_at_the_points_it_connects_the_dots(rng):
    x, y, a = rng.normal(size=(9, 2)), rng.normal(size=9), np.array([1.0, -0.5])
    order = np.argsort(x @ a)
    z = x @ a
    inside = rng.uniform(z.min(), z.max(), 200)
    new = np.stack([inside, 0 * inside], axis=-1)
    np.testing.assert_allclose(interlaced(x, y, a)(new), np.interp(inside, z[order], y[order]), atol=1e-11)


def test_points_that_fall_together_are_refused():
    with pytest.raises(ValueError, match=r"equal for the points \[0, 2\]"):
        interlaced([[0.0, 1.0], [1.0, 1.0], [0.0, 1.0]], [1.0, 1.0, -1.0], [1.0, 0.0])
    for between in (-0.1, 1.0):
        with pytest.raises(ValueError, match="between must be"):
            interlaced([[0.0], [1.0]], [1.0, 1.0], [1.0], between=between)
    with pytest.raises(ValueError, match="columns"):
        interlaced([[0.0], [1.0]], [1.0, 1.0], [1.0, 1.0])
    with pytest.raises(ValueError, match="columns"):
        interlaced(np.zeros((0, 1)), np.zeros(0), [1.0])


def test_labels_are_replaced_at_the_given_rate_by_uniform_ones(rng):
    labels = rng.integers(0, 10, 20_000)
    shares = np.array([0.0, 0.3, 1.0])
    made = corrupted(rng, labels, shares)
    assert (made[0] == labels).all()
    for q, one in zip(shares[1:], made[1:], strict=True):
        assert abs((one != labels).mean() - 0.9 * q) < four_errors_of_share(0.9 * q, 20_000)
    assert ((made[1] == labels) | (made[1] == made[2])).all()  # a label once replaced stays replaced
    counts = (made[2][:, None] == np.arange(10)).astype(float)
    assert (abs(counts.mean(axis=0) - 0.1) < four_errors(counts)).all()
    for share in (-0.1, 30):
        with pytest.raises(ValueError, match="not percentages"):
            corrupted(rng, labels, share)


def small(rng):
    x, y = rng.normal(size=(2040, 6)), rng.integers(0, 10, 2040)
    return Digits(x[:40], y[:40], x[40:], y[40:])


def test_networks_trained_together_are_those_of_pytorch(rng):
    data = small(rng)
    labels, decay = corrupted(rng, data.train_y, [0.0, 1.0]), np.array([0.0, 0.1])
    inputs = np.stack([data.train_x, rng.normal(size=(40, 6))])
    made = memorise(data, labels, width=8, epochs=6, rate=0.01, rng=np.random.default_rng(3), size=10, decay=decay, inputs=inputs)
    assert made.train.shape == made.test.shape == (7, 2)
    for model in range(2):
        again = np.random.default_rng(3)
        first, last = draw_network(again, [6, 8, 10], sigma_w2=2.0)
        net = torch.nn.Sequential(torch.nn.Linear(6, 8), torch.nn.ReLU(), torch.nn.Linear(8, 10)).double()
        for layer, w in ((net[0], first), (net[2], last)):
            layer.weight.data, layer.bias.data = torch.tensor(w), torch.zeros(len(w)).double()
        adam, batches = torch.optim.Adam(net.parameters(), lr=0.01), minibatches(again, 40, 10)
        x, y = torch.tensor(inputs[model]), torch.tensor(labels[model])
        falling = torch.optim.lr_scheduler.LambdaLR(adam, lambda t: min(1, 2 - t / 12))
        unseen = torch.tensor(data.test_x), torch.tensor(data.test_y)
        for epoch in range(7):
            right = [(net(a).argmax(-1) == b).double().mean().item() for a, b in ((x, y), unseen)]
            assert right[0] == pytest.approx(made.train[epoch, model])
            assert right[1] == pytest.approx(made.test[epoch, model], abs=1.5 / 2000)  # single precision may turn one of 2000
            for _ in range(4):
                batch = next(batches)
                adam.zero_grad()
                squares = net[0].weight.square().sum() + net[2].weight.square().sum()
                (torch.nn.functional.cross_entropy(net(x[batch]), y[batch]) + decay[model] / 2 * squares).backward()
                adam.step()
                falling.step()


def test_fitted_is_the_first_epoch_without_a_mistake(rng):
    data = small(rng)
    made = memorise(data, data.train_y[None], width=64, epochs=60, rate=0.02, rng=rng, size=20)
    assert made.fitted()[0] == np.flatnonzero(made.train[:, 0] == 1)[0]
    assert np.isinf(made._replace(train=made.train * 0.5).fitted()).all()
    shares = np.array([[0.5, 0.5], [0.999, 0.5], [1.0, 0.999], [0.999, 0.5]])
    assert Learning(shares, shares).fitted().tolist() == [2, np.inf]


def test_weights_have_no_price_unless_one_is_named(rng):
    data = small(rng)
    free, named = (
        memorise(data, data.train_y[None], width=4, epochs=3, rate=0.1, rng=np.random.default_rng(1), size=20, **more)
        for more in ({}, {"decay": 0.0})
    )
    assert (free.test == named.test).all()


def test_labels_must_be_as_many_as_digits(rng):
    data = small(rng)
    with pytest.raises(ValueError, match="one for each of the 40"):
        memorise(data, data.train_y[None, :5], width=4, epochs=1, rate=0.1, rng=rng, size=20)
