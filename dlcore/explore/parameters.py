"""What a reader can turn: `Slider`, `Choice`, `Toggle`, and the abbreviations of `ipywidgets.interact`.

A parameter knows two lists of values. Its *stops* are what the built page offers: every
combination of stops is computed beforehand. Its *positions* are what the control offers where a
kernel answers; there any value in range may also be set from Python.
"""

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..notation import number

DEFAULT_STOPS = 9
MAX_POSITIONS = 401
MAX_STEPS = 100_000
ACCEPTED = (
    "a Slider, Choice or Toggle, a pair (low, high) or triple (low, high, step) of numbers, "
    "a single number, a list or a dict of choices, or a bool"
)


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


@dataclasses.dataclass(frozen=True)
class Slider(Parameter):
    """A number between `low` and `high`; an integer if low, high and step are integers.

    Args:
        low, high: the range, both ends included; positive if `log`.
        step: distance of neighbouring positions (ratio if `log`).
        start: where it stands at first; default: the middle, on a step.
        log: positions are spaced evenly in the logarithm.
        stops: the values offered in the built page, or how many of them; default: every step if
            `step` is given, else about nine. Both ends, `start` and `marks` are always among them.
        label: text beside the control (LaTeX between dollars allowed); default: the name.
        unit: written after the value.
        marks: named special values, {2.0: "He"}; marked on the track and beside the value.
    """

    low: float
    high: float
    step: float | None = None
    start: float | None = None
    _: dataclasses.KW_ONLY
    log: bool = False
    stops: Any = None
    label: str | None = None
    unit: str = ""
    marks: Mapping[float, str] | None = None
    kind = "slider"

    def __post_init__(self):
        bounds = (self.low, self.high) + (() if self.step is None else (self.step,))
        if not all(_is_number(b) and math.isfinite(b) for b in bounds):
            raise TypeError(f"a Slider's low, high and step must be finite numbers, got {bounds}")
        if not self.low < self.high:
            raise ValueError(f"a Slider needs low < high, got low={self.low}, high={self.high}; swap or widen them")
        if self.log and self.low <= 0:
            raise ValueError(f"a logarithmic Slider needs low > 0, got low={self.low}; raise it or drop log=True")
        if not math.isfinite(self.high / self.low if self.log else self.high - self.low):
            raise ValueError(f"a Slider's range must be a float, got low={self.low}, high={self.high}; bring them closer")
        if self.step is not None and self.step <= (1 if self.log else 0):
            raise ValueError(f"a Slider's step must be positive (above 1 if log), got {self.step}")
        if self._steps() > MAX_STEPS:
            raise ValueError(
                f"a Slider may have at most {MAX_STEPS} steps, got step={self.step} in [{self.low}, {self.high}]; raise the step"
            )
        start = self._middle() if self.start is None else self.start
        object.__setattr__(self, "start", self.check("start", start))
        for value in self.marks or {}:
            self.check("a mark", value)

    @property
    def integer(self) -> bool:
        return all(isinstance(b, (int, np.integer)) for b in (self.low, self.high, self.step or 1))

    def _middle(self):
        middle = math.sqrt(self.low) * math.sqrt(self.high) if self.log else self.low + (self.high - self.low) / 2
        if self.step is not None:
            middle = min(self._stepped(), key=lambda value: abs(value - middle))
        return int(middle) if self.integer else middle

    def _spaced(self, count: int) -> list:
        spaced = np.geomspace if self.log else np.linspace
        return list(spaced(self.low, self.high, max(count, 2)))

    def _steps(self) -> float:
        """Number of steps in the range; 0 without a step."""
        if self.step is None:
            return 0
        return math.log(self.high / self.low) / math.log(self.step) if self.log else (self.high - self.low) / self.step

    def _stepped(self) -> list:
        count = math.floor(self._steps() + 1e-9)
        return [self.low * self.step**k if self.log else self.low + self.step * k for k in range(count + 1)]

    def _clean(self, values) -> tuple:
        """Sorted, without repeats; evenly spaced values rounded to numbers that can be read."""
        if self.integer:
            return tuple(sorted({round(float(v)) for v in values} | {self.low, self.high}))
        digits = 3 - math.floor(math.log10(self.high - self.low if not self.log else self.high / self.low))
        tidy = (lambda v: float(f"{v:.3g}")) if self.log else (lambda v: round(float(v), max(digits, 0)))
        named = [float(v) for v in (self.low, self.high, self.start, *(self.marks or {}))]
        inside = [tidy(v) for v in values]
        return tuple(sorted({v for v in inside if self.low <= v <= self.high}.union(named)))

    def stops_with(self, extra) -> tuple:
        if self.stops is None:
            values = self._stepped() if self.step is not None else self._spaced(DEFAULT_STOPS)
        elif isinstance(self.stops, (int, np.integer)):
            values = self._spaced(int(self.stops))
        else:
            return _merge(self, (*self.stops, self.low, self.high, self.start, *(self.marks or {}), *extra))
        return _merge(self, (*self._clean(values), self.start, *(self.marks or {}), *extra))

    def positions_with(self, extra) -> tuple:
        if self.step is not None:
            values = self._stepped()
        elif self.integer and not self.log and self.high - self.low < MAX_POSITIONS:
            values = range(self.low, self.high + 1)
        else:
            values = self._spaced(MAX_POSITIONS // 2)
        return _merge(self, (*self._clean(values), *self.stops_with(extra)))

    def check(self, name, value):
        if not _is_number(value) or not math.isfinite(value):
            raise ValueError(f"{name} must be a number from {self.low} to {self.high}, got {value!r}")
        if not self.low <= value <= self.high:
            raise ValueError(f"{name} must lie in [{self.low}, {self.high}], got {value}; move it inside or widen the slider")
        if self.integer:
            if float(value) != round(float(value)):
                raise ValueError(f"{name} must be a whole number, got {value}; give the slider a float bound to allow it")
            return int(value)
        return float(value)

    def text(self, value):
        mark = next((m for v, m in (self.marks or {}).items() if math.isclose(v, value, rel_tol=1e-9)), None)
        return number(value) + (f" {self.unit}" if self.unit else "") + (f" ({mark})" if mark else "")


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
            if not isinstance(value, (str, bool, np.bool_)) and not _is_number(value):
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
        return self.options

    def positions_with(self, extra):
        return self.options

    def check(self, name, value):
        for option in self.options:
            if option == value and isinstance(option, str) == isinstance(value, str):
                return option
        raise ValueError(f"{name} must be one of {', '.join(map(repr, self.options))}, got {value!r}")

    def text(self, value):
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
        return (False, True)

    def positions_with(self, extra):
        return (False, True)

    def check(self, name, value):
        if not isinstance(value, (bool, np.bool_)):
            raise ValueError(f"{name} must be True or False, got {value!r}")
        return bool(value)


def as_parameter(name: str, given: Any, default: Any = None) -> Parameter:
    """The parameter that `given` declares or abbreviates; `default`, if not None, is where it starts."""
    start = {} if default is None else {"start": default}
    try:
        if isinstance(given, Parameter):
            return given
        if isinstance(given, (bool, np.bool_)):
            return Toggle(bool(given))
        if _is_number(given):
            return Slider(*_around(given), start=given)
        if isinstance(given, tuple) and len(given) in (2, 3) and all(map(_is_number, given)):
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


def _is_number(value) -> bool:
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, (bool, np.bool_))


def nearest(offered: tuple, value) -> int:
    """Index of the offered value that is `value`, up to the rounding of 3 * 0.1."""
    return offered.index(value) if value in offered else min(range(len(offered)), key=lambda k: abs(offered[k] - value))


def _plain(value):
    return value.item() if isinstance(value, np.generic) else value


def _merge(slider: Slider, values) -> tuple:
    """Checked, sorted, each value once even where rounding made two of it."""
    merged: list = []
    for value in sorted(slider.check("a stop", v) for v in values):
        if not merged or not math.isclose(value, merged[-1], rel_tol=1e-9, abs_tol=1e-12 * abs(slider.high)):
            merged.append(value)
    return tuple(merged)
