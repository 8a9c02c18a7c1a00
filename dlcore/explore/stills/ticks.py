"""Where an axis has its ticks, and what stands beside them: Plotly's rules, so that still and picture agree."""

import math

import numpy as np

_ROUND = (1, 2, 5, 10, 20, 50, 100, 200)  # decades between the labels of a logarithmic axis, as in front/picture.js
_MOST_POWERS = 8
_POWERS = 1.25  # Plotly's powers of ten are larger than its other labels
_MINUS = "−"
_SLACK = 1e-4  # of an axis: ticks this far outside are shown

Tick = tuple[float, str, float]  # (place on the axis, an exponent if it is logarithmic; label; size of its letters)


def ticks(axis: dict, low: float, high: float, length: float, vertical: bool) -> list[Tick]:
    """The ticks of an axis from `low` to `high` (exponents on a logarithmic one) that is `length` pixels long."""
    slack = _SLACK * abs(high - low)
    inside = (min(low, high) - slack, max(low, high) + slack)
    log = axis.get("type") == "log"
    found = _powers(low, high) if log and "tickvals" not in axis else None
    if found is None:
        found = _given(axis, log) if "tickvals" in axis else _even(axis, low, high, step(axis, low, high, length, vertical), log)
    return [tick for tick in found if inside[0] <= tick[0] <= inside[1]]


def step(axis: dict, low: float, high: float, length: float, vertical: bool) -> float:
    """The distance of ticks on a linear axis: 1, 2 or 5 times a power of ten, some 40 pixels apart or 80 side by side."""
    if "dtick" in axis:
        return axis["dtick"]
    count = min(max(length / (40 if vertical else 80), 4), 9) + 1
    return round_step(abs(high - low) / count)


def round_step(rough: float) -> float:
    """The next of 1, 2 or 5 times a power of ten above `rough`."""
    power = 10.0 ** math.floor(math.log10(rough)) if rough > 0 else 1.0
    return power * next(digit for digit in (2, 5, 10) if rough / power < digit or digit == 10)


def number(value: float, digits: int) -> str:
    """At most `digits` behind the point, no zeros at the end, a true minus."""
    text = f"{abs(value):.{max(digits, 0)}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return _MINUS + text if value < 0 and text != "0" else text


def power(exponent: int) -> str:
    """A power of ten, as a label."""
    return {0: "1", 1: "10"}.get(exponent, f"10<sup>{number(exponent, 0)}</sup>")


def _given(axis: dict, log: bool) -> list[Tick]:
    values = np.asarray(axis["tickvals"], dtype=float)
    texts = axis.get("ticktext") or [number(value, 6) for value in values]
    places = np.log10(values) if log else values
    return [(float(place), str(text), 1.0) for place, text in zip(places, texts)]


def _even(axis: dict, low: float, high: float, step: float, log: bool) -> list[Tick]:
    if log:  # less than a decade
        low, high = 10.0**low, 10.0**high
        step = round_step(abs(high - low) / 5)
    first, last = sorted((low / step, high / step))
    multiples = [k * step for k in range(math.floor(first), math.ceil(last) + 1)]
    digits = 2 - math.floor(math.log10(step) + 0.01)
    scale = math.floor(math.log10(max(abs(low), abs(high))) + 0.01)
    if abs(scale) <= 3:
        texts = [number(value, digits) for value in multiples]
    else:
        tail = f"×10<sup>{number(scale, 0)}</sup>"
        texts = [number(value / 10.0**scale, digits + scale) + tail if abs(value / step) > 1e-6 else "0" for value in multiples]
    return [(math.log10(value) if log else value, text, 1.0) for value, text in zip(multiples, texts)]


def _powers(low: float, high: float) -> list[Tick] | None:
    """Whole powers of ten; on two decades or less 2 and 5 times these as well; None where that is less than two labels."""
    low, high = sorted((low, high))
    decades = high - low
    if decades > 2 or low < -3 or high > 5:
        apart = next((apart for apart in _ROUND if decades / apart <= _MOST_POWERS), _ROUND[-1])
        return [(float(k), power(k), _POWERS) for k in range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1) if k % apart == 0]
    every = [(math.log10(digit) + k, f"{digit * 10.0**k:.12g}", 1.0) for k in range(-4, 6) for digit in (1, 2, 5)]
    shown = [tick for tick in every if low <= tick[0] <= high]
    return shown if len(shown) > 1 else None
