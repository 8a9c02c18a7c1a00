"""The outline against the paper's table, its area against a fine polygon's, its circles against the FFT."""

import numpy as np
import pytest

from dlcore.generalization import elephant

T = np.arange(64) * 2 * np.pi / 64
BOTH = [elephant.NOMINAL, (3 - 4j, 1j, 2 + 0j, -5 + 6j, 0j)]


@pytest.mark.parametrize("parameters", BOTH)
def test_the_outline_is_the_table_of_the_paper(parameters):
    p = parameters
    x = p[0].real * np.sin(T) + p[1].real * np.sin(2 * T) + p[2].real * np.cos(3 * T) + p[3].real * np.cos(5 * T)
    y = p[3].imag * np.cos(T) + p[0].imag * np.sin(T) + p[1].imag * np.sin(2 * T) + p[2].imag * np.sin(3 * T)
    np.testing.assert_allclose(elephant.outline(parameters, T), np.stack([y, -x], axis=-1), atol=1e-12)


@pytest.mark.parametrize("parameters", BOTH)
def test_the_circles_are_the_fourier_coefficients(parameters):
    coefficients = np.fft.fft(elephant.outline(parameters, T) @ [1, 1j]) / len(T)
    circles = elephant.circles(parameters)
    rest = np.delete(coefficients, list(circles))
    np.testing.assert_allclose(rest, 0, atol=1e-12)
    for k, c in circles.items():
        assert coefficients[k] == pytest.approx(c, abs=1e-12)


@pytest.mark.parametrize("parameters", BOTH)
def test_the_area_is_that_of_the_polygon_of_many_corners(parameters):
    x, y = elephant.outline(parameters, np.linspace(0, 2 * np.pi, 100_001)).T
    polygon = np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]) / 2
    assert elephant.enclosed_area(parameters) == pytest.approx(polygon, rel=1e-6)


def test_the_arm_ends_at_the_pen_and_has_joints_of_the_radii():
    circles = elephant.circles(elephant.NOMINAL)
    arm = elephant.arm(circles, T)
    np.testing.assert_allclose(arm[:, -1], elephant.outline(elephant.NOMINAL, T) @ [1, 1j], atol=1e-12)
    np.testing.assert_allclose(np.abs(np.diff(arm)), np.tile(np.abs(list(circles.values())), (len(T), 1)), atol=1e-12)


def test_only_the_trunk_swings_and_by_the_fifth_parameter():
    drawn = elephant.sketch(elephant.NOMINAL, 1001)
    np.testing.assert_allclose((drawn.up + drawn.down) / 2, drawn.outline, atol=1e-12)
    moved = drawn.up[:, 1] - drawn.outline[:, 1]
    assert moved.max() == pytest.approx(40, rel=1e-3)
    inside = moved[moved > 0]  # sin² of equal steps: half of its height on average, and there and back in the same way
    assert inside.mean() == pytest.approx(20, rel=0.02)
    np.testing.assert_allclose(inside[:20], inside[::-1][:20], atol=40 * np.pi / len(inside))
    assert np.all(drawn.outline[moved > 1, 0] > 20)  # right of the eye
    np.testing.assert_array_equal(drawn.eye, [20, 20])


def test_one_frequency_fits_all_labels_of_ten_points():
    for code in range(2**10):
        labels = 1 - 2 * ((code >> np.arange(10)) & 1)
        np.testing.assert_array_equal(np.sign(np.sin(elephant.fitting_frequency(labels) * 0.5 ** np.arange(1, 11))), labels)


def test_one_frequency_fits_as_many_labels_as_are_let_in(rng):
    for labels in (np.full(40, -1), *rng.choice([-1, 1], (20, 40))):
        np.testing.assert_array_equal(np.sign(np.sin(elephant.fitting_frequency(labels) * 0.5 ** np.arange(1, 41))), labels)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: elephant.circles((1j, 2j)), "five complex numbers"),
        (lambda: elephant.fitting_frequency(np.array([0, 1])), "1 and -1"),
        (lambda: elephant.fitting_frequency(np.ones(50, dtype=int)), "at most 40"),
    ],
)
def test_bad_input_is_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()
