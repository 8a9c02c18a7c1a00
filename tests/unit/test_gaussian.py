import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from dlcore.activations import HARD_TANH
from dlcore.gaussian import expectation, second_moment

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
