"""What a figure template refers to: arrays ("@name", "@name[3]", "@log10:name") and colours by role ("$theory", "$text@0.2").

In a film whose time is called step, "@name[step]" is the present frame of an array and "@name[:step]" all frames until then.

What begins with @ or $ and is none of these is refused, so that no misspelt name ends as a text or a missing curve.
"""

import functools
import re
from collections.abc import Iterable, Iterator

import numpy as np

from .assets import FRONT

REFERENCE = re.compile(r"@((?:log10:)?)([A-Za-z_]\w*)(?:\[(\d+|:?[A-Za-z_]\w*)\])?", re.ASCII)
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


def shipped(names: Iterable[str], data: dict) -> dict[str, np.ndarray]:
    """The arrays of these names, as `shipped_names` has them, taken or derived from what compute returned."""
    arrays = {}
    for name in names:
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


def check_references(figure: dict, time: str | None = None) -> None:
    """Raise ValueError for a text that looks like a reference and is none; `time` is the name of a film's time."""
    for text in strings(figure):
        if text.startswith("@") and not _is_reference(text, time):
            raise ValueError(
                f"a reference must be '@name', '@name[3]', '@log10:name' or, in a film, '@name[step]' or '@name[:step]' "
                f"with a name of letters, digits and _ (no blanks, no Greek), "
                f"got {text!r}; rename what compute returns, and say in labels= what the reader sees"
            )
        if text.startswith("$"):
            found = _COLOUR.fullmatch(text)
            if not found or found[1] not in roles():
                raise ValueError(f"a colour must be '$role' or '$role@opacity' with one of {', '.join(sorted(roles()))}, got {text!r}")


def _is_reference(text: str, time: str | None) -> bool:
    found = REFERENCE.fullmatch(text)
    return bool(found) and (found[3] is None or found[3].isdigit() or found[3].removeprefix(":") == time)


def check_shapes(figure: dict, arrays: dict[str, np.ndarray], time: str | None = None, frames: int = 0) -> None:
    """Raise ValueError where Plotly would quietly draw less than it was given: points without a partner, a transposed field.

    `time` is the name of the film's time, if it is one, and `frames` the length that its arrays' leading axes must have.
    """
    for trace in figure["data"]:
        shapes = {key: _referred(trace, key, arrays, time, frames) for key in ("x", "y", "z") if isinstance(trace.get(key), str)}
        shapes = {key: shape for key, shape in shapes.items() if shape is not None}
        name = trace.get("name", trace["type"])
        if trace["type"] in _FIELDS:
            wanted = tuple(shapes[key][0] for key in ("y", "x") if len(shapes.get(key, ())) == 1)
            if "z" in shapes and len(wanted) == 2 and shapes["z"] != wanted:
                raise ValueError(f"{name}: z must have the shape (len(y), len(x)) = {wanted}, got {shapes['z']}; transpose it")
        elif len({np.prod(shape, dtype=int) for shape in shapes.values()}) > 1:
            told = ", ".join(f"{key} {shape}" for key, shape in shapes.items())
            raise ValueError(f"{name}: its coordinates must have one length, got {told}; return arrays of equal length")


def is_film(figure: dict, arrays: dict[str, np.ndarray], time: str) -> bool:
    """Whether any reference of a template depends on the frame."""
    if any((found[3] or "").removeprefix(":") == time for found in references(figure)):
        return True
    return any(_is_film(trace, key, arrays) for trace in figure["data"] for key in ("x", "y", "z") if isinstance(trace.get(key), str))


def room(trace: dict, key: str) -> int:
    """How many axes an array may have at this place of a trace; with one more it is a film."""
    return 2 if key == "z" and trace["type"] in _FIELDS else 1


def _is_film(trace: dict, key: str, arrays) -> bool:
    found = REFERENCE.fullmatch(trace[key])
    return bool(found and found[3] is None and np.ndim(arrays[found[1] + found[2]]) > room(trace, key))


def _referred(trace: dict, key: str, arrays, time: str | None, frames: int) -> tuple[int, ...] | None:
    """The shape of what a reference stands for; None for other texts. ValueError for what is not there."""
    found = REFERENCE.fullmatch(trace[key])
    if not found:
        return None
    shape, name, part = np.shape(arrays[found[1] + found[2]]), found[2], found[3]
    if part is None and len(shape) <= room(trace, key):
        return shape
    if part is None or not part.isdigit():
        if time is None:
            raise ValueError(
                f"{name} has the shape {shape}, one axis too many for {key}; name a row, '@{name}[0]', or make it a film with Time"
            )
        if not shape or shape[0] != frames:
            raise ValueError(f"{name}: the leading axis of a film must be its {frames} frames, got the shape {shape}; return all frames")
        return shape if part == f":{time}" else shape[1:]
    if len(shape) != 2 or int(part) >= shape[0]:
        raise ValueError(f"the figure uses row {part} of {name}, which has the shape {shape}; return as many rows")
    return shape[1:]
