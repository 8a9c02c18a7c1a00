"""Arrays of many states in few bytes: rounded as far as no picture shows, shuffled, deflated.

What comes out again is within 1e-4 of each array's range. Where an array is flat, it is within float32, and so close that
one sees how far it moves over all states. Each array keeps as many bits of its mantissas as this takes, and all arrays of a name
are float32 if that suffices for every state, else float64. The bytes of equal significance then stand together, and the
zeros among them compress to nothing.
"""

import base64
import zlib

import numpy as np

_TOLERANCE = 0.25e-4  # of the range: a quarter of what the contract allows
_NOISE = 2.0**-44  # of the largest value: so far two ways to compute the same may differ
_MANTISSA_BITS = 16  # at least, for small values beside large ones on a logarithmic axis
_FLOAT32 = np.finfo(np.float32)


def rounded(states: list[dict[str, np.ndarray]], names) -> list[dict[str, np.ndarray]]:
    """The arrays `names` of all states as the page will have them, in the type in which they travel.

    What `encode` makes of any part of them is the same numbers.
    """
    columns = {name: _rounded([np.asarray(state[name], dtype=np.float64) for state in states]) for name in names}
    return [{name: columns[name][k] for name in names} for k in range(len(states))]


def _rounded(arrays: list[np.ndarray]) -> list[np.ndarray]:
    """One name's arrays of all states, rounded."""
    finite = [array[np.isfinite(array)] for array in arrays]
    spread = _range(np.concatenate(finite))
    tolerances = [_tolerance(values, spread) for values in finite]
    kept = [_cut(array, tolerance) for array, tolerance in zip(arrays, tolerances)]
    short = all(_fits(*what) for what in zip(kept, arrays, tolerances))
    return [array.astype("<f4" if short else "<f8") for array in kept]


def _range(values: np.ndarray) -> float:
    with np.errstate(over="ignore"):
        return float(values.max() - values.min()) if values.size else 0.0


def _tolerance(values: np.ndarray, spread: float) -> float:
    """How far the finite values of an array may be moved."""
    largest = float(np.abs(values).max(initial=0.0))
    noise, own = _NOISE * largest, _TOLERANCE * _range(values)
    return own if own > noise else min(max(_TOLERANCE * spread, noise), float(_FLOAT32.eps) / 2 * largest)


def _cut(array: np.ndarray, tolerance: float) -> np.ndarray:
    """`array` with as few bits of mantissa as the tolerance allows; whole numbers stay what they are."""
    values = np.where(np.isfinite(array), array, 0.0)
    largest = np.abs(values).max(initial=0.0)
    if largest == 0 or np.array_equal(values, np.round(values)):
        return array
    with np.errstate(divide="ignore", over="ignore"):  # no tolerance: all bits; the largest floats may round to infinity
        bits = np.clip(np.ceil(np.log2(largest / tolerance)) - 1, _MANTISSA_BITS, 52)
        mantissa, exponent = np.frexp(values)
        scale = 2.0 ** (bits + 1)
        cut = np.ldexp(np.round(mantissa * scale) / scale, exponent)
    return np.where(np.isfinite(array) & np.isfinite(cut), cut, array)


def _fits(cut: np.ndarray, array: np.ndarray, tolerance: float) -> bool:
    """Whether float32 holds the exponents of all values, and the values within the tolerance."""
    finite = np.isfinite(array)
    cut, values = cut[finite], array[finite]
    size = np.abs(values[values != 0])
    if size.size and not _FLOAT32.tiny < size.min() <= size.max() < _FLOAT32.max:
        return False
    with np.errstate(over="ignore"):
        short = cut.astype(np.float32)
    return bool((np.isfinite(short) & (np.abs(short - values) <= tolerance)).all())


def pack(arrays: list[np.ndarray]) -> tuple[dict, bytes]:
    """One name's arrays of consecutive states as a header and bytes (shuffled, not yet compressed).

    The header has the type ("f4" or "f8") and the shape, or the list of shapes if they vary.
    """
    kind = np.dtype("<f4" if all(array.dtype == np.float32 for array in arrays) else "<f8")
    flat = np.concatenate([array.ravel() for array in arrays]).astype(kind)
    shapes = [list(array.shape) for array in arrays]
    shape = shapes[0] if all(s == shapes[0] for s in shapes) else None
    header = {"type": kind.str[1:], "size": int(flat.size)} | ({"shape": shape} if shape is not None else {"shapes": shapes})
    planes = flat.view(np.uint8).reshape(-1, kind.itemsize).T
    return header, np.ascontiguousarray(planes).tobytes()


def compress(payload: bytes) -> str:
    """Deflated and in base64, the form in which payloads stand in pages and chunks."""
    return base64.b64encode(zlib.compress(payload, 9)).decode("ascii")


def encode(states: list[dict[str, np.ndarray]], names) -> dict:
    """The arrays `names` of consecutive states as {"count": n, "arrays": [headers], "payload": text}."""
    packed = [(name, *pack([np.asarray(state[name]) for state in states])) for name in names]
    return {
        "count": len(states),
        "arrays": [{"name": name, **header} for name, header, _ in packed],
        "payload": compress(b"".join(part for _, _, part in packed)),
    }


def decode(encoded: dict) -> list[dict[str, np.ndarray]]:
    """The inverse of `encode` (for tests; the page does the same in data.js)."""
    payload = zlib.decompress(base64.b64decode(encoded["payload"]))
    columns, offset = {}, 0
    for header in encoded["arrays"]:
        kind = np.dtype("<" + header["type"])
        length = header["size"] * kind.itemsize
        planes = np.frombuffer(payload[offset : offset + length], np.uint8).reshape(kind.itemsize, -1)
        flat = np.ascontiguousarray(planes.T).view(kind).ravel()
        offset += length
        columns[header["name"]] = _split(flat, header, encoded["count"])
    return [dict(zip(columns, state)) for state in zip(*columns.values())]


def _split(flat: np.ndarray, header: dict, count: int) -> list[np.ndarray]:
    if "shape" in header:
        return list(flat.reshape([count, *header["shape"]]))
    cuts = np.cumsum([int(np.prod(shape, dtype=int)) for shape in header["shapes"]])[:-1]
    return [part.reshape(shape) for part, shape in zip(np.split(flat, cuts), header["shapes"])]
