import warnings
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate

from dlcore.landscapes import chains

EPS = np.finfo(float).eps


def torch_chain(w):
    return (1 - w.prod()) ** 2 / 2


@pytest.mark.parametrize("depth", [1, 2, 3, 7, 12])
@pytest.mark.parametrize("zeros", [0, 1, 2])
def test_chain_derivatives_agree_with_autograd(rng, depth, zeros):
    w = rng.uniform(-1.5, 1.5, depth)
    w[:zeros] = 0
    x = torch.tensor(w, requires_grad=True)
    gradient = torch.autograd.grad(torch_chain(x), x)[0]
    hessian = torch.autograd.functional.hessian(torch_chain, torch.tensor(w))
    # Products of at most 12 factors below 1.5 are below 130, and round to 12 · eps of that, squared in the Hessian.
    assert chains.chain_loss(w) == pytest.approx(float(torch_chain(x).detach()), rel=50 * EPS)
    np.testing.assert_allclose(chains.chain_gradient(w), gradient, rtol=0, atol=1.5 ** (2 * depth) * 50 * EPS)
    np.testing.assert_allclose(chains.chain_hessian(w), hessian, rtol=0, atol=1.5 ** (2 * depth) * 50 * EPS)


def test_chains_are_batched_over_leading_axes(rng):
    w = rng.standard_normal((2, 3, 5))
    for function in (chains.chain_loss, chains.chain_gradient, chains.chain_hessian):
        np.testing.assert_array_equal(function(w)[1, 2], function(w[1, 2]))


@given(
    st.fractions(Fraction(1, 4), 4, max_denominator=64).filter(bool),
    st.sampled_from([-1, 1]),
    st.sampled_from([2, 3, 7, 100, 250]),
)
def test_balanced_eigenvalues_against_exact_fractions(c, sign, depth):
    assert_eigenvalues_are_exact(float(sign * c), depth)


@pytest.mark.parametrize("offset", [2.0**-20, 2.0**-45, -(2.0**-45)])
def test_next_to_the_minimum_the_small_eigenvalue_keeps_its_digits(offset):
    assert_eigenvalues_are_exact(1 + offset, 100)
    assert_eigenvalues_are_exact(-1 - offset, 100)


def assert_eigenvalues_are_exact(c, depth):
    c = Fraction(c)
    power, outer = c**depth, c ** (depth - 2)
    eigenvalues = chains.balanced_eigenvalues(float(c), depth)
    scale = abs(outer) * (abs((2 * depth - 1) * power) + depth - 1)  # λ_∥ is a difference of these two
    assert abs(Fraction(float(eigenvalues.parallel)) - outer * ((2 * depth - 1) * power - (depth - 1))) <= 8 * EPS * scale
    # λ_⊥ has no such cancellation left: only L ln|c|, rounded twice, enters the exponential.
    relative = 4 * EPS * (2 + depth * abs(np.log(abs(float(c)))))
    expected = outer * (1 - power)
    assert abs(Fraction(float(eigenvalues.orthogonal)) - expected) <= Fraction(relative) * abs(expected)


@pytest.mark.parametrize("depth", [2, 7, 12])
@pytest.mark.parametrize("c", [0.0, 0.5, 0.9, 1.0, 2.0, -0.7])
def test_balanced_eigenvalues_are_those_of_the_hessian(c, depth):
    parallel, orthogonal = chains.balanced_eigenvalues(c, depth)
    hessian = chains.chain_hessian(np.full(depth, c))
    expected = np.sort([parallel, *[orthogonal] * (depth - 1)])
    np.testing.assert_allclose(np.linalg.eigvalsh(hessian), expected, rtol=0, atol=1e-14 * depth * np.abs(expected).max())


def test_at_the_minimum_the_sharpness_is_the_depth():
    parallel, orthogonal = chains.balanced_eigenvalues([1.0, 1.0], 100)
    assert parallel.tolist() == [100, 100]
    assert orthogonal.tolist() == [0, 0]


@pytest.mark.parametrize("depth", [1, 2, 3, 7])
def test_power_derivatives_agree_with_autograd(depth):
    w = np.linspace(-1.5, 1.5, 31)  # holds 0
    x = torch.tensor(w, requires_grad=True)
    loss = (x**depth - 1) ** 2
    gradient = torch.autograd.grad(loss.sum(), x, create_graph=True)[0]
    curvature = torch.autograd.grad(gradient.sum(), x)[0]
    scale = 2 * depth * (2 * depth - 1) * 1.5 ** (2 * depth) * 10 * EPS
    np.testing.assert_allclose(chains.power_loss(w, depth), loss.detach(), rtol=0, atol=scale)
    np.testing.assert_allclose(chains.power_gradient(w, depth), gradient.detach(), rtol=0, atol=scale)
    np.testing.assert_allclose(chains.power_curvature(w, depth), curvature, rtol=0, atol=scale)


def test_steep_landscapes_overflow_quietly():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert chains.power_loss(1e200, 7) == np.inf
        assert chains.chain_loss(np.full(3, 1e200)) == np.inf
        assert np.isinf(chains.balanced_eigenvalues([1e200, -1e200, 0.0], 5).parallel).tolist() == [True, True, False]
        path = chains.power_descent([0.3, 1.5], [[0.01], [0.1]], 7, 200)
    assert path.shape == (201, 2, 2)
    assert np.isfinite(path[:, 0, 0]).all()
    assert np.isinf(path[-1, :, 1]).all()
    assert not np.isnan(path).any()


@pytest.mark.parametrize("depth", [1, 2, 3, 7, 20, 100])
@pytest.mark.parametrize(("landscape", "speed"), [("chain", lambda depth: 1), ("power", lambda depth: 2 * depth)])
def test_escape_time_against_adaptive_quadrature(depth, landscape, speed):
    for start, end in [(0.5, 0.9), (0.3, 0.3), (0.9, 1 - 1e-9)]:
        # In u = −ln(1 − c) the logarithmic end at c = 1 is a constant, and 1 − c^L keeps its digits.
        a, b = -np.log1p(-start), -np.log1p(-end)

        def rate(u):
            c = -np.expm1(-u)
            return np.exp(-u) / (c ** (depth - 1) * -np.expm1(depth * np.log1p(-np.exp(-u))))

        expected, error = integrate.quad(rate, a, b, epsabs=0, epsrel=1e-11, limit=500)
        measured = chains.escape_time(start, end, depth, landscape=landscape) * speed(depth)
        # 1 − end is known to eps/1e-9 only, hence the logarithm it enters to 2e-7.
        assert abs(measured - expected) <= error + 1e-10 * expected + (3e-7 if end > 0.99 else 0)


def test_gradient_descent_with_small_steps_takes_that_long():
    """Explicit Euler is off by O(η): halving the step must halve the difference (Richardson)."""
    start, end, depth = 0.5, 0.9, 5
    flow = chains.escape_time(start, end, depth)
    times = []
    for eta in (2e-3, 1e-3):
        path = chains.power_descent(start, eta, depth, int(2 * flow / eta))
        after = np.argmax(path >= end)
        share = (end - path[after - 1]) / (path[after] - path[after - 1])
        times.append(eta * (after - 1 + share))
    assert (times[0] - flow) / (times[1] - flow) == pytest.approx(2, abs=0.1)  # and O(η) beyond


def test_long_plateaus_follow_the_power_law():
    """T ≈ c^{2−L}/(L − 2) (L1.09): the end contributes end^{2−L}/(L − 2), the approach less than 1/(1 − end)."""
    c = np.array([0.2, 0.5])
    measured = chains.escape_time(c, 0.9, 20, landscape="chain")
    assert np.all(np.abs(measured - c**-18.0 / 18) <= 0.9**-18.0 / 18 + 1 / (1 - 0.9))


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match=r"depth must be at least 2 for two eigenvalues, got 1"):
        chains.balanced_eigenvalues(1.0, 1)
    with pytest.raises(ValueError, match=r"start <= end < 1"):
        chains.escape_time(0.5, 1.0, 7)
    with pytest.raises(ValueError, match=r"start <= end < 1"):
        chains.escape_time(0.5, 0.4, 7)
    with pytest.raises(ValueError, match=r"landscape must be one of"):
        chains.escape_time(0.5, 0.9, 7, landscape="hill")
    with pytest.raises(ValueError, match=r"depth must be at least 1, got 0"):
        chains.power_loss(1.0, 0)


def test_a_plateau_too_long_for_a_float_takes_for_ever():
    assert chains.escape_time(0.1, 0.2, 1000) == np.inf
    assert chains.escape_time(0.2, 0.2, 1000) == 0
    assert chains.escape_time(0.5, 0.5 * (1 + 1e-9), 30) == pytest.approx(0.5 * 1e-9 / (60 * 0.5**29), rel=1e-6)  # dc over the speed
