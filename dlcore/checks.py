"""Checks of what a caller passes in: each returns the value, or names the invariant, the value received, the remedy.

>>> positive("variance", 2.0)
2.0
>>> positive_int("depth", 0)
Traceback (most recent call last):
ValueError: depth must be at least 1, got 0: pass a whole number from 1 upwards
"""

import math
from collections.abc import Collection, Sequence
from numbers import Integral

import numpy as np
from jaxtyping import Int, Num

Integer = int | np.integer
Real = int | float | np.number
Reals = Real | Sequence | Num[np.ndarray, "..."]  # what the functions of the package take where they broadcast
_ROUNDING = 64 * np.finfo(float).eps  # of the two sums that a symmetric product's mirror images are

Width = Integer | Sequence | Int[np.ndarray, " layers"]


def finite(name: str, value: object) -> object:
    """Return ``value``, a finite real number or an array of them; TypeError or ValueError otherwise."""
    if isinstance(value, float) and math.isfinite(value):  # as often as any schedule is asked
        return value
    array = np.atleast_1d(value)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{name} must be a real number or an array of them, got {value!r}: pass numbers")
    _require(np.isfinite(array), name, "finite", array, "replace infinities and NaN")
    return value


def number(name: str, value: object) -> float:
    """Return ``value``, one finite real number and no array, as a ``float``."""
    if np.ndim(finite(name, value)) != 0:
        raise TypeError(f"{name} must be one number, got {value!r}: call once for each")
    return float(value)


def symmetric(name: str, value: object) -> np.ndarray:
    """Return ``value`` as an array, finite and symmetric in its last two axes up to rounding."""
    array = np.asarray(finite(name, value), dtype=float)
    if array.ndim < 2 or array.shape[-1] != array.shape[-2]:
        raise ValueError(f"{name} must be square matrices, got shape {array.shape}: reshape them")
    if (array == array.swapaxes(-1, -2)).all():
        return array
    asymmetry = np.abs(array - np.swapaxes(array, -1, -2))
    if np.any(asymmetry > _ROUNDING * np.abs(array).max(axis=(-2, -1), initial=0.0, keepdims=True)):
        raise ValueError(f"{name} must be symmetric, got an asymmetry of {asymmetry.max()}: pass (A + A.T) / 2")
    return array


def samples(name: str, value: object) -> np.ndarray:
    """Return ``value`` as an array, finite, of shape (examples, n_0)."""
    array = np.asarray(finite(name, value), dtype=float)
    if array.ndim != 2:
        raise ValueError(f"{name} must have shape (examples, n_0), got {array.shape}: one example a row")
    return array


def positive(name: str, value: object) -> object:
    """Return ``value``, all of it finite and above 0."""
    if isinstance(value, float) and 0 < value < math.inf:
        return value
    array = np.atleast_1d(finite(name, value))
    _require(array > 0, name, "positive", array, "pass numbers above 0")
    return value


def non_negative(name: str, value: object) -> object:
    """Return ``value``, all of it finite and at least 0."""
    if isinstance(value, float) and 0 <= value < math.inf:
        return value
    array = np.atleast_1d(finite(name, value))
    _require(array >= 0, name, "non-negative", array, "pass numbers from 0 upwards")
    return value


def positive_int(name: str, value: object) -> int:
    """Return ``value`` as an ``int`` of at least 1; booleans and floats are refused even when whole."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be an integer, got {value!r}: pass int(...) of a whole number")
    if value < 1:
        raise ValueError(f"{name} must be at least 1, got {value}: pass a whole number from 1 upwards")
    return int(value)


def step_counts(name: str, value: object) -> np.ndarray:
    """Return ``value``, increasing numbers of steps at which something is recorded, as an array; at least one, from 0 upwards."""
    counts = np.asarray(value)
    if counts.size == 0 or counts.dtype.kind not in "iu" or counts[0] < 0 or np.any(np.diff(counts) < 0):
        raise ValueError(f"{name} must be increasing numbers of steps from 0 upwards, got {value!r}: sort them")
    return counts


def one_of(name: str, value: object, options: Collection) -> object:
    """Return ``value``, one of ``options``."""
    if value not in options:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, options))}, got {value!r}: choose one of these")
    return value


def generator(name: str, value: object) -> np.random.Generator:
    """Return ``value``, a NumPy random generator: no function of this package draws from a hidden one."""
    if not isinstance(value, np.random.Generator):
        raise TypeError(f"{name} must be a numpy.random.Generator, got {value!r}: pass numpy.random.default_rng(seed)")
    return value


def layer_widths(width: Width, depth: Integer | None = None) -> tuple[int, ...]:
    """Widths ``(n_0, n_1, …, n_L)`` of a network, input first.

    ``width`` is one integer, shared by all layers (then ``depth``, the number L of weight layers, is needed), or the
    whole sequence of L + 1 widths (then ``depth`` may be left out, and must be L if given).

    >>> layer_widths(4, depth=2), layer_widths([3, 5])
    ((4, 4, 4), (3, 5))
    """
    if np.ndim(width) == 0:
        if depth is None:
            raise TypeError("depth must be given with a single width, got None: pass depth, or a sequence of widths")
        return (positive_int("width", width),) * (positive_int("depth", depth) + 1)
    widths = tuple(positive_int("width", n) for n in width)
    if len(widths) < 2:
        raise ValueError(f"width must list the input and at least one layer, got {widths}: add a width")
    if depth is not None and positive_int("depth", depth) != len(widths) - 1:
        raise ValueError(f"width must list depth + 1 = {depth + 1} widths, input first, got {len(widths)}: leave depth out")
    return widths


def per_layer(name: str, value: object, depth: Integer) -> np.ndarray:
    """``value``, non-negative, as an array of shape (depth,): one number serves all layers."""
    array = np.asarray(non_negative(name, value), dtype=float)
    if array.shape not in ((), (positive_int("depth", depth),)):
        raise ValueError(f"{name} must be one number or depth = {depth} of them, got shape {array.shape}: pass one a layer")
    return np.broadcast_to(array, (depth,))


def layer_gains(sigma_w2: object, depth: Integer) -> np.ndarray:
    """σ_w² of each of ``depth`` layers, positive: one number serves all."""
    return per_layer("sigma_w2", positive("sigma_w2", sigma_w2), depth)


def _require(holds: np.ndarray, name: str, invariant: str, array: np.ndarray, remedy: str) -> None:
    if not holds.all():
        first = array[~holds].flat[0]
        raise ValueError(f"{name} must be {invariant}, got {first}: {remedy}")
