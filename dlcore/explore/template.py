"""What a figure template refers to: arrays ("@name", "@name[3]", "@log10:name") and colours by role ("$theory", "$text@0.2").

What begins with @ or $ and is none of these is refused, so that no misspelt name ends as a text or a missing curve.
"""

import functools
import re
from collections.abc import Iterator

import numpy as np

from .assets import FRONT

REFERENCE = re.compile(r"@((?:log10:)?)([A-Za-z_]\w*)(?:\[(\d+)\])?", re.ASCII)
_COLOUR = re.compile(r"\$([\w-]+)(?:@([\d.]+))?")
_FIELDS = ("heatmap", "contour", "surface")


def references(node) -> Iterator[re.Match]:
    """All references below `node`, a nested structure of dicts and lists."""
    if isinstance(node, str):
        if found := REFERENCE.fullmatch(node):
            yield found
    elif isinstance(node, dict):
        for value in node.values():
            yield from references(value)
    elif isinstance(node, (list, tuple)):
        for value in node:
            yield from references(value)


def shipped_names(figure: dict) -> tuple[str, ...]:
    """Names of the arrays that the picture needs, derived ones ("log10:z") among them, in order of use."""
    return tuple(dict.fromkeys(found[1] + found[2] for found in references(figure)))


def shipped(figure: dict, data: dict) -> dict[str, np.ndarray]:
    """The arrays that the picture needs, taken or derived from what compute returned."""
    arrays = {}
    for name in shipped_names(figure):
        log, base = name.startswith("log10:"), name.removeprefix("log10:")
        values = np.asarray(data[base])
        if log:
            with np.errstate(divide="ignore", invalid="ignore"):  # zero and negative become gaps, and are named so
                values = np.log10(values)
        arrays[name] = values
    return arrays


@functools.cache
def roles() -> frozenset[str]:
    """The colours that the style sheet names."""
    return frozenset(re.findall(r"--explorer-([\w-]+):", (FRONT / "explorer.css").read_text(encoding="utf-8")))


def strings(node) -> Iterator[str]:
    """All texts below `node`."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from strings(value)
    elif isinstance(node, (list, tuple)):
        for value in node:
            yield from strings(value)


def check_references(figure: dict) -> None:
    """Raise ValueError for a text that looks like a reference and is none."""
    for text in strings(figure):
        if text.startswith("@") and not REFERENCE.fullmatch(text):
            raise ValueError(
                f"a reference must be '@name', '@name[3]' or '@log10:name' with a name of letters, digits and _ (no blanks, no Greek), "
                f"got {text!r}; rename what compute returns, and say in labels= what the reader sees"
            )
        if text.startswith("$"):
            found = _COLOUR.fullmatch(text)
            if not found or found[1] not in roles():
                raise ValueError(f"a colour must be '$role' or '$role@opacity' with one of {', '.join(sorted(roles()))}, got {text!r}")


def check_shapes(figure: dict, arrays: dict[str, np.ndarray]) -> None:
    """Raise ValueError where Plotly would quietly draw less than it was given: points without a partner, a transposed field."""
    for trace in figure["data"]:
        shapes = {key: _referred(trace[key], arrays) for key in ("x", "y", "z") if isinstance(trace.get(key), str)}
        shapes = {key: shape for key, shape in shapes.items() if shape is not None}
        name = trace.get("name", trace["type"])
        if trace["type"] in _FIELDS:
            wanted = tuple(shapes[key][0] for key in ("y", "x") if len(shapes.get(key, ())) == 1)
            if "z" in shapes and len(wanted) == 2 and shapes["z"] != wanted:
                raise ValueError(f"{name}: z must have the shape (len(y), len(x)) = {wanted}, got {shapes['z']}; transpose it")
        elif len({np.prod(shape, dtype=int) for shape in shapes.values()}) > 1:
            told = ", ".join(f"{key} {shape}" for key, shape in shapes.items())
            raise ValueError(f"{name}: its coordinates must have one length, got {told}; return arrays of equal length")


def _referred(text: str, arrays) -> tuple[int, ...] | None:
    """The shape of what a reference stands for; None for other texts. ValueError for a row that is not there."""
    found = REFERENCE.fullmatch(text)
    if not found:
        return None
    shape = np.shape(arrays[found[1] + found[2]])
    if found[3] is None:
        return shape
    if len(shape) != 2 or int(found[3]) >= shape[0]:
        raise ValueError(f"the figure uses row {found[3]} of {found[2]}, which has the shape {shape}; return as many rows")
    return shape[1:]
