import numpy as np
import torch

from dlcore.networks import weight_norm

F64 = torch.float64


def test_a_batch_of_matrices_is_each_of_them():
    rng = np.random.default_rng(4)
    v, dw, g = rng.standard_normal((2, 3, 4, 5)), rng.standard_normal((2, 3, 4, 5)), rng.uniform(0.5, 2, (2, 3, 4))
    w, (dv, dg) = weight_norm.weight_norm(v, g), weight_norm.weight_norm_backward(dw, v, g)
    for i in np.ndindex(2, 3):
        np.testing.assert_allclose(w[i], weight_norm.weight_norm(v[i], g[i]), rtol=1e-14)
        for all_of_them, own in zip((dv, dg), weight_norm.weight_norm_backward(dw[i], v[i], g[i]), strict=True):
            np.testing.assert_allclose(all_of_them[i], own, rtol=1e-13, atol=1e-15)


def test_weight_norm_is_that_of_torch():
    rng = np.random.default_rng(3)
    v, dw, g = rng.standard_normal((4, 5)), rng.standard_normal((4, 5)), rng.uniform(0.5, 2, 4)
    layer = torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(5, 4, bias=False, dtype=F64))
    parts = layer.parametrizations.weight
    with torch.no_grad():
        parts.original0[:], parts.original1[:] = torch.tensor(g)[:, None], torch.tensor(v)
    np.testing.assert_allclose(weight_norm.weight_norm(v, g), layer.weight.detach().numpy(), rtol=0, atol=1e-14)
    layer.weight.backward(torch.tensor(dw))
    dv, dg = weight_norm.weight_norm_backward(dw, v, g)
    np.testing.assert_allclose(dv, parts.original1.grad.numpy(), rtol=0, atol=1e-14)
    np.testing.assert_allclose(dg, parts.original0.grad.numpy()[:, 0], rtol=0, atol=1e-14)
    np.testing.assert_allclose(np.linalg.norm(weight_norm.weight_norm(v, g), axis=1), g, rtol=1e-14)
    np.testing.assert_allclose(np.sum(dv * v, axis=1), 0, atol=1e-14)
