import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcore import checks

NUMBERS = st.floats(allow_nan=True, allow_infinity=True)


@given(NUMBERS)
def test_numbers_are_returned_unchanged_or_refused(x):
    for check, holds in [
        (checks.finite, np.isfinite(x)),
        (checks.positive, np.isfinite(x) and x > 0),
        (checks.non_negative, np.isfinite(x) and x >= 0),
    ]:
        if holds:
            assert check("x", x) is x
        else:
            with pytest.raises(ValueError, match=r"x must be .*, got .*: "):
                check("x", x)


def test_one_bad_entry_of_an_array_is_named():
    with pytest.raises(ValueError, match=r"rate must be positive, got -2.0: pass numbers above 0"):
        checks.positive("rate", np.array([1.0, -2.0, 3.0]))


@pytest.mark.parametrize("value", ["3", None, 1j, True, [True], object()])
def test_what_is_not_a_real_number_is_a_type_error(value):
    with pytest.raises(TypeError, match=r"x must be a real number"):
        checks.finite("x", value)


@pytest.mark.parametrize("value", [1, 7, np.int64(3)])
def test_positive_int_returns_an_int(value):
    assert checks.positive_int("n", value) == value
    assert type(checks.positive_int("n", value)) is int


@pytest.mark.parametrize(("value", "error"), [(0, ValueError), (-1, ValueError), (2.0, TypeError), (True, TypeError)])
def test_positive_int_refuses(value, error):
    with pytest.raises(error, match=f"n must be .*, got {value}: pass"):
        checks.positive_int("n", value)


def test_one_of_lists_the_options():
    assert checks.one_of("family", "a", ("a", "b")) == "a"
    with pytest.raises(ValueError, match=r"family must be one of 'a', 'b', got 'c'"):
        checks.one_of("family", "c", ("a", "b"))


def test_generator_refuses_a_seed():
    generator = np.random.default_rng(0)
    assert checks.generator("rng", generator) is generator
    with pytest.raises(TypeError, match=r"got 0: pass numpy.random.default_rng\(seed\)"):
        checks.generator("rng", 0)


def test_layer_widths_from_a_number_or_a_list():
    assert checks.layer_widths(5, 2) == (5, 5, 5)
    assert checks.layer_widths([3, 4, 5]) == checks.layer_widths([3, 4, 5], 2) == (3, 4, 5)


@pytest.mark.parametrize(
    ("width", "depth", "error", "message"),
    [
        (5, None, TypeError, "depth must be given"),
        (5, 0, ValueError, "depth must be at least 1, got 0"),
        (0, 3, ValueError, "width must be at least 1, got 0"),
        ([3], None, ValueError, "at least one layer"),
        ([3, 4], 3, ValueError, r"depth \+ 1 = 4 widths, input first, got 2"),
        ([3, 0], None, ValueError, "width must be at least 1"),
    ],
)
def test_layer_widths_refuses(width, depth, error, message):
    with pytest.raises(error, match=message):
        checks.layer_widths(width, depth)


def test_per_layer_spreads_one_number_and_counts_several():
    assert checks.per_layer("gain", 2, 3).tolist() == [2, 2, 2]
    assert checks.per_layer("gain", [1, 2, 3], 3).tolist() == [1, 2, 3]
    with pytest.raises(ValueError, match=r"depth = 3 of them, got shape \(2,\)"):
        checks.per_layer("gain", [1, 2], 3)


def test_one_number_is_no_list():
    assert checks.number("q", np.float64(2)) == 2.0
    assert isinstance(checks.number("q", 3), float)
    for wrong in ([1.0], np.ones(1), [1.0, 2.0]):
        with pytest.raises(TypeError, match=r"q must be one number, got .*: call once for each"):
            checks.number("q", wrong)
    with pytest.raises(ValueError, match="q must be finite, got nan"):
        checks.number("q", np.nan)


def test_symmetric_means_up_to_rounding():
    a = np.random.default_rng(0).standard_normal((3, 5, 5))
    product = a @ np.swapaxes(a, -1, -2)
    np.testing.assert_array_equal(checks.symmetric("H", product), product)
    product[1, 0, 1] += 1e-9
    with pytest.raises(ValueError, match=r"H must be symmetric, got an asymmetry of .*: pass \(A \+ A.T\) / 2"):
        checks.symmetric("H", product)
    with pytest.raises(ValueError, match=r"H must be square matrices, got shape \(2, 3\)"):
        checks.symmetric("H", np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"got shape \(5, 2, 3\)"):
        checks.symmetric("H", np.ones((5, 2, 3)))
    for flat in (1.0, np.ones(3)):
        with pytest.raises(ValueError, match=r"H must be square matrices, got shape \((3,)?\)"):
            checks.symmetric("H", flat)


def test_samples_are_rows():
    x = checks.samples("x", [[1, 2, 3]])
    assert x.shape == (1, 3)
    assert x.dtype == float
    for wrong in (1.0, np.ones(3), np.ones((2, 3, 4))):
        with pytest.raises(ValueError, match=r"x must have shape \(examples, n_0\), got .*: one example a row"):
            checks.samples("x", wrong)
    with pytest.raises(ValueError, match="x"):
        checks.samples("x", [[1.0, np.nan]])


@pytest.mark.parametrize("scale", [1e-8, 1.0, 1e8])
def test_rounding_is_measured_by_each_matrix(scale):
    a = scale * np.random.default_rng(1).standard_normal((3, 5, 5))
    product = a @ np.swapaxes(a, -1, -2)
    product[0] *= 1e12  # a large one beside them excuses nothing
    np.testing.assert_array_equal(checks.symmetric("H", product), product)
    product[1, 0, 1] *= 1 + 1e-9
    with pytest.raises(ValueError, match="H must be symmetric"):
        checks.symmetric("H", product)


def test_numbers_of_steps_are_returned_if_they_increase():
    assert checks.step_counts("at", (0, 3, 3, 10)).tolist() == [0, 3, 3, 10]


@pytest.mark.parametrize("at", [(), (-1, 2), (3, 2), (0.0, 1.0)])
def test_other_numbers_of_steps_are_refused(at):
    with pytest.raises(ValueError, match="at must be increasing numbers of steps from 0 upwards, got .*: sort them"):
        checks.step_counts("at", at)
