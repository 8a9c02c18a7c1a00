import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dlcore.optimizers.methods import gradient_descent, run
from dlcore.optimizers.stopping import Stops, huber_gradient, huber_start, huber_value, step_bound, stops


@given(st.floats(1e-9, 0.5), st.floats(0.05, 0.95))
def test_on_a_parabola_the_rules_stop_where_the_powers_say(eps, eta):
    k = np.arange(1200)
    theta = (1 - eta) ** k
    found = stops(theta**2 / 2, theta, eps)
    # F_{k−1} − F_k = ½ q^{2(k−1)} (1 − q²) < ε and q^k ≤ ε, up to the rounding of a value that lies on the border
    q = 1 - eta
    decrease = 1 + np.log(2 * eps / (1 - q**2)) / (2 * np.log(q))
    assert max(decrease, 1) - 1e-6 <= found.decrease <= max(decrease, 0) + 1 + 1e-6
    assert np.log(eps) / np.log(q) - 1e-6 <= found.gradient <= np.log(eps) / np.log(q) + 1 + 1e-6
    assert found.both == max(found.decrease, found.gradient)  # on a parabola both fall


def test_a_rule_may_not_stop_at_all_and_both_may_come_after_either():
    assert stops([3.0, 2.0, 1.0], [1.0, 1.0, 1.0], 0.5) == Stops(-1, -1, -1)
    assert stops([1.0, 1.0, 0.5, 0.5], [1.0, 1.0, 0.1, 0.1], 0.2) == Stops(1, 2, 3)


def test_a_step_that_goes_up_counts_as_little_decrease():
    assert stops([1.0, 2.0], [5.0, 5.0], 1e-3).decrease == 1


def test_bound_at_the_best_step_and_beyond_it():
    assert step_bound(3.0, 4.0, 0.1, 0.25) == pytest.approx(2 * 4 * 3 / 0.01)
    many = step_bound(1.0, 2.0, 0.1, np.linspace(0.05, 0.95, 19))
    assert np.argmin(many) == 9  # η = 1/M = 0.5
    np.testing.assert_allclose(many, many[::-1])


def test_runs_keep_the_bound(rng):
    for _ in range(20):
        w = rng.standard_normal((6, 3))
        M = np.linalg.norm(w.T @ w, 2)  # of Σ (1 − cos⟨w_j, θ⟩)
        eta = rng.uniform(0.2, 1.8) / M
        path = run(gradient_descent(eta), lambda p, w=w: np.sin(p @ w.T) @ w, rng.standard_normal(3) * 2, 4000)
        values, sizes = (1 - np.cos(path @ w.T)).sum(-1), np.linalg.norm(np.sin(path @ w.T) @ w, axis=-1)
        assert 0 <= stops(values, sizes, 0.05).gradient <= step_bound(values[0], M, 0.05, eta)


def test_huber_is_smooth_and_its_gradient_is_that_of_torch(rng):
    x = rng.uniform(-3, 3, 200)
    t = torch.tensor(x, requires_grad=True)
    loss = torch.nn.functional.huber_loss(t, torch.zeros_like(t), reduction="none", delta=0.7)
    loss.sum().backward()
    np.testing.assert_allclose(huber_value(x, 0.7), loss.detach().numpy(), rtol=1e-14)
    np.testing.assert_allclose(2 * huber_gradient(x, 0.7), huber_gradient(x, 0.7, 2.0))
    np.testing.assert_allclose(huber_gradient(x, 0.7), t.grad.numpy(), rtol=1e-14)


@pytest.mark.parametrize("gap", [0.01, 0.125, 3.0])
def test_huber_start_has_the_value_asked_for(gap):
    assert huber_value(huber_start(gap, 0.5, 2.0), 0.5, 2.0) == pytest.approx(gap, rel=1e-14)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match=r"two lists of one length, at least 2, got shapes \(2,\) and \(3,\)"):
        stops([1.0, 0.5], [1.0, 0.5, 0.2], 0.1)
    with pytest.raises(ValueError, match=r"tolerance must be positive, got 0"):
        stops([1.0, 0.5], [1.0, 0.5], 0)
    with pytest.raises(ValueError, match=r"values must be finite, got inf"):
        stops([1.0, np.inf], [1.0, 0.5], 0.1)
    with pytest.raises(ValueError, match=r"below 2/smoothness, got a product of 2.0"):
        step_bound(1.0, 2.0, 0.1, 1.0)
    with pytest.raises(ValueError, match=r"width must be positive, got -1"):
        huber_gradient(1.0, -1)
