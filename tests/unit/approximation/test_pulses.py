import math

import numpy as np
import pytest
from scipy import optimize

from dlcore.approximation import pulses


def wave(x):
    return np.sin(2 * np.pi * x) + 0.5


def test_a_pulse_is_one_on_its_cell_alone():
    t = np.array([-1.0, -1e-9, 0.0, 0.5, 1 - 1e-9, 1.0, 2.0])
    assert pulses.pulse(t).tolist() == [0, 0, 1, 1, 1, 0, 0]
    assert pulses.threshold(0.0) == 1


@pytest.mark.parametrize("cells", [1, 3, 8])
def test_a_staircase_holds_the_value_at_the_left_end(cells, rng):
    steps = pulses.staircase(wave, cells)
    x = rng.uniform(0, 1, 200)
    np.testing.assert_allclose(pulses.respond(steps, x), wave(np.floor(x * cells) / cells), rtol=0, atol=1e-13)
    np.testing.assert_allclose(pulses.respond(steps, np.array([1.0])), wave(1.0), rtol=0, atol=1e-13)
    assert steps.places.size == cells + 1


@pytest.mark.parametrize("cells", [1, 2, 5, 7, 24, 100])
def test_error_and_modulus_of_a_wave_in_closed_form(cells):
    # |sin 2πx − sin 2πy| is largest around a zero, 2 sin(π d) at distance d ≤ ½; the grid misses it by its step at most
    assert pulses.modulus(wave, cells) == pytest.approx(2 * np.sin(np.pi / max(cells, 2)), abs=(2 * np.pi / 2400) ** 2)
    ends = np.arange(cells) / cells
    worst = max(
        -optimize.minimize_scalar(lambda x, b=b, s=s: s * (wave(x) - wave(b)), bounds=(b, b + 1 / cells), method="bounded",
                                  options={"xatol": 1e-10}).fun
        for b in ends for s in (1, -1)
    )  # fmt: skip
    assert pulses.staircase_error(wave, cells) == pytest.approx(worst, abs=(2 * np.pi / 2400) ** 2)


@pytest.mark.parametrize("f", [wave, np.sqrt, lambda x: np.abs(x - 0.37), lambda x: 7 * np.cos(30 * x)])
def test_the_error_is_never_above_the_modulus(f):
    for cells in range(1, 30):
        assert pulses.staircase_error(f, cells) <= pulses.modulus(f, cells)


def test_root_has_the_modulus_of_a_root():
    for cells in (1, 4, 9, 25):
        assert pulses.modulus(np.sqrt, np.int64(cells)) == pytest.approx(cells**-0.5, rel=1e-12)
        assert pulses.staircase_error(np.sqrt, cells) == pytest.approx(cells**-0.5, rel=1e-12)


def test_steep_sigmoids_tend_to_the_staircase_away_from_its_jumps():
    steps, x = pulses.staircase(wave, 5), (np.arange(5) + 0.5) / 5
    exact = pulses.respond(steps, x)
    for k in (50.0, 100.0, 200.0):
        gap = np.abs(steps.jumps).sum() / (1 + math.exp(k / 10))
        assert np.abs(pulses.respond(steps, x, k) - exact).max() <= gap
    one = pulses.Steps(np.array([0.3]), np.array([1.0]))
    assert pulses.respond(one, np.array([0.3]), 1e6) == 0.5
    assert pulses.respond(one, np.array([0.3 + 0.05]), 100.0) == pytest.approx(1 - 1 / (1 + math.exp(5)), rel=1e-12)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="cells must be at least 1"):
        pulses.staircase(wave, 0)
    with pytest.raises(ValueError, match="finite"):
        pulses.staircase(lambda x: np.full_like(x, np.nan), 3)
    with pytest.raises(ValueError, match="one value for each"):
        pulses.modulus(lambda x: np.zeros(3), 3)
    with pytest.raises(ValueError, match="steepness must be positive"):
        pulses.respond(pulses.staircase(wave, 2), np.zeros(2), -1.0)
    with pytest.raises(ValueError, match="finite"):
        pulses.threshold(np.nan)
