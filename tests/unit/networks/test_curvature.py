"""Products against matrices written out by automatic differentiation, one network and one example at a time."""

import numpy as np
import pytest
import torch

from dlcore.networks.curvature import dense, empirical_fisher_product, fisher_product, gauss_newton_product, hessian_product, linearised
from dlcore.networks.training import cross_entropy
from dlcore.networks.training import dense as network

RNG = np.random.default_rng(0)
X, Y = torch.tensor(RNG.standard_normal((9, 4))), torch.tensor(RNG.integers(0, 3, 9))
START = [RNG.standard_normal((2, 5, 4)) / 2, RNG.standard_normal((2, 3, 5))]
V = RNG.standard_normal((2, 35))


def outputs(p):
    return network(p, X.to(p[0].dtype), torch.tanh)


def one(model):
    """The outputs (9, 3) of a network as a function of its parameters in a row, and these."""
    flat = torch.tensor(np.concatenate([p[model].ravel() for p in START]))
    return (lambda v: outputs([v[:20].reshape(1, 5, 4), v[20:].reshape(1, 3, 5)])[0]), flat


def by_hand(kind):
    matrices = []
    for model in range(2):
        f, flat = one(model)
        if kind == "hessian":
            matrices.append(torch.autograd.functional.hessian(lambda v, f=f: cross_entropy(f(v)[None], Y)[0], flat))
            continue
        J, p = torch.autograd.functional.jacobian(f, flat), torch.softmax(f(flat), -1)
        total = torch.zeros(35, 35, dtype=torch.float64)
        for i in range(9):
            scores = J[i] - p[i] @ J[i]  # rows: ∇ ln p_c
            weight = torch.nn.functional.one_hot(Y[i], 3) if kind == "empirical" else p[i]
            total += sum(weight[c] * torch.outer(scores[c], scores[c]) for c in range(3)) / 9
        matrices.append(total)
    return torch.stack(matrices).numpy()


PRODUCTS = {
    "hessian": lambda: hessian_product(lambda p, batch: cross_entropy(outputs(p), Y), START, torch.float64),
    "fisher": lambda: fisher_product(outputs, START),
    "empirical": lambda: empirical_fisher_product(outputs, Y, START),
}


@pytest.mark.parametrize("kind", PRODUCTS)
def test_product_is_that_of_the_dense_matrix(kind):
    np.testing.assert_allclose(PRODUCTS[kind]()(V), np.einsum("mij,mj->mi", by_hand(kind), V), rtol=1e-10, atol=1e-12)


def test_gauss_newton_of_cross_entropy_is_fisher():
    product = gauss_newton_product(outputs, lambda f: cross_entropy(f, Y), START)
    np.testing.assert_allclose(product(V), fisher_product(outputs, START)(V), atol=1e-13)


def test_gauss_newton_of_squares():
    product = gauss_newton_product(outputs, lambda f: (f**2).sum(-1).mean(-1) / 2, START)
    for model in range(2):
        f, flat = one(model)
        J = torch.autograd.functional.jacobian(f, flat).reshape(27, 35).numpy()
        np.testing.assert_allclose(product(V)[model], J.T @ J @ V[model] / 9, atol=1e-12)


def test_the_two_products_with_the_jacobian():
    linear = linearised(outputs, START)
    u = torch.tensor(RNG.standard_normal((2, 9, 3)))
    for model in range(2):
        f, flat = one(model)
        J = torch.autograd.functional.jacobian(f, flat).reshape(27, 35).numpy()
        np.testing.assert_allclose(linear.push(torch.tensor(V))[model].detach().numpy().ravel(), J @ V[model], atol=1e-12)
        np.testing.assert_allclose(linear.pull(u)[model].numpy(), J.T @ u[model].numpy().ravel(), atol=1e-12)


def test_dense_is_symmetric_and_the_matrix():
    alone = [p[:1] for p in START]
    M = dense(fisher_product(outputs, alone), 35)
    np.testing.assert_allclose(M, by_hand("fisher")[0], atol=1e-12)
    np.testing.assert_allclose(M, M.T, atol=1e-13)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: fisher_product(outputs, START)(V[:1]), "one row for each network"),
        (lambda: linearised(lambda p: outputs(p)[0], START), "keep the axis"),
    ],
)
def test_refuses(call, error):
    with pytest.raises(ValueError, match=error):
        call()
