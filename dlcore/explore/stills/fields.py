"""Matrices as colours: heat maps, contours, and the bars that say what their colours mean."""

import itertools
import math
from collections.abc import Iterator

import numpy as np

from .axis import Axis
from .bars import Bar, limits
from .canvas import Box, Canvas
from .colours import colours_of, has_roles
from .ticks import round_step

_FINE = 2  # samples of a pixel's side where cells are uneven or apart
_COARSE = 0.5  # samples of a pixel's side at most where colours change smoothly


def draw(canvas: Canvas, trace: dict, axes: tuple[Axis, Axis], clip: Box) -> None:
    """A heat map or a contour."""
    x, y, z = axes[0].places(trace["x"]), axes[1].places(trace["y"]), np.asarray(trace["z"], dtype=float)
    contour = trace["type"] == "contour"
    smooth = contour or trace.get("zsmooth", False) is not False
    where, values = _smooth(axes, x, y, z) if smooth else _cells(axes, x, y, z, trace.get("xgap", 0), clip)
    _colours(canvas, trace, values, where, smooth, clip)
    width = trace.get("line", {}).get("width", 0.5)
    if contour and width > 0:
        for lines in _contours(x, y, z, limits(trace), trace.get("ncontours", 15)):
            canvas.line(axes[0].at(lines[:, 0]), axes[1].at(lines[:, 1]), trace.get("line", {}).get("color", "#000000"), width, clip=clip)


def scale(canvas: Canvas, bar: Bar) -> None:
    """A colour bar's colours, lowest at its foot, and the lines of a contour."""
    low, high = limits(bar.trace)
    right, bottom = bar.left + bar.width, bar.top + bar.height
    where = (bar.left, bar.top, right, bottom)
    _colours(canvas, bar.trace, np.linspace(high, low, 128)[:, None], where, False, where)
    line = bar.trace.get("line", {})
    if bar.trace["type"] == "contour" and line.get("width", 0.5) > 0:
        heights = [bottom - bar.height * (level - low) / (high - low) for level in levels((low, high), bar.trace.get("ncontours", 15))]
        canvas.strokes([((bar.left, at), (right, at)) for at in heights], line.get("color", "#000000"), line.get("width", 0.5))


def levels(ends: tuple[float, float], count: int) -> np.ndarray:
    """Round numbers between two ends, about `count` of them."""
    step = round_step((ends[1] - ends[0]) / count)
    return step * np.arange(math.floor(ends[0] / step) + 1, math.ceil(ends[1] / step))


def _colours(canvas: Canvas, trace: dict, values: np.ndarray, where: Box, smooth: bool, clip: Box) -> None:
    """Values as an image; two of them, one for each theme, if their colours are roles."""
    colours = trace.get("colorscale", "Viridis")
    for theme in ("light", "dark") if has_roles(colours) and canvas.vector else ("",):
        pixels = colours_of(values, limits(trace), colours, theme or "light")
        canvas.image(pixels, where, smooth=smooth, clip=clip, theme=theme)


def _smooth(axes, x, y, z) -> tuple[Box, np.ndarray]:
    """Values on an even grid whose nodes are the middles of pixels, the top row first, and the box of these pixels."""
    boxes = []
    for axis, nodes in zip(axes, (x, y)):
        first, last = sorted((nodes[0], nodes[-1]), key=axis.at)
        count = min(len(nodes), max(2, int(_COARSE * abs(axis.at(last) - axis.at(first)))))
        boxes.append((np.linspace(first, last, count), abs(axis.at(last) - axis.at(first)) / (count - 1) / 2))
    (columns, across), (rows, down) = boxes
    values = _interpolated(x, y, z, columns, rows)
    return (
        axes[0].at(columns[0]) - across, axes[1].at(rows[0]) - down, axes[0].at(columns[-1]) + across, axes[1].at(rows[-1]) + down
    ), values  # fmt: skip


def _interpolated(x, y, z, columns, rows) -> np.ndarray:
    """Linear interpolation of z, of shape (len(y), len(x)), at the nodes of another grid."""
    x, z = x[:: _sign(x)], z[:: _sign(y), :: _sign(x)]
    along = np.array([np.interp(columns, x, row) for row in z])
    return np.array([np.interp(rows, y[:: _sign(y)], column) for column in along.T]).T


def _cells(axes, x, y, z, gap: float, clip: Box) -> tuple[Box, np.ndarray]:
    """Values cell by cell, the top row first, and the box that they fill: one sample a cell if cells are even, else many."""
    edges = [axis.at(_edges(nodes)) for axis, nodes in zip(axes, (x, y))]
    if not gap and all(np.ptp(np.diff(sides)) < 0.25 for sides in edges):
        (left, right), (top, bottom) = ((min(sides[0], sides[-1]), max(sides[0], sides[-1])) for sides in edges)
        return (left, top, right, bottom), z[:: _sign(edges[1]), :: _sign(edges[0])]
    samples, found = [], []
    for (low, high), sides in zip(((clip[0], clip[2]), (clip[1], clip[3])), edges):
        count = math.ceil((high - low) * _FINE)
        at = low + (np.arange(count) + 0.5) / _FINE
        up = sides[:: _sign(sides)]
        cell = np.searchsorted(up, at) - 1
        inside = (cell >= 0) & (cell < len(up) - 1)
        cell = np.clip(cell, 0, len(up) - 2)
        inside &= (at - up[cell] > gap / 2) & (up[cell + 1] - at > gap / 2)
        samples.append(cell if _sign(sides) > 0 else len(up) - 2 - cell)
        found.append((inside, low + count / _FINE))
    (across, right), (down, bottom) = found
    values = np.where(down[:, None] & across, z[np.ix_(samples[1], samples[0])], np.nan)
    return (clip[0], clip[1], right, bottom), values


def _sign(sides) -> int:
    return 1 if sides[-1] > sides[0] else -1


def _edges(nodes: np.ndarray) -> np.ndarray:
    """The sides of cells around nodes: half-way between them, and as far again at both ends."""
    if len(nodes) == 1:
        return nodes[0] + np.array([-0.5, 0.5])
    middles = (nodes[1:] + nodes[:-1]) / 2
    return np.concatenate([[1.5 * nodes[0] - 0.5 * nodes[1]], middles, [1.5 * nodes[-1] - 0.5 * nodes[-2]]])


def _contours(x, y, z, ends, count: int) -> Iterator[np.ndarray]:
    """For each level the points (n, 2) of its lines, with NaN between two of them."""
    from contourpy import contour_generator

    generator = contour_generator(x, y, np.ma.masked_invalid(z))
    gap = np.full((1, 2), np.nan)
    for level in levels(ends, count):
        lines = generator.lines(level)
        if lines:
            yield np.concatenate([*itertools.chain.from_iterable((line, gap) for line in lines)])
