"""What a reader can turn: the interface of all parameters, `Choice`, `Toggle`, and the abbreviations of `ipywidgets.interact`.

A parameter knows two lists of values. Its *stops* are what the built page offers: every
combination of stops is computed beforehand. Its *positions* are what the control offers where a
kernel answers; there any value in range may also be set from Python. (`Slider` has a file of its own.)
"""

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..notation import number


class Parameter:
    """The interface of the three kinds: `values` to offer, `check` for one value, `text` to show it."""

    kind: str
    label: str | None
    start: Any

    def stops_with(self, extra) -> tuple:
        """The stops of the built page, those in `extra` (a preset's, say) among them."""
        raise NotImplementedError

    def positions_with(self, extra) -> tuple:
        """The values that the control steps through where a kernel answers, those in `extra` among them."""
        raise NotImplementedError

    def check(self, name: str, value: Any) -> Any:
        """Return `value` as this parameter holds it, or raise ValueError with what is allowed."""
        raise NotImplementedError

    def parse(self, name: str, text: str) -> Any:
        """The value that stands in a link, as `check` returns it."""
        for value in (False, True) if self.kind == "toggle" else self.stops_with(()):
            if text == (str(value).lower() if isinstance(value, bool) else str(value)):
                return value
        try:
            return self.check(name, float(text))
        except ValueError:
            raise ValueError(f"a link sets {name} to one of {', '.join(map(str, self.stops_with(())))}, got {text!r}") from None

    def text(self, value: Any) -> str:
        """The value as it stands beside the control."""
        return number(value) if isinstance(value, (bool, int, float)) else str(value)


class Choice(Parameter):
    """One of several values: `Choice("linear", "relu")` or `Choice({"ReLU": "relu"})` with labels."""

    kind = "choice"

    def __init__(self, *options, start=None, label: str | None = None):
        if len(options) == 1 and isinstance(options[0], Mapping):
            named = dict(options[0])
        else:
            if len(options) == 1 and isinstance(options[0], (list, tuple)):
                options = tuple(options[0])
            named = {str(option): option for option in options}
            if len(named) < len(options):
                raise ValueError(f"a Choice's options must differ in writing, got {options}; remove the repeats")
        if not named:
            raise ValueError("a Choice needs at least one option, got none; name the values to choose from")
        for value in named.values():
            if not isinstance(value, (str, bool, np.bool_)) and not is_number(value):
                raise TypeError(f"a Choice's options must be strings, numbers or bools, got {value!r}; name it and look it up in compute")
            if not isinstance(value, str) and not math.isfinite(value):
                raise ValueError(
                    f"a Choice's numbers must be finite, got {value!r}; name it, {{'none': 'none'}}, and look it up in compute"
                )
        self.options = tuple(_plain(v) for v in named.values())
        if len(set(self.options)) < len(self.options):
            raise ValueError(f"a Choice's options must differ, got {self.options}; remove the repeats")
        self.texts = tuple(str(k) for k in named)
        self.label = label
        self.start = self.check("start", self.options[0] if start is None else start)

    def __repr__(self):
        return f"Choice({', '.join(map(repr, self.options))}, start={self.start!r})"

    def stops_with(self, extra):
        """All options, whatever is in `extra`."""
        return self.options

    def positions_with(self, extra):
        """All options, as in the page."""
        return self.options

    def check(self, name, value):
        """The option that equals `value`; ValueError if none does."""
        for option in self.options:
            if option == value and isinstance(option, str) == isinstance(value, str):
                return option
        raise ValueError(f"{name} must be one of {', '.join(map(repr, self.options))}, got {value!r}")

    def text(self, value):
        """The label of an option."""
        return self.texts[self.options.index(value)]


@dataclasses.dataclass(frozen=True)
class Toggle(Parameter):
    """On or off."""

    start: bool = False
    label: str | None = None
    kind = "toggle"

    def __post_init__(self):
        self.check("start", self.start)

    def stops_with(self, extra):
        """Off and on."""
        return (False, True)

    def positions_with(self, extra):
        """Off and on, as in the page."""
        return (False, True)

    def check(self, name, value):
        """`value` as a bool; ValueError if it is none."""
        if not isinstance(value, (bool, np.bool_)):
            raise ValueError(f"{name} must be True or False, got {value!r}")
        return bool(value)


def is_number(value) -> bool:
    """Whether `value` is a real number; a bool is none."""
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, (bool, np.bool_))


def nearest(offered: tuple, value) -> int:
    """Index of the offered value that is `value`, up to the rounding of 3 * 0.1."""
    return offered.index(value) if value in offered else min(range(len(offered)), key=lambda k: abs(offered[k] - value))


def _plain(value):
    return value.item() if isinstance(value, np.generic) else value
