"""A template with the arrays of a state in it, as front/picture.js fills it; colours stay roles."""

import numpy as np

from ..template import REFERENCE, room

FONT = 14
NARROW = 480  # pixels; below, letters are smaller
_NARROW_FONT = 12


def filled(figure: dict, arrays: dict[str, np.ndarray], ranges: list[dict], frame: int = 0) -> dict:
    """The figure with numbers for references, those of a film's frame, and with the ranges that hold its axes and colours still."""
    full = {
        "data": [{key: _fill(value, arrays, frame, key, room(trace, key)) for key, value in trace.items()} for trace in figure["data"]],
        "layout": _fill(figure.get("layout", {}), arrays, frame),
    }
    for entry in ranges:
        path, limits = entry["path"], entry["range"]
        if path[0] == "data":
            low, high = ("cmin", "cmax") if path[2] == "c" else ("zmin", "zmax")
            full["data"][path[1]] |= {low: limits[0], high: limits[1]}
        else:
            holder = full["layout"]
            for name in path[1:-1]:
                holder = holder.setdefault(name, {})
            holder["range"] = limits
    named = [trace for trace in full["data"] if ("scatter" in trace["type"] or trace["type"] == "bar") and trace.get("showlegend", True)]
    full["layout"].setdefault("showlegend", len(named) > 1)
    return full


def font_size(layout: dict, width: float) -> float:
    """The size of a picture's letters in pixels."""
    return _NARROW_FONT if width < NARROW else layout.get("font", {}).get("size", FONT)


def _fill(node, arrays, frame, key=None, axes=1):
    if isinstance(node, str):
        found = REFERENCE.fullmatch(node)
        return _value(arrays[found[1] + found[2]], found[3], frame, key in ("x", "y", "z", "text"), axes) if found else node
    if isinstance(node, dict):
        return {name: _fill(value, arrays, frame, name) for name, value in node.items()}
    return [_fill(value, arrays, frame) for value in node] if isinstance(node, list) else node


def _value(array, part: str | None, frame: int, listed: bool, axes: int):
    """What a reference stands for: in x, y and z even a single number is a list; elsewhere it is itself."""
    array = np.asarray(array, dtype=float)
    if part is None and array.ndim > axes:
        array = array[frame]
    elif part is not None:
        array = array[: frame + 1] if part.startswith(":") else array[int(part) if part.isdigit() else frame]
    return array if array.ndim or not listed else array.reshape(1)
