"""Sweeps: the same numbers whoever computes them, and nothing that was done is done again."""

import os
import signal
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from dlcore.sweeps import sweep

GRID = {"a": (1, 2, 3), "b": (10.0, 20.0)}


def noted(a: int, b: float, folder: str, dies_at: int = 0, marks: str = "") -> dict:
    """A cell that leaves a note of having been computed, and may kill the process it runs in, once."""
    (Path(folder) / f"{a}-{b:.0f}-{time.time_ns()}").touch()
    if a == dies_at and not (fatal := Path(marks) / "died").exists():
        fatal.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return {"sum": a + b, "row": np.arange(4) * a}


def failing(a: int, b: float) -> dict:
    """A cell that fails at a = 3."""
    if a == 3:
        raise ZeroDivisionError("no such cell")
    return {"value": a * b}


def slow(a: int, b: float, folder: str) -> dict:
    """A cell that takes a while."""
    time.sleep(0.05)
    return noted(a, b, folder)


def first_fails(a: int) -> dict:
    """The first cell fails, after the others are done."""
    if a == 0:
        time.sleep(0.1)
        raise ZeroDivisionError("late")
    return {"value": a}


def notes(folder: Path) -> list[str]:
    """The cells that were computed, once for each time."""
    return sorted(path.name.rsplit("-", 1)[0] for path in folder.iterdir())


def test_every_cell_is_where_its_parameters_say(tmp_path):
    found = sweep(noted, GRID, folder=str(tmp_path), bar=None)
    assert found["sum"].tolist() == [[11, 21], [12, 22], [13, 23]]
    assert found["row"].shape == (3, 2, 4) and found["row"][2, 0].tolist() == [0, 3, 6, 9]
    assert len(notes(tmp_path)) == 6


@pytest.mark.parametrize("executor", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_any_executor_gives_the_same(executor, tmp_path):
    with executor(2) as workers:
        found = sweep(noted, GRID, executor=workers, folder=str(tmp_path), bar=None)
    here = sweep(noted, GRID, folder=str(tmp_path), bar=None)
    assert all(np.array_equal(found[name], here[name]) and found[name].dtype == here[name].dtype for name in here)


def test_what_is_kept_is_not_computed_again_and_another_cell_is(tmp_path):
    computed, kept = tmp_path / "computed", tmp_path / "kept"
    computed.mkdir()
    first = sweep(noted, GRID, keep=kept, folder=str(computed), bar=None)
    again = sweep(noted, GRID | {"a": (np.int64(3), 4)}, keep=kept, folder=str(computed), bar=None)
    assert notes(computed) == sorted([*(f"{a}-{b:.0f}" for a in (1, 2, 3) for b in (10, 20)), "4-10", "4-20"])
    assert np.array_equal(again["row"][0], first["row"][2]) and again["sum"].tolist() == [[13, 23], [14, 24]]
    sweep(noted, {"a": (1,), "b": (10.0,)}, keep=kept, folder=str(computed), marks="another", bar=None)
    assert notes(computed).count("1-10") == 2  # a fixed argument is another


def test_another_function_of_that_name_does_not_find_the_cells(tmp_path):
    def make(text: str):
        scope: dict = {}
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.py"
        path.write_text(text, encoding="utf-8")
        exec(compile(text, str(path), "exec"), scope)
        return scope["f"]

    one = sweep(make("def f(a):\n    return {'v': a}\n"), {"a": (1, 2)}, keep=tmp_path / "kept", bar=None)
    two = sweep(make("def f(a):\n    return {'v': a + 1}\n"), {"a": (1, 2)}, keep=tmp_path / "kept", bar=None)
    assert (one["v"].tolist(), two["v"].tolist()) == ([1, 2], [2, 3])


def test_a_cell_that_fails_is_named_and_those_before_it_are_kept(tmp_path):
    with pytest.raises(RuntimeError, match=r"the cell \{'a': 3, 'b': 10.0\} failed with ZeroDivisionError: no such cell"):
        sweep(failing, GRID, keep=tmp_path, bar=None)
    assert len(list(tmp_path.glob("*.npz"))) == 4 and not list(tmp_path.glob("*.part"))


def test_what_was_done_beside_a_cell_that_fails_is_kept_though_the_bar_had_not_come_to_it(tmp_path):
    def late(items, what):
        for item in items:
            time.sleep(0.2)
            yield item

    with ThreadPoolExecutor(4) as workers, pytest.raises(RuntimeError, match="late"):
        sweep(first_fails, {"a": (0, 1, 2, 3)}, executor=workers, keep=tmp_path, bar=late)
    assert len(list(tmp_path.glob("*.npz"))) == 3


def test_a_killed_process_loses_no_cell_that_was_done_and_the_next_run_goes_on(tmp_path):
    computed, kept = tmp_path / "computed", tmp_path / "kept"
    computed.mkdir()
    options = {"keep": kept, "folder": str(computed), "dies_at": 2, "marks": str(tmp_path), "bar": None}
    with ProcessPoolExecutor(1) as one, pytest.raises(RuntimeError, match="BrokenProcessPool"):
        sweep(noted, GRID, executor=one, **options)
    before = len(list(kept.glob("*.npz")))
    with ProcessPoolExecutor(1) as another:
        found = sweep(noted, GRID, executor=another, **options)
    assert before == 2 and found["sum"].tolist() == [[11, 21], [12, 22], [13, 23]]
    assert [notes(computed).count(f"{a}-{b}") for a in (1, 2, 3) for b in (10, 20)] == [1, 1, 2, 1, 1, 1]


def test_a_run_that_is_stopped_goes_on_where_it_was(tmp_path):
    computed, kept = tmp_path / "computed", tmp_path / "kept"
    computed.mkdir()

    def stopped(items, what):
        for k, item in enumerate(items):
            if k == 3:
                raise KeyboardInterrupt
            yield item

    with ThreadPoolExecutor(1) as one, pytest.raises(KeyboardInterrupt):
        sweep(slow, GRID, executor=one, keep=kept, bar=stopped, folder=str(computed))
    done = len(list(kept.glob("*.npz")))
    begun = len(notes(computed))
    sweep(slow, GRID, keep=kept, folder=str(computed), bar=None)
    assert done == 3 and begun < 6 and len(notes(computed)) == begun + 3


def test_the_bar_is_told_how_many_cells_are_left_and_their_name(tmp_path):
    told = []

    def bar(items, what):
        told.append((len(items), what))
        return items

    for _ in range(2):
        sweep(noted, GRID, keep=tmp_path / "kept", folder=str(tmp_path), bar=bar)
    assert told == [(6, "noted"), (0, "noted")]


@pytest.mark.parametrize(
    ("function", "grid", "fixed", "error", "message"),
    [
        (failing, {"a": (), "b": (1.0,)}, {}, ValueError, "'a' has none"),
        (failing, GRID, {"b": 1.0}, TypeError, "'b' is an axis of the grid and a fixed argument"),
        (lambda a: a, {"a": (1,)}, {}, TypeError, "must return named values, got int"),
        (lambda a: {"v": np.zeros(a)}, {"a": (1, 2)}, {}, ValueError, "same names and shapes"),
    ],
)
def test_bad_sweeps_are_refused(function, grid, fixed, error, message):
    with pytest.raises(error, match=message):
        sweep(function, grid, bar=None, **fixed)


def test_arguments_without_a_text_cannot_be_kept(tmp_path):
    with pytest.raises(TypeError, match="pass numbers or texts"):
        sweep(failing, GRID, keep=tmp_path, bar=None, rng=np.random.default_rng(0))


@pytest.mark.xdist_group("dask")
def test_a_dask_cluster_finishes_although_a_worker_is_killed_half_way(tmp_path):
    import distributed  # takes a second, and one test needs it

    computed, kept = tmp_path / "computed", tmp_path / "kept"
    computed.mkdir()
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
        client.get_executor() as workers,
    ):
        found = sweep(
            noted, GRID, executor=workers, keep=kept, folder=str(computed), dies_at=2, marks=str(tmp_path), bar=None
        )  # fmt: skip
    assert (tmp_path / "died").exists()
    assert found["sum"].tolist() == [[11, 21], [12, 22], [13, 23]] and len(list(kept.glob("*.npz"))) == 6
    sweep(noted, GRID, keep=kept, folder=str(computed), dies_at=2, marks=str(tmp_path), bar=None)
    assert len(list(kept.glob("*.npz"))) == 6
