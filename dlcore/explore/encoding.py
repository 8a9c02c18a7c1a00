"""Arrays of many states in few bytes: rounded as far as no picture shows, shuffled, deflated.

What comes out again is within 1e-4 of each array's range. Where an array is flat, it is within float32, and so close that
one sees how far it moves over all states. Each array keeps as many bits of its mantissas as this takes, and all arrays of a name
are float32 if that suffices for every state, else float64. The bytes of equal significance then stand together, and the
zeros among them compress to nothing. Of a film's frames the differences of neighbours travel where that is shorter: of their
bits, read as whole numbers, so that nothing is lost.
"""

import base64
import itertools
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
    alike = all(array.shape == arrays[0].shape for array in arrays)
    flat = [array.reshape(1, -1) for array in arrays]
    spread = _ranges(np.concatenate(flat, axis=1))[0]
    blocks = [np.concatenate(flat)] if alike else flat  # a row a state; what is alike is rounded at once
    tolerances = [_tolerances(block, spread) for block in blocks]
    kept = [_cut(*what) for what in zip(blocks, tolerances)]
    kind = "<f4" if all(_fits(*what) for what in zip(kept, blocks, tolerances)) else "<f8"
    rows = itertools.chain.from_iterable(block.astype(kind) for block in kept)
    return [row.reshape(array.shape) for row, array in zip(rows, arrays)]


def _ranges(rows: np.ndarray) -> np.ndarray:
    """The range of the finite values of each row."""
    finite = np.isfinite(rows)
    with np.errstate(over="ignore"):
        return np.maximum(rows.max(axis=1, where=finite, initial=-np.inf) - rows.min(axis=1, where=finite, initial=np.inf), 0.0)


def _largest(rows: np.ndarray) -> np.ndarray:
    """The largest size of the finite values of each row."""
    return np.abs(rows).max(axis=1, where=np.isfinite(rows), initial=0.0)


def _tolerances(rows: np.ndarray, spread: float) -> np.ndarray:
    """How far the values of each row may be moved."""
    largest, own = _largest(rows), _TOLERANCE * _ranges(rows)
    noise, float32 = _NOISE * largest, float(_FLOAT32.eps) / 2 * largest
    return np.where(own > noise, own, np.minimum(np.maximum(_TOLERANCE * spread, noise), float32))


def _cut(rows: np.ndarray, tolerances: np.ndarray) -> np.ndarray:
    """The rows with as few bits of mantissa as the tolerances allow; whole numbers stay what they are."""
    finite = np.isfinite(rows)
    values = np.where(finite, rows, 0.0)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):  # no tolerance: all bits; the largest floats may become infinite
        bits = np.clip(np.ceil(np.log2(_largest(rows) / tolerances)) - 1, _MANTISSA_BITS, 52)
        scale = 2.0 ** (bits + 1)[:, None]
        mantissa, exponent = np.frexp(values)
        cut = np.ldexp(np.round(mantissa * scale) / scale, exponent)
    whole = (values == np.round(values)).all(axis=1, keepdims=True)
    return np.where(finite & np.isfinite(cut) & ~whole, cut, rows)


def _fits(cut: np.ndarray, rows: np.ndarray, tolerances: np.ndarray) -> bool:
    """Whether float32 holds the exponents of all finite values, and the values within the tolerances."""
    finite = np.isfinite(rows)
    size = np.abs(rows[finite & (rows != 0)])
    if size.size and not _FLOAT32.tiny < size.min() <= size.max() < _FLOAT32.max:
        return False
    with np.errstate(over="ignore", invalid="ignore"):
        short = cut.astype(np.float32)
        return bool((~finite | (np.isfinite(short) & (np.abs(short - rows) <= tolerances[:, None]))).all())


def pack(arrays: list[np.ndarray], film: bool = False) -> tuple[dict, bytes]:
    """One name's arrays of consecutive states as a header and bytes (shuffled, not yet compressed).

    The header has the type ("f4" or "f8") and the shape, or the list of shapes if they vary, and whether the bytes are
    `differences` along the leading axis of a film.
    """
    kind = np.dtype("<f4" if all(array.dtype == np.float32 for array in arrays) else "<f8")
    flat = np.concatenate([array.ravel() for array in arrays]).astype(kind)
    shapes = [list(array.shape) for array in arrays]
    shape = shapes[0] if all(s == shapes[0] for s in shapes) else None
    header = {"type": kind.str[1:], "size": int(flat.size)} | ({"shape": shape} if shape is not None else {"shapes": shapes})
    plain = _planes(flat)
    if film and kind.itemsize == 4 and shape is not None:
        bits = flat.view("<u4").reshape(len(arrays), shape[0], -1)
        moved = _planes(np.diff(bits, axis=1, prepend=np.zeros_like(bits[:, :1])).ravel())
        if len(zlib.compress(moved)) < len(zlib.compress(plain)):
            return header | {"differences": True}, moved
    return header, plain


def _planes(flat: np.ndarray) -> bytes:
    """The bytes of equal significance side by side."""
    return np.ascontiguousarray(flat.view(np.uint8).reshape(-1, flat.itemsize).T).tobytes()


def compress(payload: bytes) -> str:
    """Deflated and in base64, the form in which payloads stand in pages and chunks."""
    return base64.b64encode(zlib.compress(payload, 9)).decode("ascii")


def encode(states: list[dict[str, np.ndarray]], names, films=frozenset()) -> dict:
    """The arrays `names` of consecutive states as {"count": n, "arrays": [headers], "payload": text}; the first axis of `films` is time."""
    packed = [(name, *pack([np.asarray(state[name]) for state in states], name in films)) for name in names]
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
        if header.get("differences"):
            bits = flat.view("<u4").reshape(encoded["count"], header["shape"][0], -1)
            flat = np.cumsum(bits, axis=1, dtype="<u4").ravel().view(kind)
        offset += length
        columns[header["name"]] = _split(flat, header, encoded["count"])
    return [dict(zip(columns, state)) for state in zip(*columns.values())]


def _split(flat: np.ndarray, header: dict, count: int) -> list[np.ndarray]:
    if "shape" in header:
        return list(flat.reshape([count, *header["shape"]]))
    cuts = np.cumsum([int(np.prod(shape, dtype=int)) for shape in header["shapes"]])[:-1]
    return [part.reshape(shape) for part, shape in zip(np.split(flat, cuts), header["shapes"])]
