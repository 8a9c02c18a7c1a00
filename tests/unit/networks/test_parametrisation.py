"""Scales of width: the table, training against torch.optim, and the powers of the check of coordinates."""

import numpy as np
import pytest
import torch

from dlcore.networks.parametrisation import power, scales, train_row

X = np.random.default_rng(0).standard_normal((12, 64))
Y = np.arange(12) % 10


@pytest.mark.parametrize("method", ["adam", "gradient descent"])
def test_both_rules_agree_at_the_base_width_only(method):
    assert scales(32, "standard", method=method) == pytest.approx(scales(32, "maximal", method=method))
    assert scales(64, "standard", method=method) != scales(64, "maximal", method=method)


def test_the_maximal_rates_of_gradient_descent():
    assert scales(128, "maximal", method="gradient descent").rates == (4.0, 1.0, 0.25)


@pytest.mark.parametrize(("method", "optimizer"), [("adam", torch.optim.Adam), ("gradient descent", torch.optim.SGD)])
@pytest.mark.parametrize("rule", ["standard", "maximal"])
def test_training_is_that_of_torch(method, optimizer, rule):
    rates, n = np.array([0.002, 0.01]), 48
    found = train_row(X, Y, n, rule, rates, steps=3, method=method, seed=2)
    rule_of = scales(n, rule, method=method)
    rng = np.random.default_rng(2)
    drawn = [s * rng.standard_normal(shape) for s, shape in zip(rule_of.deviations, ((n, 64), (n, n), (10, n)))]
    for k, rate in enumerate(rates):
        ws = [torch.tensor(w, requires_grad=True) for w in drawn]
        stepper = optimizer([{"params": [w], "lr": rate * scale} for w, scale in zip(ws, rule_of.rates)])
        for t in range(4):
            h1 = torch.tensor(X) @ ws[0].T
            h2 = torch.relu(h1) @ ws[1].T
            loss = torch.nn.functional.cross_entropy(torch.relu(h2) @ ws[2].T, torch.tensor(Y))
            assert found.losses[t, k] == pytest.approx(loss.item(), rel=2e-3)
            first = h2.detach() if t == 0 else first
            assert found.moved[t, 1, k] == pytest.approx((h2 - first).square().mean().sqrt().item(), rel=5e-3, abs=1e-6)
            stepper.zero_grad()
            loss.backward()
            stepper.step()


def test_coordinates_move_with_the_width_under_one_rule_only():
    widths = np.array([64, 128, 256])
    moved = {
        rule: [train_row(X, Y, n, rule, np.array([1e-3]), steps=3).moved[1, 2, 0] for n in widths] for rule in ("standard", "maximal")
    }
    assert power(widths, moved["standard"]) > 0.7
    assert abs(power(widths, moved["maximal"])) < 0.3


def test_a_diverged_network_has_infinite_loss_and_harms_no_other():
    both = train_row(X, Y, 32, "standard", np.array([0.01, 1e30]), steps=3, method="gradient descent")
    alone = train_row(X, Y, 32, "standard", np.array([0.01]), steps=3, method="gradient descent")
    assert both.losses[-1, 1] == np.inf
    np.testing.assert_allclose(both.losses[:, 0], alone.losses[:, 0], rtol=1e-5)


@pytest.mark.parametrize("change", [{"rule": "ntk"}, {"method": "momentum"}, {"steps": 0}, {"rates": np.array([0.0])}, {"x": X[:, :3]}])
def test_what_cannot_be_trained_is_refused(change):
    given = {"x": X, "labels": Y, "width": 8, "rule": "standard", "rates": np.array([0.1]), "steps": 1} | change
    with pytest.raises(ValueError, match="must"):
        train_row(**given)
