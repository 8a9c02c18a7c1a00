"""Parameters: abbreviations, stops, positions, and what a wrong one says."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcore.explore.abbreviations import as_parameter
from dlcore.explore.parameters import Choice, Toggle, nearest
from dlcore.explore.slider import Slider


@pytest.mark.parametrize(
    ("given_", "kind", "low", "high", "start"),
    [((1, 200), int, 1, 200, 100), ((0.0, 1.0), float, 0, 1, 0.5), ((0, 10, 2), int, 0, 10, 4), (10, int, -10, 30, 10),
     (-2.0, float, -6, 2, -2), (-0.5, float, -1.5, 0.5, -0.5), (0.5, float, -0.5, 1.5, 0.5), (0, int, 0, 1, 0), (0.0, float, 0, 1, 0)],
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
        (lambda: Slider(0, 1, marks=[0.5]), r"marks must be a dict .*, got \[0.5\]; write \{2.0: 'He'\}"),
        (lambda: Slider(1, 5, stops=9), r"number of stops must lie in \[2, 5\], got 9"),
        (lambda: Slider(0.0, 1.0, stops=1), r"number of stops must lie in \[2, 100000\], got 1"),
        (lambda: Slider(0.0, 1.0, stops=0.5), "a whole number or a list of values, got 0.5"),
        (lambda: Slider(0.0, 1.0, stops="many"), "a whole number or a list of values, got 'many'"),
        (lambda: Slider(0.0, 1.0, stops=[0.5, 2.0]), r"a stop must lie in \[0.0, 1.0\], got 2.0"),
        (lambda: Slider(0.0, 1.0, stops=[0.5, math.nan]), "a stop must be a number from 0.0 to 1.0, got nan"),
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
    count = min(count, width + 1) if whole else count
    stops = Slider(*ends, stops=count).stops_with(())
    assert list(stops) == sorted(set(stops)) and stops[0] == low and stops[-1] == low + width
    assert len(stops) <= count + 1 and all(isinstance(stop, int if whole else float) for stop in stops)


def test_declared_steps_are_kept_as_they_are():
    assert Slider(0.0, 0.01, 0.0025).stops_with(()) == (0, 0.0025, 0.005, 0.0075, 0.01)
    assert Slider(0, 1, 0.0025).stops_with(())[-3:] == (0.995, 0.9975, 1)
    assert Slider(100.0, 100.001, 0.00025).stops_with(()) == (100, 100.00025, 100.0005, 100.00075, 100.001)
    assert Slider(1.0, 2.0, 1.1892, log=True).stops_with(())[1] == 1.1892
    assert 0.3 in Slider(0.0, 1.0, 0.1).stops_with(())  # not 0.30000000000000004


def test_wide_logarithmic_sliders_have_every_decade():
    stops = Slider(1e-16, 1.0, 10, log=True).stops_with(())
    assert stops == pytest.approx([10.0**k for k in range(-16, 1)], rel=1e-12)
    assert len(Slider(1e-300, 1e-280, log=True).stops_with(())) == 9


@pytest.mark.parametrize("count", [2, 9, 1000, 3000])
@pytest.mark.parametrize(("low", "high", "log"), [(0.0, 1.0, False), (1e-3, 1e3, True), (1.0, 1.001, True), (1e6, 1e6 + 1, False)])
def test_as_many_stops_as_asked_for(low, high, log, count):
    slider = Slider(low, high, log=log, stops=count, start=low)
    assert len(slider.stops_with(())) == count
    exact = np.geomspace(low, high, count) if log else np.linspace(low, high, count)
    # At least three digits of a step, or of a value where steps are ratios: an error of 0.005 of the step, and rounding.
    apart = {"rel": 0.0051 * (exact[1] / exact[0] - 1)} if log else {"abs": 0.0051 * (exact[1] - exact[0])}
    assert slider.stops_with(()) == pytest.approx(exact, **{"rel": 0, "abs": 0} | apart)


def test_of_a_wide_range_the_stops_are_rounded_to_whole_numbers_and_no_further():
    assert Slider(0.0, 12345.0, start=0.0).stops_with(()) == (0, *(round(12345 * k / 8) for k in range(1, 8)), 12345)


def test_of_few_whole_numbers_all_are_offered():
    assert Slider(-4, 4).stops_with(()) == tuple(range(-4, 5))
    assert Slider(-3, 2, start=0).positions_with(()) == tuple(range(-3, 3))
    assert Slider(3, 6, log=True).positions_with(()) == (3, 4, 5, 6)
    assert Slider(0, 1000).stops_with(()) == tuple(range(0, 1001, 125))
    assert Slider(-4, 4, stops=9).stops_with(()) == tuple(range(-4, 5))
    with pytest.raises(ValueError, match=r"number of stops must lie in \[2, 9\], got 10"):
        Slider(-4, 4, stops=10)


def test_positions_lie_close_enough_to_feel_continuous():
    positions = Slider(0.0, 3.0).positions_with(())
    assert 100 < len(positions) < 500 and max(np.diff(positions)) < 0.02
    assert len(Slider(1, 10_000, log=True).positions_with(())) > 50
    assert Slider(1, 400).positions_with(()) == tuple(range(1, 401)) and len(Slider(0, 401).positions_with(())) < 402


def test_nearest_is_the_value_itself_or_the_next_to_it():
    offered = (0.0, 0.1, 0.2, 0.30000000000000004, 1.0)
    assert [nearest(offered, value) for value in offered] == [0, 1, 2, 3, 4]
    assert [nearest(offered, value) for value in (0.3, 0.04, 0.06, 0.9, -1.0, 7.0)] == [3, 0, 1, 4, 0, 4]


def test_a_link_sets_a_parameter_by_its_text():
    assert [Toggle().parse("on", text) for text in ("true", "false")] == [True, False]
    assert Choice(True, False).parse("on", "true") is True
    assert Choice("ReLU", "tanh").parse("phi", "ReLU") == "ReLU"
    assert Choice(4, 16).parse("width", "16") == 16
    slider = Slider(0.0, 1.0, 0.1)
    assert [slider.parse("eta", text) for text in ("0.3", "0.25", "1")] == [0.3, 0.25, 1.0]
    for parameter, text in ((Toggle(), "True"), (Choice("ReLU", "tanh"), "relu"), (Choice(4, 16), "5"), (slider, "2"), (slider, "x")):
        with pytest.raises(ValueError, match=f"a link sets p to one of .*, got '{text}'"):
            parameter.parse("p", text)


def test_a_switch_is_off_unless_told_otherwise_and_no_parameter_changes():
    assert Toggle().start is False and Toggle(True).start is True
    assert Toggle().stops_with(()) == Toggle().positions_with(()) == (False, True)
    for parameter in (Toggle(), Slider(0, 1)):
        with pytest.raises(dataclasses.FrozenInstanceError):
            parameter.start = 1


def test_values_are_written_with_unit_and_mark():
    slider = Slider(0.5, 4.0, start=1.0, unit="s", marks={2.0: "He"})
    assert slider.text(2.0) == "2 s (He)" and slider.text(1.0) == "1 s"
    assert Choice(4, 16).check("width", np.int64(16)) == 16
