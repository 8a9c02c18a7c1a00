"""`Slider`: a number between two ends, and which values of it are offered."""

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..notation import number
from .parameters import Parameter, is_number

DEFAULT_STOPS = 9
MAX_POSITIONS = 401
MAX_STEPS = 100_000
_DIGITS = 12  # of a declared step's multiples: enough to lose 0.30000000000000004 and nothing that was declared


@dataclasses.dataclass(frozen=True)
class Slider(Parameter):
    """A number between `low` and `high`; an integer if low, high and step are integers.

    Args:
        low, high: the range, both ends included; positive if `log`.
        step: distance of neighbouring positions (ratio if `log`), kept exactly as declared.
        start: where it stands at first; default: the middle, on a step.
        log: positions are spaced evenly in the logarithm (whole numbers that would repeat are offered once).
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
        self._check_range()
        self._check_stops()
        start = self._middle() if self.start is None else self.start
        object.__setattr__(self, "start", self.check("start", start))
        if self.marks is not None and not isinstance(self.marks, Mapping):
            raise TypeError(f"a Slider's marks must be a dict of values and their names, got {self.marks!r}; write {{2.0: 'He'}}")
        for value in self.marks or {}:
            self.check("a mark", value)

    def _check_range(self) -> None:
        bounds = (self.low, self.high) + (() if self.step is None else (self.step,))
        if not all(is_number(b) and math.isfinite(b) for b in bounds):
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

    def _check_stops(self) -> None:
        if self.stops is None:
            return
        if isinstance(self.stops, (int, np.integer)) and not isinstance(self.stops, bool):
            most = self.high - self.low + 1 if self.integer else MAX_STEPS
            if not 2 <= self.stops <= most:
                raise ValueError(f"a Slider's number of stops must lie in [2, {most}], got {self.stops}; there are no more values to offer")
        elif isinstance(self.stops, (str, bytes, bool, float)) or not np.iterable(self.stops):
            raise TypeError(f"a Slider's stops must be a whole number or a list of values, got {self.stops!r}")
        else:
            for value in self.stops:
                self.check("a stop", value)

    @property
    def integer(self) -> bool:
        """Whether it takes whole numbers alone."""
        return all(isinstance(b, (int, np.integer)) for b in (self.low, self.high, self.step or 1))

    def _middle(self):
        middle = math.sqrt(self.low) * math.sqrt(self.high) if self.log else self.low + (self.high - self.low) / 2
        if self.step is not None:
            middle = min(self._stepped(), key=lambda value: abs(value - middle))
        return int(middle) if self.integer else middle

    def _steps(self) -> float:
        """Number of steps in the range; 0 without a step."""
        if self.step is None:
            return 0
        return math.log(self.high / self.low) / math.log(self.step) if self.log else (self.high - self.low) / self.step

    def _stepped(self) -> list:
        """What the declared step leads to, without the rounding of its sums."""
        exact = [self.low * self.step**k if self.log else self.low + self.step * k for k in range(math.floor(self._steps() + 1e-9) + 1)]
        if self.integer:
            return [round(value) for value in exact]
        digits = _DIGITS - math.floor(math.log10(max(abs(self.low), abs(self.high))))
        return [float(f"{value:.{_DIGITS}g}") if self.log else round(float(value), digits) for value in exact]

    def _spaced(self, count: int) -> list:
        """`count` values evenly spaced, the inner ones rounded to numbers that can be read and are still apart."""
        values = (np.geomspace if self.log else np.linspace)(self.low, self.high, count)
        if self.integer:
            return [round(float(value)) for value in values]
        if self.log:
            digits = max(3, 3 - math.floor(math.log10(values[1] / values[0] - 1)))
            return [float(f"{value:.{digits}g}") for value in values]
        digits = max(0, 3 - math.floor(math.log10(self.high - self.low)), 2 - math.floor(math.log10(values[1] - values[0])))
        return [round(float(value), digits) for value in values]

    def stops_with(self, extra) -> tuple:
        """What the page offers: the declared stops, else the steps, else some evenly spaced values; and the named ones."""
        if self.stops is None:
            values = self._stepped() if self.step is not None else self._spaced(self._count(DEFAULT_STOPS))
        else:
            values = self._spaced(int(self.stops)) if isinstance(self.stops, (int, np.integer)) else self.stops
        return self._merged(values, extra)

    def positions_with(self, extra) -> tuple:
        """What the control steps through in a kernel: every step, or all whole numbers, or a fine spacing; and the stops."""
        if self.step is not None:
            values = self._stepped()
        elif self.integer and not self.log and self.high - self.low < MAX_POSITIONS:
            values = range(self.low, self.high + 1)
        else:
            values = self._spaced(self._count(MAX_POSITIONS // 2))
        return self._merged(values, self.stops_with(extra))

    def _count(self, count: int) -> int:
        """So many values, or all whole numbers where there are fewer."""
        return min(count, self.high - self.low + 1) if self.integer else count

    def _merged(self, values, extra) -> tuple:
        """All values in range, the named ones among them, sorted; values that differ by rounding alone are one."""
        named = (self.low, self.high, self.start, *(self.marks or {}), *extra)
        inside = [value for value in values if self.low <= value <= self.high]
        merged: list = []
        for value in sorted({self.check("a stop", value) for value in (*named, *inside)}):
            if merged and math.isclose(value, merged[-1], rel_tol=1e-12, abs_tol=0 if self.log else 1e-12 * (self.high - self.low)):
                if value in named:
                    merged[-1] = value
            else:
                merged.append(value)
        return tuple(merged)

    def check(self, name, value):
        """`value` as an int or a float in the range; ValueError outside it, or for a fraction where whole numbers are meant."""
        if not is_number(value) or not math.isfinite(value):
            raise ValueError(f"{name} must be a number from {self.low} to {self.high}, got {value!r}")
        if not self.low <= value <= self.high:
            raise ValueError(f"{name} must lie in [{self.low}, {self.high}], got {value}; move it inside or widen the slider")
        if self.integer:
            if float(value) != round(float(value)):
                raise ValueError(f"{name} must be a whole number, got {value}; give the slider a float bound to allow it")
            return int(value)
        return float(value)

    def text(self, value):
        """The value with its unit, and the name of the mark at it."""
        mark = next((m for v, m in (self.marks or {}).items() if math.isclose(v, value, rel_tol=1e-9)), None)
        return number(value) + (f" {self.unit}" if self.unit else "") + (f" ({mark})" if mark else "")
