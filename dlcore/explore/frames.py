"""The ranges that keep a figure's axes and colours still.

`Frame`s are the axes and colour scales whose range the author left open: they are fixed once, over all states that are known.
"""

import dataclasses
import re
from collections.abc import Iterable

import numpy as np

from .template import references

_MARGIN = 0.04
_LARGEST = 1e300  # beyond it tick labels overflow themselves


@dataclasses.dataclass(frozen=True)
class Frame:
    """A range to hold still: where it stands in the figure, and the arrays it must contain."""

    path: tuple  # ("layout", "xaxis", "range") or ("data", 0, "zmin")
    names: tuple[str, ...]
    log: bool = False
    from_zero: bool = False
    pad: float = _MARGIN

    def range(self, extent: tuple[float, float] | None) -> list[float] | None:
        """The axis range for data in `extent`, in Plotly's units (exponents on a logarithmic axis)."""
        if extent is None:
            return None
        low, high = extent
        if self.from_zero:
            low = min(low, 0.0)
        if self.log:
            low, high = np.log10(low), np.log10(high)
        margin = self.pad * (high - low) if high > low else (0.5 if self.pad else 0.0)
        return [float(low - (0.0 if self.from_zero and low == 0 else margin)), float(high + margin)]


def frames(figure: dict) -> tuple[Frame, ...]:
    """The open ranges of a template: cartesian axes, the axes of a 3-D scene, colour scales."""
    found = []
    layout = figure.get("layout", {})
    for key, axis in ({"xaxis": {}, "yaxis": {}} | layout).items():
        if re.fullmatch(r"[xy]axis\d*", key) and "range" not in axis:
            found.append(_axis_frame(figure, key, axis))
        if re.fullmatch(r"scene\d*", key):
            for letter in "xyz":
                traces = [t for t in figure["data"] if t.get("scene", "scene") == key and t.get("type") in ("surface", "scatter3d")]
                found.append(Frame(("layout", key, f"{letter}axis", "range"), _in(t.get(letter) for t in traces)))
    for index, trace in enumerate(figure["data"]):
        if trace.get("type") in ("heatmap", "contour", "surface") and "zmin" not in trace and "cmin" not in trace:
            found.append(Frame(("data", index, "c" if trace["type"] == "surface" else "z"), _in([trace.get("z")]), pad=0.0))
    return tuple(frame for frame in found if frame.names)


def _axis_frame(figure, key, axis) -> Frame:
    letter, anchor = key[0], key.replace("axis", "")
    traces = [t for t in figure["data"] if t.get(f"{letter}axis", letter) == anchor and "scene" not in t]
    fields = [t for t in traces if t.get("type") in ("heatmap", "contour")]  # paths may leave the field, the axes may not
    names = _in(t.get(letter) for t in fields or traces)
    return Frame(("layout", key, "range"), names, axis.get("type") == "log", axis.get("rangemode") == "tozero", 0.0 if fields else _MARGIN)


def _in(nodes: Iterable) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found[1] + found[2] for node in nodes for found in references(node)))


class Extents:
    """The smallest and largest drawable value of each frame over all states seen so far."""

    def __init__(self, figure: dict):
        self.frames = frames(figure)
        self._seen: list[tuple[float, float] | None] = [None] * len(self.frames)

    def include(self, arrays: dict[str, np.ndarray]) -> bool:
        """Widen the extents to contain a state; True if any of them grew."""
        before = list(self._seen)
        for k, frame in enumerate(self.frames):
            for name in frame.names:
                values = np.asarray(arrays[name], dtype=float)
                usable = values[(np.abs(values) < _LARGEST) & ((values > 1 / _LARGEST) if frame.log else True)]
                if usable.size:
                    low, high = float(usable.min()), float(usable.max())
                    seen = self._seen[k] or (low, high)
                    self._seen[k] = (min(seen[0], low), max(seen[1], high))
        return self._seen != before

    def ranges(self) -> list[dict]:
        """[{"path": [...], "range": [low, high]}] for every frame with data."""
        found = ((frame.path, frame.range(extent)) for frame, extent in zip(self.frames, self._seen))
        return [{"path": list(path), "range": limits} for path, limits in found if limits is not None]
