from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats
from scipy.special import erf

from dlcore.gaussian import correlated_expectation, expectation, second_moment
from dlcore.networks.activations import HARD_TANH, NAMES, resolve

# Some 700 positive terms are added, each right to a few units in the last place: 700 · eps ≈ 1.6e-13.
ROUNDING = 700 * np.finfo(float).eps


@given(st.floats(-8, 8), st.integers(0, 4))
def test_even_moments(log_variance, k):
    v = 10**log_variance
    expected = v**k * np.prod(np.arange(1, 2 * k, 2))
    assert expectation(lambda h: h ** (2 * k), v) == pytest.approx(expected, rel=ROUNDING)


@given(st.floats(-8, 8))
def test_kinks_and_jumps_at_zero_cost_nothing(log_variance):
    v = 10**log_variance
    assert expectation(np.abs, v) == pytest.approx(np.sqrt(2 * v / np.pi), rel=ROUNDING)
    assert second_moment(lambda h: np.maximum(h, 0), v) == pytest.approx(v / 2, rel=ROUNDING)
    assert expectation(lambda h: np.where(h > 0, 1.0, 0.0), v) == pytest.approx(0.5, rel=ROUNDING)


@pytest.mark.parametrize("variance", [1e-6, 0.3, 1.0, 40.0, 1e4, 1e8])
def test_steep_smooth_steps_against_adaptive_quadrature(variance):
    s = np.sqrt(variance)

    def integrand(t):
        return 2 * np.tanh(s * t) ** 2 * np.exp(-(t**2) / 2) / np.sqrt(2 * np.pi)

    corner = min(20 / s, 6.0)  # beyond 20/s, tanh is 1 to the last digit
    pieces = [integrate.quad(integrand, a, b, epsabs=0, epsrel=1e-13) for a, b in [(0, corner), (corner, 12)]]
    expected, error = np.sum(pieces, axis=0)
    assert abs(second_moment(np.tanh, variance) - expected) <= error + ROUNDING * expected


def test_kinks_elsewhere_are_declared():
    """E clip(√q Z)² = q P(χ²₃ ≤ 1/q) + P(χ²₁ > 1/q): t² times the normal density is that of χ₃."""
    q = np.array([1e-4, 0.1, 1.0, 25.0, 1e6])
    expected = q * stats.chi2.cdf(1 / q, 3) + stats.chi2.sf(1 / q, 1)
    measured = second_moment(HARD_TANH.phi, q, kinks=HARD_TANH.kinks)
    np.testing.assert_allclose(measured, expected, rtol=2 * ROUNDING, atol=0)  # SciPy's own share included


def test_cosine_and_broadcasting():
    v = np.array([[0.0, 1.0], [2.0, 9.0]])
    result = expectation(np.cos, v)
    assert result.shape == v.shape
    np.testing.assert_allclose(result, np.exp(-v / 2), rtol=0, atol=ROUNDING)
    assert isinstance(expectation(np.cos, 1.0), float)


@pytest.mark.filterwarnings("error")
def test_variance_zero_is_the_value_at_zero():
    assert expectation(np.exp, 0.0) == pytest.approx(1.0, rel=ROUNDING)
    assert expectation(np.exp, 0.0, kinks=(1.0,)) == pytest.approx(1.0, rel=ROUNDING)


@pytest.mark.parametrize("variance", [-1.0, np.nan, [1.0, -1e-9]])
def test_negative_variance_is_refused(variance):
    with pytest.raises(ValueError, match=r"variance must be"):
        expectation(np.cos, variance)


def test_kinks_must_be_positive():
    with pytest.raises(ValueError, match=r"kinks must be positive, got -1.0"):
        expectation(np.cos, 1.0, kinks=(-1.0,))


C = np.array([-1, -1 + 1e-9, -0.99, -0.5, 0, 0.3, 0.9, 0.999, 1 - 1e-8, 1])


@settings(max_examples=20)
@given(st.floats(-1, 1), st.floats(-6, 6), st.floats(-6, 6))
def test_relu_of_two_variables_is_the_arc_cosine_kernel(c, log_v, log_w):
    v, w = 10**log_v, 10**log_w
    expected = np.sqrt(v * w) * (np.sqrt((1 - c) * (1 + c)) + c * (np.pi - np.arccos(c))) / (2 * np.pi)

    def relu(h):
        return np.maximum(h, 0)

    assert correlated_expectation(relu, relu, c, v, w) == pytest.approx(expected, abs=1e-13 * np.sqrt(v * w))


@pytest.mark.parametrize("variance", [1e-4, 0.1, 1.0, 10.0, 100.0])
def test_erf_and_sine_of_two_variables(variance):
    expected = 2 / np.pi * np.arcsin(2 * C * variance / (1 + 2 * variance))
    np.testing.assert_allclose(correlated_expectation(erf, erf, C, variance), expected, rtol=0, atol=1e-10)
    waves = (np.exp(-variance * (1 - C)) - np.exp(-variance * (1 + C))) / 2
    np.testing.assert_allclose(correlated_expectation(np.sin, np.sin, C, variance), waves, rtol=0, atol=2e-7 if variance > 30 else 1e-9)


@pytest.mark.parametrize(("v", "w"), [(1e-3, 100.0), (100.0, 1e-3), (1.0, 1e4), (1e4, 1.0)])
def test_variances_of_different_size(v, w):
    """E erf(U) erf(V) = (2/π) arcsin(2c√(vw)/√((1 + 2v)(1 + 2w))): the panels fit the steeper of both."""
    expected = 2 / np.pi * np.arcsin(2 * C * np.sqrt(v * w / ((1 + 2 * v) * (1 + 2 * w))))
    np.testing.assert_allclose(correlated_expectation(erf, erf, C, v, w), expected, rtol=0, atol=1e-10)


@pytest.mark.parametrize("c", [-0.7, 0.2, 0.95])
@pytest.mark.parametrize("variance", [0.3, 2.0, 20.0])
def test_two_different_functions_against_adaptive_quadrature(c, variance):
    """The inner expectation over V given U in closed form for exp(−V²/2), the outer by SciPy."""
    s2 = variance * (1 - c**2)

    def inner(u):
        return np.exp(-((c * u) ** 2) / (2 * (1 + s2))) / np.sqrt(1 + s2)

    expected, error = integrate.quad(
        lambda u: np.tanh(u) ** 2 * inner(u) * stats.norm.pdf(u, scale=np.sqrt(variance)), -60, 60, points=[0], epsabs=1e-13, limit=400
    )
    measured = correlated_expectation(lambda u: np.tanh(u) ** 2, lambda v: np.exp(-(v**2) / 2), c, variance)
    assert abs(measured - expected) <= error + 1e-11


@pytest.mark.parametrize("variance", [0.1, 1.0, 30.0])
def test_kinks_of_two_variables(variance):
    """P(|U| < 1, |V| < 1), one integral by SciPy; at the ends it is P(|U| < 1)."""

    def inside(h):
        return np.where(np.abs(h) < 1, 1.0, 0.0)

    s, c = np.sqrt(variance), 0.8
    rest = s * np.sqrt(1 - c**2)

    def density(u):
        return stats.norm.pdf(u, scale=s) * (stats.norm.cdf((1 - c * u) / rest) - stats.norm.cdf((-1 - c * u) / rest))

    expected, _ = integrate.quad(density, -1, 1, epsabs=1e-12)
    assert correlated_expectation(inside, inside, c, variance, kinks=(1.0,)) == pytest.approx(expected, abs=1e-8)
    ends = correlated_expectation(inside, inside, np.array([-1.0, 1.0]), variance, kinks=(1.0,))
    np.testing.assert_allclose(ends, expectation(inside, variance, kinks=(1.0,)), rtol=0, atol=1e-8)


def test_two_variables_broadcast_and_degenerate():
    result = correlated_expectation(np.cos, np.exp, np.zeros((2, 1)), np.ones(3), 0.0)
    np.testing.assert_allclose(result, np.full((2, 3), np.exp(-0.5)), rtol=1e-11)
    assert correlated_expectation(np.cos, np.cos, np.zeros(0)).shape == (0,)
    assert isinstance(correlated_expectation(np.cos, np.cos, 0.5), float)
    with pytest.raises(ValueError, match=r"c must lie in \[-1, 1\], got 1.5"):
        correlated_expectation(np.cos, np.cos, [0.0, 1.5])


@pytest.mark.parametrize("name", NAMES)
def test_every_activation_against_adaptive_quadrature(name):
    def density(t):
        return np.exp(-(t**2) / 2) / np.sqrt(2 * np.pi)

    activation = resolve(name)
    for q in (1e-3, 0.4, 3.0, 30.0):
        s = np.sqrt(q)
        cuts = sorted({-12.0, 0.0, 12.0, *(sign * k / s for k in activation.kinks for sign in (-1, 1) if k / s < 12)})
        for f in (activation.phi, activation.dphi):
            pieces = [
                integrate.quad(lambda t, f=f, s=s: f(np.float64(s * t)) ** 2 * density(t), a, b, epsabs=1e-13, limit=200)[0]
                for a, b in pairwise(cuts)
            ]
            assert second_moment(f, q, kinks=activation.kinks) == pytest.approx(sum(pieces), abs=1e-10)


@pytest.mark.parametrize("c", [-0.7, 0.2, 0.9])
def test_each_function_has_kinks_of_its_own(c):
    """E U clip(V) = c E[V clip(V)] = c (1 − 2Φ(−1)) for unit variances."""
    clip = lambda h: np.clip(h, -1, 1)  # noqa: E731
    expected = c * (1 - 2 * stats.norm.sf(1))
    assert correlated_expectation(lambda h: h, clip, c, kinks_g=[1.0]) == pytest.approx(expected, abs=1e-11)
    assert correlated_expectation(clip, lambda h: h, c, kinks=[1.0], kinks_g=[]) == pytest.approx(expected, abs=1e-11)
