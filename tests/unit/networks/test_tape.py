import numpy as np
import pytest
import torch

from dlcore.networks.tape import SLIPS, Network, gradients, two_passes

TORCH = {"tanh": torch.tanh, "relu": torch.relu, "sigmoid": torch.sigmoid}


def drawn(rng, hidden=3, examples=1, soft=False):
    network = Network(rng.standard_normal((hidden, 2)), rng.standard_normal((hidden, 1)), rng.standard_normal((2, hidden)))
    c = rng.random((2, examples)) if soft else np.eye(2)[:, rng.integers(0, 2, examples)]
    return network, rng.standard_normal((2, examples)), c


def autograd(network, x, c, name):
    """The gradients by W¹, b¹, W² and x of the mean cross entropy."""
    W1, b1, W2, x = (torch.tensor(a, requires_grad=True) for a in (*network, x))
    scores = W2 @ TORCH[name](W1 @ x + b1)
    loss = -(torch.tensor(c) * torch.log_softmax(scores, dim=0)).sum() / x.shape[1]
    loss.backward()
    return loss.item(), [a.grad.numpy() for a in (W1, b1, W2, x)]


@pytest.mark.parametrize("name", TORCH)
@pytest.mark.parametrize("examples", [1, 5])
@pytest.mark.parametrize("soft", [False, True], ids=["one-hot", "targets that do not sum to 1"])
def test_the_tape_agrees_with_autograd(rng, name, examples, soft):
    network, x, c = drawn(rng, examples=examples, soft=soft)
    loss, expected = autograd(network, x, c, name)
    tape = two_passes(network, x, c, name)
    assert len(tape) == 13 and tape.stopped is None
    assert tape["F"].item() == pytest.approx(loss, rel=1e-13)
    for key, want in zip(("∇W¹", "∇b¹", "∇W²", "∇x"), expected):
        np.testing.assert_allclose(tape[key], want, rtol=0, atol=1e-13)  # sums of a dozen terms of order 1 to 10


def test_slips_that_no_shape_gives_away(rng):
    network, x, c = drawn(rng)
    right, sign, twice, post = (gradients(network, x, c, "tanh", slip) for slip in ("none", "sign", "twice", "post"))
    for a, b, d in zip(right, sign, twice):
        np.testing.assert_array_equal(b, -a)
        np.testing.assert_array_equal(d, 2 * a)
    np.testing.assert_array_equal(post.W2, right.W2)
    assert np.abs(post.W1 - right.W1).max() > 1e-3
    relu = [gradients(network, x, c, "relu", slip).W1 for slip in ("none", "post")]
    np.testing.assert_array_equal(*relu)  # z > 0 where h > 0


@pytest.mark.parametrize(("slip", "place"), [("transpose", "∇h¹"), ("row", "∇W²"), ("jacobian", "∇h²")])
def test_slips_that_shapes_give_away(rng, slip, place):
    tape = two_passes(*drawn(rng), "tanh", slip)
    assert tape.stopped.name == place == tape[-1].name
    assert "not fit" in tape.stopped.shapes
    assert gradients(*drawn(rng), "tanh", slip) is None


def test_square_weights_hide_a_missing_factor(rng):
    network, x, c = drawn(rng, hidden=2)
    right, slipped = (gradients(network, x, c, "tanh", slip) for slip in ("none", "transpose"))
    np.testing.assert_array_equal(slipped.W2, right.W2)
    assert np.abs(slipped.W1 - right.W1).max() > 1e-3


def test_shapes_are_those_of_what_they_are_gradients_of(rng):
    network, x, c = drawn(rng, examples=4)
    assert [g.shape for g in gradients(network, x, c, "tanh")] == [w.shape for w in network]


def test_bad_input_names_the_remedy(rng):
    network, x, c = drawn(rng)
    with pytest.raises(ValueError, match="slip must be one of"):
        two_passes(network, x, c, "tanh", "typo")
    with pytest.raises(ValueError, match="x must be a matrix"):
        two_passes(network, x[:, 0], c, "tanh")
    with pytest.raises(ValueError, match=r"W2 must have shape \(2, 3\), got \(2, 2\)"):
        two_passes(network._replace(W2=np.eye(2)), x, c, "tanh")
    assert len(SLIPS) == 7
