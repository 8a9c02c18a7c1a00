"""The entries of a legend above the plot area: in one row if they fit, else in columns of one width."""

import dataclasses
import math

from . import labels
from .area import FIELDS, LINE, Area

_SWATCH = 40  # width of a sample, with the space beside it
_GAP = 5


@dataclasses.dataclass(frozen=True)
class Entry:
    """A trace, and where its sample begins and its middle lies."""

    trace: dict
    x: float
    y: float


def entries(figure: dict, area: Area) -> list[Entry]:
    """The entries of a figure's legend; what has no points has none."""
    options = figure["layout"].get("legend", {})
    shown = [t for t in figure["data"] if t.get("showlegend", t["type"] not in FIELDS) and t.get("visible", True) is True]
    shown = [trace for trace in shown if len(trace.get("x", ()))]
    widths = [labels.width(trace.get("name", ""), area.size) + _SWATCH for trace in shown]
    if options.get("entrywidthmode") == "fraction":
        widths = [options["entrywidth"] * area.width - _GAP] * len(shown)
    columns = sum(widths) + _GAP * (len(widths) - 1) > area.width
    x, row, places = 0.0, 0, []
    for width in widths:
        taken = (max(widths) if columns else width) + _GAP
        if x and x + taken - _GAP >= area.width:
            x, row = 0.0, row + 1
        places.append((x, row))
        x += taken
    end = max((x + width for (x, _), width in zip(places, widths)), default=0.0)
    left = max(0.0, min(area.left + area.width * options.get("x", 0.0), area.whole - end - 2 * _GAP))
    foot = area.bottom - area.height * options.get("y", 1.0) - _GAP
    return [Entry(trace, left + x, foot - (row - line + 0.5) * _row(area)) for trace, (x, line) in zip(shown, places)]


def push(figure: dict, shown: list[Entry], area: Area) -> dict[str, tuple[float, float]]:
    """The room it takes, as `Axis.push` tells it."""
    options = figure["layout"].get("legend", {})
    x, y = options.get("x", 0.0), options.get("y", 1.0)
    rows = len({entry.y for entry in shown})
    return {"l": (x, 0), "r": (x, 0), "b": (y, 0), "t": (y, math.ceil(rows * _row(area) + 2 * _GAP))}


def _row(area: Area) -> float:
    """The height of a row."""
    return max(LINE * area.size, 16) + 3
