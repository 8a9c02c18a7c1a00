import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcore.networks import normalization as nz
from dlcore.networks import weight_norm
from dlcore.optimizers import conditioning

F64 = torch.float64
EPS = np.finfo(float).eps
SHAPES = [(5, 6), (4, 6, 3, 2)]
CASES = [(norm, shape) for shape in SHAPES for norm in nz.NORMS if not (norm == "instance" and len(shape) == 2)]
GROUPS = {"group": 3}


def sample(shape, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(1.0, 3.0, shape), rng.standard_normal(shape), rng.normal(1, 1, shape[1]), rng.standard_normal(shape[1])


def torch_layer(norm, h, gamma, beta, eps):
    """PyTorch's own layer, in training; its layer norm has γ of the shape (C, …)."""
    f = torch.nn.functional
    if norm == "batch":
        return f.batch_norm(h, None, None, gamma, beta, training=True, eps=eps)
    if norm == "layer":
        full = [p.reshape(-1, *[1] * (h.ndim - 2)).expand(h.shape[1:]) for p in (gamma, beta)]
        return f.layer_norm(h, h.shape[1:], *full, eps=eps)
    if norm == "instance":
        return f.instance_norm(h, weight=gamma, bias=beta, eps=eps)
    return f.group_norm(h, 3, gamma, beta, eps=eps)


@pytest.mark.parametrize("eps", [0.0, 1e-5, 0.3])
@pytest.mark.parametrize(("norm", "shape"), CASES)
def test_forward_and_backward_are_those_of_torch(norm, shape, eps):
    h, dz, gamma, beta = sample(shape)
    there = [torch.tensor(a, dtype=F64, requires_grad=True) for a in (h, gamma, beta)]
    # PyTorch takes no ε of exactly 0 in batch norm's backward pass on all versions; 1e-40 is 0 next to any variance here.
    z = torch_layer(norm, *there, eps or 1e-40)
    z.backward(torch.tensor(dz))
    groups = GROUPS.get(norm)
    here, done = nz.forward(h, norm, gamma=gamma, beta=beta, groups=groups, eps=eps)
    back = nz.backward(dz, done, norm, gamma=gamma, groups=groups)
    np.testing.assert_allclose(here, z.detach().numpy(), rtol=0, atol=1e-12)
    for mine, theirs in zip(back, there, strict=True):
        np.testing.assert_allclose(mine, theirs.grad.numpy(), rtol=0, atol=1e-12)


@given(st.integers(2, 9), st.integers(0, 10**6), st.floats(0, 2))
def test_pullback_is_the_transposed_jacobian(n, seed, eps):
    rng = np.random.default_rng(seed)
    h, g = rng.standard_normal((2, 3, n))
    done = nz.standardize(h, -1, eps)
    dense = np.einsum("bij,bi->bj", nz.jacobian(h, eps), g)
    np.testing.assert_allclose(nz.pullback(g, done), dense, rtol=0, atol=200 * n * EPS * np.max(np.abs(g)) / done.std.min())


def test_the_last_axis_is_meant_where_none_is_named():
    h, g = np.random.default_rng(6).standard_normal((2, 3, 4, 5))
    done = nz.standardize(h)
    np.testing.assert_array_equal(done.eta, nz.standardize(h, 2).eta)
    np.testing.assert_array_equal(nz.pullback(g, done), nz.pullback(g, done, 2))
    flat = nz.pullback(g.reshape(12, 5), nz.standardize(h.reshape(12, 5), 1), 1)
    np.testing.assert_allclose(nz.pullback(g, done).reshape(12, 5), flat, rtol=1e-13, atol=1e-14)


def test_jacobian_is_that_of_automatic_differentiation():
    h = sample((7, 1))[0][:, 0]
    for eps in (0.0, 0.7):
        torch_jacobian = torch.autograd.functional.jacobian(
            lambda v, eps=eps: (v - v.mean()) / torch.sqrt(v.var(unbiased=False) + eps), torch.tensor(h)
        )
        np.testing.assert_allclose(nz.jacobian(h, eps), torch_jacobian.numpy(), rtol=0, atol=50 * EPS)
    singular = np.linalg.svd(nz.jacobian(h), compute_uv=False)
    np.testing.assert_allclose(singular, [1 / h.std()] * 5 + [0, 0], rtol=0, atol=50 * EPS)


@settings(max_examples=50)
@given(st.sampled_from(CASES), st.floats(1e-3, 1e3), st.floats(-100, 100), st.integers(0, 10**6))
def test_scale_and_shift_of_the_input_do_not_matter(case, scale, shift, seed):
    norm, shape = case
    h = np.random.default_rng(seed).standard_normal(shape)
    groups = GROUPS.get(norm)
    eta, moved = (nz.normalize(a, norm, groups=groups).eta for a in (h, scale * h + shift))
    # Rounding of scale·h + shift, relative to the smallest deviation, of at least two values.
    spread = nz.normalize(h, norm, groups=groups).std.min() * scale
    error = 20 * EPS * (abs(shift) + scale * np.abs(h).max()) / spread
    np.testing.assert_allclose(moved, eta, rtol=0, atol=error * (1 + np.abs(eta).max()))
    negative = nz.normalize(-scale * h, norm, groups=groups).eta
    np.testing.assert_allclose(negative, -eta, rtol=0, atol=error * (1 + np.abs(eta).max()))


def test_group_norm_contains_layer_and_instance_norm():
    h = sample((4, 6, 3, 2))[0]
    for groups, norm in ((1, "layer"), (6, "instance")):
        np.testing.assert_array_equal(nz.normalize(h, "group", groups=groups).eta, nz.normalize(h, norm).eta)


@pytest.mark.parametrize(("norm", "shape"), CASES)
def test_entries_that_share_statistics_have_mean_0_and_mean_square_1(norm, shape):
    groups = GROUPS.get(norm)
    eta = nz.normalize(sample(shape)[0], norm, groups=groups).eta
    labels = nz.sharing(shape, norm, groups)
    counts = np.bincount(labels.ravel())
    expected = {"batch": 6, "layer": shape[0], "instance": shape[0] * 6, "group": shape[0] * 3}[norm]
    assert len(counts) == expected and len(set(counts)) == 1
    np.testing.assert_allclose(np.bincount(labels.ravel(), eta.ravel()) / counts, 0, atol=20 * EPS)
    np.testing.assert_allclose(np.bincount(labels.ravel(), eta.ravel() ** 2) / counts, 1, rtol=20 * EPS)


@pytest.mark.parametrize("shape", SHAPES)
def test_running_statistics_and_evaluation_are_those_of_torch(shape):
    layer = {2: torch.nn.BatchNorm1d, 4: torch.nn.BatchNorm2d}[len(shape)](shape[1], momentum=0.3, dtype=F64)
    state, start = nz.init_running(shape[1]), nz.init_running(shape[1])
    for seed in range(4):
        h, _, gamma, beta = sample(shape, seed)
        layer(torch.tensor(h))
        state = nz.step_running(state, h, 0.3)
    np.testing.assert_array_equal([start.mean, start.var], [[0] * shape[1], [1] * shape[1]])  # not changed in place
    np.testing.assert_allclose(state.mean, layer.running_mean, rtol=0, atol=1e-13)
    np.testing.assert_allclose(state.var, layer.running_var, rtol=1e-13)
    layer.eval()
    with torch.no_grad():
        layer.weight[:], layer.bias[:] = torch.tensor(gamma), torch.tensor(beta)
        theirs = layer(torch.tensor(h)).numpy()
    np.testing.assert_allclose(nz.evaluate(h, state, gamma=gamma, beta=beta, eps=layer.eps), theirs, rtol=0, atol=1e-12)


H = np.arange(24.0).reshape(4, 6)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: nz.normalize(np.zeros((0, 3)), "batch"), ValueError, r"at least 2 values, got 0 .*larger batch"),
        (lambda: nz.normalize(np.ones((1, 3)), "batch"), ValueError, r"at least 2 values, got 1 .*running statistics"),
        (lambda: nz.normalize(H, "instance"), ValueError, r"at least 2 values, got 1"),
        (lambda: nz.normalize(H, "group", groups=4), ValueError, r"groups must divide .* 6, got 4: choose a divisor"),
        (lambda: nz.normalize(H, "group", groups=12), ValueError, r"groups must divide"),
        (lambda: nz.normalize(H, "group"), TypeError, r"groups must be an integer, got None"),
        (lambda: nz.normalize(H, "column"), ValueError, r"norm must be one of 'batch'.*got 'column'"),
        (lambda: nz.sharing((6,), "batch"), ValueError, r"axes \(N, C, …\), got shape \(6,\): add an axis"),
        (lambda: nz.normalize(H, "batch", eps=-1e-5), ValueError, r"eps must be non-negative, got -1e-05"),
        (lambda: nz.normalize(np.full((3, 2), 0.1), "batch"), ValueError, r"must differ where eps = 0, got 0.1 .*eps > 0"),
        (lambda: nz.normalize(H * np.nan, "batch"), ValueError, r"h must be finite"),
        (lambda: nz.forward(H, "batch", gamma=np.ones(4)), ValueError, r"gamma must be one number or one for each of the 6 channels"),
        (lambda: nz.backward(H[:2], nz.normalize(H, "batch"), "batch"), ValueError, r"dz must have the shape of the input \(4, 6\)"),
        (lambda: nz.step_running(nz.init_running(6), H, 0.0), ValueError, r"momentum must lie in \(0, 1\], got 0.0"),
        (lambda: nz.step_running(nz.init_running(6), H[:1]), ValueError, r"at least 2 values"),
        (lambda: nz.evaluate(H, nz.Running(np.zeros(6), np.zeros(6))), ValueError, r"running.var \+ eps must be positive"),
        (lambda: weight_norm.weight_norm(np.zeros((2, 3)), 1.0), ValueError, r"‖v‖ must be positive, got 0"),
        (lambda: conditioning.descent_steps(0.5, 0.1), ValueError, r"kappa must be at least 1"),
    ],
)
def test_bad_input_is_told_with_a_remedy(call, error, says):
    with pytest.raises(error, match=says):
        call()


def test_a_constant_feature_becomes_0_with_eps():
    h = np.column_stack([np.full(4, 0.1), np.arange(4.0)])
    eta = nz.normalize(h, "batch", eps=1e-5).eta
    np.testing.assert_allclose(eta[:, 0], 0, atol=EPS / np.sqrt(1e-5))
    theirs = torch.nn.functional.batch_norm(torch.tensor(h), None, None, training=True, eps=1e-5)
    np.testing.assert_allclose(eta, theirs.numpy(), rtol=0, atol=1e-12)


def test_a_batch_of_two_keeps_signs_only():
    h = np.random.default_rng(5).standard_normal((2, 7))
    np.testing.assert_allclose(nz.normalize(h, "batch").eta, np.sign(h - h.mean(0)), rtol=1e-14)
    np.testing.assert_allclose(nz.jacobian(h.T), 0, atol=1e-13)


@pytest.mark.parametrize("size", [1e200, 1e-200, 1e300, 1e-300])
def test_any_size_of_values_will_do(size):
    h = np.array([[1.0, 2.0], [-1.0, 5.0], [0.5, -1.0]])
    done, scaled = nz.standardize(h, 0), nz.standardize(size * h, 0)
    np.testing.assert_allclose(scaled.eta, done.eta, rtol=1e-14, atol=1e-15)
    np.testing.assert_allclose(scaled.std, size * done.std, rtol=1e-14)
    np.testing.assert_allclose(scaled.mean, size * done.mean, rtol=1e-14, atol=size * 1e-16)


@pytest.mark.parametrize("value", [0.1, 1e-30, 3e30])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_constant_values_are_constant_in_their_own_precision(value, dtype):
    for rows in (2, 7, 1000):
        with pytest.raises(ValueError, match="must differ where eps = 0"):
            nz.normalize(np.full((rows, 3), value, dtype), "batch")


@pytest.mark.parametrize("size", [1.0, 1e200, 1e-200])
def test_the_largest_value_decides_beside_the_smallest_ones(size):
    h = np.array([0.0, 1.0, -3.0, 1e-9])
    done, scaled = nz.standardize(h), nz.standardize(size * h)
    np.testing.assert_allclose(done.eta, (h - h.mean()) / h.std(), rtol=1e-14)
    np.testing.assert_allclose(scaled.eta, done.eta, rtol=1e-14)
