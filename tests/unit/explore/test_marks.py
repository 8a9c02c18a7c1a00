"""What chapters add to a template."""

import copy

from dlcore.explore import path_on_contour, surface
from dlcore.explore.marks import dots, few_ticks


def test_points_lie_above_the_landscape_and_under_the_paths():
    plain = path_on_contour("x", "y", "z", paths=[("u", "v")])
    marked = dots(copy.deepcopy(plain), low=("minima", "$series4", "circle"), bad=("bad minima", "$warning", "x"))
    landscape, low, bad, path = marked["data"]
    assert [landscape, path] == plain["data"]
    assert marked["layout"] == plain["layout"]
    assert (low["x"], low["y"], bad["x"], bad["y"]) == ("@low_x", "@low_y", "@bad_x", "@bad_y")
    assert [(kind["name"], kind["marker"]["color"], kind["marker"]["symbol"]) for kind in (low, bad)] == [
        ("minima", "$series4", "circle"), ("bad minima", "$warning", "x")
    ]  # fmt: skip


def test_axes_that_are_named_get_their_ticks_and_paths_are_in_ink():
    plain = surface("x", "y", "z", path=("px", "py", "pz"))
    figure = few_ticks(copy.deepcopy(plain), x=(-1, 0, 1))
    scene = figure["layout"]["scene"]
    assert scene["xaxis"]["tickvals"] == [-1, 0, 1]
    assert scene["yaxis"] == plain["layout"]["scene"]["yaxis"]
    assert figure["data"][0] == plain["data"][0]
    assert figure["data"][1]["line"]["color"] == figure["data"][1]["marker"]["color"] == "$ink"
