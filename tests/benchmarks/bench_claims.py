"""Do the claims of the book notice faults? Plant them in the code behind a sample of claims, and count.

    python -m tests.benchmarks.bench_claims [--sample 40] [--tries 6] [--seed 0]

For each claim of the sample the cells that it needs are run as they are, to see which functions of dlcore's numerics, or of
the notebook where there are none, stand behind it. Then small faults are planted in these one at a time, an operator or a
number, until the claim fails or an exception stops its cell; it counts as blind after so many tries.
"""

import argparse
import ast
import contextlib
import importlib.abc
import importlib.util
import io
import os
import pathlib
import pickle
import random
import signal
import sys

import scipy.stats  # noqa: F401
import torch  # noqa: F401

from tests.explorers import CHAPTERS, ROOT, code_cells, needed_cells

WINGS = ("networks", "optimizers", "signals", "spectra", "landscapes", "gaussian")
SECONDS = 120  # for one trial
_SWAPS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult}


def main() -> None:
    """Print one line a claim, and the share that catch."""
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
        claims, functions = forked(lambda path=path, cell=cell: watched(path, cell)) or ([], [])
        if not claims:
            print(f"{path.stem[:2]}  could not be run: {cell.splitlines()[0][:80]}")
            continue
        statement, tried = rng.choice(claims)[0], tried + 1
        faults = [(name, k) for name in functions for k in range(len(sites(source(name, path))))]
        rng.shuffle(faults)
        fault = next((f for f in faults[: options.tries] if noticed(path, cell, statement, f)), None)
        caught += fault is not None
        told = describe(fault, path) if fault else "BLIND: not " + "; not ".join(describe(f, path) for f in faults[: options.tries])
        print(f"{path.stem[:2]}  {statement[:70]:70s}  {told}", flush=True)
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


def run(path: pathlib.Path, cell: str, before_last=lambda: None) -> list[tuple[str, bool]]:
    """The cells that a claim needs; each claim of the last with whether it holds. What a cell raises ends them."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    from dlcore import claims

    made = []

    def noting(ids, statement, **how):
        try:
            made.append((statement, claims_made(ids, statement, **how).holds))
        except claims.ClaimError:
            made.append((statement, False))

    claims_made, claims.claim = claims.claim, noting
    shell = InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}), user_ns={})
    os.chdir(path.parent)
    os.environ["MPLBACKEND"] = "agg"
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        *before, last = needed_cells(code_cells(path), lambda other: other == cell)
        if all(shell.run_cell(part).success for part in before):
            made.clear()
            before_last()
            shell.run_cell(last)
    return made


def watched(path: pathlib.Path, cell: str):
    """The claims of a cell, and the functions behind them: (module, function), those of the numerics first."""
    seen = {}

    def note(frame, event, _):
        if event != "call":
            return
        code, file = frame.f_code, pathlib.Path(frame.f_code.co_filename)
        module = ".".join(file.relative_to(ROOT).with_suffix("").parts) if file.is_relative_to(ROOT / "dlcore") else None
        if module and module.split(".")[1] in WINGS:
            seen[module, code.co_name] = None
        elif "ipython-input" in code.co_filename:
            seen[None, code.co_name] = None

    try:
        made = run(path, cell, lambda: sys.setprofile(note))
    finally:
        sys.setprofile(None)
    functions = [name for name in seen if sites(source(name, path))]
    return made, [name for name in functions if name[0]] or functions


def noticed(path, cell, statement, fault) -> bool:
    """Whether a claim fails, or is never reached, with a fault planted."""
    name, k = fault

    def trial():
        if name[0]:
            sys.meta_path.insert(0, _Planted(name[0], planted(name, k, path)))
            return run(path, cell)
        cells = [planted(name, k, path, text) for text in code_cells(path)]
        globals()["code_cells"] = lambda _: cells
        return run(path, planted(name, k, path, cell))

    made = forked(trial)
    return made is None or not dict(made).get(statement, False)


class _Planted(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads one module from a text."""

    def __init__(self, module: str, text: str):
        self.module, self.text = module, text

    def find_spec(self, name, path, target=None):
        return importlib.util.spec_from_loader(name, self) if name == self.module else None

    def exec_module(self, module):
        exec(compile(self.text, f"<planted {self.module}>", "exec"), module.__dict__)


# ---- faults -------------------------------------------------------------------------------------


def source(name: tuple, path: pathlib.Path) -> ast.AST | None:
    """The syntax tree of a function: of a module, or of the notebook."""
    texts = [(ROOT / f"{name[0].replace('.', '/')}.py").read_text(encoding="utf-8")] if name[0] else code_cells(path)
    found = [n for text in texts for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef) and n.name == name[1]]
    return found[0] if found else None


def sites(function: ast.AST | None) -> list[ast.AST]:
    """Where a fault can be planted in a function: operators and numbers that are no index, no check and no message."""
    found, todo = [], list(function.body) if function else []
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Raise | ast.Assert | ast.Subscript | ast.JoinedStr):
            continue
        if isinstance(node, ast.If) and any(isinstance(n, ast.Raise) for n in node.body):
            continue
        if isinstance(node, ast.BinOp) and type(node.op) in _SWAPS:
            found.append(node)
        if isinstance(node, ast.Constant) and type(node.value) in (int, float) and abs(node.value) > 1e-6:
            found.append(node)
        todo += [n for n in ast.iter_child_nodes(node) if not (isinstance(n, ast.keyword) and n.arg in ("axis", "axes", "keepdims"))]
    return sorted(found, key=lambda n: (n.lineno, n.col_offset, isinstance(n, ast.Constant)))


def planted(name: tuple, k: int, path: pathlib.Path, text: str | None = None) -> str:
    """The module's text, or the cell's, with the k-th fault of a function."""
    tree = ast.parse((ROOT / f"{name[0].replace('.', '/')}.py").read_text(encoding="utf-8") if name[0] else text)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == name[1]:
            site = sites(node)[k]
            if isinstance(site, ast.BinOp):
                site.op = _SWAPS[type(site.op)]()
            else:
                site.value = site.value * 2 if site.value != 1 else 2
            return ast.unparse(tree)
    return text if name[0] is None else ast.unparse(tree)


def describe(fault, path) -> str:
    """A fault in a few words."""
    name, k = fault
    site = sites(source(name, path))[k]
    what = type(site.op).__name__ if isinstance(site, ast.BinOp) else f"{site.value!r}"
    return f"notices {what} changed in {(name[0] or 'notebook').removeprefix('dlcore.')}.{name[1]}"


if __name__ == "__main__":
    main()
