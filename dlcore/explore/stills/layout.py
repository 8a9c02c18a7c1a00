"""Where everything stands in a picture of a given size: Plotly's rules for margins, axes, colour bars and legend, in pixels."""

import dataclasses
import math
from collections.abc import Iterator

import numpy as np

from . import labels
from .filled import font_size
from .ticks import Tick, round_step, ticks

_PAD = 12  # Plotly keeps this much beyond what stands outside of the axes, or the smallest margin
_CAP = 0.7  # em: a capital letter
_LINE = 1.3  # em: a line of text
_DESCENT = 0.24  # em: what hangs below the line
_ASCENT = 0.93
_SWATCH = 40  # width of a legend's sample, with the space beside it
_BAR_PAD = 10  # around a colour bar
_GAP = 5  # between a legend's entries
_FIELDS = ("heatmap", "contour", "surface")
_ROUNDS = 4  # margins need ticks, whose number needs margins


@dataclasses.dataclass
class Axis:
    """An axis with its place; `low` and `high` are exponents if it is logarithmic."""

    name: str  # "x2"
    options: dict
    low: float
    high: float
    start: float  # where `low` is drawn
    stop: float  # where `high` is drawn
    side: str
    across: float = 0.0  # where the axis line is drawn
    ticks: list[Tick] = dataclasses.field(default_factory=list)
    depth: float = 0.0  # how far its labels reach

    @property
    def vertical(self) -> bool:
        return self.name[0] == "y"

    @property
    def log(self) -> bool:
        return self.options.get("type") == "log"

    def places(self, values) -> np.ndarray:
        """Values, or their exponents, as the axis counts."""
        values = np.asarray(values, dtype=float)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(values > 0, np.log10(values), np.nan) if self.log else values

    def at(self, places) -> np.ndarray:
        """Pixels of what `places` returns."""
        return self.start + (np.asarray(places) - self.low) * ((self.stop - self.start) / (self.high - self.low))

    def pixels(self, values) -> np.ndarray:
        """Pixels of values; NaN where a value cannot be drawn."""
        found = self.at(self.places(values))
        return np.where(np.isfinite(found), found, np.nan)


@dataclasses.dataclass(frozen=True)
class Entry:
    """A line of the legend: a trace, and where its sample begins and its middle lies."""

    trace: dict
    x: float
    y: float


@dataclasses.dataclass(frozen=True)
class Bar:
    """The colour bar of a trace."""

    trace: dict
    left: float
    top: float
    width: float
    height: float
    ticks: list[Tick]
    title_at: float  # the foot of its title, which is read upwards
    out: float  # from its left side to all that belongs to it


class Layout:
    """The places of a filled figure's parts.

    Attributes: `size` (of the letters), `left`, `right`, `top`, `bottom` (of the plot area), `axes` by name, `entries`, `bars`.
    """

    def __init__(self, figure: dict, width: float, height: float):
        self.figure, self.width, self.height = figure, width, height
        options = figure["layout"]
        self.size = font_size(options, width)
        self.title_size = float(np.floor(1.2 * self.size + 0.5))
        wanted = {"l": 80, "r": 80, "t": 100, "b": 80} | options.get("margin", {})
        self.margin = dict(wanted)
        for _ in range(_ROUNDS):
            before = dict(self.margin)
            self._place(options)
            self.margin = _margins(wanted, [*self._pushes()], width, height)
            if before == self.margin:
                break
        self._place(options)

    def _place(self, options: dict) -> None:
        self.left, self.right = self.margin["l"], self.width - self.margin["r"]
        self.top, self.bottom = self.margin["t"], self.height - self.margin["b"]
        self.axes = {axis.name: axis for axis in self._axes(options)}
        self._constrain()
        for axis in self.axes.values():
            self._stand(axis)
        self.bars = list(self._bars())
        self.entries = list(self._entries(options)) if options["showlegend"] else []

    # ---- axes -----------------------------------------------------------------------------------

    def _axes(self, options: dict) -> Iterator[Axis]:
        flat = [trace for trace in self.figure["data"] if "3d" not in trace["type"] and trace["type"] != "surface"]
        used = {trace.get(f"{letter}axis", letter) for trace in flat for letter in "xy"}
        for name in sorted(used):
            own = options.get(f"{name[0]}axis{name[1:]}", {})
            low, high = own.get("range", (0.0, 1.0))
            begin, end = own.get("domain", (0.0, 1.0))
            if name[0] == "x":
                span = self.right - self.left
                yield Axis(name, own, low, high, self.left + span * begin, self.left + span * end, own.get("side", "bottom"))
            else:
                span = self.bottom - self.top
                yield Axis(name, own, low, high, self.bottom - span * begin, self.bottom - span * end, own.get("side", "left"))

    def _constrain(self) -> None:
        """One unit of two axes as many pixels: the one with more of them shows more, or becomes shorter."""
        for axis in self.axes.values():
            other = self.axes.get(axis.options.get("scaleanchor", ""))
            if other is None:
                continue
            scales = {a.name: abs((a.stop - a.start) / (a.high - a.low)) for a in (axis, other)}
            for changed in (axis, other):
                share = min(scales.values()) / scales[changed.name]
                if changed.options.get("constrain") == "domain":
                    toward = {"left": 0.0, "bottom": 0.0, "right": 1.0, "top": 1.0}.get(changed.options.get("constraintoward"), 0.5)
                    fixed = changed.start + toward * (changed.stop - changed.start)
                    changed.start, changed.stop = (fixed + share * (end - fixed) for end in (changed.start, changed.stop))
                else:
                    middle = (changed.low + changed.high) / 2
                    changed.low, changed.high = (middle + (end - middle) / share for end in (changed.low, changed.high))

    def _stand(self, axis: Axis) -> None:
        """Its line, its ticks, and how far their labels reach."""
        partner = self.axes.get(axis.options.get("anchor", "x" if axis.vertical else "y")) or next(iter(self.axes.values()))
        ends = sorted((partner.start, partner.stop))
        axis.across = ends[axis.side in ("bottom", "right")]
        axis.ticks = ticks(axis.options, axis.low, axis.high, abs(axis.stop - axis.start), axis.vertical)
        gap = self.label_gap(axis)
        if axis.vertical:
            axis.depth = gap + max((labels.width(text, self.size * large) for _, text, large in axis.ticks), default=0.0)
        else:
            axis.depth = gap + (1 + _DESCENT) * self.size * max((large for *_, large in axis.ticks), default=0.0)

    def label_gap(self, axis: Axis) -> float:
        """From the axis line to its labels."""
        outside = axis.options.get("ticklen", 5) if axis.options.get("ticks") == "outside" else 0
        return outside + 0.2 * self.size + 0.5

    def title_of(self, options: dict) -> str:
        title = options.get("title", "")
        return title if isinstance(title, str) else title.get("text", "")

    # ---- margins --------------------------------------------------------------------------------

    def _pushes(self) -> Iterator[dict]:
        """What stands outside: {"l": (place in the plot area from 0 to 1, pixels beyond it), …}."""
        pad = min(_PAD, *({"l": 80, "r": 80, "t": 100, "b": 80} | self.figure["layout"].get("margin", {})).values())
        width, height = self.right - self.left, self.bottom - self.top
        for axis in self.axes.values():
            if not axis.options.get("automargin"):
                continue
            out = axis.depth
            if title := self.title_of(axis.options):
                out += self.title_size * (_CAP + _LINE * title.count("<br")) + axis.options["title"].get("standoff", 0)
            sizes, over = dict.fromkeys("lrtb", 0.0), {}
            sizes[axis.side[0]] = out
            if axis.vertical:
                place = (axis.across - self.left) / width
                over = {"l": place, "r": place, "b": 0.0, "t": 1.0}
                reach = [(axis.at(at), large * self.size) for at, _, large in axis.ticks]
                sizes["t"] = max([0.0, *(axis.stop - y + (_ASCENT - 0.35) * size for y, size in reach)])
                sizes["b"] = max([0.0, *(y + (_DESCENT + 0.35) * size - axis.start for y, size in reach)])
            else:
                place = (self.bottom - axis.across) / height
                over = {"b": place, "t": place, "l": 0.0, "r": 1.0}
                reach = [(axis.at(at), labels.width(text, large * self.size) / 2) for at, text, large in axis.ticks]
                sizes["r"] = max([0.0, *(x + half - axis.stop for x, half in reach)])
                sizes["l"] = max([0.0, *(axis.start - x + half for x, half in reach)])
            yield {side: (over[side], sizes[side] + pad) for side in "lrtb"}
        for bar in self.bars:
            x = bar.trace.get("colorbar", {}).get("x", 1.02)
            yield {"l": (x, pad), "r": (x, 2 * _BAR_PAD + bar.out + pad), "b": (0.5, pad), "t": (0.5, pad)}
        if self.entries:
            legend = self.figure["layout"].get("legend", {})
            x, y = legend.get("x", 1.02), legend.get("y", 1.0)
            rows = len({entry.y for entry in self.entries})
            yield {"l": (x, pad), "r": (x, pad), "b": (y, pad), "t": (y, math.ceil(rows * self.row_height + _GAP * 2) + pad)}

    @property
    def row_height(self) -> float:
        """Of the legend."""
        return max(_LINE * self.size, 16) + 3

    # ---- legend and colour bars -----------------------------------------------------------------

    def _entries(self, options: dict) -> Iterator[Entry]:
        legend = options.get("legend", {})
        shown = [t for t in self.figure["data"] if t.get("showlegend", t["type"] not in _FIELDS) and t.get("visible", True) is True]
        shown = [t for t in shown if len(t.get("x", ()))]  # what has no points has no entry
        widths = [labels.width(trace.get("name", ""), self.size) + _SWATCH for trace in shown]
        room = self.right - self.left
        columns = sum(widths) + _GAP * (len(widths) - 1) > room  # not all in one row: in columns then
        x, row, places = 0.0, 0, []
        for width in widths:
            taken = (max(widths) if columns else width) + _GAP
            if x and x + taken - _GAP >= room:
                x, row = 0.0, row + 1
            places.append((x, row))
            x += taken
        left = self.left + room * legend.get("x", 0.0)
        bottom = self.bottom - (self.bottom - self.top) * legend.get("y", 1.0) - _GAP
        for trace, (x, line) in zip(shown, places):
            yield Entry(trace, left + x, bottom - (row - line + 0.5) * self.row_height)

    def _bars(self) -> Iterator[Bar]:
        for trace in self.figure["data"]:
            if trace["type"] not in _FIELDS or not trace.get("showscale", True):
                continue
            options, room = trace.get("colorbar", {}), self.bottom - self.top
            height = room * options.get("len", 1.0) - 2 * _BAR_PAD
            middle = self.bottom - room * options.get("y", 0.5)
            left, width = self.left + (self.right - self.left) * options.get("x", 1.02) + _BAR_PAD, options.get("thickness", 30)
            low, high = limits(trace)
            apart = {"dtick": _bar_step(trace, low, high, height)} if trace["type"] == "contour" else {}
            found = ticks(apart | options, low, high, height, True)
            heights = [middle + height * (0.5 - (place - low) / (high - low)) for place, *_ in found]
            title, at = self.title_of(options), self._bar_title(options, left + width, middle, heights, found)
            out = width + 0.2 * self.size + max((labels.width(text, self.size) for _, text, _ in found), default=0.0)
            if title:
                out = max(out, at + (_DESCENT + 0.15 * ("<sub" in title)) * self.title_size - left)
            yield Bar(trace, left, middle - height / 2, width, height, found, at, out)

    def _bar_title(self, options: dict, right: float, middle: float, heights: list[float], found: list[Tick]) -> float:
        """Where the foot of a colour bar's title stands: beside the bar, and beside the labels that would meet it."""
        title, size = self.title_of(options), self.title_size
        at = right + 10 + size
        half = labels.width(title, size) / 2 + 0.6 * self.size
        for height, (_, text, _) in zip(heights, found):
            if abs(height - middle) < half:
                at = max(at, right + 0.2 * self.size + 0.5 + labels.width(text, self.size) + 2 + 0.94 * size)
        return at


def _bar_step(trace: dict, low: float, high: float, height: float) -> float:
    """The distance of a colour bar's ticks: a multiple of that of the lines on the contour."""
    apart = round_step((high - low) / trace.get("ncontours", 15))
    many = (high - low) / ((min(max(height / 50, 4), 15) + 1) * apart)
    power = 10.0 ** math.floor(math.log10(many)) if many > 1 else 1.0
    return apart * (power * next((digit for digit in (2, 5) if digit > many / power), 10) if many > 1 else 1)


def limits(trace: dict) -> tuple[float, float]:
    """The values at the ends of a trace's colours."""
    finite = trace["z"][np.isfinite(trace["z"])] if len(trace["z"]) else np.array([])
    ends = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    low, high = ("cmin", "cmax") if trace["type"] == "surface" else ("zmin", "zmax")
    return trace.get(low, ends[0]), trace.get(high, ends[1])


def _margins(wanted: dict, pushes: list[dict], width: float, height: float) -> dict[str, float]:
    """The margins that leave each push its room: Plotly's doAutoMargin."""
    found = dict(wanted)
    base = {"l": (0.0, wanted["l"]), "r": (1.0, wanted["r"]), "t": (1.0, wanted["t"]), "b": (0.0, wanted["b"])}
    everything = [*pushes, base]
    for low, high, room in (("l", "r", width), ("b", "t", height)):
        for one in everything:
            for other in everything:
                (a, before), (b, behind) = one[low], other[high]
                if b <= a:
                    continue
                new = (before * b + (behind - room) * a) / (b - a), (behind * (1 - a) + (before - room) * (1 - b)) / (b - a)
                if sum(new) > found[low] + found[high]:
                    found[low], found[high] = new
    return {side: math.floor(size + 0.5) for side, size in found.items()}
