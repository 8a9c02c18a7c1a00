"""Declarations: bad ones fail at once, and say what is wrong, with which value, and what to do."""

import math

import numpy as np
import pytest

from dlcore.explore.declaration import Declaration
from dlcore.explore.figures import lines
from dlcore.explore.slider import Slider
from dlcore.explore.spec import in_page

FIGURE = lines("x", "y")


def curve(depth, shape):
    """A line whose length the depth sets."""
    x = np.arange(10.0)
    return {"x": x, "y": depth * x + len(shape), "top": depth * 9.0}


def declare(compute=curve, figure=FIGURE, readout="top {top}", caption="A line.", **more):
    parameters = {"depth": (1, 10), "shape": ["a", "bb"]} | more.pop("parameters", {})
    return Declaration(compute, figure=figure, readout=readout, caption=caption, parameters=parameters, **more)


def test_states_are_counted_with_the_last_parameter_fastest():
    states = declare().states()
    assert states[0] == {"depth": 1, "shape": "a"} and states[1] == {"depth": 1, "shape": "bb"}
    assert len(states) == declare().count == 2 * len({s["depth"] for s in states})


def test_a_state_has_values_arrays_and_sentence():
    state = declare().state({"depth": 3})
    assert state.values == {"depth": 3, "shape": "a"} and state.readout == "top 27"
    np.testing.assert_array_equal(state.arrays["y"], 3 * np.arange(10.0) + 1)
    assert set(state.arrays) == {"x", "y"}


def test_a_figure_may_have_a_title():
    assert in_page(declare(title="Lines"))["title"] == "Lines"
    assert in_page(declare())["title"] is None  # it is named after its section


def fails(match, **how):
    with pytest.raises((ValueError, TypeError), match=match):
        declare(**how)


def test_presets_must_name_parameters_and_legal_values():
    fails("preset 'far' sets width, but the parameters are depth, shape", presets={"far": {"width": 3}})
    fails(r"preset 'far': depth must lie in \[1, 10\], got 30", presets={"far": {"depth": 30}})
    fails("preset 'far' must be a dict", presets={"far": 3})


def test_rounding_does_not_part_a_start_or_a_preset_from_its_stop():
    def curve(a):
        return {"x": [0.0], "y": [a]}

    slider = Slider(0.0, 1.0, 0.1, start=3 * 0.1, marks={0.2 * 3: "x"})
    made = Declaration(curve, figure=FIGURE, readout="", caption="", presets={"p": {"a": 7 * 0.1}}, parameters={"a": slider})
    assert made.start["a"] in made.stops["a"] and made.presets["p"]["a"] in made.stops["a"] and made.count == 11


@pytest.mark.parametrize("figure", [None, {"layout": {}}, {"data": 3}])
def test_what_is_no_figure_is_refused(figure):
    fails("figure must be a template with a list under 'data'", figure=figure)


def test_a_name_that_cannot_be_referred_to_is_refused():
    fails("explorer curve: a reference must be '@name'.*got '@train loss'", figure=lines("x", ["train loss"]))
    fails("explorer curve: a colour must be", figure={"data": [{"x": "@x", "y": "@y", "line": {"color": "$blau"}}]})


def test_shapes_are_checked_at_every_state():
    def ragged(depth, shape):
        return {"x": np.zeros(3), "y": np.zeros(3 if depth < 9 else 2), "top": 1.0}

    made = declare(ragged)
    with pytest.raises(ValueError, match=r"explorer ragged: y: its coordinates must have one length, got x \(3,\), y \(2,\)"):
        made.state({"depth": 9})


def test_arrays_do_not_belong_into_a_template():
    fails("must be plain JSON.*name them '@name'", figure={"data": [{"x": np.arange(3), "y": "@y"}]})


def test_nor_do_numbers_that_json_has_not():
    fails("must be plain JSON", figure={"data": [{"x": "@x", "y": "@y", "opacity": math.nan}]})


def test_a_default_of_compute_is_the_start_and_other_names_need_a_place():
    def open_ended(depth=7, **rest):
        return {"x": [0.0], "y": [rest["width"]]}

    made = Declaration(open_ended, figure=FIGURE, readout="", caption="", parameters={"depth": (1, 10), "width": (0.0, 2.0)})
    assert made.start == {"depth": 7, "width": 1.0}


def test_a_link_sets_the_parameters_that_it_names():
    assert declare().parse("shape=bb&depth=3") == {"depth": 3, "shape": "bb"} and declare().parse("") == {}
    for query, says in (("width=3", "has no parameter width; it has depth, shape"), ("shape=", "shape to one of a, bb, got ''")):
        with pytest.raises(ValueError, match=says):
            declare().parse(query)


def test_all_that_compute_returns_can_be_asked_for_with_the_sentence():
    data = declare(readout="{shape}: top {top}").data({"depth": 3})
    assert (data.keys(), data["top"], data["readout"]) == ({"x", "y", "top", "readout"}, 27.0, "a: top 27")
    np.testing.assert_array_equal(data["y"], 3 * np.arange(10.0) + 1)


def test_a_bare_plotly_dict_will_do():
    assert declare(figure={"data": [{"x": "@x", "y": "@y"}]}).figure["layout"] == {}


def test_a_presets_value_is_among_the_stops():
    assert 7 in declare(presets={"seven": {"depth": 7}}).stops["depth"]


def test_the_figure_and_the_readout_may_only_use_what_compute_returns():
    fails("the figure uses z, which compute does not return; it returns x, y, top", figure=lines("x", ["y", "z"]))
    fails("the readout names 'bottom', which is neither a parameter nor returned", readout="{bottom}")
    fails("single numbers", readout="{y}")


def test_keys_that_change_from_state_to_state_are_refused():
    def fickle(depth):
        return {"x": [1.0], "y": [2.0]} | ({"extra": 1.0} if depth > 5 else {})

    declared = Declaration(fickle, figure=FIGURE, readout="", caption="", parameters={"depth": (1, 10)})
    with pytest.raises(ValueError, match="same names at every state.*depth.*differ in extra"):
        declared.state({"depth": 9})


def test_too_many_states_name_the_parameter_to_coarsen():
    def wide(depth, width):
        return {"x": [1.0], "y": [2.0]}

    with pytest.raises(ValueError, match=r"at most 2000 states.*100 depth × 50 width = 5000; coarsen depth, for example with stops=40$"):
        Declaration(wide, figure=FIGURE, readout="", caption="", parameters={"depth": (1, 100, 1), "width": (1, 50, 1)})


def test_parameters_must_be_those_of_compute():
    fails(r"must be those of curve\(depth, shape\).*unknown: \['width'\]", parameters={"width": (1, 2)})
    with pytest.raises(TypeError, match=r"undeclared: \['shape'\]"):
        Declaration(curve, figure=FIGURE, readout="", caption="", parameters={"depth": (1, 2)})
    with pytest.raises(ValueError, match="at least one parameter"):
        Declaration(curve, figure=FIGURE, readout="", caption="")


def test_names_and_play_are_checked():
    fails("an explorer's name must be letters", name="two words")
    fails("play must name a parameter", play="width")
    assert declare().play == "depth" and declare(name="signal-2").name == "signal-2"


@pytest.mark.parametrize(
    ("returned", "match"),
    [([1.0], "must return a dict"), ({"x": 1j, "y": 0.0}, "real numbers"), ({"x": np.zeros((2, 2, 2)), "y": 0.0}, "two axes")],
)
def test_what_compute_returns_must_be_drawable(returned, match):
    with pytest.raises(TypeError, match=match):
        Declaration(lambda depth: returned, figure=FIGURE, readout="", caption="", name="odd", parameters={"depth": (1, 2)})


def test_non_finite_values_are_legitimate():
    declared = Declaration(
        lambda depth: {"x": [1.0, 2.0], "y": [math.inf, math.nan]},
        figure=FIGURE,
        readout="",
        caption="",
        name="odd",
        parameters={"depth": (1, 2)},
    )
    assert not np.isfinite(declared.first.arrays["y"]).any()


def test_values_outside_the_parameters_are_refused():
    with pytest.raises(ValueError, match="has no parameter width; it has depth, shape"):
        declare().state({"width": 1})


def test_batch_is_split_into_states_equal_to_compute():
    def batch(depth, shape):
        x = np.arange(10.0)
        return {"x": np.broadcast_to(x, (len(depth), 10)), "y": depth[:, None] * x + np.char.str_len(shape)[:, None], "top": depth * 9.0}

    declared = declare(batch=batch)
    for values, state in zip(declared.states(), declared.batched(declared.states())):
        single = declared.state(values)
        assert state.readout == single.readout
        np.testing.assert_array_equal(state.arrays["y"], single.arrays["y"])
    with pytest.raises(ValueError, match="one entry per state"):
        declare(batch=lambda depth, shape: {"x": [1], "y": [1], "top": [1]}).batched(declared.states())
