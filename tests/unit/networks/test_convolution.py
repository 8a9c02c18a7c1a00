import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from dlcore.networks import convolution

functional = torch.nn.functional


def test_the_matrix_is_torchs_convolution_and_its_transpose_the_transposed_one(rng):
    kernel, x = rng.standard_normal((3, 2)), rng.standard_normal((6, 5))
    k = convolution.matrix(kernel, x.shape)
    weight = torch.tensor(kernel)[None, None]
    theirs = functional.conv2d(torch.tensor(x)[None, None], weight)[0, 0].numpy()
    np.testing.assert_allclose((k @ x.ravel()).reshape(theirs.shape), theirs, rtol=0, atol=1e-13)
    y = rng.standard_normal(theirs.shape)
    back = functional.conv_transpose2d(torch.tensor(y)[None, None], weight)[0, 0].numpy()
    np.testing.assert_allclose((k.T @ y.ravel()).reshape(x.shape), back, rtol=0, atol=1e-13)
    assert k.nnz == 6 * theirs.size


def test_round_the_edges_it_is_scipys(rng):
    kernel, x = rng.standard_normal((3, 3)), rng.standard_normal((8, 6))
    theirs = ndimage.correlate(x, kernel, mode="wrap", origin=(-1, -1))
    np.testing.assert_allclose(convolution.circular(kernel, x), theirs, rtol=0, atol=1e-13)
    found = convolution.matrix(kernel, x.shape, edges="circular") @ x.ravel()
    np.testing.assert_allclose(found.reshape(x.shape), theirs, rtol=0, atol=1e-13)


@given(st.integers(-9, 9), st.integers(-9, 9), st.integers(0, 2**32 - 1))
def test_shifts_go_through_it_and_through_pooling_if_even(down, right, seed):
    rng = np.random.default_rng(seed)
    kernel, x = rng.standard_normal((3, 3)), rng.standard_normal((2, 8, 8))
    shifted = np.roll(x, (down, right), axis=(-2, -1))
    after = np.roll(convolution.circular(kernel, x), (down, right), axis=(-2, -1))
    np.testing.assert_array_equal(convolution.circular(kernel, shifted), after)
    pooled = np.roll(convolution.max_pool(x), (down, right), axis=(-2, -1))
    even = np.roll(x, (2 * down, 2 * right), axis=(-2, -1))
    np.testing.assert_array_equal(convolution.max_pool(even), pooled)


def test_pooling_is_torchs(rng):
    x = rng.standard_normal((2, 9, 6))
    theirs = functional.max_pool2d(torch.tensor(x), 3).numpy()
    np.testing.assert_array_equal(convolution.max_pool(x, 3), theirs)


def test_counts_are_those_of_torch_modules():
    layer = torch.nn.Conv2d(3, 5, 7)
    assert convolution.parameters(3, 5, 7) == sum(p.numel() for p in layer.parameters())
    x, channels = torch.zeros(1, 3, 4, 4), []
    for layer in range(1, 6):  # a DenseNet's block: each layer appends 4 channels to what it received
        channels.append(x.shape[1])
        x = torch.cat([x, torch.nn.Conv2d(x.shape[1], 4, 3, padding=1)(x)], dim=1)
        assert convolution.dense_channels(3, 4, layer) == channels[-1]


def test_bad_shapes_are_refused():
    with pytest.raises(ValueError, match="no larger than the image 2 × 2"):
        convolution.matrix(np.ones((3, 3)), (2, 2))
    with pytest.raises(ValueError, match="tiles of side 2 must fill the image, got 3 × 4"):
        convolution.max_pool(np.ones((3, 4)))
    with pytest.raises(ValueError, match="edges must be one of"):
        convolution.matrix(np.ones((1, 1)), (2, 2), edges="same")
