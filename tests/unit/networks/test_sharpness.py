import numpy as np
import pytest
import torch

from dlcore.networks.sharpness import hessian_product, sharpness, watched_descent
from dlcore.networks.training import dense

RNG = np.random.default_rng(0)
X, Y = torch.tensor(RNG.standard_normal((12, 4))), torch.tensor(RNG.standard_normal((12, 2)))
SHAPES = [(3, 4), (2, 3)]
START = [RNG.standard_normal((5, *shape)) / 2 for shape in SHAPES]


def loss(parameters, batch):
    return ((dense(parameters, X, torch.tanh) - Y) ** 2).sum(-1).mean(-1) / 2


def full_hessians(parameters):
    """The whole Hessian of each network by PyTorch, one at a time."""
    hessians = []
    for k in range(len(parameters[0])):
        flat = torch.tensor(np.concatenate([p[k].ravel() for p in parameters]))
        one = lambda v: loss([v[:12].reshape(1, 3, 4), v[12:].reshape(1, 2, 3)], None)[0]  # noqa: E731
        hessians.append(torch.autograd.functional.hessian(one, flat).numpy())
    return np.array(hessians)


def test_products_of_all_networks_at_once():
    v = RNG.standard_normal((5, 18))
    product = hessian_product(loss, START, torch.float64)
    np.testing.assert_allclose(product(v), np.einsum("mij,mj->mi", full_hessians(START), v), rtol=1e-9, atol=1e-11)


def test_sharpness_is_the_largest_eigenvalue():
    expected = np.linalg.eigvalsh(full_hessians(START))
    top = sharpness(loss, START, RNG.standard_normal((5, 18)), iterations=18, dtype=torch.float64)
    np.testing.assert_allclose(top.value, expected[:, -1], rtol=1e-8)
    np.testing.assert_allclose(np.linalg.norm(top.vector, axis=1), 1, rtol=1e-12)
    np.testing.assert_allclose(hessian_product(loss, START, torch.float64)(top.vector), top.value[:, None] * top.vector, atol=1e-5)


def test_never_too_large_and_better_with_more_products():
    expected, start = np.linalg.eigvalsh(full_hessians(START))[:, -1], RNG.standard_normal((5, 18))
    found = [sharpness(loss, START, start, iterations=k, dtype=torch.float64).value for k in (1, 3, 6)]
    assert np.all(np.diff(np.array([*found, expected]), axis=0) > -1e-9)


def test_more_products_than_dimensions_and_all_negative():
    bowl = lambda p, batch: -(torch.tensor([1.0, 3.0], dtype=p[0].dtype) * p[0] ** 2).sum(-1) / 2  # noqa: E731
    top = sharpness(bowl, [np.zeros((1, 2))], np.ones((1, 2)), iterations=5, dtype=torch.float64)
    np.testing.assert_allclose(top.value, [-1], rtol=1e-9)


def test_watched_descent_is_descent():
    rates = np.array([0.05, 0.1, 0.2, 0.3, 0.4])
    seen = watched_descent(loss, START, rates, steps=40, every=10, rng=np.random.default_rng(1), iterations=18, dtype=torch.float64)
    assert seen.losses.shape == (41, 5) and seen.sharpness.shape == (5, 5)
    p = [torch.tensor(s, requires_grad=True) for s in START]
    for _ in range(40):
        gradients = torch.autograd.grad(loss(p, None).sum(), p)
        p = [(q - torch.tensor(rates)[:, None, None] * g).detach().requires_grad_() for q, g in zip(p, gradients, strict=True)]
    np.testing.assert_allclose(seen.losses[-1], loss(p, None).detach().numpy(), rtol=1e-9)
    for k, shape in enumerate(SHAPES):
        assert seen.parameters[k].shape == (5, *shape)
        np.testing.assert_allclose(seen.parameters[k], p[k].detach().numpy(), rtol=1e-9, atol=1e-12)
    for row, parameters in ((0, START), (-1, seen.parameters)):
        np.testing.assert_allclose(seen.sharpness[row], np.linalg.eigvalsh(full_hessians(parameters))[:, -1], rtol=1e-7)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: hessian_product(loss, START, torch.float64)(np.ones(18)), "one row for each network"),
        (lambda: sharpness(loss, START, np.zeros((5, 18)), iterations=2, dtype=torch.float64), "lengths of start must be positive"),
        (lambda: watched_descent(loss, START, [0.1] * 5, steps=10, every=3, rng=RNG), "multiple of every"),
        (lambda: watched_descent(loss, START, [0.0] * 5, steps=9, every=3, rng=RNG), "rates must be positive"),
    ],
)
def test_refusals(call, says):
    with pytest.raises(ValueError, match=says):
        call()
