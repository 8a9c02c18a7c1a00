import numpy as np
import pytest
import torch

from dlcore.networks import path_sums
from dlcore.networks.initialization import draw_network

WIDTHS = [2, 3, 4, 3, 2]
TORCH = {"tanh": torch.tanh, "relu": torch.relu, "linear": lambda h: h}


def autograd(weights, x, name, output):
    """∂f_output/∂W^ℓ of all layers."""
    tensors = [torch.tensor(w, requires_grad=True) for w in weights]
    z = torch.tensor(x)
    for w in tensors[:-1]:
        z = TORCH[name](w @ z)
    (tensors[-1] @ z)[output].backward()
    return [w.grad.numpy() for w in tensors]


@pytest.mark.parametrize("name", TORCH)
@pytest.mark.parametrize("layer", [1, 2, 3, 4])
def test_the_sum_over_all_paths_is_the_derivative(rng, name, layer):
    weights, x = draw_network(rng, WIDTHS, sigma_w2=1.5), rng.standard_normal(2)
    expected = autograd(weights, x, name, output=1)[layer - 1]
    for row, column in np.ndindex(expected.shape):
        found = path_sums.path_sum(weights, x, name, layer=layer, row=row, column=column, output=1)
        assert len(found.products) == path_sums.count_paths(WIDTHS, layer)
        assert found.total == pytest.approx(expected[row, column], abs=1e-13)


@pytest.mark.parametrize("layer", [1, 2, 3, 4])
def test_paths_are_counted_by_powers_of_the_adjacency_matrix(layer):
    blocks = np.eye(WIDTHS[layer], dtype=int)
    for a, b in zip(WIDTHS[layer:], WIDTHS[layer + 1 :]):
        blocks = blocks @ np.ones((a, b), dtype=int)
    assert path_sums.count_paths(WIDTHS, layer) == blocks[0, 0]


def test_both_ways_give_the_gradients_and_cost_what_the_formulas_say(rng):
    for depth, width in ((1, 3), (2, 5), (7, 4), (20, 8)):
        weights = draw_network(rng, width, depth=depth, sigma_w2=1.0)
        x, error = rng.standard_normal((2, width))
        tensors = [torch.tensor(w, requires_grad=True) for w in weights]
        z = torch.tensor(x)
        for w in tensors[:-1]:
            z = torch.tanh(w @ z)
        (torch.tensor(error) @ (tensors[-1] @ z)).backward()
        once = path_sums.counted_backprop(weights, x, error, "tanh")
        again = path_sums.counted_rebuild(weights, x, error, "tanh")
        for a, b, tensor in zip(once.weights, again.weights, tensors):
            np.testing.assert_allclose(a, tensor.grad.numpy(), rtol=0, atol=1e-13)
            np.testing.assert_array_equal(a, b)
        assert once.operations == (3 * depth - 1) * width**2
        assert again.operations == width**2 * (2 * depth + depth * (depth - 1) // 2)


def test_bad_input_names_the_remedy(rng):
    weights, x = draw_network(rng, WIDTHS, sigma_w2=1.0), rng.standard_normal(2)
    with pytest.raises(ValueError, match="layer must lie between 1 and the depth 4, got 0"):
        path_sums.path_sum(weights, x, "tanh", layer=0, row=0, column=0)
    with pytest.raises(ValueError, match="count from 0"):
        path_sums.path_sum(weights, x, "tanh", layer=1, row=3, column=0)
