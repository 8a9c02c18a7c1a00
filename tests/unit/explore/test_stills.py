"""Stills: what the template says, at the place that Plotly's rules give it, in both themes, in few bytes."""

import base64
import gzip
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import nbformat
import numpy as np
import pytest
from PIL import Image

from dlcore.explore import Explorer, Slider, Step, beside, heatmap, lines, stills
from dlcore.explore.fingerprint import fingerprint
from dlcore.explore.frames import Extents
from dlcore.explore.stills import colours, labels, panels, ticks
from dlcore.explore.stills.filled import filled
from dlcore.explore.stills.layout import Layout
from dlcore.explore.template import shipped, shipped_names
from tests.browser.specimens import every, film, grabbed

ROOT = pathlib.Path(__file__).resolve().parents[3]
SVG = "{http://www.w3.org/2000/svg}"
WIDTH, HEIGHT = stills.WIDE


def start(explorer) -> tuple[dict, dict, list[dict]]:
    """What a still is drawn from, at an explorer's start."""
    declaration = explorer.declaration
    extents = Extents(declaration.figure)
    extents.include(declaration.first.arrays)
    return declaration.figure, declaration.first.arrays, extents.ranges()


def drawn(figure: dict, **data) -> str:
    arrays = shipped(shipped_names(figure), {name: np.asarray(values, dtype=float) for name, values in data.items()})
    extents = Extents(figure)
    extents.include(arrays)
    return stills.svg(figure, arrays, extents.ranges())


def paths(svg: str, role: str, kind: str = "stroke") -> list[np.ndarray]:
    """The points (n, 2) of each path in the colour of a role."""
    found = [node.get("d") for node in ElementTree.fromstring(svg).iter(f"{SVG}path") if f"{kind}: var(--{role})" in node.get("style", "")]
    return [np.array(re.findall(r"(-?[\d.]+) (-?[\d.]+)", d), dtype=float) for d in found]


@pytest.mark.parametrize("explorer", every(), ids=lambda explorer: explorer.declaration.name)
@pytest.mark.parametrize("kind", ["wide", "narrow"])
def test_every_kind_of_figure_has_a_small_still(explorer, kind):
    width, height = stills.sizes(explorer.declaration.figure)[kind]
    svg = stills.svg(*start(explorer), width=width, height=height)
    root = ElementTree.fromstring(svg)
    assert (root.get("id"), root.get("viewBox")) == ("dark", f"0 0 {width} {height}")
    assert len(gzip.compress(svg.encode(), 6)) < 25_000
    assert not any(dye in svg for dye in colours.dyes().values())
    parts = [part for part in explorer.declaration.figure["layout"].values() if isinstance(part, dict)]
    titles = {re.sub("<.*?>", "", part["title"]["text"]) for part in parts if "title" in part}
    assert titles - {""} <= {"".join(node.itertext()) for node in root.iter(f"{SVG}text")}


@pytest.mark.parametrize("explorer", every(), ids=lambda explorer: explorer.declaration.name)
def test_the_same_figure_is_the_same_bytes(explorer):
    figure, arrays, ranges = start(explorer)
    assert stills.svg(figure, arrays, ranges) == stills.svg(figure, arrays, ranges)
    assert stills.png(figure, arrays, ranges) == stills.png(figure, arrays, ranges)


def test_a_film_stands_at_its_first_frame():
    """The ball of the falling specimen is drawn where it is at that frame, and its path as long as until then."""
    figure, arrays, ranges = start(film())
    place, lengths = arrays["place"], []
    for frame in (0, 5):
        full = filled(figure, arrays, ranges, frame)
        assert full["data"][1]["x"].tolist() == place[: frame + 1].tolist() and full["data"][2]["x"].tolist() == [place[frame]]
        lengths.append(sum(len(path) for path in paths(stills.svg(figure, arrays, ranges, frame=frame), "series1")))
    assert lengths[1] > lengths[0]


def test_panels_are_stacked_in_a_narrow_still():
    figure, arrays, ranges = start(grabbed())
    heights = {}
    for width, height in stills.sizes(figure).values():
        full = filled(figure, arrays, ranges)
        if width < 480:
            panels.stack(full)
        layout = Layout(full, width, height)
        heights[width] = [layout.axes[name].start - layout.axes[name].stop for name in ("y", "y2")]
        beside = layout.axes["x"].stop < layout.axes["x2"].start
        assert beside == (width > 480)
    assert heights[694][0] > 0.5 * 384 and heights[342][0] < 0.5 * 296


def test_panels_are_higher_on_a_telephone_that_has_room_for_them():
    def panels_with(**more):
        figure = beside(lines("x", "y"), lines("x", "z"))
        told = {"readout": "Two.", "caption": "Two.", "name": "pair"}
        return Explorer(lambda a, b: {"x": [0, 1], "y": [a, b], "z": [b, a]}, figure=figure, **told, **more)

    few = {"a": Slider(0, 1, 0.5), "b": Slider(0, 1, 0.5)}
    roomy = panels_with(**few).declaration
    told = panels_with(**few, steps=[Step("One.", a=1.0)]).declaration
    assert (roomy.roomy, told.roomy) == (True, False) and fingerprint(roomy) != fingerprint(told)
    assert stills.sizes(roomy.figure, roomy.roomy)["narrow"] > stills.sizes(told.figure, told.roomy)["narrow"]
    assert stills.sizes(lines("x", "y"), True) == stills.sizes(lines("x", "y"))  # one panel has room enough


def test_a_still_changes_nothing_of_its_figure():
    figure, arrays, ranges = start(every()[0])
    before = json.dumps(figure)
    stills.svg(figure, arrays, ranges)
    assert json.dumps(figure) == before


@pytest.mark.parametrize("log_x", [False, True])
@pytest.mark.parametrize("log_y", [False, True])
def test_a_point_stands_where_range_and_margins_put_it(log_x, log_y):
    x, y = np.array([1.0, 3.0, 10.0]), np.array([5.0, 2.0, 20.0])
    limits = {"x_range": (1, 10), "y_range": (1, 100)}
    svg = drawn(lines("x", "y", log_x=log_x, log_y=log_y, **limits), x=x, y=y)
    (points,) = paths(svg, "series0")
    (grey,) = (p for p in paths(svg, "paper", "fill"))
    assert np.array_equal(grey.max(axis=0), [WIDTH, HEIGHT])
    horizontal, vertical = (p for p in paths(svg, "axis") if len(p) == 2 and np.ptp(p, axis=0).max() > 100)
    horizontal, vertical = sorted((horizontal, vertical), key=lambda p: np.ptp(p[:, 1]))
    share_x = (np.log10(x) if log_x else (x - 1) / 9)
    share_y = np.log10(y) / 2 if log_y else (y - 1) / 99
    left, right = sorted(horizontal[:, 0])
    top, bottom = sorted(vertical[:, 1])
    # Coordinates are written with two digits behind the point, the axes' as well.
    np.testing.assert_allclose(points[:, 0], left + share_x * (right - left), atol=0.02)
    np.testing.assert_allclose(points[:, 1], bottom - share_y * (bottom - top), atol=0.02)
    assert left >= 56 and right <= WIDTH - 16 and top >= 34 and bottom <= HEIGHT - 44  # the template's margins at least


def words(svg: str) -> dict[str, np.ndarray]:
    """Where each text stands."""
    nodes = [node for node in ElementTree.fromstring(svg).iter(f"{SVG}text") if node.get("x")]
    return {"".join(node.itertext()): np.array([float(node.get("x")), float(node.get("y"))]) for node in nodes}


def test_words_stand_at_their_points_and_none_outside():
    figure = lines("x", "y", x_range=(0, 4), y_range=(0, 4), markers=["y"])
    figure["data"][0] |= {"mode": "markers+text", "text": ["one", "two", "three", "four"], "textposition": "middle center"}
    svg = drawn(figure, x=[1, 2, 3, 9], y=[1, 2, 3, 1])
    found = words(svg)
    assert "four" not in found
    np.testing.assert_allclose(found["three"] - found["two"], found["two"] - found["one"], atol=0.11)  # a tenth is rounded
    for position, sign in (("top center", -1), ("bottom center", 1)):
        figure["data"][0]["textposition"] = position
        assert sign * (words(drawn(figure, x=[1, 2, 3, 9], y=[1, 2, 3, 1]))["two"] - found["two"])[1] > 3


def test_numbers_at_points_are_written_as_the_template_has_them():
    figure = lines("x", "y", x_range=(0, 4), y_range=(0, 4))
    figure["data"][0] |= {"mode": "text", "text": "@value", "texttemplate": "w = %{text:.2f}"}
    assert {"w = 0.12", "w = -3.00"} <= words(drawn(figure, x=[1, 2], y=[1, 2], value=[0.1234, -3])).keys()


def test_an_axis_without_labels_or_that_is_not_visible():
    figure = lines("x", "y", x_range=(0, 4), y_range=(0, 4), x_title="across", y_title="up")
    figure["layout"]["xaxis"]["showticklabels"] = False
    only_y = words(drawn(figure, x=[1, 2], y=[1, 2]))
    assert {"0", "4", "across"} <= only_y.keys()
    figure["layout"]["yaxis"]["visible"] = False
    assert words(drawn(figure, x=[1, 2], y=[1, 2])).keys() - {"", "y"} == {"across"}


def test_what_cannot_be_drawn_is_a_gap():
    y = np.array([1.0, 2.0, np.nan, 3.0, 2.0, np.inf, 1.0, 2.0])
    for log, low in ((False, np.nan), (True, -1.0)):
        figure = lines("x", "y", x_range=(0, 7), y_range=(0.5, 4), log_y=log)
        svg = drawn(figure, x=np.arange(8), y=np.where(np.isnan(y), low, y))
        (node,) = (n for n in ElementTree.fromstring(svg).iter(f"{SVG}path") if "var(--series0)" in n.get("style", ""))
        assert node.get("d").count("M") == 3


def test_both_themes_have_the_style_sheets_colours():
    svg = drawn(lines("x", ["y", "t"], theory=["t"]), x=[0, 1], y=[0, 1], t=[1, 0])
    light, dark = re.search(r":root\{(.*?)\}:root:target\{(.*?)\}", svg).groups()
    css = colours.FRONT.joinpath("explorer.css").read_text(encoding="utf-8")
    here, there = css.split('.explorer[data-theme="dark"]')
    for ours, sheet in ((light, here), (dark, there)):
        assert len(ours.split(";")) == 6  # paper, text, grid, axis, a series, theory
        assert all(f"--explorer-{role}: {colour};" in sheet for role, colour in re.findall(r"--(\w+):(#\w+)", ours))
    assert "--theory:#1d2530" in light and "--theory:#f2f4f7" in dark
    assert "--text:#1d2530" in light and "--text:#e6eaf0" in dark  # the same colour in the light, another role


def test_a_scale_of_roles_has_an_image_for_each_theme():
    figure = heatmap("x", "y", "z")
    figure["data"][0] |= {"colorscale": [[0, "$paper"], [1, "$series1"]], "showscale": False}
    svg = drawn(figure, x=[0, 1, 2], y=[0, 1], z=[[0, 0, 1], [1, np.nan, 0]])
    images = {node.get("class").split()[-1]: node.get("href") for node in ElementTree.fromstring(svg).iter(f"{SVG}image")}
    assert set(images) == {"light", "dark"}
    for theme, data in images.items():
        pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(data.split(",")[1]))).convert("RGBA"))
        role = {name: tuple(bytes.fromhex(colour[1:])) for name, colour in colours.palette(theme).items()}
        assert [tuple(pixel[:3]) for pixel in pixels[0]] == [role["series1"], (0, 0, 0), role["paper"]]  # the last row is on top
        assert pixels[0, 1, 3] == 0 and pixels[1, 0, 3] == 255


def test_labels_keep_their_tags():
    assert labels.in_svg(labels.lines("σ<sub>w</sub>² &lt; <i>a</i>")[0]) == (
        'σ<tspan dy="0.30em" style="font-size:70%">w</tspan><tspan dy="-0.21em">² &lt; </tspan><tspan style="font-style:italic">a</tspan>'
    )
    assert [len(line) for line in labels.lines("one<br>two <b>three</b>")] == [1, 2]
    assert labels.in_matplotlib(labels.lines("10<sup>−3</sup>")[0]) == r"$\mathrm{10}^{\mathrm{−3}}$"
    assert labels.in_matplotlib(labels.lines("cost in $")[0]) == r"cost in \$"


def told(found: list[ticks.Tick]) -> str:
    """The labels, powers as 10^3."""
    return " ".join(re.sub("<sup>(.*?)</sup>", r"^\1", text) for _, text, _ in found)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (-10, 6, "10^−10 10^−8 10^−6 10^−4 10^−2 1 10^2 10^4 10^6"),
        (0, 1.5, "1 2 5 10 20"),
        (-1, 0.31, "0.1 0.2 0.5 1 2"),
    ],
)
def test_logarithmic_axes_show_powers_as_the_front_end_does(low, high, expected):
    assert told(ticks.ticks({"type": "log"}, low, high, 300, True)) == expected


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 30, "0 5 10 15 20 25 30"), (-0.1, 3, "0 0.5 1 1.5 2 2.5 3"), (0, 30000, "0 0.5×10^4 1×10^4 1.5×10^4 2×10^4 2.5×10^4 3×10^4")],
)
def test_linear_axes_show_round_numbers(low, high, expected):
    assert told(ticks.ticks({}, low, high, 250, True)) == expected


def test_equal_units_keep_their_proportion():
    figure = lines("x", "y", x_range=(0, 4), y_range=(0, 1))
    figure["layout"]["yaxis"] |= {"scaleanchor": "x", "constrain": "domain"}
    axes = Layout(filled(figure, {"x": np.zeros(1), "y": np.zeros(1)}, []), WIDTH, HEIGHT).axes
    scale = {name: abs((axis.stop - axis.start) / (axis.high - axis.low)) for name, axis in axes.items()}
    assert scale["x"] == pytest.approx(scale["y"]) and (axes["y"].low, axes["y"].high) == (0, 1)


def test_a_notebooks_own_settings_do_not_matter():
    import matplotlib

    figure, arrays, ranges = start(every()[0])
    before = stills.svg(figure, arrays, ranges)
    with matplotlib.rc_context({"lines.linewidth": 9, "savefig.bbox": "tight", "svg.fonttype": "path", "axes.facecolor": "red"}):
        assert stills.svg(figure, arrays, ranges) == before
        assert matplotlib.rcParams["lines.linewidth"] == 9


def test_viewers_that_run_nothing_get_the_picture():
    """GitHub and nbviewer show an output's PNG, JupyterLab the widget, whose rank is higher."""
    explorer = every()[0]
    data, _ = explorer._repr_mimebundle_()
    assert set(data) == {"application/vnd.jupyter.widget-view+json", "image/png", "text/plain"}
    assert data["text/plain"].startswith("Explorer(growth: depth=50")
    assert Image.open(io.BytesIO(base64.b64decode(data["image/png"]))).size == (2 * WIDTH, 2 * HEIGHT)
    explorer.depth = 7
    assert explorer._repr_mimebundle_()[0]["image/png"] is data["image/png"]


def test_nbconvert_shows_the_picture(tmp_path):
    """Without the state of widgets, which JupyterLab does not save either: with it, what is shown is a widget without its kernel."""
    cell = "from tests.browser.specimens import switched\nswitched()"
    path = tmp_path / "one.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)]), path)
    command = [sys.executable, "-m", "jupyter", "nbconvert", "--to", "html", "--execute", "--ExecutePreprocessor.store_widget_state=False"]
    variables = {"PYTHONPATH": str(ROOT), "JUPYTER_CONFIG_DIR": str(tmp_path)}
    done = subprocess.run([*command, str(path)], env=os.environ | variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert re.search(r'<img [^>]*src="data:image/png;base64,', path.with_suffix(".html").read_text(encoding="utf-8"))
