"""What guides a reader through a figure: `Step`s of a story, a `Guess` before the answer, a point to `pick` in the picture."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from .template import references

_AXES = ("scatter", "bar", "heatmap", "contour")
_PLANE = (*_AXES, "surface")


class Step:
    """One step of a story: a line of text and a state, `Step("Start at He: the signal keeps its size.", variance=2)`.

    Args:
        text: what the reader should see there.
        pin: keep the curves of the step before as a pale ghost.
        highlight: the curve, or list of curves, by their names in the legend, that stand out while the others are pale.
        **values: parameter values; those not named stay as the step before left them.
    """

    def __init__(self, text: str, *, pin: bool = False, highlight: str | list[str] = (), **values):
        self.text, self.pin, self.values = text, pin, values
        self.highlight = [highlight] if isinstance(highlight, str) else list(highlight)

    def __repr__(self):
        return f"Step({self.text!r}, {', '.join(f'{name}={value!r}' for name, value in self.values.items())})"


@dataclasses.dataclass(frozen=True)
class Guess:
    """What a reader may guess before sliding: a number, set on the picture's vertical axis, or a curve drawn with the pointer.

    Args:
        name: what compute returns: a number, or a curve of the picture.
        label: how the reader knows it; default: the name.
    """

    name: str
    label: str | None = None


def is_story(given) -> bool:
    """Whether `steps=` is meant as a story, and not as a parameter of that name."""
    return isinstance(given, (list, tuple)) and all(isinstance(step, Step) for step in given)


def steps(explorer: str, given, figure: dict, preset) -> list[Step]:
    """The steps, checked: each sets parameters that there are, and highlights curves that there are."""
    drawn = {trace["name"] for trace in figure["data"] if "name" in trace}
    for step in given:
        if not isinstance(step.text, str):
            raise TypeError(f"explorer {explorer}: a step's first argument is its line of text, got {step.text!r}")
        if unknown := set(step.highlight) - drawn:
            raise ValueError(
                f"explorer {explorer}: {step!r} highlights {', '.join(sorted(unknown))}; the curves are {', '.join(sorted(drawn))}"
            )
        step.values = preset(repr(step), step.values)
    return list(given)


def guess(explorer: str, given, data: Mapping[str, Any], figure: dict) -> dict | None:
    """What the front end is told of a guess: its name, label, and whether a number or a curve is guessed."""
    if given is None:
        return None
    made = Guess(given) if isinstance(given, str) else given
    if not isinstance(made, Guess):
        raise TypeError(f"explorer {explorer}: guess must be the name of what compute returns, or a Guess, got {given!r}")
    if made.name not in data:
        raise ValueError(f"explorer {explorer}: guess names {made.name!r}, which compute does not return; it returns {', '.join(data)}")
    if isinstance(data[made.name], str):
        raise ValueError(f"explorer {explorer}: guess must name a number or a curve, got the text {made.name!r}")
    if not _has_plane(figure, _AXES):
        raise ValueError(f"explorer {explorer}: a guess is made on the picture's axes, and this figure has none; leave guess out")
    first = [k for k, trace in enumerate(figure["data"]) if trace.get("xaxis", "x") == "x" and trace.get("yaxis", "y") == "y"]
    curves = [k for k in first if any(found[2] == made.name for found in references(figure["data"][k].get("y", "")))]
    number = np.ndim(data[made.name]) == 0
    if not number and not curves:
        raise ValueError(
            f"explorer {explorer}: guess names the array {made.name!r}, which the figure draws as no curve; name a number or a curve"
        )
    return {"name": made.name, "label": made.label or made.name, "kind": "number" if number else "curve", "trace": (curves or [None])[0]}


def pick(explorer: str, given, figure: dict, parameters: Mapping) -> dict[str, str]:
    """Axis → parameter: a click on the picture's plane sets them."""
    if given is None:
        return {}
    if not isinstance(given, Mapping) or not given or set(given) - {"x", "y"}:
        raise ValueError(f"explorer {explorer}: pick must say which parameters the axes x and y set, {{'x': 'start'}} say, got {given!r}")
    for axis, name in given.items():
        kind = parameters[name].kind if name in parameters else None
        numbers = kind == "slider" or (kind == "choice" and not any(isinstance(v, str) for v in parameters[name].stops_with(())))
        if not numbers:
            raise ValueError(
                f"explorer {explorer}: pick sets a Slider, or a Choice of numbers, along {axis}, got {name!r}; "
                f"there are {', '.join(parameters)}"
            )
    if len(set(given.values())) < len(given):
        raise ValueError(f"explorer {explorer}: pick sets one parameter along each axis, got {given!r}")
    if not _has_plane(figure, _PLANE):
        raise ValueError(f"explorer {explorer}: pick needs a plane, curves, a field or a surface on the axes x and y; this figure has none")
    return dict(given)


def _has_plane(figure: dict, kinds: tuple[str, ...]) -> bool:
    """Whether some trace of these kinds lies on the first pair of axes."""
    return any(trace["type"] in kinds and trace.get("xaxis", "x") == "x" for trace in figure["data"])
