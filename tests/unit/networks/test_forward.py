import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dlcore.networks.forward import forward
from dlcore.networks.initialization import draw_network


def test_forward_agrees_with_torch_layers(rng):
    weights = draw_network(rng, [5, 7, 3, 2], sigma_w2=1.5)
    x = rng.standard_normal((11, 5))
    layers = []
    for w in weights:
        layer = torch.nn.Linear(*w.shape[::-1], bias=False, dtype=torch.float64)
        layer.weight.data = torch.tensor(w)
        layers += [layer, torch.nn.Tanh()]
    output = torch.nn.Sequential(*layers[:-1])(torch.tensor(x))  # nothing after the last layer
    hidden = forward(weights, x, "tanh")
    assert [h.shape for h in hidden.pre] == [(11, 7), (11, 3), (11, 2)]
    assert [z.shape for z in hidden.post] == [(11, 5), (11, 7), (11, 3), (11, 2)]
    np.testing.assert_allclose(hidden.output, output.detach(), rtol=0, atol=1e-14)  # sums of ≤ 7 numbers of order 1
    np.testing.assert_array_equal(hidden.post[-1], np.tanh(hidden.output))


@given(st.lists(st.integers(1, 6), min_size=2, max_size=5), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_many_networks_at_once_are_the_networks_one_by_one(widths, count, seed):
    rng = np.random.default_rng(seed)
    weights = draw_network(rng, widths, networks=count, sigma_w2=1.0)
    x = rng.standard_normal((count, widths[0]))
    together = forward(weights, x, "relu").output
    alone = [forward([w[i] for w in weights], x[i], "relu").output for i in range(count)]
    np.testing.assert_allclose(together, alone, rtol=0, atol=1e-12)


def test_a_stack_of_square_layers_is_a_list_of_them(rng):
    stack = rng.standard_normal((4, 3, 3))
    x = rng.standard_normal(3)
    np.testing.assert_array_equal(forward(stack, x, "erf").output, forward(list(stack), x, "erf").output)


def test_one_input_serves_many_networks(rng):
    weights = draw_network(rng, 3, depth=2, networks=6, sigma_w2=1.0)
    assert forward(weights, np.ones(3), "linear").output.shape == (6, 3)


def test_shapes_that_do_not_meet_are_refused(rng):
    with pytest.raises(ValueError, match=r"W\^2 must have shape \(..., fan_out, 4\), got \(2, 3\)"):
        forward([np.ones((4, 3)), np.ones((2, 3))], np.ones(3), "linear")
    with pytest.raises(ValueError, match=r"at least one matrix"):
        forward([], np.ones(3), "linear")


def test_lists_are_arrays():
    weights = [[[2.0], [-1.0]], [[1.0, 1.0]]]
    assert forward(weights, [3.0], "relu").output.tolist() == [6.0]
    assert forward(list(map(np.array, weights)), np.array([3.0]), "relu").output.tolist() == [6.0]
