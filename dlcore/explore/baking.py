"""Baking: all states of an explorer, computed beforehand and written as chunks for the built page.

A store is a folder of chunk files `NNNN.js`, a `store.json` with what the page's first view
needs, and the stills of the first state, `wide.svg` and `narrow.svg`. Its name contains the
fingerprint of everything that they depend on, so a store that is already there is taken as it is,
and building twice gives the same bytes.
"""

import dataclasses
import hashlib
import itertools
import json
import os
import pathlib
import shutil
import time
from collections.abc import Iterator

import numpy as np
from tqdm import tqdm

from ..notation import number
from .chunks import chunk, films_of, gzipped, told
from .declaration import Declaration, State
from .encoding import encode, rounded
from .fingerprint import fingerprint
from .frames import Extents
from .progress import log
from .stills import sizes, svg

MAX_SECONDS = 120  # of this process: what else the machine does is no reason to coarsen
MAX_BYTES = 2_000_000
MAX_CHUNK_BYTES = 250_000
_CHUNK_TARGET = 100_000
_PATIENCE = 10  # seconds for an estimate; slow states are judged by fewer of them
_BLOCK = 64  # states per call of batch


class BudgetError(ValueError):
    """An explorer needs more states, bytes or seconds than the built page allows."""


@dataclasses.dataclass(frozen=True)
class Estimate:
    """What baking will cost, from a few states spread over the whole grid."""

    states: int
    kind: str  # "states", or "films"
    seconds: float
    bytes: float
    known: dict[int, State] = dataclasses.field(repr=False, compare=False)  # those few, by their index

    def __str__(self):
        return f"{self.states} {self.kind}, ≈{number(self.seconds, 2)} s, ≈{number(self.bytes / 1e6, 2)} MB"


def estimate(declaration: Declaration, places: int = 8, run: int = 2) -> Estimate:
    """Compute a `run` of neighbouring states at a random one of each `places`-th of the grid; scale up time and bytes."""
    states = declaration.states()
    strata = (np.arange(places) + np.random.default_rng(0).random(places)) / places
    starts = (strata * max(0, len(states) - run + 1)).astype(int)
    indices = [int(k) for k in np.unique(starts[:, None] + np.arange(run)) if k < len(states)]
    picked = [states[k] for k in indices]
    begun = time.process_time()
    computed = _own(declaration.batched(picked)) if declaration.batch else []
    each = [(time.process_time() - begun) / len(picked)] if declaration.batch else []
    while len(computed) < len(picked) and (len(computed) < run or time.process_time() - begun < _PATIENCE):
        start = time.process_time()
        computed += _own([declaration.state(picked[len(computed)])])
        each.append(time.process_time() - start)
    seconds = float(np.median(each)) * len(states)  # of the typical state: some first train what others then look up
    names, films, known = declaration.shipped, films_of(declaration), dict(zip(indices, computed))
    computed = _rounded(computed, names)
    whole, half = (gzipped(chunk(0, some, names, films)) for some in (computed, computed[: len(computed) // 2 + 1]))
    more = (whole - half) / max(1, len(computed) - len(computed) // 2 - 1)  # what one more state adds
    size = whole + more * (len(states) - len(computed))
    return Estimate(len(states), "films" if declaration.time else "states", seconds, size, known)


def bake(declaration: Declaration, root: pathlib.Path) -> pathlib.Path:
    """The store of `declaration` below `root`, computed unless it is there already.

    Raises BudgetError, which names the parameter to coarsen, above 120 s, 2 MB gzipped, or
    250 kB gzipped in one chunk.
    """
    mark = fingerprint(declaration)
    if mark and (_store(root, declaration, mark) / "store.json").exists():
        _say(f"explorer {declaration.name}: unchanged, {declaration.count} states kept\n")
        return _store(root, declaration, mark)
    expected = estimate(declaration)
    _say(f"explorer {declaration.name}: {expected}\n")
    _within(declaration, "seconds", expected.seconds, 2 * MAX_SECONDS)  # it is an estimate; the clock below is exact
    begun = time.process_time()
    states = list(_computed(declaration, begun, expected.known))
    written, total = _written(declaration, states)
    store = _store(root, declaration, mark or hashlib.sha256("".join(written.values()).encode()).hexdigest())
    _publish(store, written)
    seconds = number(time.process_time() - begun, 2)
    _say(f"explorer {declaration.name}: {len(states)} states in {seconds} s, {number(total / 1e6, 2)} MB gzipped\n")
    return store


def _store(root, declaration: Declaration, mark: str) -> pathlib.Path:
    return pathlib.Path(root) / f"{declaration.name}-{mark[:16]}"


def _computed(declaration: Declaration, begun: float, known: dict[int, State]) -> Iterator[State]:
    """All states, in order; without a batch, those that are known are not computed again."""
    states = declaration.states()
    size = _BLOCK if declaration.batch else 1

    def made(places: range) -> list[State]:
        if declaration.batch:
            return _own(declaration.batched([states[k] for k in places]))
        return [known[k] if k in known else _own([declaration.state(states[k])])[0] for k in places]

    with log() as terminal, tqdm(total=len(states), desc=declaration.name, unit="state", file=terminal, leave=False, mininterval=1) as bar:
        for first in range(0, len(states), size):
            places = range(first, min(first + size, len(states)))
            yield from made(places)
            bar.update(len(places))
            _within(declaration, "seconds", time.process_time() - begun, MAX_SECONDS)


def _own(states: list[State]) -> list[State]:
    """The states with arrays of their own: compute may fill one and the same again and again."""
    return [dataclasses.replace(state, arrays={name: np.array(array) for name, array in state.arrays.items()}) for state in states]


def _rounded(states: list[State], names) -> list[State]:
    """The states with arrays as the page will have them, once for all: whichever way one gets there, its numbers are the same."""
    arrays = rounded([state.arrays for state in states], names)
    return [dataclasses.replace(state, arrays=own) for state, own in zip(states, arrays)]


def _written(declaration: Declaration, states: list[State]) -> tuple[dict[str, str], int]:
    """File name → text of a store, and how many bytes all of them take gzipped."""
    names, films = declaration.shipped, films_of(declaration)
    extents = Extents(declaration.figure)
    for state in states:
        extents.include(state.arrays)
    states = _rounded(states, names)
    constant = [name for name in names if all(np.array_equal(s.arrays[name], states[0].arrays[name], equal_nan=True) for s in states)]
    varying = [name for name in names if name not in constant]
    whole = chunk(0, states, varying, films)
    count = min(len(states), max(1, -(-gzipped(whole) // _CHUNK_TARGET)))
    edges = [len(states) * k // count for k in range(count + 1)]
    parts = [whole] if count == 1 else [chunk(k, states[a:b], varying, films) for k, (a, b) in enumerate(itertools.pairwise(edges))]
    chunks = {f"{k:04d}.js": text for k, text in enumerate(parts)}
    first = states[declaration.states().index(declaration.start)]
    store = {
        "chunks": edges,
        "ranges": extents.ranges(),
        "constants": encode([states[0].arrays], constant, films),
        "first": encode([first.arrays], varying, films),
        "readout": told(first),
    }
    stills = {
        f"{name}.svg": svg(declaration.figure, first.arrays, store["ranges"], width=width, height=height, frame=declaration.frame)
        for name, (width, height) in sizes(declaration.figure, declaration.roomy).items()
    }
    files = chunks | stills | {"store.json": json.dumps(store, ensure_ascii=False)}
    bytes_of = {name: gzipped(text) for name, text in files.items()}
    _within(declaration, "bytes in one chunk", max(bytes_of[name] for name in chunks), MAX_CHUNK_BYTES)
    _within(declaration, "bytes in the page itself", bytes_of["store.json"], MAX_CHUNK_BYTES)
    _within(declaration, "bytes", sum(bytes_of.values()), MAX_BYTES)
    return files, sum(bytes_of.values())


def _within(declaration: Declaration, what: str, value: float, limit: float) -> None:
    if value > limit:
        longest = max(declaration.grid, key=lambda name: len(declaration.grid[name]))
        raise BudgetError(
            f"explorer {declaration.name}: baking may take at most {number(limit)} {what}, got {number(value)}; "
            f"coarsen {longest} ({len(declaration.grid[longest])} stops), or return shorter arrays"
        )


def _publish(store: pathlib.Path, files: dict[str, str]) -> None:
    """Write the store beside its place and move it there whole, so that a broken build leaves no half of one."""
    draft = store.with_name(f"{store.name}.{os.getpid()}")
    draft.mkdir(parents=True)
    for name, text in files.items():
        (draft / name).write_text(text, encoding="utf-8")
    shutil.rmtree(store, ignore_errors=True)
    draft.rename(store)


def _say(text: str) -> None:
    with log() as terminal:
        terminal.write(text)
