"""Do the claims of the book notice faults? Plant them in the code behind a sample of claims, and count.

    python -m tests.benchmarks.bench_claims [--sample 40] [--tries 6] [--seed 0]

For each claim of the sample the cells that it needs are run as they are, to see which lines of dlcore's numerics and of the
notebook they run. Then small faults are planted in such lines one at a time, an operator or (in the numerics) a number, first
where the claim's own cell has been, until the claim fails. No try is a fault that moves neither what the claim measures nor
what it expects (it stands behind another statement), nor one that ends in an exception before the claim (which needs no claim to
be noticed): a claim counts as blind after so many faults that move one of the two and that it lets pass, and is not counted at
all if no fault moves it.
"""

import argparse
import ast
import contextlib
import importlib.abc
import importlib.util
import io
import linecache
import os
import pathlib
import pickle
import random
import signal
import sys
import time

import numpy as np
import scipy.stats  # noqa: F401
import torch  # noqa: F401

from tests.explorers import CHAPTERS, ROOT, code_cells, needed_cells

WINGS = ("networks", "optimizers", "signals", "spectra", "landscapes", "gaussian")
SECONDS = 240  # for one trial; after twice as many no further one of the same claim is begun
_SWAPS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult}
_NUMBERS = ("measured", "expected", "within", "at_most", "at_least")


def main() -> None:
    """Print one line a claim, and the share that notice."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, default=40)
    parser.add_argument("--tries", type=int, default=6)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    cells = [(path, cell) for path in sorted(CHAPTERS.glob("*.ipynb")) for cell in code_cells(path)]
    places = [(path, cell) for path, cell in cells if any(map(is_claim, ast.walk(ast.parse(cell))))]
    caught = tried = 0
    for path, cell in rng.sample(places, min(options.sample, len(places))):
        claims, near, far = forked(lambda path=path, cell=cell: watched(path, cell)) or ([], [], [])
        if not claims:
            print(f"{path.stem[:2]}  could not be run: {cell.splitlines()[0][:80]}")
            continue
        which = rng.randrange(len(claims))
        faults = rng.sample(near, min(len(near), 4 * options.tries)) + rng.sample(far, min(len(far), 4 * options.tries))
        verdict, passed = noticed(path, cell, which, claims, faults, options.tries)
        caught, tried = caught + (verdict == "notices"), tried + (verdict != "untouched")
        what = ", ".join(map(describe, passed)) or f"by {len(faults)} faults"
        print(f"{path.stem[:2]}  {claims[which][0][:70]:70s}  {verdict} {what}", flush=True)
    print(f"\n{caught} of {tried} claims notice a fault: {caught / max(tried, 1):.0%}")


def is_claim(node: ast.AST) -> bool:
    """Whether a node is a call of `claim`."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "claim"


# ---- one trial, in a process of its own ---------------------------------------------------------


def forked(trial):
    """What `trial()` returns in a forked process; None if it fails, or takes too long."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        signal.alarm(SECONDS)
        with contextlib.suppress(BaseException), os.fdopen(writing, "wb") as pipe:
            pickle.dump(trial(), pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return pickle.loads(answer) if answer else None


def run(path: pathlib.Path, cells: list[str], wanted: str, arriving=lambda: None) -> list[tuple]:
    """The claims of the cell `wanted`, after the cells that it needs: statement, whether it holds, and its numbers (NaN for those
    that its form of check has not). What a cell raises ends them.
    """
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    from dlcore import claims

    made = []

    def noting(ids, statement, **how):
        numbers = tuple(float(how.get(name, "nan")) for name in _NUMBERS)
        try:
            made.append((statement, claims_made(ids, statement, **how).holds, numbers))
        except claims.ClaimError:
            made.append((statement, False, numbers))

    claims_made, claims.claim = claims.claim, noting
    shell = InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}), user_ns={})
    os.chdir(path.parent)
    os.environ["MPLBACKEND"] = "agg"
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        *before, last = needed_cells(cells, lambda other: other == wanted)
        if all(shell.run_cell(part).success for part in before):
            made.clear()
            arriving()
            shell.run_cell(last)
    return made


def watched(path: pathlib.Path, cell: str):
    """The claims of a cell, the faults in lines that it runs, and those in lines that the cells before it run."""
    seen, parts, files = set(), [], {}

    def line(frame, event, _):
        if event == "line":
            seen.add((frame.f_code.co_filename, frame.f_lineno))
        return line

    def call(frame, *_):
        name = frame.f_code.co_filename
        if name not in files:
            file = pathlib.Path(name)
            inside = file.is_relative_to(ROOT / "dlcore") and file.relative_to(ROOT / "dlcore").parts[0].removesuffix(".py") in WINGS
            files[name] = inside or "ipython-input" in name
        return line if files[name] else None

    def arriving():
        parts.append(set(seen))
        seen.clear()

    sys.settrace(call)
    try:
        made = run(path, code_cells(path), cell, arriving)
    finally:
        sys.settrace(None)
    near, far = (faults_in(lines) for lines in (seen, parts[0] - seen if parts else set()))
    return made, near, far


def noticed(path, cell, which, claims, faults, tries):
    """Whether a claim "notices" (and which fault), is "BLIND:" (and to which faults), or is "untouched" by all of them."""
    passed, begun = [], time.monotonic()
    for fault in faults:
        if time.monotonic() - begun > 2 * SECONDS:
            break
        made = forked(lambda fault=fault: trial(path, cell, fault))
        if made is None or len(made) <= which:
            continue
        _, holds, numbers = made[which]
        if not holds:
            return "notices", [fault]
        if not np.allclose(numbers, claims[which][2], rtol=1e-9, atol=0, equal_nan=True):
            passed.append(fault)
        if len(passed) == tries:
            break
    return ("BLIND:", passed) if passed else ("untouched", [])


def trial(path, cell, fault) -> list[tuple]:
    """The claims of a cell with a fault planted."""
    where, text = fault[0], planted(*fault)
    if is_module(where):
        sys.meta_path.insert(0, _Planted(where, text))
        return run(path, code_cells(path), cell)
    return run(path, [text if other == where else other for other in code_cells(path)], text if cell == where else cell)


class _Planted(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads one module from a text."""

    def __init__(self, module: str, text: str):
        self.module, self.text = module, text

    def find_spec(self, name, path, target=None):
        return importlib.util.spec_from_loader(name, self) if name == self.module else None

    def exec_module(self, module):
        exec(compile(self.text, f"<planted {self.module}>", "exec"), module.__dict__)


# ---- faults: where (a module's name, or the text of a cell), and the number of the site there ----


def is_module(where: str) -> bool:
    """Whether a place is a module, and not a cell."""
    return where.startswith("dlcore.") and "\n" not in where


def text_of(where: str) -> str:
    """The text of a place."""
    return (ROOT / f"{where.replace('.', '/')}.py").read_text(encoding="utf-8") if is_module(where) else where


def faults_in(lines: set[tuple[str, int]]) -> list[tuple[str, int]]:
    """The faults that can be planted in some lines, each a file and a number."""
    found = []
    for name in sorted({name for name, _ in lines}):
        file = pathlib.Path(name)
        inside = file.is_relative_to(ROOT)
        where = ".".join(file.relative_to(ROOT).with_suffix("").parts) if inside else "".join(linecache.getlines(name)).rstrip("\n")
        for k, site in enumerate(sites(ast.parse(text_of(where)), numbers=inside)):
            if any((name, number) in lines for number in range(site.lineno, site.end_lineno + 1)):
                found.append((where, k))
    return found


def sites(tree: ast.Module, numbers: bool) -> list[ast.AST]:
    """Where a fault can be planted: operators (and numbers) that are no seed, index, check, message or tolerance."""
    found, todo = [], [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Raise | ast.Assert | ast.Subscript | ast.JoinedStr | ast.arguments):
            continue
        if isinstance(node, ast.If) and any(isinstance(n, ast.Raise) for n in node.body):
            continue
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in ("default_rng", "manual_seed", "erratum", "says"):
            continue
        if isinstance(node, ast.keyword) and node.arg in ("axis", "axes", "keepdims", "within", "at_most", "at_least"):
            continue
        if isinstance(node, ast.BinOp) and type(node.op) in _SWAPS:
            found.append(node)
        if numbers and isinstance(node, ast.Constant) and type(node.value) in (int, float) and abs(node.value) > 1e-6:
            found.append(node)
        todo += ast.iter_child_nodes(node)
    return sorted(found, key=lambda n: (n.lineno, n.col_offset, isinstance(n, ast.Constant)))


def planted(where: str, k: int) -> str:
    """The text of a place with its k-th fault."""
    tree = ast.parse(text_of(where))
    site = sites(tree, numbers=is_module(where))[k]
    if isinstance(site, ast.BinOp):
        site.op = _SWAPS[type(site.op)]()
    else:
        site.value = site.value * 2 if site.value != 1 else 2
    return ast.unparse(tree)


def describe(fault) -> str:
    """A fault in a few words."""
    where, k = fault
    site = sites(ast.parse(text_of(where)), numbers=is_module(where))[k]
    what = type(site.op).__name__ if isinstance(site, ast.BinOp) else f"{site.value!r}"
    return f"{what} in {where.removeprefix('dlcore.') if is_module(where) else 'the notebook'} ({ast.unparse(site)[:60]})"


if __name__ == "__main__":
    main()
