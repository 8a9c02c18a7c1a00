import numpy as np
import pytest
import torch

from dlcore.networks import backprop
from dlcore.networks.forward import forward
from dlcore.networks.initialization import draw_network

WIDTHS = [4, 6, 3, 5]
TORCH = {"linear": lambda h: h, "relu": torch.relu, "tanh": torch.tanh, "erf": torch.erf}


def torch_gradients(weights, x, error, name):
    """Gradients of ⟨error, f(x)⟩ by autograd in double precision."""
    weights = [torch.tensor(w, requires_grad=True) for w in weights]
    post = [torch.tensor(x, requires_grad=True)]
    pre = []
    for w in weights:
        pre.append((w @ post[-1][..., None])[..., 0])
        post.append(TORCH[name](pre[-1]))
    for signal in [*pre, *post[1:-1]]:
        signal.retain_grad()
    (pre[-1] * torch.tensor(error)).sum().backward()
    return [w.grad for w in weights], [h.grad for h in pre], [z.grad for z in post[:-1]]


@pytest.mark.parametrize("name", TORCH)
@pytest.mark.parametrize("lead", [(), (7,)], ids=["inputs of one network", "networks"])
def test_all_gradients_agree_with_autograd(rng, name, lead):
    weights = draw_network(rng, WIDTHS, networks=lead[0] if lead else None, sigma_w2=1.5)
    x, error = rng.standard_normal((7, WIDTHS[0])), rng.standard_normal((7, WIDTHS[-1]))
    gradients = backprop.backward(weights, forward(weights, x, name), error, name)
    by_weights, by_pre, by_post = torch_gradients(weights, x, error, name)
    for measured, expected in [
        (gradients.weights, by_weights),
        (gradients.errors.pre, by_pre),
        (gradients.errors.post, by_post),
    ]:
        assert len(measured) == len(expected) == 3
        for a, b in zip(measured, expected, strict=True):
            assert a.shape == tuple(b.shape)
            np.testing.assert_allclose(a, b, rtol=0, atol=1e-13)  # sums of fewer than 50 terms of order 1 to 10


def test_gradient_shapes_are_those_of_the_weights(rng):
    weights = draw_network(rng, WIDTHS, sigma_w2=1.0)
    hidden = forward(weights, rng.standard_normal(4), "tanh")
    gradients = backprop.backward(weights, hidden, np.ones(5), "tanh")
    assert [g.shape for g in gradients.weights] == [w.shape for w in weights]


def test_linear_orthogonal_layers_keep_every_norm(rng):
    """‖e^ℓ‖ = ‖e‖ and ‖∂F/∂W^ℓ‖ = ‖e‖‖x‖ at every layer (L3.18); each product rounds to a few units of eps."""
    weights = draw_network(rng, 12, depth=20, sigma_w2=1.0, family="orthogonal")
    x, e = rng.standard_normal(12), rng.standard_normal(12)
    gradients = backprop.backward(weights, forward(weights, x, "linear"), e, "linear")
    for by_pre, by_weight in zip(gradients.errors.pre, gradients.weights, strict=True):
        assert np.linalg.norm(by_pre) == pytest.approx(np.linalg.norm(e), rel=1e-13)
        assert np.linalg.norm(by_weight) == pytest.approx(np.linalg.norm(e) * np.linalg.norm(x), rel=1e-13)


def test_as_many_weights_as_layers(rng):
    weights = draw_network(rng, 4, depth=3, sigma_w2=1.0)
    hidden = forward(weights, np.ones(4), "relu")
    with pytest.raises(ValueError, match="zip"):
        backprop.backward(weights[1:], hidden, np.ones(4), "relu")


def test_an_error_of_another_shape_is_refused(rng):
    weights = draw_network(rng, WIDTHS, sigma_w2=1.0)
    hidden = forward(weights, np.ones(4), "relu")
    with pytest.raises(ValueError, match=r"error must have the output's shape \(5,\), got \(4,\)"):
        backprop.backward(weights, hidden, np.ones(4), "relu")
