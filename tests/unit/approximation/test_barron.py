import numpy as np
import pytest
from scipy import integrate, stats

from dlcore.approximation import barron
from dlcore.statistics import errors_off, ks_bound, ks_distance


@pytest.mark.parametrize("d", [1, 2, 10, 40])
def test_the_constant_is_the_mean_length_of_a_gaussian_vector(d):
    assert barron.constant(d) == pytest.approx(stats.chi(d).mean(), rel=1e-12)
    assert np.sqrt(d - 0.5) < barron.constant(d) < np.sqrt(d)


@pytest.mark.parametrize(("d", "radius"), [(1, 1.0), (3, 2.0), (40, 1.0)])
def test_mass_is_the_integral_over_frequencies_and_thresholds(d, radius):
    def length(rho):  # 2ρ ∫_0^r |sin ρs| ds, in closed form
        k = np.floor(rho * radius / np.pi)
        return 2 * (2 * k + 1 - np.cos(rho * radius - k * np.pi))

    rho = np.linspace(0, np.sqrt(d) + 12, 200_001)
    assert barron.mass(d, radius) == pytest.approx(integrate.simpson(length(rho) * stats.chi(d).pdf(rho), x=rho), rel=5e-4)
    assert barron.mass(d, radius) <= 2 * radius * barron.constant(d)


@pytest.mark.parametrize(("d", "radius"), [(1, 1.0), (2, 3.0), (10, 1.0)])
def test_drawn_steps_are_right_on_average_and_their_error_is_the_formula(rng, d, radius):
    x = barron.uniform_ball(rng, 4000, d, radius)
    off = np.empty(200)
    at = x[:5]
    values = np.empty((200, 5))
    for k in range(200):
        steps = barron.draw_steps(rng, 50, d, radius)
        part = x[20 * k : 20 * k + 20]
        off[k] = np.mean((barron.running_means(part, steps, [50])[0] - barron.bump(part)) ** 2)
        values[k] = barron.running_means(at, steps, [50])[0]
    assert errors_off(values, barron.bump(at)) < 4
    assert errors_off(off, barron.mean_squared_error(d, 50, radius)) < 4


def test_balls_energies_and_running_means(rng):
    x = barron.uniform_ball(rng, 20_000, 3, 2.0)
    assert ks_distance((np.linalg.norm(x, axis=1) / 2) ** 3, lambda v: np.clip(v, 0, 1)) < ks_bound(20_000)
    assert errors_off((1 - barron.bump(x)) ** 2, barron.offset_energy(3, 2.0)) < 4
    assert barron.variance(3, 2.0) == pytest.approx(barron.bump(x).var(), rel=0.05)
    steps = barron.draw_steps(rng, 7, 3)
    by_hand = 1 + np.mean([h * (x @ u > s) for u, s, h in zip(*steps, strict=True)], axis=0)
    np.testing.assert_allclose(barron.running_means(x, steps, [3, 7])[1], by_hand, rtol=1e-12)
    np.testing.assert_allclose(np.abs(steps.height), barron.mass(3))


def test_bad_input_is_named(rng):
    with pytest.raises(ValueError, match="at most the 3 steps"):
        barron.running_means(np.zeros((1, 2)), barron.draw_steps(rng, 3, 2), [4])
    with pytest.raises(TypeError, match="Generator"):
        barron.draw_steps(1, 3, 2)
    with pytest.raises(ValueError, match="radius must be positive"):
        barron.mass(3, 0.0)
    with pytest.raises(ValueError, match="d must be at least 1"):
        barron.constant(0)
