import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcore.networks.initialization import delta_orthogonal, draw_network
from dlcore.signals.meanfield import gradient_factor
from dlcore.spectra import jacobians

EPS = np.finfo(float).eps
TORCH = {"tanh": torch.tanh, "relu": torch.relu, "linear": lambda h: h, "erf": torch.erf}


@pytest.mark.parametrize("activation", TORCH)
def test_jacobian_is_that_of_automatic_differentiation(rng, activation):
    weights, x = draw_network(rng, [5, 8, 6, 4], sigma_w2=1.5), rng.standard_normal(5)
    biases = [rng.standard_normal(n) for n in (8, 6, 4)]

    def network(v):
        for w, b in zip(weights, biases, strict=True):
            v = TORCH[activation](torch.tensor(w) @ v + torch.tensor(b))
        return v

    expected = torch.autograd.functional.jacobian(network, torch.tensor(x)).numpy()
    np.testing.assert_allclose(jacobians.jacobian(weights, x, activation, biases), expected, atol=1e-13)


def test_leading_axes_number_networks_or_inputs(rng):
    weights = draw_network(rng, [4, 6, 3], networks=5, sigma_w2=1.0)
    x = rng.standard_normal((5, 4))
    many = jacobians.jacobian(weights, x, "tanh")
    one = jacobians.jacobian([w[2] for w in weights], x[2], "tanh")
    np.testing.assert_allclose(many[2], one, rtol=1e-12)
    inputs = jacobians.jacobian([w[2] for w in weights], x, "tanh")
    assert inputs.shape == (5, 3, 4)
    np.testing.assert_allclose(inputs[2], one, rtol=1e-12)


def test_orthogonal_linear_networks_are_isometric(rng):
    j = jacobians.random_jacobians(rng, width=20, depth=30, networks=3, activation="linear", sigma_w2=1.0, family="orthogonal")
    np.testing.assert_allclose(jacobians.singular_values(j), 1, atol=30 * 20**1.5 * EPS)


def test_every_layer_of_given_weights(rng):
    weights, x, biases = rng.standard_normal((4, 3, 5, 5)), rng.standard_normal((3, 5)), list(rng.standard_normal((4, 3, 5)))
    every = jacobians.jacobian(list(weights), x, "tanh", biases, every=True)
    assert every.shape == (4, 3, 5, 5)
    for layers in range(1, 5):
        expected = jacobians.jacobian(list(weights[:layers]), x, "tanh", biases[:layers])
        np.testing.assert_array_equal(every[layers - 1], expected)


def test_every_layer_and_the_last(rng):
    seed, setting = 5, {"width": 7, "depth": 4, "networks": 2, "activation": "tanh", "sigma_w2": 1.2}
    last = jacobians.random_jacobians(np.random.default_rng(seed), **setting)
    every = jacobians.random_jacobians(np.random.default_rng(seed), every=True, **setting)
    assert every.shape == (4, 2, 7, 7)
    np.testing.assert_array_equal(every[-1], last)


def test_mean_square_singular_value_grows_by_chi(rng):
    """E tr(J Jᵀ)/N = χ^L up to O(1/N), with biases that hold q* = 0.5 (hard tanh)."""
    q, gain = 0.5, 1.2
    offset = q - gain * 0.3793  # E φ(√½ Z)² = 0.3793 to four digits
    j = jacobians.random_jacobians(
        rng, width=300, depth=3, networks=30, activation="hard_tanh", sigma_w2=gain, sigma_b2=offset, q0=(q - offset) / gain
    )
    first, _ = jacobians.squared_spread(j)
    error = first.std(ddof=1) / np.sqrt(30)
    assert first.mean() == pytest.approx(gradient_factor(q, "hard_tanh", gain) ** 3, abs=4 * error + 3 * 3 / 300)


@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 99))
def test_spread_by_traces_is_that_of_the_singular_values(rows, columns, seed):
    j = np.random.default_rng(seed).standard_normal((3, rows, columns))
    squared = np.zeros((3, rows))
    squared[:, : min(rows, columns)] = jacobians.singular_values(j) ** 2
    mean, variance = jacobians.squared_spread(j)
    np.testing.assert_allclose(mean, squared.mean(axis=1), rtol=1e-10)
    np.testing.assert_allclose(variance, squared.var(axis=1) / squared.mean(axis=1) ** 2, atol=1e-9)


@pytest.mark.parametrize("padding", jacobians.PADDINGS)
@pytest.mark.parametrize("size", [(3, 3), (1, 5), (2, 4)])
def test_convolution_is_torchs(rng, padding, size):
    kernel, image = rng.standard_normal((4, 3, *size)), rng.standard_normal((2, 3, 7, 6))
    rows, columns = size
    around = ((columns - 1) // 2, columns // 2, (rows - 1) // 2, rows // 2)
    padded = torch.nn.functional.pad(torch.tensor(image), around, mode="circular" if padding == "circular" else "constant")
    expected = torch.nn.functional.conv2d(padded, torch.tensor(kernel)).numpy()
    np.testing.assert_allclose(jacobians.convolve(image, kernel, padding), expected, atol=1e-12)


@settings(max_examples=20)
@given(st.integers(1, 3), st.integers(1, 3), st.sampled_from([1, 2, 3]), st.integers(3, 5), st.integers(0, 99))
def test_singular_values_of_a_convolution_are_those_of_its_matrix(c_in, c_out, k, size, seed):
    kernel = np.random.default_rng(seed).standard_normal((c_out, c_in, k, k))
    basis = np.eye(c_in * size**2).reshape(-1, c_in, size, size)
    dense = jacobians.convolve(basis, kernel).reshape(len(basis), -1)
    expected = np.linalg.svd(dense, compute_uv=False)
    np.testing.assert_allclose(jacobians.convolution_singular_values(kernel, size), expected, atol=1e-10)


@settings(max_examples=20)
@given(st.integers(1, 6), st.integers(0, 4), st.sampled_from([1, 3, (3, 5)]), st.sampled_from(jacobians.PADDINGS), st.integers(0, 99))
def test_delta_orthogonal_kernels_keep_every_norm(c_in, more, k, padding, seed):
    rng = np.random.default_rng(seed)
    kernel = delta_orthogonal(rng, k, c_in, c_in + more, gain=2.0)
    image = rng.standard_normal((c_in, 6, 7))
    y = jacobians.convolve(image, kernel, padding)
    assert np.linalg.norm(y) == pytest.approx(np.sqrt(2) * np.linalg.norm(image), rel=1e-13)
    np.testing.assert_allclose(jacobians.convolution_singular_values(kernel, (6, 7)), np.sqrt(2), rtol=1e-12)


@pytest.mark.filterwarnings("error")
def test_overflow_is_a_result(rng):
    j = jacobians.random_jacobians(rng, width=10, depth=400, networks=1, activation="linear", sigma_w2=1e3)
    assert not np.all(np.isfinite(j))
    with pytest.raises(ValueError, match=r"j must be finite"):
        jacobians.singular_values(j)


def test_bad_input_is_refused(rng):
    setting = {"width": 4, "depth": 2, "networks": 1, "activation": "relu", "sigma_w2": 1.0}
    with pytest.raises(ValueError, match=r"width must be at least 1, got 0: pass a whole number from 1 upwards"):
        jacobians.random_jacobians(rng, **setting | {"width": 0})
    with pytest.raises(ValueError, match=r"sigma_w2 must be positive, got -1.0"):
        jacobians.random_jacobians(rng, **setting | {"sigma_w2": -1.0})
    with pytest.raises(ValueError, match=r"sigma_b2 must be non-negative, got -1.0"):
        jacobians.random_jacobians(rng, **setting, sigma_b2=-1.0)
    with pytest.raises(ValueError, match=r"activation must be one of .* got 'gelu'"):
        jacobians.random_jacobians(rng, **setting | {"activation": "gelu"})
    with pytest.raises(ValueError, match=r"family must be one of"):
        jacobians.random_jacobians(rng, **setting, family="cauchy")
    with pytest.raises(ValueError, match=r"W\^2 must have shape \(\.\.\., fan_out, 3\), got \(2, 4\)"):
        jacobians.jacobian([np.ones((3, 4)), np.ones((2, 4))], np.ones(4), "tanh")
    with pytest.raises(ValueError, match=r"weights must hold at least one matrix"):
        jacobians.jacobian([], np.ones(4), "tanh")
    with pytest.raises(ValueError, match=r"biases must hold one array for each of 1 layers, got 2"):
        jacobians.jacobian([np.ones((3, 4))], np.ones(4), "tanh", [np.ones(3), np.ones(3)])
    with pytest.raises(ValueError, match=r"size must be at least that of the kernel \(3, 3\), got \(2, 2\)"):
        jacobians.convolution_singular_values(np.ones((1, 1, 3, 3)), 2)
    with pytest.raises(ValueError, match=r"padding must be one of 'circular', 'zero', got 'valid'"):
        jacobians.convolve(np.ones((1, 4, 4)), np.ones((1, 1, 3, 3)), "valid")
    with pytest.raises(ValueError, match=r"image must have shape \(\.\.\., 2, height, width\), got \(1, 4, 4\)"):
        jacobians.convolve(np.ones((1, 4, 4)), np.ones((1, 2, 3, 3)))


def test_kernels_that_cannot_be_orthogonal_are_refused(rng):
    with pytest.raises(ValueError, match=r"kernel_size must be odd, got 2: only then is there a centre tap"):
        delta_orthogonal(rng, 2, 4, 4)
    with pytest.raises(ValueError, match=r"c_in must be at most c_out = 4, got 8: fewer channels cannot keep every norm"):
        delta_orthogonal(rng, 3, 8, 4)
    with pytest.raises(ValueError, match=r"c_in must be at least 1, got 0"):
        delta_orthogonal(rng, 3, 0, 4)
    with pytest.raises(ValueError, match=r"gain must be positive, got 0"):
        delta_orthogonal(rng, 3, 4, 4, gain=0.0)
