"""Colour bars: where they stand, beside the plot area, with their ticks and titles."""

import dataclasses
import math

import numpy as np

from . import labels
from .area import ASCENT, DESCENT, FIELDS, Area, title_of
from .ticks import Tick, round_step, ticks

_PAD = 10  # around a bar


@dataclasses.dataclass(frozen=True)
class Bar:
    """The colour bar of a trace."""

    trace: dict
    left: float
    top: float
    width: float
    height: float
    ticks: list[Tick]
    title_at: float  # the foot of its title beside it, which is read upwards
    out: float  # from its left side to all that belongs to it

    @property
    def titled_above(self) -> bool:
        """Whether its title stands on top of it."""
        return _above(self.trace.get("colorbar", {}))

    def push(self) -> dict[str, tuple[float, float]]:
        """The room it takes, as `Axis.push` tells it."""
        x = self.trace.get("colorbar", {}).get("x", 1.02)
        return {"l": (x, 0), "r": (x, 2 * _PAD + self.out), "b": (0.5, 0), "t": (0.5, 0)}


def limits(trace: dict) -> tuple[float, float]:
    """The values at the ends of a trace's colours."""
    finite = trace["z"][np.isfinite(trace["z"])] if len(trace["z"]) else np.array([])
    ends = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    low, high = ("cmin", "cmax") if trace["type"] == "surface" else ("zmin", "zmax")
    return trace.get(low, ends[0]), trace.get(high, ends[1])


def bars(figure: dict, area: Area) -> list[Bar]:
    """The colour bars of a figure."""
    return [_bar(trace, area) for trace in figure["data"] if trace["type"] in FIELDS and trace.get("showscale", True)]


def _bar(trace: dict, area: Area) -> Bar:
    options = trace.get("colorbar", {})
    title, above = title_of(options), _above(options)
    whole = area.height * options.get("len", 1.0)
    foot = area.bottom - area.height * options.get("y", 0.5) + whole / 2 - _PAD
    height = whole - 2 * _PAD - (1.18 * area.title_size + 5 if above else 0)
    left, width = area.left + area.width * options.get("x", 1.02) + _PAD, options.get("thickness", 30)
    low, high = limits(trace)
    apart = {"dtick": _step(trace, low, high, whole)} if trace["type"] == "contour" else {}
    found = ticks(apart | options, low, high, height, True)
    heights = [foot - height * (place - low) / ((high - low) or 1.0) for place, *_ in found]
    at = _title_at(title, left + width, foot - height / 2, list(zip(heights, found)), area)
    out = width + 0.2 * area.size + max((labels.width(text, area.size) for _, text, _ in found), default=0.0)
    if above:
        out = max(out, labels.width(title, area.title_size))
    elif title:
        out = max(out, at + (DESCENT + 0.15 * ("<sub" in title)) * area.title_size - left)
    return Bar(trace, left, foot - height, width, height, found, at, out)


def _above(options: dict) -> bool:
    return bool(title_of(options)) and not (isinstance(options["title"], dict) and options["title"].get("side") == "right")


def _title_at(title: str, right: float, middle: float, told: list[tuple[float, Tick]], area: Area) -> float:
    """Where the foot of a title beside the bar stands: not on the labels that would meet it."""
    half = labels.width(title, area.title_size) / 2 + 0.6 * area.size
    ends = [labels.width(text, area.size) for height, (_, text, _) in told if abs(height - middle) < half]
    beside = [right + 0.2 * area.size + 2.5 + end + ASCENT * area.title_size for end in ends]
    return max([right + 10 + area.title_size, *beside])


def _step(trace: dict, low: float, high: float, height: float) -> float:
    """The distance of a contour's ticks: a multiple of that of its lines."""
    apart = round_step((high - low) / trace.get("ncontours", 15))
    many = (high - low) / ((min(max(height / 50, 4), 15) + 1) * apart)
    if many <= 1:
        return apart
    power = 10.0 ** math.floor(math.log10(many))
    return apart * power * next((digit for digit in (2, 5) if digit > many / power), 10)
