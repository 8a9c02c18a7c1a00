"""Arrays of many states in few bytes: float32 (float64 where exponents need it), shuffled, deflated.

What comes out again is within 1e-4 of each array's range or within float32 of the value, the
book's contract for the built page. Mantissas are cut to 16 bits where that contract allows; the
bytes of equal significance then stand together, and the zeros among them compress to nothing.
"""

import base64
import zlib

import numpy as np

_MANTISSA_BITS = 16
_TOLERANCE = 0.25e-4  # of the array's range: a quarter of what the contract allows


def _kind(values: np.ndarray) -> np.dtype:
    """The smallest float type that holds the exponents of all finite values."""
    size = np.abs(values[np.isfinite(values) & (values != 0)])
    fits = size.size == 0 or (size.min() > np.finfo(np.float32).tiny and size.max() < np.finfo(np.float32).max)
    return np.dtype("<f4" if fits else "<f8")


def _cut(values: np.ndarray) -> np.ndarray:
    """`values` rounded to 16 bits of mantissa."""
    finite = np.isfinite(values)
    mantissa, exponent = np.frexp(np.where(finite, values, 0))
    scale = 2.0 ** (_MANTISSA_BITS + 1)
    with np.errstate(over="ignore"):  # the largest floats round up to infinity, which `_may_cut` refuses
        return np.where(finite, np.ldexp(np.round(mantissa * scale) / scale, exponent), values)


def _may_cut(arrays: list[np.ndarray]) -> bool:
    """Whether cutting every array stays within the tolerance of its own range; integers stay whole."""
    for array in arrays:
        finite = array[np.isfinite(array)]
        if finite.size and np.abs(_cut(finite) - finite).max() > _TOLERANCE * (finite.max() - finite.min()):
            return False
    return True


def pack(arrays: list[np.ndarray]) -> tuple[dict, bytes]:
    """One name's arrays of consecutive states as a header and bytes (shuffled, not yet compressed).

    The header has the type ("f4" or "f8") and the shape, or the list of shapes if they vary.
    """
    arrays = [np.asarray(array, dtype=np.float64) for array in arrays]
    flat = np.concatenate([array.ravel() for array in arrays])
    kind = _kind(flat)
    whole = bool(np.all(np.isfinite(flat))) and bool(np.all(flat == np.round(flat)))
    if not whole and _may_cut(arrays):
        flat = _cut(flat)
    shapes = [list(array.shape) for array in arrays]
    shape = shapes[0] if all(s == shapes[0] for s in shapes) else None
    header = {"type": kind.str[1:], "size": int(flat.size)} | ({"shape": shape} if shape is not None else {"shapes": shapes})
    planes = flat.astype(kind).view(np.uint8).reshape(-1, kind.itemsize).T
    return header, np.ascontiguousarray(planes).tobytes()


def compress(payload: bytes) -> str:
    """Deflated and in base64, the form in which payloads stand in pages and chunks."""
    return base64.b64encode(zlib.compress(payload, 9)).decode("ascii")


def encode(states: list[dict[str, np.ndarray]], names) -> dict:
    """The arrays `names` of consecutive states as {"count": n, "arrays": [headers], "payload": text}."""
    packed = [(name, *pack([state[name] for state in states])) for name in names]
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
