"""Gradients against PyTorch, fates against an ODE solver, probabilities against samples."""

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp

from dlcore.landscapes import quadratic
from dlcore.statistics import four_errors_of_share


def test_gradients_are_those_of_torch(rng):
    v, w = rng.standard_normal((2, 5, 3))
    tv, tw = (torch.tensor(a, requires_grad=True) for a in (v, w))
    value = (1 - (tv * tw**2).sum(-1)) ** 2
    value.sum().backward()
    np.testing.assert_allclose(quadratic.loss(v, w), value.detach().numpy(), rtol=1e-14)
    for ours, theirs in zip(quadratic.gradient(v, w), (tv.grad, tw.grad)):
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-13)


def flow(start, time):
    def velocity(_, p):
        v, w = p.reshape(2, -1)
        return -np.concatenate(quadratic.gradient(v, w))

    return solve_ivp(velocity, (0, time), np.concatenate(start), rtol=1e-9, atol=1e-12, method="LSODA").y.reshape(2, -1, order="C")


@pytest.mark.parametrize("m", [1, 2, 4])
def test_who_is_trapped_is_who_ends_at_loss_1_under_gradient_flow(rng, m):
    for _ in range(15):
        v, w = rng.standard_normal((2, m))
        v = -np.abs(v) if rng.random() < 0.7 else v
        if np.min(np.abs(w**2 - 2 * v**2)) < 0.05:  # next to the edge of the wedge the flow is slow
            continue
        end = flow((v, w), 500.0)[:, :].reshape(2, m, -1)[..., -1]
        loss = float(quadratic.loss(*end))
        assert loss == pytest.approx(1 if quadratic.trapped(v, w) else 0, abs=1e-3)


def test_the_flow_keeps_what_it_should_and_descent_nearly(rng):
    v, w = rng.standard_normal((2, 50, 3))
    kept = w**2 - 2 * v**2
    change = []
    for share in (0.02, 0.01):
        end_v, end_w = quadratic.descend(v, w, steps=int(8 / share), share=share)
        change.append(np.abs(end_w**2 - 2 * end_v**2 - kept).max())
    assert change[1] == pytest.approx(change[0] / 2, rel=0.2)  # an error of first order in the step


def test_descent_goes_down_and_ends_where_the_wedge_says(rng):
    v, w = rng.standard_normal((2, 500, 2))
    losses = [quadratic.loss(*quadratic.descend(v, w, steps=k)) for k in (1, 10, 100, 1000)]
    assert np.all(np.diff([quadratic.loss(v, w), *losses], axis=0) <= 1e-15)
    clear = np.all(np.abs(w**2 - 2 * v**2) > 0.02, axis=-1)
    np.testing.assert_array_equal((losses[-1] > 0.5)[clear], quadratic.trapped(v, w)[clear])


def test_networks_of_several_widths_fit_into_one_array(rng):
    v, w = rng.standard_normal((2, 40, 2))
    zeros = np.zeros((40, 3))
    wide = [np.concatenate([a, zeros], axis=1) for a in (v, w)]
    np.testing.assert_array_equal(quadratic.trapped(*wide), quadratic.trapped(v, w))
    for narrow, padded in zip(quadratic.descend(v, w, steps=20), quadratic.descend(*wide, steps=20)):
        np.testing.assert_allclose(padded[:, :2], narrow, rtol=1e-12)
        assert not padded[:, 2:].any()


@pytest.mark.parametrize("ratio", [0.3, 1.0, 4.0])
@pytest.mark.parametrize("m", [1, 3])
def test_the_probability_is_the_share_of_samples(rng, ratio, m):
    v, w = rng.standard_normal((2, 100_000, m))
    p = float(quadratic.trapping_probability(ratio, m))
    assert np.mean(quadratic.trapped(v, ratio * w)) == pytest.approx(p, abs=four_errors_of_share(p, 100_000))


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="ratio must be positive"):
        quadratic.trapping_probability(0.0, 1)
    with pytest.raises(ValueError, match="share must be positive"):
        quadratic.descend(np.ones(1), np.ones(1), steps=1, share=0.0)


def test_a_step_is_a_share_of_what_the_curvature_allows(rng):
    """By autograd, network by network: −∇F times share over 2 (‖∇e‖² + |e| max (2|v| + 2|w|)), the bound of ‖∇²F‖."""
    v, w = rng.standard_normal((2, 6, 3))
    found = quadratic.descend(v, w, steps=1, share=0.3)
    for k in range(6):
        x = torch.tensor(np.stack([v[k], w[k]]), requires_grad=True)
        e = 1 - (x[0] * x[1] ** 2).sum()
        slope, down = torch.autograd.grad(e, x, retain_graph=True)[0], torch.autograd.grad(e**2, x)[0]
        bound = 2 * ((slope**2).sum() + abs(e) * (2 * abs(x[0]) + 2 * abs(x[1])).max())
        curvature = torch.autograd.functional.hessian(lambda y: (1 - (y[0] * y[1] ** 2).sum()) ** 2, x.detach()).reshape(6, 6)
        assert torch.linalg.eigvalsh(curvature).abs().max() <= bound
        np.testing.assert_allclose([part[k] for part in found], (x - 0.3 / bound * down).detach(), rtol=1e-12, atol=1e-14)


def test_a_neuron_that_is_only_half_nothing_takes_part():
    for v, w, ends in ([-1.0, 1.0], [0.5, 0.0], False), ([-1.0, 0.0], [0.5, 1.0], False), ([-1.0, 0.0], [0.5, 0.0], True):
        assert quadratic.trapped(np.array(v), np.array(w)) == ends
