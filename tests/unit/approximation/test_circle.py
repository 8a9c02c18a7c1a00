import numpy as np
import pytest
from scipy.integrate import quad

from dlcore.approximation.circle import learned, spectrum, tangent_kernel, tangent_spectrum, train_on_circle, waves
from dlcore.statistics import errors_off


@pytest.mark.parametrize("bias", [0.0, 0.7, 1.0])
def test_the_spectrum_is_the_kernels_fourier_coefficients(bias):
    for k in range(9):
        exact = quad(lambda t, k=k: tangent_kernel(np.array(t), bias) * np.cos(k * t), 0, np.pi, limit=200)[0] / np.pi
        assert tangent_spectrum(k, bias) == pytest.approx(exact, abs=1e-10)
    np.testing.assert_allclose(spectrum(lambda t: tangent_kernel(t, bias), 8), tangent_spectrum(np.arange(9), bias), atol=1e-6)
    assert tangent_spectrum([-3, 3], bias)[0] == tangent_spectrum(3, bias)


def test_without_biases_odd_frequencies_from_3_on_have_nothing():
    assert np.all(tangent_spectrum(np.arange(3, 40, 2)) == 0)
    assert np.all(tangent_spectrum(np.arange(2, 40, 2)) > 0)


def test_the_kernel_is_the_mean_of_products_of_gradients(rng):
    angle, bias, w = np.array([0.0, 0.4, 1.9, 3.0]), 0.6, rng.standard_normal((200_000, 2))
    x = np.stack([np.cos(angle), np.sin(angle)])
    h = w @ x
    z = np.maximum(h, 0)
    samples = z * z[:, :1] + (h > 0) * (h[:, :1] > 0) * (x[:, 0] @ x + bias**2)
    assert errors_off(samples, tangent_kernel(angle, bias)) < 4.5


def test_gradient_descent_on_a_fixed_kernel_is_what_was_said():
    points, rate, k = 64, 1.5, np.arange(1, 5)
    angle = 2 * np.pi * np.arange(points) / points
    gram = tangent_kernel(angle[:, None] - angle, 1.0)
    phases = np.array([0.2, 1.0, 2.0, 3.0])
    y, f, shares = waves(np.ones(4), phases, angle), np.zeros(points), []
    for _ in range(41):
        shares.append(2 / points * f @ np.cos(np.multiply.outer(angle, k) - phases))
        f = f - rate / points * gram @ (f - y)
    aliased = spectrum(lambda t: tangent_kernel(t, 1.0), 4, points)[1:]
    np.testing.assert_allclose(shares, learned(aliased, rate, np.arange(41)), atol=1e-12)


def test_a_wide_network_begins_as_its_kernel_says():
    phases, bias, rate = np.array([0.3, 1.1, 2.0, 4.0]), 1.0, 0.1
    first = [
        train_on_circle(np.random.default_rng(k), 400, phases, bias=bias, rate=rate, steps=1, every=1)[1][1] / rate for k in range(100)
    ]
    aliased = spectrum(lambda t: tangent_kernel(t, bias), 4, 64)[1:]
    assert errors_off(np.array(first), aliased) < 4.5


def test_one_step_is_autograds(rng):
    torch = pytest.importorskip("torch")
    phases, m, n = np.array([0.5, 2.0]), 6, 16
    fits, _ = train_on_circle(np.random.default_rng(3), m, phases, bias=0.5, points=n, rate=0.3, steps=2, every=1)
    angle = 2 * np.pi * np.arange(n) / n
    x = torch.tensor(np.stack([np.cos(angle), np.sin(angle), np.full(n, 0.5)], axis=1))
    w = np.zeros((m, 3))
    w[:, :2] = np.tile(np.random.default_rng(3).standard_normal((3, 2)), (2, 1))
    w, a = torch.tensor(w, requires_grad=True), torch.tensor([1.0] * 3 + [-1.0] * 3, dtype=torch.float64, requires_grad=True)
    y = torch.tensor(waves(np.ones(2), phases, angle))
    for step in range(3):
        f = torch.relu(x @ w.T) @ a / m**0.5
        np.testing.assert_allclose(fits[step], f.detach(), atol=1e-14)
        slopes = torch.autograd.grad(((f - y) ** 2).mean() / 2, (w, a))
        w, a = ((p - 0.3 * g).detach().requires_grad_() for p, g in zip((w, a), slopes))


def test_without_biases_odd_frequencies_stay_at_zero():
    phases = np.array([0.3, 1.1, 2.0, 4.0, 5.1])
    shares = train_on_circle(np.random.default_rng(0), 50, phases, steps=100)[1]
    assert np.abs(shares[:, [2, 4]]).max() < 1e-13
    assert shares[-1, 1] > 0.5


def test_refusals():
    rng, phases = np.random.default_rng(0), np.zeros(2)
    with pytest.raises(ValueError, match="must be even"):
        train_on_circle(rng, 3, phases)
    with pytest.raises(ValueError, match="more than twice"):
        train_on_circle(rng, 4, phases, points=4)
    with pytest.raises(ValueError, match="below half"):
        spectrum(np.cos, 4, 8)
    with pytest.raises(TypeError, match="whole numbers"):
        tangent_spectrum([0.5])
