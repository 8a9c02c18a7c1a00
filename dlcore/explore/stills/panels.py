"""Panels side by side, one above the other where there is no room for both: the rules of front/panels.js."""

import itertools
import re
from collections.abc import Sequence

_BETWEEN = 0.2  # of the height, for the titles of the axes
_SHORT = 17  # characters of a name beside which there is room for another
_X = re.compile(r"xaxis(\d*)")
_NAMED = ("scatter", "scatter3d", "bar")


def _panels(layout: dict) -> list[dict]:
    """The panels from left to right: their axes and their place, [left, right, bottom, top] of the plotting area."""
    found = []
    for number in (named[1] for key in layout if (named := _X.fullmatch(key))):
        x = layout[f"xaxis{number}"]
        y = layout.get(f"yaxis{x.get('anchor', 'y')[1:]}", {})
        found.append({"x": x, "y": y, "place": [*x.get("domain", (0, 1)), *y.get("domain", (0, 1))]})
    return sorted(found, key=lambda panel: panel["place"][0])


def side_by_side(layout: dict) -> bool:
    """Whether a layout has panels beside each other."""
    panels = _panels(layout)
    return len(panels) > 1 and all(right["place"][0] >= left["place"][1] for left, right in itertools.pairwise(panels))


def stack(figure: dict) -> None:
    """Put the panels of a filled figure one above the other, with the notes and colour bars that belong to them."""
    layout = figure["layout"]
    if not side_by_side(layout):
        return
    panels = _panels(layout)
    height = (1 - _BETWEEN * (len(panels) - 1)) / len(panels)
    for k, panel in enumerate(panels):
        top = 1 - k * (height + _BETWEEN)
        panel["now"] = [0, 1, top - height, top]
        panel["x"] |= {"domain": [0, 1]}
        panel["y"] |= {"domain": [top - height, top]}
        panel["x"].pop("matches", None)
    for note in layout.get("annotations", ()):
        home = next((panel for panel in reversed(panels) if note["x"] >= panel["place"][0] - 0.02), panels[0])
        if note.get("xref", "paper") == "paper":
            note["x"] = _carried(note["x"], home["place"][:2], home["now"][:2])
        if note.get("yref", "paper") == "paper":
            note["y"] = _carried(note["y"], home["place"][2:], home["now"][2:])
    for trace in figure["data"]:
        if "colorbar" in trace:
            x = layout[f"xaxis{trace.get('xaxis', 'x')[1:]}"]
            low, high = next(panel for panel in panels if panel["x"] is x)["now"][2:]
            trace["colorbar"] |= {"x": 1.02, "y": (low + high) / 2, "len": high - low, "yanchor": "middle"}


def pair_up(figure: dict) -> None:
    """Have a legend of short names show two in a row."""
    names = [trace.get("name", "") for trace in figure["data"] if trace["type"] in _NAMED and trace.get("showlegend", True)]
    if "legend" in figure["layout"] and len(names) > 2 and all(len(re.sub("<.*?>", "", name)) <= _SHORT for name in names):
        figure["layout"]["legend"] |= {"entrywidth": 0.5, "entrywidthmode": "fraction"}


def _carried(value: float, old: Sequence[float], new: Sequence[float]) -> float:
    """From one interval to another."""
    return new[0] + (value - old[0]) / (old[1] - old[0]) * (new[1] - new[0])
