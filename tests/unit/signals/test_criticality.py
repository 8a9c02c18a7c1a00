import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize
from scipy.special import expit, ndtr

from dlcore.networks.activations import Activation
from dlcore.signals import meanfield
from dlcore.signals.criticality import critical_line, depth_scale, edge_of_chaos, phase
from dlcore.signals.fixed_points import variance_fixed_points

SWISH = Activation("swish", lambda h: h * expit(h), lambda h: expit(h) * (1 + h * (1 - expit(h))))
GELU = Activation("gelu", lambda h: h * ndtr(h), lambda h: ndtr(h) + h * np.exp(-np.square(h) / 2) / np.sqrt(2 * np.pi))
SQUARE = Activation("square", lambda h: np.square(h) / np.sqrt(3), lambda h: 2 * np.asarray(h) / np.sqrt(3))
SIN = Activation("sin", np.sin, np.cos)


@given(st.floats(1e-3, 1e3))
def test_the_line_of_erf_in_closed_form(q):
    """1/E φ′² = (π/4)√(1 + 4q);  E φ² = (2/π) arcsin(2q/(1 + 2q))."""
    line = critical_line("erf", q)
    sigma_w2 = np.pi / 4 * np.sqrt(1 + 4 * q)
    assert line.sigma_w2 == pytest.approx(sigma_w2, rel=1e-12)
    assert line.sigma_b2 == pytest.approx(q - sigma_w2 * 2 / np.pi * np.arcsin(2 * q / (1 + 2 * q)), abs=1e-12 * (1 + q))


@settings(max_examples=8)
@given(st.floats(0.01, 3.0))
def test_the_edge_of_sine_in_closed_form(sigma_b2):
    """χ₁ = σ_w² (1 + e^{−2q})/2 = 1 and T(q) = q give q − tanh q = σ_b²."""
    point = edge_of_chaos(SIN, sigma_b2).points[0]
    q = optimize.brentq(lambda q: q - np.tanh(q) - sigma_b2, 1e-6, 10, xtol=1e-14)
    assert point.q == pytest.approx(q, rel=1e-10)
    assert point.sigma_w2 == pytest.approx(2 / (1 + np.exp(-2 * q)), rel=1e-10)


@pytest.mark.parametrize("activation", ["tanh", "erf", "hard_tanh", "sigmoid", SWISH, GELU])
@pytest.mark.parametrize("sigma_b2", [0.02, 0.3])
def test_edges_lie_on_the_edge(activation, sigma_b2):
    for point in edge_of_chaos(activation, sigma_b2).points:
        assert meanfield.gradient_factor(point.q, activation, point.sigma_w2) == pytest.approx(1, rel=1e-12)
        assert meanfield.variance_map(point.q, activation, point.sigma_w2, sigma_b2) == pytest.approx(point.q, rel=1e-9)


def test_edges_without_bias():
    assert edge_of_chaos("tanh").points == (pytest.approx((1.0, 0.0, 0.0, 1.0), abs=1e-10),)
    assert edge_of_chaos("erf").points[0].sigma_w2 == pytest.approx(np.pi / 4, rel=1e-10)
    assert edge_of_chaos(SWISH).points[0].sigma_w2 == pytest.approx(4, rel=1e-5)  # φ′(q) = ½ + O(√q) at q = 1e-12
    assert edge_of_chaos("relu").outcome == "continuum"
    assert edge_of_chaos("relu").points[0].sigma_w2 == pytest.approx(2, rel=1e-12)
    assert edge_of_chaos("linear").points[0].sigma_w2 == pytest.approx(1, rel=1e-12)


def test_edges_that_are_not():
    assert edge_of_chaos("relu", 0.1) == ("none", ())
    assert edge_of_chaos("linear", 1e-6).outcome == "none"
    assert edge_of_chaos(SQUARE).outcome == "none"
    assert edge_of_chaos(SQUARE, 0.1).points[0][:3] == pytest.approx((1.875, 0.1, 0.4), rel=1e-10)  # q = 4σ_b² (E φ′² = 4q/3)


def test_schoenholz():
    assert edge_of_chaos("tanh", 0.05).points[0].sigma_w2 == pytest.approx(1.7610, abs=5e-5)
    assert phase("tanh", 2.5, 0.05).c == pytest.approx(0.447, abs=5e-4)


@pytest.mark.parametrize("activation", ["tanh", "erf", "sigmoid", SIN, GELU])
def test_a_phase_is_where_iteration_ends(activation):
    """From q0 = 1 and correlation ½; where the slope is above 0.85, 150 layers are not enough, and c is left out."""
    sigma_w2, sigma_b2 = np.array([0.5, 1.2, 3.0]), np.array([0.05])[:, None]
    found = phase(activation, sigma_w2, sigma_b2)
    for index in np.ndindex(found.q.shape):
        setting = float(sigma_w2[index[1]]), float(sigma_b2[index[0], 0])
        q = 1.0
        for _ in range(400):
            q = meanfield.variance_map(q, activation, *setting)
        if not np.isfinite(found.q[index]):
            assert q > 1e3
            continue
        assert found.q[index] == pytest.approx(q, rel=1e-9)
        assert found.chi1[index] == pytest.approx(meanfield.gradient_factor(q, activation, setting[0]), rel=1e-9)
        if abs(found.chi_c[index]) < 0.85:
            c = 0.5
            for _ in range(150):
                c = meanfield.correlation_map(c, q, activation, *setting)
            assert found.c[index] == pytest.approx(c, abs=1e-9)
            assert found.chi_c[index] == pytest.approx(meanfield.correlation_slope(c, q, activation, *setting), abs=1e-7)


def test_phases_of_relu():
    found = phase("relu", [1.0, 2.0, 3.0], np.array([[0.0], [0.1]]))
    np.testing.assert_allclose(found.q, [[0, 1, np.inf], [0.2, np.inf, np.inf]])
    np.testing.assert_allclose(found.chi1, [[0.5, 1, 1.5]] * 2, rtol=1e-12)
    np.testing.assert_array_equal(found.c, 1)
    assert found.xi_c[0].tolist() == [np.inf] * 3  # the angle does not notice the scale
    assert found.xi_c[1, 0] == pytest.approx(1 / np.log(2))
    assert not np.isnan(np.array(found)).any()


def test_below_the_edge_without_bias_signals_die():
    found = phase("tanh", 0.8)
    assert (found.q, found.c) == (0.0, 1.0)
    assert found.chi1 == pytest.approx(0.8, abs=1e-9)
    assert phase("tanh", 1.0).xi_q > 1e10


@pytest.mark.parametrize("activation", ["tanh", "erf", SIN])
def test_in_chaos_without_bias_an_odd_function_forgets_every_likeness(activation):
    found = phase(activation, [2.0, 5.0])
    assert found.c.tolist() == [0.0, 0.0]
    expected = [meanfield.correlation_slope(0.0, q, activation, s) for q, s in zip(found.q, (2.0, 5.0))]
    np.testing.assert_allclose(found.chi_c, expected, rtol=1e-9)


def test_near_the_edge_on_both_sides():
    edge = edge_of_chaos("tanh", 0.05).points[0].sigma_w2
    below, above = phase("tanh", edge * np.array([1 - 1e-4, 1 + 1e-4]), 0.05).c
    assert below == 1
    assert 0.99 < above < 1


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("slope", "expected"), [(1.0, np.inf), (-1.0, np.inf), (0.0, 0.0), (np.exp(-0.5), 2.0), (np.e, 1.0)])
def test_depth_scales(slope, expected):
    assert depth_scale(slope) == pytest.approx(expected)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match=r"sigma_w2 must be positive, got -1.0"):
        phase("tanh", [1.0, -1.0])
    with pytest.raises(ValueError, match=r"sigma_b2 must be non-negative"):
        edge_of_chaos("tanh", -0.1)
    with pytest.raises(ValueError, match=r"q must be positive, got 0.0"):
        critical_line("tanh", 0.0)
    with pytest.raises(ValueError, match=r"slope must be finite"):
        depth_scale(np.nan)


def test_a_bounded_function_settles_somewhere():
    """T(q) ≤ σ_w² for tanh: q* lies just below σ_w², however large, or is refused where it cannot be resolved."""
    for sigma_w2 in (1e3, 2e6, 5e7):
        q = phase("tanh", sigma_w2).q
        assert sigma_w2 * (1 - 2 * np.sqrt(2 / np.pi / q)) < q < sigma_w2
        stable = variance_fixed_points("tanh", sigma_w2).points[-1]
        assert (stable.value, stable.kind) == (pytest.approx(q, rel=1e-9), "stable")
        assert variance_fixed_points("tanh", sigma_w2).escape == np.inf
    for call in (phase, variance_fixed_points):
        with pytest.raises(ValueError, match=r"sigma_w2 must leave fixed points below 1e\+08, got 1"):
            call("tanh", 1e12)
    assert np.isinf(phase("softplus", 5.0).q)  # grows like q: beyond all bounds indeed


@pytest.mark.parametrize(("sigma_w2", "sigma_b2"), [(4.0, 1e-3), (9.0, 1e-2), (2.5, 0.05)])
def test_small_correlations_are_those_that_iteration_finds(sigma_w2, sigma_b2):
    found = phase("tanh", sigma_w2, sigma_b2)
    c = 0.3
    for _ in range(400):
        c = meanfield.correlation_map(c, found.q, "tanh", sigma_w2, sigma_b2)
    assert 0 < c < 0.5
    assert found.c == pytest.approx(c, rel=1e-9)


def test_lists_where_one_number_is_meant_are_refused():
    plain = variance_fixed_points.__wrapped__, edge_of_chaos.__wrapped__  # as users meet them, without the tests' annotations
    for call in (lambda: plain[0]("tanh", [1.0, 2.0]), lambda: plain[1]("tanh", [0.1, 0.2])):
        with pytest.raises(TypeError, match=r"must be one number, got \[.*\]: call once for each"):
            call()
