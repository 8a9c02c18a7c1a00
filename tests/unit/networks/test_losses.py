import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from dlcore.networks import losses

ROUNDING = 1e-12  # of short sums of numbers of order 1 in double precision
RNG = np.random.default_rng(0)
P, Q = RNG.dirichlet(np.ones(4), (2, 50))
F = 3 * RNG.standard_normal((50, 4))


def test_softmax_is_torchs_at_every_temperature():
    for temperature in (0.1, 1.0, 7.0):
        expected = torch.softmax(torch.tensor(F) / temperature, dim=-1).numpy()
        np.testing.assert_allclose(losses.tempered(F, temperature), expected, atol=ROUNDING)


def test_softmax_as_written_agrees_until_it_overflows():
    np.testing.assert_allclose(losses.softmax_as_written(F), losses.tempered(F), atol=ROUNDING)
    assert np.isfinite(losses.softmax_as_written([709.0, 0.0])).all()
    assert np.isnan(losses.softmax_as_written([710.0, 0.0])[0])
    assert np.isnan(losses.softmax_as_written([-1000.0, -1000.0])).all()
    assert np.isfinite(losses.tempered([1000.0, -1000.0])).all()


def test_entropy_and_divergence_are_scipys():
    np.testing.assert_allclose(losses.entropy(P), stats.entropy(P, axis=-1), atol=ROUNDING)
    np.testing.assert_allclose(losses.divergence(P, Q), stats.entropy(P, Q, axis=-1), atol=ROUNDING)
    np.testing.assert_allclose(losses.cross_entropy(P, Q), losses.entropy(P) + losses.divergence(P, Q), atol=ROUNDING)


def test_zeros():
    assert losses.entropy([1.0, 0.0]) == 0
    assert losses.cross_entropy([1.0, 0.0], [1.0, 0.0]) == 0 and not np.signbit(losses.cross_entropy([1.0, 0.0], [1.0, 0.0]))
    assert losses.cross_entropy([0.5, 0.5], [1.0, 0.0]) == np.inf == losses.divergence([0.5, 0.5], [1.0, 0.0])
    assert losses.divergence([1.0, 0.0], [0.5, 0.5]) == pytest.approx(np.log(2))


def test_loss_of_scores_its_gradient_and_its_hessian_are_torchs():
    for f, c in zip(F[:10], P):
        point, target = torch.tensor(f, requires_grad=True), torch.tensor(c)

        def loss(z, target=target):
            return torch.nn.functional.cross_entropy(z, target)

        assert losses.loss_of_scores(f, c) == pytest.approx(loss(point).item(), abs=ROUNDING)
        (gradient,) = torch.autograd.grad(loss(point), point)
        np.testing.assert_allclose(losses.gradient_of_scores(f, c), gradient.numpy(), atol=ROUNDING)
        hessian = torch.autograd.functional.hessian(loss, point.detach()).numpy()
        np.testing.assert_allclose(losses.hessian_of_scores(f), hessian, atol=ROUNDING)
    assert losses.hessian_of_scores(F).shape == (50, 4, 4)


def test_loss_of_scores_is_the_cross_entropy_of_softmax():
    np.testing.assert_allclose(losses.loss_of_scores(F, P), losses.cross_entropy(P, losses.tempered(F)), atol=1e-11)
    assert losses.loss_of_scores([1000.0, 0.0], [0.0, 1.0]) == 1000


def test_descent_takes_the_steps_of_torchs_sgd():
    f = torch.tensor(F[0], requires_grad=True)
    sgd, seen = torch.optim.SGD([f], lr=0.7), [F[0]]
    for _ in range(5):
        sgd.zero_grad()
        torch.nn.functional.cross_entropy(f, torch.tensor(P[0])).backward()
        sgd.step()
        seen.append(f.detach().numpy().copy())
    np.testing.assert_allclose(losses.descent_of_scores(F[0], P[0], 0.7, 5), seen, atol=ROUNDING)


@given(st.floats(-1, 1), st.floats(0, 1))
def test_every_point_of_the_box_is_a_distribution(x, y):
    q = losses.from_triangle(x, y)
    assert q.min() >= 0 and q.sum() == pytest.approx(1, abs=1e-11)
    back = losses.on_triangle(q)
    assert back[1] == pytest.approx(y, abs=1e-11)
    assert back[0] == pytest.approx(np.clip(x, y - 1, 1 - y), abs=1e-11)


def test_the_corners():
    x, y = losses.on_triangle(np.eye(3))
    assert x.tolist() == [-1, 1, 0] and y.tolist() == [0, 0, 1]


@pytest.mark.parametrize("level", [0.05, 0.3, 0.9])
def test_rings_are_level_curves_or_the_edge(level):
    p = np.array([0.6, 0.2, 0.2])
    for value in (lambda q: losses.divergence(p, q), lambda q: losses.divergence(q, p)):
        q = losses.from_triangle(*losses.ring(value, p, level))
        off = value(q) - level
        assert np.all((np.abs(off) < 1e-9) | ((off < 0) & (q.min(axis=-1) < 1e-9)))
    assert np.abs(value(losses.from_triangle(*losses.ring(value, p, 0.05))) - 0.05).max() < 1e-9  # wholly inside


def test_rings_around_a_corner_and_an_edge():
    x, y = losses.ring(lambda q: losses.divergence([1.0, 0.0, 0.0], q), [1.0, 0.0, 0.0], np.log(2))
    q = losses.from_triangle(x, y)
    reached = np.hypot(x + 1, y) > 1e-6
    assert reached.sum() > 5
    np.testing.assert_allclose(q[reached, 0], 0.5, atol=1e-9)
    x, y = losses.ring(lambda q: losses.divergence(q, [0.6, 0.4, 0.0]), [0.6, 0.4, 0.0], 0.1)
    assert np.ptp(x) > 0.5 and np.abs(y).max() < 1e-9  # infinite wherever the third share is not 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: losses.entropy([0.5, 0.6]), "sum 1"),
        (lambda: losses.cross_entropy([1.5, -0.5], [0.5, 0.5]), "non-negative"),
        (lambda: losses.entropy(1.0), "sum 1"),
        (lambda: losses.cross_entropy([1.0], [0.5, 0.5]), "same last axis"),
        (lambda: losses.divergence([0.5, 0.5], [1.0]), "same last axis"),
        (lambda: losses.loss_of_scores([2.0], [0.5, 0.5]), "same last axis"),
        (lambda: losses.gradient_of_scores([1.0, 2.0, 3.0], [1.0]), "same last axis"),
        (lambda: losses.tempered([1.0, 2.0], 0.0), "temperature must be positive"),
        (lambda: losses.tempered([1.0, np.inf]), "f must be finite"),
        (lambda: losses.on_triangle([0.5, 0.5]), "3 outcomes"),
        (lambda: losses.from_triangle(0.0, 1.5), "share"),
        (lambda: losses.descent_of_scores([0.0, 0.0], [1.0, 0.0], -1.0, 3), "rate must be positive"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
