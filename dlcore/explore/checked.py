"""What a declaration is given, checked: its name, its template, its parameters, and what its compute returns."""

import inspect
import json
import re
from collections.abc import Mapping

import numpy as np

from .abbreviations import as_parameter
from .parameters import Parameter
from .template import check_references

_AXES = {2: "two axes", 3: "three axes, the first of them time"}


def template(explorer: str, figure, time: str | None = None) -> dict:
    """A figure template as a plain dict with data and layout."""
    plain = figure.to_plotly_json() if hasattr(figure, "to_plotly_json") else figure
    if not isinstance(plain, Mapping) or not isinstance(plain.get("data"), (list, tuple)):
        raise TypeError(
            f"explorer {explorer}: figure must be a template with a list under 'data', got {type(figure).__name__}; "
            "use lines, histogram, heatmap, surface or path_on_contour, or write the dict that Plotly would take"
        )
    template = {"data": [{"type": "scatter"} | dict(trace) for trace in plain["data"]], "layout": dict(plain.get("layout") or {})}
    try:
        template = json.loads(json.dumps(template, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"explorer {explorer}: the figure must be plain JSON ({error}); return arrays from compute, and name them '@name'"
        ) from None
    try:
        check_references(template, time)
    except ValueError as error:
        raise ValueError(f"explorer {explorer}: {error}") from None
    return template


def name_of(compute, name) -> str:
    """The explorer's name: the one given, or compute's."""
    name = name or getattr(compute, "__name__", "")
    if not re.fullmatch(r"[A-Za-z][\w-]*", name, re.ASCII):
        raise ValueError(f"an explorer's name must be letters, digits, '_' and '-', got {name!r}; pass name=")
    return name


def parameters(explorer: str, compute, given: dict) -> dict[str, Parameter]:
    """The parameters that are declared or abbreviated: exactly those of compute."""
    if not given:
        raise ValueError(f"explorer {explorer} needs at least one parameter, got none; declare for example depth=Slider(1, 100)")
    accepted = inspect.signature(compute).parameters
    given_to = {name: value for name, value in given.items() if getattr(value, "kind", None) != "time"}  # compute returns all frames
    open_ended = any(p.kind is p.VAR_KEYWORD for p in accepted.values())
    unknown = [] if open_ended else [name for name in given_to if name not in accepted]
    missing = [
        n for n, p in accepted.items() if p.default is p.empty and p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL) and n not in given_to
    ]
    if unknown or missing:
        raise TypeError(
            f"explorer {explorer}: the parameters must be those of {explorer}({', '.join(accepted)}); "
            f"undeclared: {missing}, unknown: {unknown}"
        )

    def default(name):
        value = accepted[name].default if name in accepted else inspect.Parameter.empty
        return None if value is inspect.Parameter.empty else value

    return {name: as_parameter(name, value, default(name)) for name, value in given.items()}


def time_of(explorer: str, given: dict[str, Parameter]) -> str | None:
    """The parameter that is the time of a film; at most one."""
    times = [name for name, parameter in given.items() if parameter.kind == "time"]
    if len(times) > 1:
        raise ValueError(f"explorer {explorer}: a film has one Time, got {', '.join(times)}; make the others sliders")
    return times[0] if times else None


def numeric(explorer, key, value, axes=2):
    """A number, an array or a text that compute returned, or TypeError."""
    if isinstance(value, str):
        return value
    array = np.asarray(value)
    if array.dtype == bool or array.dtype.kind in "iu":
        return array if array.ndim else array.item()
    if array.dtype.kind != "f" or array.ndim > axes:
        raise TypeError(
            f"explorer {explorer}: compute must return real numbers and arrays of at most {_AXES[axes]}, "
            f"but {key} has dtype {array.dtype} and shape {array.shape}"
        )
    return array if array.ndim else float(array)
