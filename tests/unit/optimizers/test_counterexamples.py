from fractions import Fraction

import numpy as np
import pytest

from dlcore.optimizers.adaptive import adam, amsgrad
from dlcore.optimizers.counterexamples import (
    LESSARD_CURVATURES,
    LESSARD_HEAVY_BALL,
    alternating,
    drift,
    lessard_cycle,
    lessard_gradient,
    lessard_value,
    periodic_average,
    steep_among_many,
)
from dlcore.optimizers.methods import heavy_ball, run, run_online

EPS = np.finfo(float).eps


def test_lessards_function_is_smooth_and_strongly_convex():
    x = np.sort(np.random.default_rng(0).uniform(-4, 5, 400))
    slopes = np.diff(lessard_gradient(x)) / np.diff(x)
    m, L = LESSARD_CURVATURES
    rounding = 4 * EPS * 130 / np.diff(x)  # gradients are up to 101
    assert np.all(slopes >= m - rounding) and np.all(slopes <= L + rounding)
    for kink in (1.0, 2.0):
        for f in (lessard_value, lessard_gradient):
            assert f(kink) == pytest.approx(f(np.nextafter(kink, 0)), abs=200 * EPS)


def test_lessards_gradient_is_the_derivative():
    x = np.linspace(-3, 4, 50)
    middle = (x[:-1] + x[1:]) / 2
    h = 1e-3  # no kink is within h of these points, and central differences of parabolas are exact
    difference = (lessard_value(middle + h) - lessard_value(middle - h)) / (2 * h)
    np.testing.assert_allclose(difference, lessard_gradient(middle), rtol=0, atol=4 * EPS * 200 / h)


def test_the_cycle_in_rational_numbers():
    eta, mu = Fraction(1, 9), Fraction(4, 9)
    cycle = [Fraction(2592, 1225), Fraction(792, 1225), Fraction(-2208, 1225)]
    for k in range(3):
        gradient = 25 * cycle[k] - (24 if cycle[k] >= 2 else 0)
        assert cycle[(k + 1) % 3] == cycle[k] - eta * gradient + mu * (cycle[k] - cycle[k - 1])
    np.testing.assert_allclose(lessard_cycle(), [float(c) for c in cycle], rtol=0, atol=20 * EPS)


def test_the_heavy_ball_falls_into_the_cycle():
    path = run(heavy_ball(*LESSARD_HEAVY_BALL), lessard_gradient, 3.3, 400)
    np.testing.assert_allclose(np.sort(path[-3:]), np.sort(lessard_cycle()), rtol=0, atol=1e-12)


def test_turns_of_the_linear_functions():
    gradient = alternating(1010, 101, 10)
    found = [float(gradient(t, 0.0)) for t in range(202)]
    assert found[0] == found[101] == 1010
    assert sum(found) == 2 * 10
    assert gradient(0, np.zeros((2, 3))).shape == (2, 3)


def test_adam_goes_to_the_worst_point_and_amsgrad_to_the_best():
    c = 3.0
    settings = {"beta1": 0.0, "beta2": 1 / (1 + c**2), "epsilon": 0.0, "bias_correction": False}
    for method, end in ((adam, 1.0), (amsgrad, -1.0)):
        path = run_online(method(lambda t: 0.5 / np.sqrt(t + 1), **settings), alternating(c), 0.0, 6000, box=(-1, 1))
        assert path[-1] == pytest.approx(end, abs=0.05)


@pytest.mark.parametrize("beta", [0.0, 0.3, 0.9])
def test_a_periodic_average_is_where_the_recursion_settles(beta, rng):
    u, a, seen = rng.standard_normal(4), 0.0, []
    for t in range(400):
        a = beta * a + (1 - beta) * u[t % 4]
        seen.append(a)
    np.testing.assert_allclose(periodic_average(u, beta), seen[-4:], rtol=0, atol=1e-14)


@pytest.mark.parametrize("maximum", [False, True])
@pytest.mark.parametrize(("steep", "period", "beta1", "beta2"), [(3.0, 3, 0.0, 0.1), (3.0, 3, 0.5, 0.9), (12.0, 7, 0.9, 0.99)])
def test_drift_is_the_displacement_in_a_late_period(maximum, steep, period, beta1, beta2):
    method = (amsgrad if maximum else adam)(1e-3, beta1=beta1, beta2=beta2, epsilon=0.0, bias_correction=False)
    path = run_online(method, alternating(steep, period), 0.0, period * 800)
    found = (path[-1] - path[-1 - period]) / 1e-3
    assert found == pytest.approx(drift(steep, period, beta1=beta1, beta2=beta2, maximum=maximum), abs=1e-10)


def test_shares_and_bounds_of_the_drawn_parabolas():
    gradient = steep_among_many(np.random.default_rng(1), 11, 4000, (5,))
    drawn = np.array([gradient(t, np.full(5, 0.5)) for t in range(4000)])
    assert set(np.unique(drawn)) == {5.5, -0.5}
    share = (drawn > 0).mean()
    assert share == pytest.approx(1 / 11, abs=4 * np.sqrt(10 / 121 / drawn.size))
    assert np.abs(gradient(0, np.full(5, 100.0))).max() <= 11
    unbounded = steep_among_many(np.random.default_rng(1), 11, 10, (5,), bounded=False)
    assert np.abs(unbounded(0, np.full(5, 100.0))).min() >= 100


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match=r"steep must be above \(period − 1\) · gentle = 2.0, got 2.0"):
        alternating(2.0)
    with pytest.raises(ValueError, match=r"gentle = 4.0, got 4.0"):
        alternating(4.0, gentle=2.0)
    assert alternating(1.5, gentle=0.5)(0, 0.0) == 1.5  # above 2 · 0.5
    with pytest.raises(ValueError, match=r"terms must be at least 1"):
        steep_among_many(np.random.default_rng(0), 0, 10, ())
