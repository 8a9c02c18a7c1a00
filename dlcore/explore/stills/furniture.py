"""What stands around the traces: grid, axes, titles, legend and colour bars."""

import math
import operator

from . import marks
from .area import CAP, DESCENT, LINE, MIDDLE, Area, standoff, title_of
from .axis import Axis
from .bars import Bar, limits
from .canvas import Canvas
from .fields import scale
from .legend import Entry
from .marks import box

_STANDOFF = 15  # pixels from labels to a title that says nothing about it
_SAMPLE = 30  # width of a legend's line
_LARGEST = 16  # pixels of a legend's mark
_THICKEST = 10  # and of its line


def grid(canvas: Canvas, axes: marks.Axes) -> None:
    """Lines at the ticks, and the darker ones at zero."""
    left, top, right, bottom = box(axes)
    for axis in axes:
        if not axis.visible:
            continue
        across = (lambda at: ((left, at), (right, at))) if axis.vertical else (lambda at: ((at, top), (at, bottom)))
        ends = sorted((axis.start, axis.stop))
        inner = [at for at in map(axis.at, (place for place, *_ in axis.ticks)) if ends[0] + 1 < at < ends[1] - 1]
        if axis.options.get("showgrid", True):
            canvas.strokes([across(at) for at in inner], axis.options.get("gridcolor", "$grid"))
        zero = axis.at(0.0)
        if not axis.log and axis.options.get("zeroline", True) and ends[0] + 1 < zero < ends[1] - 1:
            canvas.strokes([across(zero)], axis.options.get("zerolinecolor", "$axis"))


def sides(canvas: Canvas, area: Area, axis: Axis) -> None:
    """An axis's line, ticks, labels and title; nothing of one that is not visible."""
    if not axis.visible:
        return
    options, out = axis.options, 1 if axis.side in ("bottom", "right") else -1
    at = axis.across + out * 0.5
    if options.get("linecolor"):
        line = ((at, axis.start), (at, axis.stop)) if axis.vertical else ((axis.start, at), (axis.stop, at))
        canvas.strokes([line], options["linecolor"])
    if options.get("ticks") == "outside":
        ends = (at, at + out * (options.get("ticklen", 5) + 0.5))
        places = [axis.at(place) for place, *_ in axis.ticks]
        pairs = [tuple((end, p) if axis.vertical else (p, end) for end in ends) for p in places]
        canvas.strokes(pairs, options.get("tickcolor", "$axis"))
    for place, text, large in filter(operator.itemgetter(1), axis.ticks):
        size = area.size * large
        if axis.vertical:
            canvas.text(axis.across + out * axis.gap, axis.at(place) + MIDDLE * size, text, size, anchor="start" if out > 0 else "end")
        elif axis.turned:
            angle = math.radians(axis.turned)
            x, y = axis.at(place) - MIDDLE * size * math.sin(angle), axis.across + axis.gap + MIDDLE * size * math.cos(angle)
            canvas.text(x, y, text, size, turned=axis.turned)
        else:
            canvas.text(axis.at(place), axis.across + out * axis.gap + (size if out > 0 else 0), text, size, anchor="middle")
    _title(canvas, area, axis, out)


def _title(canvas: Canvas, area: Area, axis: Axis, out: int) -> None:
    title, size, middle = title_of(axis.options), area.title_size, (axis.start + axis.stop) / 2
    if not title:
        return
    away = axis.depth + standoff(axis.options, _STANDOFF) + size * (CAP if out > 0 else MIDDLE + LINE * title.count("<br"))
    if axis.vertical:
        canvas.text(axis.across + out * away, middle, title, size, anchor="middle", turned=-90)
    else:
        canvas.text(middle, min(axis.across + out * away, canvas.height - DESCENT * size), title, size, anchor="middle")


def colour_bar(canvas: Canvas, area: Area, bar: Bar) -> None:
    """The colours of a field, what they mean, and its title."""
    scale(canvas, bar)
    low, high = limits(bar.trace)
    right, size = bar.left + bar.width, area.size
    for place, text, _ in bar.ticks:
        at = bar.top + bar.height * (1 - (place - low) / ((high - low) or 1.0))
        canvas.text(right + 0.2 * size + 0.5, at + MIDDLE * size, text, size)
    title = title_of(bar.trace.get("colorbar", {}))
    if bar.titled_above:
        canvas.text(bar.left, bar.top - 5 - 0.25 * area.title_size, title, area.title_size)
    elif title:
        canvas.text(bar.title_at, bar.top + bar.height / 2, title, area.title_size, anchor="middle", turned=-90)


def entry(canvas: Canvas, area: Area, told: Entry) -> None:
    """A trace's sample in the legend, and its name."""
    trace, left, middle = told.trace, told.x + 5, told.y
    line, mode = trace.get("line", {}), trace.get("mode", "lines")
    if trace["type"] == "bar":
        canvas.boxes([(left + 9, middle - 6, left + 21, middle + 6)], trace.get("marker", {}).get("color", "$series0"))
    else:
        if "lines" in mode and line.get("width", 2) > 0:
            width, dash = min(line.get("width", 2), _THICKEST), line.get("dash", "solid")
            canvas.line([left, left + _SAMPLE], [middle, middle], line.get("color", "$series0"), width, dash)
        if "markers" in mode:
            marker = trace.get("marker", {})
            canvas.marks([left + _SAMPLE / 2], [middle], marker | {"size": min(max(marker.get("size", 6), 2), _LARGEST)})
    canvas.text(told.x + 40, middle + MIDDLE * area.size, trace.get("name", ""), area.size)
