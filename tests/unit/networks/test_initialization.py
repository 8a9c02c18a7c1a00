import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from dlcore.networks.initialization import FAMILIES, delta_orthogonal, draw, draw_network, he, lecun, xavier

VARIANCE = 0.3
FAN_IN = 20
ALARM = 1e-4  # a correct law gives a smaller p-value once in ten thousand tests
KURTOSIS = {"gaussian": 3, "uniform": 9 / 5, "rademacher": 1, "laplace": 6, "sparse": 3 * FAN_IN}


@pytest.mark.parametrize("family", KURTOSIS)
def test_independent_families_have_their_first_four_moments(rng, family):
    w = draw(rng, (500, 20, FAN_IN), family=family, variance=VARIANCE).ravel() / np.sqrt(VARIANCE)
    for power, expected in [(1, 0), (2, 1), (3, 0), (4, KURTOSIS[family])]:
        error = (w**power).std() / np.sqrt(w.size)
        assert abs((w**power).mean() - expected) <= 5 * error + 1e-12  # five standard errors; Rademacher has none


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("shape", [(8, 8), (12, 8), (8, 12)])
def test_second_moments_of_rows_and_columns(rng, family, shape):
    """E WᵀW = fan_out·v·I and E WWᵀ = fan_in·v·I: what the strength of signals and errors rests on."""
    w = draw(rng, (20_000, *shape), family=family, variance=VARIANCE)
    for gram, size in [(np.swapaxes(w, 1, 2) @ w, shape[0]), (w @ np.swapaxes(w, 1, 2), shape[1])]:
        error = gram.std(axis=0) / np.sqrt(len(w))
        expected = size * VARIANCE * np.eye(gram.shape[-1])
        assert np.all(np.abs(gram.mean(axis=0) - expected) <= 5 * error + 1e-12)


@given(st.integers(1, 12), st.integers(1, 12), st.floats(1e-3, 1e3), st.integers(0, 2**32 - 1))
def test_orthogonal_is_a_scaled_isometry(fan_out, fan_in, variance, seed):
    w = draw(np.random.default_rng(seed), (3, fan_out, fan_in), family="orthogonal", variance=variance)
    tall = w if fan_out >= fan_in else np.swapaxes(w, 1, 2)
    gram = np.swapaxes(tall, 1, 2) @ tall / (variance * max(fan_out, fan_in))
    np.testing.assert_allclose(gram, np.broadcast_to(np.eye(gram.shape[-1]), gram.shape), rtol=0, atol=1e-13)


def test_orthogonal_follows_haar_measure(rng):
    """Squares of entries follow Beta(½, (n−1)/2), signs are fair, and so is the determinant's sign."""
    n, count = 5, 4000
    q = draw(rng, (count, n, n), family="orthogonal", variance=1 / n)
    for i, j in [(0, 0), (n - 1, n - 1), (0, n - 1)]:
        assert stats.kstest(q[:, i, j] ** 2, stats.beta(0.5, (n - 1) / 2).cdf).pvalue > ALARM
        assert abs(np.mean(q[:, i, j] > 0) - 0.5) <= 5 * 0.5 / np.sqrt(count)
    assert abs(np.mean(np.linalg.det(q) > 0) - 0.5) <= 5 * 0.5 / np.sqrt(count)


def test_sparse_keeps_one_entry_a_row_on_average(rng):
    w = draw(rng, (4000, FAN_IN), family="sparse", variance=1 / FAN_IN)
    share = 1 / FAN_IN
    assert abs(np.mean(w != 0) - share) <= 5 * np.sqrt(share * (1 - share) / w.size)
    assert stats.kstest(w[w != 0], "norm").pvalue > ALARM  # at variance 1/fan_in the entries kept are N(0, 1)


def test_variances_of_the_literature():
    assert xavier(30, 70) == 2 / 100
    assert he(50) == 2 / 50
    assert lecun(50) == 1 / 50
    bound = np.sqrt(6 / (30 + 70))  # Glorot & Bengio's uniform interval has Xavier's variance
    assert (2 * bound) ** 2 / 12 == pytest.approx(xavier(30, 70), rel=1e-15)


def test_draw_network_spreads_the_gain_over_the_fan_in(rng):
    weights = draw_network(rng, [100, 50, 200], networks=40, sigma_w2=[2.0, 0.5])
    assert [w.shape for w in weights] == [(40, 50, 100), (40, 200, 50)]
    for w, gain in zip(weights, [2.0, 0.5], strict=True):
        # The sample variance of N normals has relative standard deviation √(2/N).
        assert w.var() * w.shape[-1] == pytest.approx(gain, rel=5 * np.sqrt(2 / w.size))
    assert [w.shape for w in draw_network(rng, 4, depth=2, sigma_w2=1.0)] == [(4, 4), (4, 4)]


def test_all_matrices_of_a_network_are_of_its_family(rng):
    for w in draw_network(rng, 6, depth=3, sigma_w2=2.0, family="orthogonal"):
        np.testing.assert_allclose(w @ w.T, 2 * np.eye(6), atol=1e-13)
    for w in draw_network(rng, 6, depth=3, sigma_w2=1.5, family="rademacher"):
        np.testing.assert_allclose(np.abs(w), 0.5, rtol=1e-14)


@pytest.mark.parametrize("size", [1, 3, (3, 5), (5, 1)])
def test_a_delta_orthogonal_convolution_keeps_every_norm_and_moves_nothing(rng, size):
    """By PyTorch's convolution, with zeros around the image: every pixel's channels are rotated, where they stand."""
    kernel = delta_orthogonal(rng, size, 3, 4, gain=2.0)
    rows, columns = (size, size) if isinstance(size, int) else size
    assert kernel.shape == (4, 3, rows, columns)
    image = torch.tensor(rng.standard_normal((1, 3, 6, 7)))
    out = torch.nn.functional.conv2d(image, torch.tensor(kernel), padding=(rows // 2, columns // 2))
    np.testing.assert_allclose((out**2).sum(1), 2 * (image**2).sum(1), rtol=1e-13)
    assert delta_orthogonal(rng, 3, 4, 4).shape == (4, 4, 3, 3)  # as many channels as come in will do


@pytest.mark.parametrize("family", FAMILIES)
def test_the_generator_alone_decides(family):
    a, b = (draw(np.random.default_rng(3), (2, 4, 5), family=family, variance=1.0) for _ in range(2))
    np.testing.assert_array_equal(a, b)


def test_bad_input_is_refused(rng):
    with pytest.raises(ValueError, match=r"family must be one of .*, got 'cauchy'"):
        draw(rng, (2, 2), family="cauchy", variance=1.0)
    with pytest.raises(ValueError, match=r"variance must be positive, got 0.0"):
        draw(rng, (2, 2), variance=0.0)
    with pytest.raises(ValueError, match=r"shape must be \(..., fan_out, fan_in\), got \(3,\)"):
        draw(rng, (3,), variance=1.0)
    with pytest.raises(ValueError, match=r"fan_in must be at least 1, got 0"):
        he(0)
    for size in ((2, 3), (3, 2), 4):
        with pytest.raises(ValueError, match="kernel_size must be odd"):
            delta_orthogonal(rng, size, 3, 4)
    with pytest.raises(ValueError, match="c_in must be at most c_out = 4, got 5"):
        delta_orthogonal(rng, 3, 5, 4)
