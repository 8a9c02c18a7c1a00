"""Stories, guesses and picking: what a declaration cannot honour is refused at once."""

import numpy as np
import pytest

from dlcore.explore import Choice, Explorer, Guess, Slider, Step, Time, Toggle, lines, surface
from dlcore.explore.spec import in_page

X = np.linspace(0, 1, 5)


def power(k, shift, family, on):
    """A power of x."""
    return {"x": X, "y": X**k + shift, "area": 1 / (k + 1), "word": family}


def declare(figure=None, compute=power, **more):
    parameters = {"k": Slider(1, 4, start=2), "shift": Slider(0.0, 1.0, 0.5), "family": Choice("a", "b"), "on": Toggle()}
    return Explorer(compute, figure=figure or lines("x", "y"), readout="{area}", caption="Powers.", **parameters | more).declaration


def test_a_story_is_told_to_the_front_end_with_its_states():
    made = declare(steps=[Step("one", k=1), Step("two", shift=0.25, pin=True, highlight="y")])
    told = in_page(made)["steps"]
    assert told == [
        {"text": "one", "values": {"k": 1}, "pin": False, "highlight": []},
        {"text": "two", "values": {"shift": 0.25}, "pin": True, "highlight": ["y"]},
    ]
    assert 0.25 in made.stops["shift"]  # the page offers what its stories show


@pytest.mark.parametrize(
    ("steps", "match"),
    [([Step("a", kk=1)], r"sets kk, but the parameters are"), ([Step("a", k=9)], r"k must lie in \[1, 4\], got 9"),
     ([Step("a", highlight="z")], "highlights z; the curves are y"), ([Step(3, k=1)], "line of text, got 3")],
)  # fmt: skip
def test_steps_that_are_refused(steps, match):
    with pytest.raises((ValueError, TypeError), match=match):
        declare(steps=steps)


def test_a_parameter_may_be_called_steps():
    made = Explorer(
        lambda steps: {"x": X, "y": X * steps}, figure=lines("x", "y"), readout="", caption="c", name="f", steps=(1, 5)
    ).declaration
    assert list(made.parameters) == ["steps"] and made.steps == []


def test_a_number_and_a_curve_can_be_guessed():
    assert declare(guess="area").guess == {"name": "area", "label": "area", "kind": "number", "trace": None}
    assert declare(guess=Guess("y", "the curve")).guess == {"name": "y", "label": "the curve", "kind": "curve", "trace": 0}
    assert "area" in declare(guess="area").first.arrays  # the page needs it to say what is right


@pytest.mark.parametrize(
    ("guess", "match"),
    [("volume", "'volume', which compute does not return; it returns x, y"), ("word", "a number or a curve, got the text"),
     (3, "the name of what compute returns")],
)  # fmt: skip
def test_guesses_that_are_refused(guess, match):
    with pytest.raises((ValueError, TypeError), match=match):
        declare(guess=guess)


def test_a_curve_of_another_panel_cannot_be_drawn():
    figure = lines("x", "y")
    figure["data"][0] |= {"xaxis": "x2", "yaxis": "y2"}
    figure["data"].append({"type": "scatter", "x": "@x", "y": "@x"})
    with pytest.raises(ValueError, match="draws as no curve"):
        declare(figure=figure, guess="y")


def test_an_array_that_is_no_curve_cannot_be_drawn():
    with pytest.raises(ValueError, match="draws as no curve"):
        declare(guess="x")


@pytest.mark.parametrize(
    ("pick", "match"),
    [({"x": "kk"}, "got 'kk'; there are k, shift"), ({"z": "k"}, "axes x and y"), ({}, "axes x and y"), ("k", "axes x and y"),
     ({"x": "family"}, "a Choice of numbers, along x, got 'family'"), ({"x": "on"}, "got 'on'"),
     ({"x": "k", "y": "k"}, "one parameter along each axis")],
)  # fmt: skip
def test_picks_that_are_refused(pick, match):
    with pytest.raises(ValueError, match=match):
        declare(pick=pick)


def test_a_pick_needs_a_plane():
    pie = {"data": [{"type": "pie", "values": "@x"}], "layout": {}}
    with pytest.raises(ValueError, match="needs a plane"):
        declare(figure=pie, pick={"x": "k"})
    with pytest.raises(ValueError, match="made on the picture's axes"):
        declare(figure=pie, guess="area")


def test_a_plane_may_be_a_surface_and_a_choice_of_numbers_an_axis():
    def hill(k, width):
        return {"x": X, "y": X, "z": np.outer(X, X)}

    made = Explorer(
        hill,
        figure=surface("x", "y", "z"),
        readout="",
        caption="c",
        k=Slider(0.0, 1.0, 0.5),
        width=Choice(1, 2),
        pick={"x": "k", "y": "width"},
    ).declaration
    assert made.pick == {"x": "k", "y": "width"}


def test_a_time_cannot_be_picked():
    with pytest.raises(ValueError, match="got 'step'"):
        Explorer(
            lambda: {"x": X, "y": np.ones((4, 5))},
            figure=lines("x", "y"),
            readout="",
            caption="c",
            name="f",
            step=Time(frames=4),
            pick={"x": "step"},
        )
