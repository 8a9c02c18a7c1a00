"""One function over a grid of parameters: a map of trained networks, one cell after the other or on many machines.

    sweep(train_one, {"width": (8, 16), "depth": (1, 2, 4)}, seed=0)  →  {"loss": array of shape (2, 3, …), …}

Any ``concurrent.futures.Executor`` does the work: none (here, one cell after the other), a ``ProcessPoolExecutor``, or a Dask
cluster through ``client.get_executor()``. With ``keep``, a folder, each cell is written there when it is done, so a killed
worker or a stopped run loses no cell that was finished, and the next call goes on from there.

>>> powers = sweep(lambda base, exponent: {"value": base**exponent}, {"base": (2, 3), "exponent": (1, 2, 3)}, bar=None)
>>> powers["value"].tolist()
[[2, 4, 8], [3, 9, 27]]
"""

import hashlib
import inspect
import itertools
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, as_completed
from pathlib import Path

import numpy as np
from tqdm.auto import tqdm

Cell = dict[str, object]
Bar = Callable[[Iterable, str], Iterable]


def _tqdm(items: Iterable, what: str) -> Iterable:
    return tqdm(items, desc=what, leave=False)


def sweep(
    function: Callable[..., Mapping[str, object]],
    grid: Mapping[str, Sequence],
    *,
    executor: Executor | None = None,
    keep: str | os.PathLike | None = None,
    bar: Bar | None = _tqdm,
    **fixed: object,
) -> dict[str, np.ndarray]:
    """``function(**cell, **fixed)`` at every point of the grid.

    Args:
        function: returns named numbers or arrays, of the same names, shapes and kinds in every cell. For other processes it must
            be picklable: defined in a module.
        grid: the values of each parameter; the arrays that are returned have one leading axis for each, in this order.
        executor: who computes the cells; None computes them here. It is not shut down.
        keep: a folder where each cell that is done is kept, under a name made of the function's name and source, the cell and
            ``fixed``. What the function calls is not part of it: when that has changed, take another folder.
        bar: called with the cells to come and a name, returns them behind a progress bar; None shows none.
        **fixed: arguments that are the same everywhere; with ``keep``, numbers, texts and lists of them.

    Raises:
        ValueError: an axis has no values, or a cell's arrays differ in name or shape from another's.
        TypeError: a parameter is in ``grid`` and in ``fixed``, the function returns no names, or one of its arguments has no text
            (with ``keep``).
        RuntimeError: a cell failed or its worker died. The cells that were done are kept; the message names the one that failed.
    """
    if empty := [name for name, values in grid.items() if len(values) == 0]:
        raise ValueError(f"every axis of the grid needs values, {empty[0]!r} has none: name some, or leave it out")
    if twice := sorted(set(grid) & set(fixed)):
        raise TypeError(f"{twice[0]!r} is an axis of the grid and a fixed argument: drop one of the two")
    cells = [dict(zip(grid, values)) for values in itertools.product(*grid.values())]
    store = None if keep is None else _Store(Path(keep), function, fixed)
    results = {k: found for k, cell in enumerate(cells) if store and (found := store.read(cell)) is not None}
    missing = [k for k in range(len(cells)) if k not in results]
    done = _Computed(function, fixed, cells, missing, executor)
    for k, result in bar(done, getattr(function, "__name__", "cells")) if bar else done:
        results[k] = _named(result, cells[k])
        if store:
            store.write(cells[k], results[k])
    return _together([results[k] for k in range(len(cells))], cells, tuple(len(values) for values in grid.values()))


class _Computed:
    """Pairs of a cell's index and its result, in the order in which they are done; how many, for the bar."""

    def __init__(self, function: Callable, fixed: Cell, cells: list[Cell], missing: list[int], executor: Executor | None):
        self.call, self.fixed, self.cells, self.missing, self.executor = function, fixed, cells, missing, executor

    def __len__(self) -> int:
        return len(self.missing)

    def __iter__(self) -> Iterator[tuple[int, object]]:
        if self.executor is None:
            for k in self.missing:
                yield k, self._result(k, lambda k=k: self.call(**self.cells[k], **self.fixed))
            return
        running = {self.executor.submit(self.call, **self.cells[k], **self.fixed): k for k in self.missing}
        given: set[Future] = set()
        try:
            for future in as_completed(running):
                if future.exception() is not None:
                    yield from ((running[other], other.result()) for other in set(running) - given if _succeeded(other))
                    self._result(running[future], future.result)
                given.add(future)
                yield running[future], future.result()
        finally:  # also when the reader stops the run
            for future in running:
                future.cancel()

    def _result(self, k: int, get: Callable[[], object]) -> object:
        try:
            return get()
        except Exception as error:
            raise RuntimeError(
                f"the cell {self.cells[k]} failed with {type(error).__name__}: {error}; cells that were done are kept where a folder "
                "was given by keep=, mend this one and call again"
            ) from error


def _succeeded(future: Future) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


class _Store:
    """A folder with one file for each cell that is done."""

    def __init__(self, folder: Path, function: Callable, fixed: Cell):
        self.folder, self.fixed = folder, fixed
        self.name = [f"{function.__module__}.{function.__qualname__}", inspect.getsource(function)]
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, cell: Cell) -> Path:
        try:
            text = json.dumps([*self.name, cell, self.fixed], sort_keys=True, default=_plain)
        except TypeError as error:
            raise TypeError(f"a cell is kept under the text of its arguments, and one has none: {error}; pass numbers or texts") from error
        return self.folder / f"{hashlib.sha256(text.encode()).hexdigest()[:24]}.npz"

    def read(self, cell: Cell) -> dict[str, np.ndarray] | None:
        path = self.path(cell)
        if not path.exists():
            return None
        with np.load(path, allow_pickle=False) as kept:
            return dict(kept)

    def write(self, cell: Cell, result: dict[str, np.ndarray]) -> None:
        handle, name = tempfile.mkstemp(dir=self.folder, suffix=".part")
        with os.fdopen(handle, "wb") as file:  # whole or not at all: a run may be stopped at any time
            np.savez(file, allow_pickle=False, **result)
        os.replace(name, self.path(cell))


def _plain(value: object) -> object:
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} {value!r}")


def _named(result: object, cell: Cell) -> dict[str, np.ndarray]:
    if not isinstance(result, Mapping):
        raise TypeError(f'the function must return named values, got {type(result).__name__} for {cell}: return {{"loss": …}}')
    return {name: np.asarray(value) for name, value in result.items()}


def _together(results: list[dict], cells: list[Cell], shape: tuple[int, ...]) -> dict[str, np.ndarray]:
    first = {name: value.shape for name, value in results[0].items()}
    for result, cell in zip(results, cells):
        if (found := {name: value.shape for name, value in result.items()}) != first:
            raise ValueError(f"every cell must return the same names and shapes, {first} for {cells[0]}, got {found} for {cell}")
    return {name: np.stack([result[name] for result in results]).reshape(shape + first[name]) for name in first}
