"""What the front end is told of a figure: the same in both homes but for the values that the controls offer."""

from .declaration import Declaration
from .parameters import Parameter, nearest


def _spec(declared: Declaration, offered: dict[str, tuple]) -> dict:
    return {
        "name": declared.name,
        "title": declared.title,
        "caption": declared.caption,
        "figure": declared.figure,
        "parameters": [_control(name, p, offered[name], declared.stops[name]) for name, p in declared.parameters.items()],
        "start": declared.start,
        "presets": declared.presets,
        "play": declared.play,
        "time": declared.time,
        "pick": declared.pick,
        "steps": [{"text": step.text, "values": step.values, "pin": step.pin, "highlight": step.highlight} for step in declared.steps],
        "guess": declared.guess,
        "readout": declared.first.readout,
        "roomy": declared.roomy,
    }


def _control(name: str, parameter: Parameter, offered: tuple, stops: tuple) -> dict:
    marks = getattr(parameter, "marks", None) or {}
    return {
        "name": name,
        "kind": parameter.kind,
        "label": parameter.label or name,
        "values": list(offered),
        "texts": [parameter.text(value) for value in offered],
        "start": nearest(offered, parameter.start),
        "marks": [[nearest(offered, value), text] for value, text in marks.items()],
        "stops": list(stops),
        "seconds": getattr(parameter, "seconds", None),
    }


def in_kernel(declared: Declaration) -> dict:
    """Controls offer all positions."""
    return _spec(declared, {name: p.positions_with(declared.stops[name]) for name, p in declared.parameters.items()})


def in_page(declared: Declaration) -> dict:
    """Controls offer the stops alone."""
    return _spec(declared, declared.stops)
