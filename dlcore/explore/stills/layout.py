"""Where everything stands in a picture of a given size: Plotly's rules for margins, axes, colour bars and legend, in pixels."""

import math
from collections.abc import Iterator

from . import legend
from .area import Area
from .axis import Axis
from .bars import bars
from .filled import font_size

_PAD = 12  # Plotly keeps this much beyond what stands outside of the axes, or the smallest margin
_MARGINS = {"l": 80, "r": 80, "t": 100, "b": 80}  # of who says nothing
_ROUNDS = 4  # margins need ticks, whose number needs margins
_TOWARD = {"left": 0.0, "bottom": 0.0, "right": 1.0, "top": 1.0}


class Layout:
    """The places of a filled figure's parts: `area`, `axes` by name, `entries` of the legend, `bars` of colours."""

    def __init__(self, figure: dict, width: float, height: float):
        self.figure, self.width, self.height = figure, width, height
        wanted = margins = _MARGINS | figure["layout"].get("margin", {})
        for _ in range(_ROUNDS):
            self._place(margins)
            before, margins = margins, _margins(wanted, [*self._pushes(min(_PAD, *wanted.values()))], width, height)
            if before == margins:
                break
        self._place(margins)

    def _place(self, margins: dict[str, float]) -> None:
        options = self.figure["layout"]
        right, bottom = self.width - margins["r"], self.height - margins["b"]
        self.area = Area(margins["l"], margins["t"], right, bottom, self.width, font_size(options, self.width))
        self.axes = {axis.name: axis for axis in self._axes(options)}
        for axis in self.axes.values():
            if other := self.axes.get(axis.options.get("scaleanchor", "")):
                _constrain(axis, other)
        for axis in self.axes.values():
            other = self.axes.get(axis.options.get("anchor", "x" if axis.vertical else "y")) or next(iter(self.axes.values()))
            axis.stand(other, self.area.size)
        self.bars = bars(self.figure, self.area)
        self.entries = legend.entries(self.figure, self.area) if options["showlegend"] else []

    def _axes(self, options: dict) -> Iterator[Axis]:
        flat = [trace for trace in self.figure["data"] if "3d" not in trace["type"] and trace["type"] != "surface"]
        for name in sorted({trace.get(f"{letter}axis", letter) for trace in flat for letter in "xy"}):
            own = options.get(f"{name[0]}axis{name[1:]}", {})
            low, high = own.get("range", (0.0, 1.0))
            if name[0] == "x":
                start, span = self.area.left, self.area.width
            else:
                start, span = self.area.bottom, -self.area.height
            begin, end = (start + span * share for share in own.get("domain", (0.0, 1.0)))
            yield Axis(name, own, low, high, begin, end)

    def _pushes(self, pad: float) -> Iterator[dict]:
        """The room that everything outside takes."""
        pushes = [axis.push(self.area) for axis in self.axes.values() if axis.options.get("automargin")]
        pushes += [bar.push() for bar in self.bars]
        if self.entries:
            pushes.append(legend.push(self.figure, self.entries, self.area))
        for push in pushes:
            yield {side: (place, size + pad) for side, (place, size) in push.items()}


def _constrain(one: Axis, other: Axis) -> None:
    """One unit of two axes as many pixels: the one with more of them shows more, or becomes shorter."""
    scales = {axis.name: abs((axis.stop - axis.start) / (axis.high - axis.low)) for axis in (one, other)}
    for axis in (one, other):
        share = min(scales.values()) / scales[axis.name]
        if axis.options.get("constrain") == "domain":
            fixed = axis.start + _TOWARD.get(axis.options.get("constraintoward"), 0.5) * (axis.stop - axis.start)
            axis.start, axis.stop = (fixed + share * (end - fixed) for end in (axis.start, axis.stop))
        else:
            middle = (axis.low + axis.high) / 2
            axis.low, axis.high = (middle + (end - middle) / share for end in (axis.low, axis.high))


def _margins(wanted: dict, pushes: list[dict], width: float, height: float) -> dict[str, int]:
    """The margins, in whole pixels, that leave each push its room: Plotly's doAutoMargin."""
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
