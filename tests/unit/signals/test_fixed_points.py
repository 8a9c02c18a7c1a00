import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcore.networks.activations import Activation, leaky_relu
from dlcore.signals import meanfield
from dlcore.signals.fixed_points import correlation_fixed_points, kind_of, variance_fixed_points

SQUARE = Activation("square", lambda h: np.square(h) / np.sqrt(3), lambda h: 2 * np.asarray(h) / np.sqrt(3))
SIN = Activation("sin", np.sin, np.cos)
EXP = Activation("exp", np.exp, np.exp)
MY_RELU = Activation("mine", lambda h: np.maximum(h, 0), lambda h: (np.asarray(h) > 0) * 1.0)


def values(found):
    return [p.value for p in found.points]


def kinds(found):
    return [p.kind for p in found.points]


@pytest.mark.parametrize("activation", ["relu", MY_RELU])
def test_relu_has_a_continuum_one_or_none(activation):
    """T(q) = σ_w² q/2 + σ_b² is a straight line."""
    assert variance_fixed_points(activation, 2.0).outcome == "continuum"
    assert variance_fixed_points(activation, 2.0, 0.1) == ("none", (), 0.0)
    assert variance_fixed_points(activation, 2.0, 1e-9).outcome == "none"
    assert values(variance_fixed_points(activation, 1.5, 0.1)) == [pytest.approx(0.4, rel=1e-12)]
    assert kinds(variance_fixed_points(activation, 3.0)) == ["unstable"]
    assert variance_fixed_points(activation, 3.0).escape == 0.0
    assert variance_fixed_points(activation, 3.0, 0.1).outcome == "none"


@settings(max_examples=15)
@given(st.floats(-1.0, 1.0))
def test_every_leaky_relu_has_its_critical_variance(slope):
    assert variance_fixed_points(leaky_relu(slope), 2 / (1 + slope**2)).outcome == "continuum"
    assert variance_fixed_points(leaky_relu(slope), 1.9 / (1 + slope**2)).outcome == "isolated"


@settings(max_examples=15)
@given(st.floats(0.05, 3.0), st.floats(0.0, 1.0))
def test_the_square_by_the_quadratic_formula(sigma_w2, sigma_b2):
    """σ_w² q² − q + σ_b² = 0; T′ = 2 σ_w² q."""
    found, discriminant = variance_fixed_points(SQUARE, sigma_w2, sigma_b2), 1 - 4 * sigma_w2 * sigma_b2
    if abs(discriminant) < 1e-5:
        return  # nearly double: see the next test
    if discriminant < 0:
        assert found == ("none", (), 0.0)
        return
    expected = [(1 - np.sqrt(discriminant)) / 2 / sigma_w2, (1 + np.sqrt(discriminant)) / 2 / sigma_w2]
    np.testing.assert_allclose(values(found), expected, rtol=1e-9, atol=1e-15)  # the formula cancels
    assert kinds(found) == ["stable", "unstable"]
    np.testing.assert_allclose(found.escape, expected[1], rtol=1e-9)


def test_a_double_fixed_point_is_marginal():
    found = variance_fixed_points(SQUARE, 0.5, 0.5)
    assert kinds(found) == ["marginal"]
    assert values(found) == [pytest.approx(1.0, abs=1e-4)]  # r ~ (q − 1)²/2 is known to 1e-9


@pytest.mark.parametrize("activation", ["tanh", "hard_tanh", SIN])
def test_below_criticality_zero_alone(activation):
    assert values(variance_fixed_points(activation, 0.8)) == [0.0]
    assert kinds(variance_fixed_points(activation, 0.8)) == ["stable"]
    assert kinds(variance_fixed_points(activation, 1.0)) == ["marginal"]
    assert kinds(variance_fixed_points(activation, 1.3)) == ["unstable", "stable"]
    assert variance_fixed_points(activation, 1.3).escape == np.inf


@settings(max_examples=15)
@given(st.floats(1.01, 20.0), st.floats(0.0, 2.0))
def test_the_sine_in_closed_form(sigma_w2, sigma_b2):
    """T(q) = σ_w² (1 − e^{−2q})/2 + σ_b²."""
    point = variance_fixed_points(SIN, sigma_w2, sigma_b2).points[-1]
    assert sigma_w2 * -np.expm1(-2 * point.value) / 2 + sigma_b2 == pytest.approx(point.value, rel=1e-9)
    assert point.slope == pytest.approx(sigma_w2 * np.exp(-2 * point.value), abs=1e-7)


def test_an_exponential_may_have_two_or_none():
    """T(q) = σ_w² e^{2q} + σ_b²: overflow beyond is no obstacle."""
    found = variance_fixed_points(EXP, 0.1, 0.1)
    assert kinds(found) == ["stable", "unstable"]
    for q in values(found):
        assert 0.1 * np.exp(2 * q) + 0.1 == pytest.approx(q, rel=1e-10)
    assert variance_fixed_points(EXP, 1.0).outcome == "none"


@pytest.mark.parametrize("activation", ["sigmoid", "softplus", "tanh", "erf", "hard_tanh"])
def test_fixed_points_are_fixed_and_slopes_are_slopes(activation):
    found = variance_fixed_points(activation, 1.2, 0.3)
    assert found.outcome == "isolated"
    for q, slope, kind in found.points:
        assert meanfield.variance_map(q, activation, 1.2, 0.3) == pytest.approx(q, rel=1e-12)
        step = 1e-4 * q
        difference = np.diff(meanfield.variance_map(np.array([q - step, q + step]), activation, 1.2, 0.3))[0] / (2 * step)
        assert slope == pytest.approx(difference, rel=1e-6)
        assert kind == kind_of(slope)


def test_correlations_of_tanh():
    """Chaos without bias: 0 attracts, ±1 repel; order: 1 alone attracts."""
    q = variance_fixed_points("tanh", 2.0).points[1].value
    found = correlation_fixed_points(q, "tanh", 2.0)
    np.testing.assert_allclose(values(found), [-1, 0, 1], atol=1e-12)
    assert kinds(found) == ["unstable", "stable", "unstable"]
    q = variance_fixed_points("tanh", 1.2, 0.05).points[-1].value
    assert correlation_fixed_points(q, "tanh", 1.2, 0.05).points[-1].kind == "stable"
    q = variance_fixed_points("tanh", 2.5, 0.05).points[-1].value
    assert values(correlation_fixed_points(q, "tanh", 2.5, 0.05)) == [pytest.approx(0.4468, abs=5e-5), 1.0]


def test_correlations_of_linear_and_relu():
    assert correlation_fixed_points(1.0, "linear", 1.0).outcome == "continuum"
    assert correlation_fixed_points(1.0, "relu", 2.0).points[-1][::2] == (1.0, "marginal")


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match=r"sigma_w2 must be positive, got 0.0"):
        variance_fixed_points("tanh", 0.0)
    with pytest.raises(ValueError, match=r"sigma_b2 must be non-negative, got -1.0"):
        variance_fixed_points("tanh", 1.0, -1.0)
    with pytest.raises(ValueError, match=r"q must be positive, got 0.0"):
        correlation_fixed_points(0.0, "tanh", 1.0)
