"""Templates: references, derived arrays, and the ranges that keep axes still."""

import json

import numpy as np
import pytest

from dlcore.explore import heatmap, histogram, lines, path_on_contour, surface
from dlcore.explore.frames import Extents, Frame, frames
from dlcore.explore.template import check_references, check_shapes, shipped, shipped_names


def test_names_are_found_wherever_they_stand():
    figure = {"data": [{"x": "@layer", "y": "@rows[2]", "z": "@log10:z", "name": "not @this"}], "layout": {"shapes": [{"x0": "@at"}]}}
    assert shipped_names(figure) == ("layer", "rows", "log10:z", "at")


@pytest.mark.filterwarnings("error")
def test_derived_arrays_turn_zero_into_a_gap_without_a_warning():
    arrays = shipped(shipped_names(heatmap("x", "y", "z", log_z=True)), {"x": [1.0], "y": [1.0, 2.0], "z": np.array([[0.0], [100.0]])})
    np.testing.assert_array_equal(arrays["log10:z"], [[-np.inf], [2.0]])


@pytest.mark.parametrize(
    "figure",
    [
        lines("x", ["a", "b"], theory=["b"], bands={"a": ("lo", "hi")}, labels={"a": "measured"}, markers=["a"], log_x=True, log_y=True),
        lines(["x", "x2"], ["a", "b"]),
        histogram(theory=[("t", "p")]),
        heatmap("x", "y", "z", log_z=True),
        surface("x", "y", "z", path=("px", "py", "pz")),
        path_on_contour("x", "y", "z", paths=[("px", "py")]),
    ],
)
def test_figures_are_plain_json_with_open_ranges(figure):
    assert json.loads(json.dumps(figure)) == figure
    assert frames(figure)


def test_theory_is_dashed_and_dark_and_drawn_over_measurements():
    data = lines("x", ["law", "seen"], theory=["law"])["data"]
    assert [trace["name"] for trace in data] == ["seen", "law"]
    assert data[1]["line"] == {"color": "$theory", "width": 2, "dash": "dash"} and "dash" not in data[0]["line"]


def test_wrong_templates_are_refused():
    with pytest.raises(ValueError, match=r"may only name curves in y=\['a'\]; got \['b'\]"):
        lines("x", "a", theory=["b"])
    with pytest.raises(ValueError, match="one x, or one for each y"):
        lines(["x"], ["a", "b"])
    with pytest.raises(ValueError, match="must be positive"):
        lines("x", "a", log_y=True, y_range=(0, 1))


def test_ranges_given_by_the_author_are_kept_in_plotlys_units():
    layout = lines("x", "a", log_y=True, y_range=(1e-3, 100), x_range=(0, 5))["layout"]
    assert layout["yaxis"]["range"] == [-3, 2] and layout["xaxis"]["range"] == [0, 5]


def test_extents_grow_over_states_and_skip_what_cannot_be_drawn():
    extents = Extents(lines("x", "a", log_y=True))
    assert extents.include({"x": np.array([0.0, 10.0]), "a": np.array([0.0, 100.0])})
    assert extents.include({"x": np.array([0.0, 10.0]), "a": np.array([np.inf, 0.01])})
    assert not extents.include({"x": np.array([5.0]), "a": np.array([np.nan])})
    ranges = {tuple(r["path"]): r["range"] for r in extents.ranges()}
    assert ranges["layout", "xaxis", "range"] == pytest.approx([-0.4, 10.4])  # 4 % of 10 on both sides
    assert ranges["layout", "yaxis", "range"] == pytest.approx([-2.16, 2.16])  # 4 % of 4 decades


def test_what_a_logarithmic_axis_cannot_hold_does_not_widen_it():
    extents = Extents(lines("x", "a", log_y=True))
    extents.include({"x": np.zeros(7), "a": np.array([1e-305, 0.0, -1.0, 1.0, 1e305, np.inf, np.nan])})
    ranges = {tuple(r["path"]): r["range"] for r in extents.ranges()}
    assert ranges["layout", "yaxis", "range"] == [-0.5, 0.5]


def test_a_surface_has_three_axes_and_a_scale_of_colours():
    extents = Extents(surface("x", "y", "z", path=("px", "py", "pz")))
    extents.include({"x": np.array([0.0, 1.0]), "y": np.array([0.0, 2.0]), "z": np.array([[0.0, 1.0], [2.0, 3.0]])}
                    | {"px": np.array([-1.0]), "py": np.array([1.0]), "pz": np.array([7.0])})  # fmt: skip
    ranges = {tuple(r["path"]): r["range"] for r in extents.ranges()}
    assert ranges.pop(("data", 0, "c")) == [0, 3]
    assert ranges["layout", "scene", "xaxis", "range"] == pytest.approx([-1.08, 1.08])
    assert ranges["layout", "scene", "yaxis", "range"] == pytest.approx([-0.08, 2.08])
    assert ranges["layout", "scene", "zaxis", "range"] == pytest.approx([-0.28, 7.28])


def test_a_range_of_one_value_has_room_around_it_and_a_scale_of_colours_has_none():
    assert Frame(("layout", "xaxis", "range"), ("x",)).range((2.0, 2.0)) == [1.5, 2.5]
    assert Frame(("data", 0, "z"), ("z",), pad=0.0).range((2.0, 2.0)) == [2.0, 2.0]
    assert Frame(("layout", "xaxis", "range"), ("x",), from_zero=True).range((5.0, 5.0)) == pytest.approx([0.0, 5.2])
    assert Frame(("layout", "xaxis", "range"), ("x",)).range(None) is None


def test_the_axes_of_a_field_end_with_the_field():
    extents = Extents(path_on_contour("x", "y", "z", paths=[("px", "py")]))
    extents.include({"x": np.array([0.0, 1.0]), "y": np.array([0.0, 2.0]), "z": np.eye(2), "px": np.array([9.0]), "py": np.array([9.0])})
    ranges = {tuple(r["path"]): r["range"] for r in extents.ranges()}
    assert ranges["layout", "xaxis", "range"] == [0, 1] and ranges["data", 0, "z"] == [0, 1]


def test_a_histogram_stands_on_zero():
    extents = Extents(histogram())
    extents.include({"centres": np.array([0.0, 1.0]), "density": np.array([0.5, 1.0])})
    ranges = {tuple(r["path"]): r["range"] for r in extents.ranges()}
    assert ranges["layout", "yaxis", "range"] == pytest.approx([0.0, 1.04])


@pytest.mark.parametrize("text", ["@train loss", "@σ", "@log10:a b", "@rows[x]", "@rows[1", "@", "@log2:z"])
def test_what_looks_like_a_reference_and_is_none_is_refused(text):
    with pytest.raises(ValueError, match=r"a reference must be '@name'.*got '@.*rename what compute returns"):
        check_references({"data": [{"x": "@x", "y": text}]})


@pytest.mark.parametrize("text", ["$series9", "$blue", "$theory@half", "$x^2$"])
def test_what_looks_like_a_colour_and_is_none_is_refused(text):
    with pytest.raises(ValueError, match=r"a colour must be '\$role'.*series0.*got '\$"):
        check_references({"data": [{"x": "@x", "line": {"color": text}}]})
    check_references(lines("x", ["a", "b"], theory=["b"]))  # all colours of the book's own figures are known


def test_a_curve_has_as_many_x_as_y():
    figure = lines("x", "y")
    check_shapes(figure, {"x": np.zeros(3), "y": np.zeros(3)})
    with pytest.raises(ValueError, match=r"y: its coordinates must have one length, got x \(3,\), y \(4,\)"):
        check_shapes(figure, {"x": np.zeros(3), "y": np.zeros(4)})


def test_a_transposed_field_is_refused():
    figure = heatmap("x", "y", "z")
    check_shapes(figure, {"x": np.zeros(3), "y": np.zeros(2), "z": np.zeros((2, 3))})
    with pytest.raises(ValueError, match=r"z must have the shape \(len\(y\), len\(x\)\) = \(2, 3\), got \(3, 2\); transpose it"):
        check_shapes(figure, {"x": np.zeros(3), "y": np.zeros(2), "z": np.zeros((3, 2))})


def test_a_row_that_is_not_there_is_refused():
    figure = lines("x", "paths[2]")
    check_shapes(figure, {"x": np.zeros(4), "paths": np.zeros((3, 4))})
    for paths in (np.zeros((2, 4)), np.zeros(4)):
        with pytest.raises(ValueError, match=r"the figure uses row 2 of paths, which has the shape .*; return as many rows"):
            check_shapes(figure, {"x": np.zeros(4), "paths": paths})
