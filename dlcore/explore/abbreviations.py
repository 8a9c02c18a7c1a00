"""The abbreviations of `ipywidgets.interact`: (1, 200), ["relu", "tanh"], True, 10."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from .parameters import Choice, Parameter, Toggle, is_number
from .slider import Slider

ACCEPTED = (
    "a Slider, Choice or Toggle, a pair (low, high) or triple (low, high, step) of numbers, "
    "a single number, a list or a dict of choices, or a bool"
)


def as_parameter(name: str, given: Any, default: Any = None) -> Parameter:
    """The parameter that `given` declares or abbreviates; `default`, if not None, is where it starts."""
    start = {} if default is None else {"start": default}
    try:
        if isinstance(given, Parameter):
            return given
        if isinstance(given, (bool, np.bool_)):
            return Toggle(bool(given))
        if is_number(given):
            return Slider(*_around(given), start=given)
        if isinstance(given, tuple) and len(given) in (2, 3) and all(map(is_number, given)):
            return Slider(*given, **start)
        if isinstance(given, (list, Mapping)):
            return Choice(given, **start)
    except (TypeError, ValueError) as error:
        raise type(error)(f"parameter {name}: {error}") from None
    raise TypeError(f"parameter {name} must be {ACCEPTED}; got {given!r}")


def _around(value):
    """The range that ipywidgets.interact gives a single number."""
    if value == 0:
        return (0, 1) if isinstance(value, int) else (0.0, 1.0)
    return (-value, 3 * value) if value > 0 else (3 * value, -value)
