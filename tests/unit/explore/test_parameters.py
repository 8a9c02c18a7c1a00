"""Parameters: abbreviations, stops, positions, and what a wrong one says."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcore.explore.parameters import Choice, Slider, Toggle, as_parameter


@pytest.mark.parametrize(
    ("given_", "kind", "low", "high", "start"),
    [((1, 200), int, 1, 200, 100), ((0.0, 1.0), float, 0, 1, 0.5), ((0, 10, 2), int, 0, 10, 4), (10, int, -10, 30, 10),
     (-2.0, float, -6, 2, -2), (0, int, 0, 1, 0)],
)  # fmt: skip
def test_numbers_abbreviate_sliders_as_in_interact(given_, kind, low, high, start):
    slider = as_parameter("depth", given_)
    assert isinstance(slider, Slider) and isinstance(slider.start, kind)
    assert (slider.low, slider.high, slider.start) == (low, high, start)


def test_lists_dicts_and_bools_abbreviate_choices_and_toggles():
    assert as_parameter("phi", ["relu", "tanh"]).options == ("relu", "tanh")
    named = as_parameter("phi", {"ReLU": "relu"})
    assert named.options == ("relu",) and named.text("relu") == "ReLU"
    assert as_parameter("on", True) == Toggle(True)


def test_a_default_of_compute_is_where_an_abbreviation_starts():
    assert as_parameter("depth", (1, 200), default=7).start == 7
    assert as_parameter("phi", ["relu", "tanh"], default="tanh").start == "tanh"


@pytest.mark.parametrize("wrong", ["relu", None, object(), (1, 2, 3, 4), ("a", "b")])
def test_anything_else_is_answered_with_what_is_accepted(wrong):
    with pytest.raises(TypeError, match=r"parameter depth must be a Slider, Choice or Toggle.*list or a dict.*bool; got"):
        as_parameter("depth", wrong)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Slider(1, 10, start=11), r"start must lie in \[1, 10\], got 11; move it inside"),
        (lambda: Slider(10, 1), "low < high, got low=10, high=1"),
        (lambda: Slider(0, 1.0, log=True), "low > 0, got low=0"),
        (lambda: Slider(0, 1, step=0), "step must be positive.*got 0"),
        (lambda: Slider(0, math.inf), "finite"),
        (lambda: Slider(1, 10, marks={20: "far"}), r"a mark must lie in \[1, 10\], got 20"),
        (lambda: Slider(1, 10, start=2.5), "whole number, got 2.5"),
        (lambda: Slider(0, 10**9, 1), "at most 100000 steps, got step=1"),
        (lambda: Slider(-1e308, 1e308), "range must be a float"),
        (lambda: Choice(1.0, math.inf), "finite, got inf"),
        (lambda: Choice({"a": 1, "b": 1}), "must differ"),
        (lambda: Choice(), "at least one option"),
        (lambda: Choice("a", "a"), "must differ"),
        (lambda: Choice("a", start="b"), "start must be one of 'a', got 'b'"),
        (lambda: Choice([1], object), "strings, numbers or bools"),
        (lambda: Toggle(start=1), "True or False, got 1"),
    ],
)
def test_wrong_declarations_say_invariant_value_and_remedy(make, says):
    with pytest.raises((ValueError, TypeError), match=says):
        make()


def test_both_ends_the_start_the_marks_and_the_extra_values_are_stops():
    slider = Slider(0.25, 4.0, start=1.1, marks={2.0: "He"}, stops=4)
    stops = slider.stops_with([3.3])
    assert set(stops) >= {0.25, 4.0, 1.1, 2.0, 3.3} and list(stops) == sorted(stops)
    assert set(slider.positions_with(stops)) >= set(stops)
    assert Slider(1, 9, stops=[5, 7]).stops_with(()) == (1, 5, 7, 9)


def test_a_step_makes_the_stops_and_positions():
    assert Slider(0, 10, step=5, start=0).stops_with(()) == (0, 5, 10)
    assert Slider(1.0, 8.0, step=2.0, start=1.0, log=True).stops_with(()) == (1, 2, 4, 8)
    assert Slider(1, 200, start=50).positions_with(()) == tuple(range(1, 201))


@given(st.integers(-1000, 1000), st.integers(1, 1000), st.booleans(), st.integers(2, 30))
def test_stops_are_sorted_distinct_and_in_range(low, width, whole, count):
    ends = (low, low + width) if whole else (float(low), low + float(width))
    stops = Slider(*ends, stops=count).stops_with(())
    assert list(stops) == sorted(set(stops)) and stops[0] == low and stops[-1] == low + width
    assert len(stops) <= count + 1 and all(isinstance(stop, int if whole else float) for stop in stops)


def test_values_are_written_with_unit_and_mark():
    slider = Slider(0.5, 4.0, start=1.0, unit="s", marks={2.0: "He"})
    assert slider.text(2.0) == "2 s (He)" and slider.text(1.0) == "1 s"
    assert Choice(4, 16).check("width", np.int64(16)) == 16
