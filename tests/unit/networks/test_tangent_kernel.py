"""Tangent kernels against automatic differentiation and finite differences."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from dlcore.networks import tangent_kernel as tk

PHI = {"relu": torch.relu, "tanh": torch.tanh, "linear": lambda h: h}
WIDTHS = (3, 7, 5, 4, 2)


def network(seed=0, widths=WIDTHS):
    rng = np.random.default_rng(seed)
    return [rng.standard_normal((b, a)) for a, b in pairwise(widths)]


def value(parameters, x, activation, scales):
    """f at one input, by torch."""
    names = sorted(parameters)
    for k, name in enumerate(names):
        x = scales[k] * parameters[name] @ x
        x = PHI[activation](x) if k < len(names) - 1 else x
    return x


def gradients(ws, x, activation, scales):
    """One backward pass a sample and output: the rows of J."""
    parameters = {f"w{k}": torch.tensor(w, requires_grad=True) for k, w in enumerate(ws)}
    outputs = [out for one in torch.tensor(x) for out in value(parameters, one, activation, scales)]
    rows = [torch.cat([g.ravel() for g in torch.autograd.grad(out, list(parameters.values()), retain_graph=True)]) for out in outputs]
    return torch.stack(rows).numpy()


@pytest.mark.parametrize("activation", PHI)
def test_contraction_is_the_product_of_jacobians(activation):
    ws, x, y = network(), np.random.default_rng(1).standard_normal((6, 3)), np.random.default_rng(2).standard_normal((4, 3))
    scales = (1.0, 0.5, 2.0, 0.7)
    here, there = gradients(ws, x, activation, scales), gradients(ws, y, activation, scales)
    np.testing.assert_allclose(tk.contracted(ws, x, activation, scales=scales), here @ here.T, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(tk.contracted(ws, x, activation, other=y, scales=scales), here @ there.T, rtol=1e-12, atol=1e-12)


def test_contraction_is_that_of_finite_differences():
    ws, x, step = network(3, (3, 6, 1)), np.random.default_rng(4).standard_normal((5, 3)), 1e-6
    theta, shapes = np.concatenate([w.ravel() for w in ws]), [w.shape for w in ws]

    def outputs(flat):
        a, b = np.split(flat, [shapes[0][0] * shapes[0][1]])
        return np.tanh(x @ a.reshape(shapes[0]).T) @ b.reshape(shapes[1])[0]

    J = np.array([(outputs(theta + step * e) - outputs(theta - step * e)) / (2 * step) for e in np.eye(len(theta))]).T
    np.testing.assert_allclose(tk.contracted(ws, x, "tanh"), J @ J.T, rtol=1e-7)


def test_a_function_of_torch_has_the_same_kernel():
    ws, x, y = network(5), np.random.default_rng(6).standard_normal((4, 3)), np.random.default_rng(7).standard_normal((3, 3))
    parameters = {f"w{k}": torch.tensor(w) for k, w in enumerate(ws)}

    def function(p, one):
        return value(p, one, "tanh", (1.0,) * 4)

    found = tk.of_function(function, parameters, torch.tensor(x), torch.tensor(y))
    np.testing.assert_allclose(found, tk.contracted(ws, x, "tanh", other=y), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(tk.of_function(function, parameters, torch.tensor(x)), tk.contracted(ws, x, "tanh"), rtol=1e-12, atol=1e-12)


def test_a_convolution_has_a_tangent_kernel_too():
    rng = np.random.default_rng(0)
    k, v, x = (torch.tensor(rng.standard_normal(shape)) for shape in ((3, 1, 3), (2, 3), (4, 8)))
    p = {"k": k, "v": v}

    def function(q, one):
        return q["v"] @ torch.tanh(torch.nn.functional.conv1d(one[None, None], q["k"], padding=1))[0].mean(-1)

    leaves = {name: value.clone().requires_grad_() for name, value in p.items()}
    rows = [torch.cat([g.ravel() for g in torch.autograd.grad(out, list(leaves.values()), retain_graph=True)])
            for one in x for out in function(leaves, one)]  # fmt: skip
    J = torch.stack(rows).numpy()
    np.testing.assert_allclose(tk.of_function(function, p, x), J @ J.T, rtol=1e-12, atol=1e-13)


def test_bad_input_is_named():
    x = np.ones((2, 3))
    with pytest.raises(ValueError, match="one example a row"):
        tk.contracted([np.ones((1, 3))], np.ones(3), "relu")
    with pytest.raises(ValueError, match="scales"):
        tk.contracted([np.ones((1, 3))], x, "relu", scales=(1.0, 2.0))
