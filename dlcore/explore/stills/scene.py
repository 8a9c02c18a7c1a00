"""Surfaces and paths in three dimensions, seen as Plotly's camera sees them."""

import dataclasses
import itertools

import numpy as np

from .area import MIDDLE, Area, title_of
from .bars import limits
from .canvas import Canvas
from .colours import colours_of
from .ticks import ticks

_FOCUS = 1 / np.tan(np.pi / 8)  # Plotly sees 45 degrees from top to bottom
_MOST = 90  # quadrilaterals along a side of a surface
_SHARP = 1.25  # samples of a pixel's side
_AMBIENT, _DIFFUSE = 0.8, 0.8  # of light that comes from above
_LETTERS = 1.2  # of the size of others
_LABEL = 20  # pixels from the box to its labels
_LARGER = 2.9  # marks than in a plane, of the same size
_BURIED = 0.8  # of a path's width is seen, for it lies on the surface
_ON_TOP = 0.05  # how much nearer than the surface a path counts that lies on it


@dataclasses.dataclass(frozen=True)
class View:
    """From numbers to the box of the scene, and from there to pixels and distances."""

    low: np.ndarray
    high: np.ndarray
    size: np.ndarray  # of the box
    eye: np.ndarray
    turn: np.ndarray  # rows: right, up, and backwards, of the reader
    middle: tuple[float, float]
    scale: float

    def box(self, points) -> np.ndarray:
        """Points (…, 3) in the box, whose middle is the origin."""
        return ((np.asarray(points, dtype=float) - self.low) / (self.high - self.low) - 0.5) * self.size

    def seen(self, placed) -> tuple[np.ndarray, np.ndarray]:
        """Pixels (…, 2) and distances (…) of points of the box."""
        turned = (placed - self.eye) @ self.turn.T
        far = -turned[..., 2]
        flat = self.scale * turned[..., :2] / far[..., None]
        return np.array(self.middle) + flat * [1, -1], far


def view_of(options: dict, area: Area, traces: list[dict]) -> View:
    """The view of a scene that fills the plot area; its box has the proportions of what is drawn, or is a cube."""
    ranges = np.array([options.get(f"{letter}axis", {}).get("range", (0.0, 1.0)) for letter in "xyz"], dtype=float)
    low, high = ranges.T
    drawn = [np.concatenate([np.ravel(trace[letter]) for trace in traces]) for letter in "xyz"]
    lengths = np.array([np.ptp(values[np.isfinite(values)]) or 1.0 for values in drawn])
    size = lengths / lengths.prod() ** (1 / 3) if lengths.max() / lengths.min() <= 4 else np.ones(3)

    def vector(name, default):
        given = options.get("camera", {}).get(name, {})
        return np.array([given.get(letter, default) for letter in "xyz"], dtype=float)

    eye, centre = vector("eye", 1.25), vector("center", 0.0)
    backwards = (eye - centre) / np.linalg.norm(eye - centre)
    right = np.cross([0.0, 0.0, 1.0], backwards)
    right /= np.linalg.norm(right)
    middle = ((area.left + area.right) / 2, (area.top + area.bottom) / 2)
    turn = np.array([right, np.cross(backwards, right), backwards])
    return View(low, high, size, eye, turn, middle, _FOCUS * (area.bottom - area.top) / 2)


def draw(canvas: Canvas, area: Area, options: dict, traces: list[dict]) -> None:
    """The box with its grid and labels, the surfaces, and what of the paths is not behind them."""
    if not traces:
        return
    view = view_of(options, area, traces)
    _box(canvas, area, view, options)
    hidden = [_surface(canvas, view, trace) for trace in traces if trace["type"] == "surface"]
    for trace in traces:
        if trace["type"] == "scatter3d":
            _path(canvas, view, trace, hidden)


# ---- surfaces and paths ---------------------------------------------------------------------------


def _surface(canvas: Canvas, view: View, trace: dict) -> tuple[np.ndarray, np.ndarray]:
    """Draw quadrilaterals, the farthest first; their corners in pixels (n, 4, 2) and their distances (n,)."""
    x, y, z = np.asarray(trace["x"]), np.asarray(trace["y"]), np.asarray(trace["z"])
    rows, columns = (np.unique(np.linspace(0, n - 1, min(n, _MOST)).round().astype(int)) for n in z.shape)
    x, y, z = x[columns], y[rows], z[np.ix_(rows, columns)]
    nodes = view.box(np.stack([*np.meshgrid(x, y), z], axis=-1))
    corners = np.stack([nodes[:-1, :-1], nodes[:-1, 1:], nodes[1:, 1:], nodes[1:, :-1]], axis=2).reshape(-1, 4, 3)
    height = ((z[:-1, :-1] + z[:-1, 1:] + z[1:, 1:] + z[1:, :-1]) / 4).ravel()
    whole = np.isfinite(height)
    corners, height = corners[whole], height[whole]
    pixels, far = view.seen(corners)
    order = np.argsort(-far.mean(axis=1), kind="stable")
    normal = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
    normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-300
    towards = np.sign(np.einsum("ij,ij->i", normal, view.eye - corners.mean(axis=1)))
    light = np.minimum(_AMBIENT + _DIFFUSE * np.maximum(towards * normal[:, 2], 0), 1)
    colours = colours_of(height, limits(trace), trace.get("colorscale", "Viridis"), "light") / 255
    colours[:, :3] *= light[:, None]
    canvas.shell(pixels[order], colours[order], trace.get("opacity", 1.0), 2 if not canvas.vector else _SHARP)
    return pixels, far.mean(axis=1)


def _path(canvas: Canvas, view: View, trace: dict, hidden: list) -> None:
    points = np.stack([np.asarray(trace[letter], dtype=float) for letter in "xyz"], axis=-1)
    pixels, far = view.seen(view.box(points))
    seen = np.isfinite(far)
    for corners, distance in hidden:
        seen &= ~_behind(pixels, far, corners, distance)
    pixels[~seen] = np.nan
    mode, line = trace.get("mode", "lines+markers"), trace.get("line", {})
    if "lines" in mode:
        canvas.line(*pixels.T, line.get("color", "$series0"), _BURIED * line.get("width", 2), line.get("dash", "solid"))
    if "markers" in mode:
        marker = trace.get("marker", {})
        canvas.marks(*pixels.T, marker | {"size": _LARGER * marker.get("size", 8)})


def _behind(pixels, far, corners, distance) -> np.ndarray:
    """Whether points lie behind a convex quadrilateral that is nearer to the reader."""
    sides = np.roll(corners, -1, axis=1) - corners
    found = np.zeros(len(pixels), dtype=bool)
    for k in np.flatnonzero(np.isfinite(far)):
        to = pixels[k] - corners
        turn = sides[..., 0] * to[..., 1] - sides[..., 1] * to[..., 0]
        inside = (turn >= 0).all(axis=1) | (turn <= 0).all(axis=1)
        found[k] = bool((distance[inside] < far[k] - _ON_TOP).any())
    return found


# ---- the box ----------------------------------------------------------------------------------------


def _box(canvas: Canvas, area: Area, view: View, options: dict) -> None:
    """Grids on the three sides that are farthest, and labels on edges in front of them."""
    back = np.where(view.eye > 0, -0.5, 0.5) * view.size  # the corner that is farthest from the reader
    for letter, number in zip("xyz", range(3)):
        own = options.get(f"{letter}axis", {})
        found = ticks(own, view.low[number], view.high[number], 300, True)
        for other in {0, 1, 2} - {number}:
            lines = []
            for place, *_ in found:
                ends = np.array([back, back], dtype=float)
                ends[:, number] = view.box(np.where(np.arange(3) == number, place, view.low))[number]
                ends[:, other] = np.array([-0.5, 0.5]) * view.size[other]
                lines.append(tuple(map(tuple, view.seen(ends)[0])))
            canvas.strokes(lines, own.get("gridcolor", "$grid"))
            canvas.strokes([line for line, (place, *_) in zip(lines, found) if place == 0], own.get("zerolinecolor", "$axis"))
        _edge(canvas, area, view, number, found, title_of(own))


def _edge(canvas: Canvas, area: Area, view: View, number: int, found: list, title: str) -> None:
    """Tick labels and the title beside that edge of the box which is farthest from its middle, at the foot for x and y."""
    others = [k for k in range(3) if k != number]
    edges = []
    for signs in itertools.product((-0.5, 0.5), repeat=2):
        if number != 2 and signs[1] > 0:
            continue
        ends = np.zeros((2, 3))
        ends[:, number] = np.array([-0.5, 0.5]) * view.size[number]
        ends[:, others] = np.array(signs) * view.size[others]
        edges.append(ends)
    middles = np.array([view.seen(ends.mean(axis=0))[0] for ends in edges])
    ends = edges[np.argmin(middles[:, 0]) if number == 2 else np.argmax(middles[:, 1])]
    pixels = view.seen(ends)[0]
    middle = ends.mean(axis=0)
    if number == 2:
        along = (pixels[1] - pixels[0]) / np.linalg.norm(pixels[1] - pixels[0])
        out = np.array([-along[1], along[0]])
        out *= np.sign(out @ (pixels.mean(axis=0) - view.seen(np.zeros(3))[0]))
    else:  # labels lie on the floor
        beyond = middle.copy()
        beyond[1 - number] *= 1.1
        out = view.seen(beyond)[0] - view.seen(middle)[0]
        out /= np.linalg.norm(out)
    size = _LETTERS * area.size
    turned = np.degrees(np.arctan2(*(out[::-1] if out[0] > 0 else -out[::-1])))
    for place, text, _ in found:
        at = ends[0].copy()
        at[number] = view.box(np.where(np.arange(3) == number, place, view.low))[number]
        _centred(canvas, view.seen(at)[0] + _LABEL * out, text, size, turned)
    if title:
        away, angle = (2.2, turned + 90) if number == 2 else (1.7, 0)
        _centred(canvas, pixels.mean(axis=0) + (_LABEL + away * size) * out, title, size, angle)


def _centred(canvas: Canvas, middle, text: str, size: float, turned: float) -> None:
    """A text whose middle is given."""
    angle = np.radians(turned)
    x, y = middle + MIDDLE * size * np.array([-np.sin(angle), np.cos(angle)])
    canvas.text(float(x), float(y), text, size, anchor="middle", turned=round(float(turned)))
