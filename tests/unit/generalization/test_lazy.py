"""Scaled shallow networks against autograd, the general contraction, and the pseudo-inverse."""

import numpy as np
import pytest
import torch

from dlcore.generalization.lazy import Shallow, descend
from dlcore.networks.tangent_kernel import contracted

X = np.array([[1.0, 0.2], [-0.4, 0.9], [0.3, -1.1], [0.8, 0.8]])
Y = np.array([0.7, -0.4, 0.2, -0.9])


def split(theta):
    return theta[:-10].reshape(10, 2), theta[-10:]


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_values_pulls_and_kernels_are_those_of_autograd(activation):
    network = Shallow(X, activation)
    theta = network.draw(np.random.default_rng(0), 10, (3,))
    r = np.random.default_rng(1).standard_normal((3, 4))
    for k in range(3):
        t = torch.tensor(theta[k], requires_grad=True)
        f = getattr(torch, activation)(torch.tensor(X) @ t[:20].reshape(10, 2).T) @ t[20:] / 10**0.5
        J = torch.stack([torch.autograd.grad(out, t, retain_graph=True)[0] for out in f]).numpy()
        np.testing.assert_allclose(network.value(theta)[k], f.detach().numpy(), atol=1e-14)
        np.testing.assert_allclose(network.kernel(theta)[k], J @ J.T, atol=1e-13)
        np.testing.assert_allclose(network.pull(theta, r)[k], J.T @ r[k], atol=1e-13)


def test_the_kernel_off_the_sample_is_the_general_contraction():
    network, other = Shallow(X, "tanh"), Shallow(X[:2] + 0.3, "tanh")
    theta = network.draw(np.random.default_rng(2), 10)
    W, a = split(theta)
    full = contracted([W, a[None]], X, "tanh", other=X[:2] + 0.3, scales=(1.0, 10**-0.5))
    np.testing.assert_allclose(network.kernel(theta, other), full, atol=1e-14)


def test_descent_is_gradient_descent_of_the_scaled_loss():
    network = Shallow(X, "tanh")
    theta = network.draw(np.random.default_rng(3), 10)
    run = descend(network, theta, Y, [0.5, 20.0], at=[0, 1, 2])
    for k, alpha in enumerate((0.5, 20.0)):
        t, first, clock = torch.tensor(theta), network.value(theta), 0.0
        for step in (1, 2):
            eta = 1 / np.linalg.eigvalsh(network.kernel(t.numpy()))[-1]
            t.requires_grad_()
            f = torch.tanh(torch.tensor(X) @ t[:20].reshape(10, 2).T) @ t[20:] / 10**0.5
            loss = ((alpha * (f - torch.tensor(first)) - torch.tensor(Y)) ** 2).sum() / 2 / alpha**2
            t = (t - eta * torch.autograd.grad(loss, t)[0]).detach()
            clock += eta
            np.testing.assert_allclose(run.parameters[step, k], t.numpy(), atol=1e-12)
            np.testing.assert_allclose(run.time[step, k], clock, rtol=1e-12)


def test_large_alpha_is_the_linear_model_with_parameters_in_the_row_space():
    network = Shallow(X, "tanh")
    theta = network.draw(np.random.default_rng(4), 10)
    run = descend(network, theta, Y, 1e5, at=[0, 5, 50, 400])
    np.testing.assert_allclose(run.outputs, run.linear @ run.kernel, atol=1e-3)
    J = np.array([network.pull(theta, e) for e in np.eye(4)])
    np.testing.assert_allclose(1e5 * (run.parameters[-1] - theta), J.T @ run.linear[-1], atol=1e-3)


def test_bad_input_is_named():
    network = Shallow(X, "tanh")
    theta = network.draw(np.random.default_rng(5), 10)
    with pytest.raises(ValueError, match="multiple of 3"):
        network.value(theta[:-1])
    with pytest.raises(ValueError, match="alpha must be positive"):
        descend(network, theta, Y, 0.0, at=[1])
    with pytest.raises(ValueError, match="increasing"):
        descend(network, theta, Y, 1.0, at=[3, 1])
    with pytest.raises(ValueError, match="share"):
        descend(network, theta, Y, 1.0, at=[1], share=1.5)
