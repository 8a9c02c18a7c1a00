"""Numbers as a reader sees them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcore.notation import fields_of, number, powers, sentence


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (50, "50"), (0.0, "0"), (1.0, "1"), (2.5, "2.5"), (0.25, "0.25"), (3.14159, "3.14"), (1234.5, "1230"),
        (2.05e-4, "2.05×10⁻⁴"), (0.000999, "9.99×10⁻⁴"), (0.001, "0.001"), (0.0123456, "0.0123"), (99999.0, "10⁵"), (12345.0, "12300"),
        (3.2e-5, "3.2×10⁻⁵"), (1e6, "10⁶"), (-4.56e9, "−4.56×10⁹"), (999.6, "1000"),
        (math.inf, "∞"), (-math.inf, "−∞"), (math.nan, "undefined"), (True, "on"), (np.int64(7), "7"), (np.float64(0.5), "0.5"),
    ],
)  # fmt: skip
def test_numbers_in_the_books_notation(value, text):
    assert number(value) == text


@given(st.floats(-1e300, 1e300))
def test_a_number_keeps_three_significant_digits(value):
    plain = number(value).translate(str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789")).replace("×10", "e")
    if plain.lstrip("-").startswith("10") and "e" not in plain and abs(value) >= 1e5:
        plain = plain.replace("10", "1e", 1)  # 10⁶ is written without its factor 1
    assert float(plain) == pytest.approx(value, rel=5.001e-3, abs=5e-324)


def test_powers_leaves_other_text_alone():
    assert powers("1e+06 and 2.5e-07 of the case 11e+02") == "10⁶ and 2.5×10⁻⁷ of the case 11×10²"


def test_a_sentence_formats_numbers_and_honours_formats():
    fields = {"depth": 50, "ratio": 3.2e-5, "share": np.float64(0.12345), "big": math.inf, "on": True, "who": "He"}
    assert (
        sentence("{who}: {depth}, {ratio}, {share:.1%}, {ratio:.1g}, {big:.2f}, {on}", fields) == "He: 50, 3.2×10⁻⁵, 12.3%, 3×10⁻⁵, ∞, on"
    )
    assert sentence("{a:.2g} times, {b:.2g}, {c:.3g}", {"a": 120.0, "b": 2.05e-4, "c": 1234}) == "120 times, 2×10⁻⁴, 1230"
    assert sentence(lambda f: f"{f['depth']}!", fields) == "50!"


@pytest.mark.parametrize(
    ("template", "names"),
    [("It rains.", ""), ("{a} and {b:.2g} and {a!r}", "ab"), ("{a.real} of {b[2]}", "ab"), ("{a:{b}.{c}f}", "abc"), ("{{a}}", "")],
)
def test_the_names_that_a_sentence_takes(template, names):
    assert fields_of(template) == set(names)


def test_a_sentence_refuses_an_array():
    with pytest.raises(ValueError, match="single numbers.*shape"):
        sentence("{curve}", {"curve": np.zeros(3)})
    assert sentence("{point}", {"point": np.array([2.5])}) == "2.5"
