"""Templates: what stands for what, in the one visual language of the book."""

import math

import pytest

from dlcore.explore import beside, heatmap, histogram, lines, path_on_contour, surface


def test_measurements_have_the_colours_in_order_and_theory_is_dark_and_dashed():
    names = [f"y{k}" for k in range(9)]
    data = lines("x", [*names, "law"], theory="law")["data"]
    assert [trace["name"] for trace in data] == [*names, "law"]
    assert [trace["line"]["color"] for trace in data] == [*(f"$series{k % 7}" for k in range(9)), "$theory"]  # seven, then again
    assert [trace["line"].get("dash") for trace in data] == [None] * 9 + ["dash"]
    assert all((trace["type"], trace["mode"], trace["x"]) == ("scatter", "lines", "@x") for trace in data)
    assert [trace["y"] for trace in data] == [f"@{trace['name']}" for trace in data]


def test_markers_are_points_on_a_thin_line():
    thick, dotted = lines("x", ["a", "b"], markers=["b"])["data"]
    assert (thick["mode"], dotted["mode"]) == ("lines", "lines+markers")
    assert "marker" not in thick and dotted["marker"]["color"] == dotted["line"]["color"] == "$series1"
    assert dotted["line"]["width"] < thick["line"]["width"]


def test_each_curve_may_have_its_own_abscissae():
    assert [trace["x"] for trace in lines(["s", "t"], ["a", "b"], theory=["a"])["data"]] == ["@t", "@s"]  # theory last


def test_a_band_is_filled_between_two_edges_below_the_curves():
    low, high, *curves = lines(["s", "t"], ["a", "b"], bands={"b": ("lo", "hi")})["data"]
    assert [trace["name"] for trace in curves] == ["a", "b"]
    assert (low["x"], low["y"], high["x"], high["y"]) == ("@t", "@lo", "@t", "@hi")
    assert "fill" not in low and high["fill"] == "tonexty" and high["fillcolor"].startswith("$series1@")
    for edge in (low, high):
        assert edge["showlegend"] is False and edge["line"]["width"] == 0 and edge["mode"] == "lines"


def test_equal_labels_stand_in_the_legend_once():
    data = lines("x", ["a", "b", "c"], labels={"a": "seen", "b": "seen"})["data"]
    assert [trace["name"] for trace in data] == ["seen", "seen", "c"]
    assert [trace.get("showlegend", True) for trace in data] == [True, False, True]


@pytest.mark.parametrize("how", [{"theory": ["z"]}, {"bands": {"z": ("a", "a")}}, {"labels": {"z": "Z"}}, {"markers": ["z"]}])
def test_only_curves_can_be_named(how):
    with pytest.raises(ValueError, match=r"may only name curves in y=\['a'\]; got \['z'\]"):
        lines("x", "a", **how)


def test_axes_are_logarithmic_titled_and_ranged_as_asked():
    layout = lines("x", "a", log_x=True, x_title="depth", y_title="loss", x_range=(1, 1000), y_range=(-2, 3))["layout"]
    x, y = layout["xaxis"], layout["yaxis"]
    assert (x["type"], x["title"]["text"], x["range"]) == ("log", "depth", [0, 3])
    assert ("type" in y, y["title"]["text"], y["range"]) == (False, "loss", [-2, 3])
    assert x["exponentformat"] == "power" and x["automargin"] is x["fixedrange"] is True
    assert layout["dragmode"] is False and layout["uirevision"] and layout["hovermode"] == "closest"
    open_axes = lines("x", "a", log_y=True)["layout"]
    assert "range" not in open_axes["xaxis"] and open_axes["yaxis"]["type"] == "log" and "type" not in open_axes["xaxis"]
    for low in (0, -1):
        with pytest.raises(ValueError, match="logarithmic axis must be positive"):
            lines("x", "a", log_x=True, x_range=(low, 1))
    assert lines("x", "a", log_x=True, x_range=(1e-300, 1))["layout"]["xaxis"]["range"] == pytest.approx([-300, 0])
    assert lines("x", "a", x_range=(0, 1))["layout"]["xaxis"]["range"] == [0, 1]


def test_bars_touch_and_stand_on_zero_unless_told_otherwise():
    figure = histogram("c", "d", theory=[("t", "p")], labels={"d": "seen", "p": "law"}, x_title="x", y_title="share")
    bars, law = figure["data"]
    assert (bars["type"], bars["x"], bars["y"], bars["name"]) == ("bar", "@c", "@d", "seen")
    assert (law["x"], law["y"], law["name"], law["line"]["dash"], law["line"]["color"]) == ("@t", "@p", "law", "dash", "$theory")
    assert figure["layout"]["bargap"] == 0 and figure["layout"]["yaxis"]["rangemode"] == "tozero"
    assert [figure["layout"][axis]["title"]["text"] for axis in ("xaxis", "yaxis")] == ["x", "share"]
    assert "type" not in figure["layout"]["xaxis"]
    for how in ({"log_y": True}, {"y_range": (0, 2)}, {"log_y": True, "y_range": (1, 10)}):
        assert "rangemode" not in histogram(**how)["layout"]["yaxis"]
    assert histogram(log_y=True)["layout"]["yaxis"]["type"] == "log"
    assert histogram(x_range=(1, 2))["layout"]["xaxis"]["range"] == [1, 2]


def test_a_field_may_be_shown_by_its_logarithm():
    plain, log = (heatmap("x", "y", "z", log_z=log_z, z_title="|w|") for log_z in (False, True))
    assert [f["data"][0]["z"] for f in (plain, log)] == ["@z", "@log10:z"]
    assert [f["data"][0]["colorbar"]["title"]["text"] for f in (plain, log)] == ["|w|", "log<sub>10</sub> |w|"]
    assert (plain["data"][0]["type"], plain["data"][0]["x"], plain["data"][0]["y"]) == ("heatmap", "@x", "@y")
    for figure in (heatmap("x", "y", "z"), path_on_contour("x", "y", "z", paths=[])):
        assert figure["data"][0]["z"] == "@z" and not {"log"} & {figure["layout"][axis].get("type") for axis in ("xaxis", "yaxis")}
    assert path_on_contour("x", "y", "z", paths=[], log_z=True)["data"][0]["z"] == "@log10:z"
    assert plain["data"][0]["name"] == "|w|" and heatmap("x", "y", "z")["data"][0]["name"] == "z"
    layout = heatmap("x", "y", "z", log_y=True, x_title="a", y_title="b")["layout"]
    assert (layout["yaxis"]["type"], "type" in layout["xaxis"]) == ("log", False)
    assert (layout["xaxis"]["title"]["text"], layout["yaxis"]["title"]["text"]) == ("a", "b")
    assert heatmap("x", "y", "z", log_x=True)["layout"]["xaxis"]["type"] == "log"


def test_paths_lie_over_the_contours_each_in_its_colour():
    paths = [(f"x{k}", f"y{k}") for k in range(9)]
    contour, *drawn = path_on_contour("x", "y", "z", paths=paths, labels={"x0": "Adam"}, x_title="a", y_title="b")["data"]
    assert contour["type"] == "contour" and contour["contours"]["coloring"] == "heatmap"
    assert [(trace["x"], trace["y"]) for trace in drawn] == [(f"@x{k}", f"@y{k}") for k in range(9)]
    assert [trace["line"]["color"] for trace in drawn] == ["$ink", *(f"$series{k}" for k in range(7)), "$ink"]
    assert [trace["name"] for trace in drawn[:2]] == ["Adam", "x1"]
    assert all("markers" in trace["mode"] and "dash" not in trace["line"] for trace in drawn)


def test_a_path_lies_on_its_surface():
    field, path = surface("x", "y", "z", path=("px", "py", "pz"), log_z=True)["data"]
    assert (field["type"], field["z"], path["x"], path["y"], path["z"]) == ("surface", "@log10:z", "@px", "@py", "@log10:pz")
    assert path["type"] == "scatter3d" and path["line"]["color"] == "$warning"
    (alone,) = surface("x", "y", "z")["data"]
    assert alone["z"] == "@z" and alone["showscale"] is False
    assert surface("x", "y", "z", path=("px", "py", "pz"))["data"][1]["z"] == "@pz"
    titles = lambda **how: [surface("x", "y", "z", **how)["layout"]["scene"][f"{a}axis"]["title"]["text"] for a in "xyz"]  # noqa: E731
    assert titles() == ["x", "y", "z"] and titles(log_z=True) == ["x", "y", "log10 z"]
    assert titles(x_title="a", y_title="b", z_title="F", log_z=True) == ["a", "b", "log10 F"]
    camera = surface("x", "y", "z", eye=(1, 2, 3))["layout"]["scene"]["camera"]
    assert camera["eye"] == {"x": 1, "y": 2, "z": 3}
    seen = surface("x", "y", "z")["layout"]["scene"]["camera"]["eye"]
    assert math.hypot(*seen.values()) > math.sqrt(3) / 2  # from outside of the box, from above and in front
    assert seen["z"] > 0 > seen["y"]


@pytest.mark.parametrize("main", ["left", "right"])
def test_panels_beside_each_other_keep_their_axes_and_the_main_one_is_drawn_on_the_figures_own(main):
    left, right = lines("a", "b", x_title="left", y_range=(0, 1)), heatmap("c", "d", "e", x_title="right")
    figure = beside(left, right, gap=(0.4, 0.6), main=main)
    layout, data = figure["layout"], figure["data"]
    titles = {layout["xaxis"]["title"]["text"]: layout["xaxis"]["domain"], layout["xaxis2"]["title"]["text"]: layout["xaxis2"]["domain"]}
    assert titles == {"left": [0, 0.4], "right": [0.6, 1]} and layout["xaxis"]["title"]["text"] == main
    assert (layout["xaxis2"]["anchor"], layout["yaxis2"]["anchor"]) == ("y2", "x2")
    ours = "scatter" if main == "left" else "heatmap"
    assert [(trace["type"] == ours) != (trace.get("xaxis") == "x2") for trace in data] == [True, True]
    assert "xaxis" not in left["data"][0] and "domain" not in left["layout"]["xaxis"]  # the templates themselves stay


def test_a_scale_of_colours_stands_between_the_panels():
    left, right = heatmap("c", "d", "e"), lines("a", "b")
    figure = beside(left, right, gap=(0.5, 0.6))
    assert figure["data"][0]["colorbar"] == left["data"][0]["colorbar"] | {"x": 0.51} and "x" not in left["data"][0]["colorbar"]


@pytest.mark.parametrize(("how", "message"), [({"main": "top"}, "left"), ({"gap": (0.6, 0.4)}, "part them")])
def test_panels_that_cannot_stand_beside_each_other_are_refused(how, message):
    with pytest.raises(ValueError, match=message):
        beside(lines("a", "b"), lines("a", "c"), **how)
