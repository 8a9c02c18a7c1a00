"""Traces in a plane: lines, marks, areas and bars."""

import re

import numpy as np

from . import fields
from .area import CAP, DESCENT, MIDDLE
from .axis import Axis
from .canvas import Box, Canvas

Axes = tuple[Axis, Axis]


def box(axes: Axes) -> Box:
    """The area between two axes: left, top, right, bottom."""
    x, y = axes
    return min(x.start, x.stop), min(y.start, y.stop), max(x.start, x.stop), max(y.start, y.stop)


def draw(canvas: Canvas, trace: dict, axes: Axes, before: dict | None, size: float = 14) -> None:
    """Draw one trace; `before` is the one that `tonexty` fills up to, `size` that of letters."""
    if trace["type"] in ("heatmap", "contour"):
        fields.draw(canvas, trace, axes, box(axes))
    elif trace["type"] == "bar":
        bars(canvas, trace, axes)
    elif trace["type"] == "scatter":
        scatter(canvas, trace, axes, before)
        if "text" in trace.get("mode", "lines"):
            texts(canvas, trace, axes, size)


def scatter(canvas: Canvas, trace: dict, axes: Axes, before: dict | None) -> None:
    """Lines and marks, and what is filled below them."""
    clip = None if trace.get("cliponaxis") is False else box(axes)
    x, y = axes[0].pixels(trace["x"]), axes[1].pixels(trace["y"])
    if trace.get("fill") == "tonexty" and before is not None:
        _fill(canvas, (axes[0].pixels(before["x"]), axes[1].pixels(before["y"])), (x, y), trace.get("fillcolor", "$grid"), box(axes))
    mode, line = trace.get("mode", "lines"), trace.get("line", {})
    width = line.get("width", 2)
    if "lines" in mode and width > 0:
        canvas.line(x, y, line.get("color", "$series0"), width, line.get("dash", "solid"), box(axes))
    if "markers" in mode:
        canvas.marks(x, y, trace.get("marker", {}), clip)


def texts(canvas: Canvas, trace: dict, axes: Axes, size: float) -> None:
    """The words of a trace at its points, those outside of the axes left out; numbers as `texttemplate` has them, "%{text:.2f}"."""
    left, top, right, bottom = box(axes)
    font = trace.get("textfont", {})
    size = font.get("size", size)
    upright, sideways = trace.get("textposition", "middle center").split()
    foot = {"top": -DESCENT, "middle": MIDDLE, "bottom": CAP + DESCENT}[upright] * size
    anchor = {"left": "end", "center": "middle", "right": "start"}[sideways]
    form = re.sub(r"%\{text(:[^}]*)?\}", lambda found: "{" + (found[1] or ":g") + "}", trace.get("texttemplate", "%{text}"))
    words = trace["text"] if np.ndim(trace["text"]) else [trace["text"]] * len(trace["x"])
    for x, y, told in zip(axes[0].pixels(trace["x"]), axes[1].pixels(trace["y"]), words):
        if left <= x <= right and top <= y <= bottom:
            word = told if isinstance(told, str) else form.format(told)
            canvas.text(x, y + foot, word, size, ink=font.get("color", "$text"), anchor=anchor)


def _fill(canvas: Canvas, first, second, ink: str, clip: Box) -> None:
    """The area between two lines, piece by piece where both are finite."""
    if first[0].shape != second[0].shape or not np.array_equal(first[0], second[0], equal_nan=True):
        pieces = [(*(line[:, np.isfinite(line).all(axis=0)] for line in map(np.array, (first, second))),)]
    else:
        good = np.isfinite([*first, *second]).all(axis=0)
        edges = np.flatnonzero(np.diff(np.concatenate([[False], good, [False]]).astype(int)))
        pieces = [(np.array(first)[:, a:b], np.array(second)[:, a:b]) for a, b in edges.reshape(-1, 2)]
    for one, other in pieces:
        around = np.concatenate([one, other[:, ::-1]], axis=1)
        if around.shape[1] > 2:
            canvas.area(*around, ink, clip)


def bars(canvas: Canvas, trace: dict, axes: Axes) -> None:
    """Bars side by side around their places."""
    x, bottom = axes[0].pixels(trace["x"]), box(axes)[3]
    height = axes[1].pixels(trace["y"])
    base = bottom if axes[1].log else float(axes[1].at(0.0))
    half = np.diff(np.sort(x)).min() / 2 if x.size > 1 else 0.4 * abs(axes[0].at(1.0) - axes[0].at(0.0))
    shown = [(a - half, min(b, base), a + half, max(b, base)) for a, b in zip(x, height) if np.isfinite(b) and b != base]
    canvas.boxes(shown, trace.get("marker", {}).get("color", "$series0"), box(axes))
