"""Every explorer that the book declares, found by running the code of its chapters.

A new chapter needs no entry anywhere: whatever lies in chapters/ and has code is run, and the
explorers that it makes are the ones that the tests hold to their contract.
"""

import ast
import contextlib
import functools
import io
import os
import pathlib
import re
import symtable
import time
from collections.abc import Callable

import nbformat
import numpy as np
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from dlcore.book.only import is_run
from dlcore.explore import Explorer
from dlcore.explore.declaration import Declaration

ROOT = pathlib.Path(__file__).resolve().parent.parent
CHAPTERS = ROOT / "chapters"


def chapters() -> list[pathlib.Path]:
    """The notebooks of the book, text notebooks among them, in the order of their names; of a build of one, that one."""
    texts = [path for path in CHAPTERS.glob("*.md") if "{code-cell}" in path.read_text(encoding="utf-8")]
    return [path for path in sorted([*CHAPTERS.glob("*.ipynb"), *texts]) if is_run(path.stem)]


def code_cells(path: pathlib.Path) -> list[str]:
    """The code of a notebook, cell by cell."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        notebook = nbformat.reads(text, as_version=4)
    else:
        from myst_nb.core.read import read_myst_markdown_notebook

        notebook = read_myst_markdown_notebook(text)
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def _makes_explorers(cell: str) -> bool:
    return re.search(r"\bExplorer\(", cell) is not None


def needed_cells(cells: list[str], wanted_for: Callable[[str], bool] = _makes_explorers) -> list[str]:
    """The cells that are wanted (those that make explorers), and the latest cells before them that define what those use.

    Claims, quizzes and still pictures are left to the test that runs whole notebooks.
    """
    names, needed = [_names(TransformerManager().transform_cell(cell)) for cell in cells], set()
    while True:
        wanted: set[str] = set()
        for place, (used, defined) in reversed(list(enumerate(names))):
            if place in needed or wanted_for(cells[place]) or wanted & defined:
                needed.add(place)
                wanted = (wanted - defined) | used
        later = {place for place, (_, defined) in enumerate(names) if wanted & defined} - needed
        if not later:  # a function finds its globals when it is called: they may be defined after it
            return [cells[place] for place in sorted(needed)]
        needed.add(max(later))


def _names(code: str) -> tuple[set[str], set[str]]:
    """The globals that a cell takes from elsewhere, those that its functions will look for among them, and those it defines."""
    taken, later, bound, changed = set(), set(), set(), set()
    for statement in ast.parse(code).body:
        used, defined = _names_of(ast.unparse(statement))
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            later |= used
        else:
            loop = isinstance(statement, ast.For | ast.With)  # what it assigns is taken for its own
            taken |= used - bound - (defined if loop else set())
            changed |= _changed(statement) - bound
        bound |= defined
    return taken | changed | (later - bound), bound | changed


_CHANGING = {"append", "extend", "insert", "update", "setdefault", "pop", "clear"}


def _changed(statement: ast.stmt) -> set[str]:
    """The names whose objects a statement changes in place: ``a["x"] = …``, ``a.x += …``, ``a.append(…)``."""
    places = []
    for node in ast.walk(statement):
        if isinstance(node, ast.Assign | ast.AugAssign):
            places += node.targets if isinstance(node, ast.Assign) else [node.target]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGING:
            places.append(node.func)
    roots = set()
    for place in places:
        if isinstance(place, ast.Subscript | ast.Attribute):
            while isinstance(place, ast.Subscript | ast.Attribute):
                place = place.value
            roots |= {place.id} if isinstance(place, ast.Name) else set()
    return roots


def _names_of(code: str) -> tuple[set[str], set[str]]:
    """The globals that a statement reads, in nested functions too, and those that it assigns."""
    module = symtable.symtable(code, "cell", "exec")
    used, tables = set(), [module]
    for table in tables:  # grows meanwhile
        tables.extend(table.get_children())
        used |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced() and symbol.is_global()}
    symbols = module.get_symbols()
    used |= {symbol.get_name() for symbol in symbols if symbol.is_referenced()}
    return used, {symbol.get_name() for symbol in symbols if symbol.is_assigned() or symbol.is_imported()}


@contextlib.contextmanager
def collected():
    """A list that every Explorer made meanwhile is appended to."""
    made, initialise = [], Explorer.__init__

    def noting(self, *args, **kwargs):
        initialise(self, *args, **kwargs)
        made.append(self)

    Explorer.__init__ = noting
    try:
        yield made
    finally:
        Explorer.__init__ = initialise


@functools.cache
def declarations_of(path: pathlib.Path) -> tuple[Declaration, ...]:
    """What the explorers of a notebook declare, the cells they need run once in a namespace of their own."""
    os.environ.setdefault("MPLBACKEND", "agg")  # pictures that nobody will look at need no window
    shell = InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}), user_ns={})
    before = pathlib.Path.cwd()
    os.chdir(path.parent)  # as kernels do
    try:
        with collected() as made, contextlib.redirect_stdout(io.StringIO()):  # what cells show is for readers
            for source in needed_cells(code_cells(path)):
                shell.run_cell(source).raise_error()
    finally:
        os.chdir(before)
    return tuple(explorer.declaration for explorer in made)


def names_of(path: pathlib.Path) -> list[str]:
    """The names of a notebook's explorers in their order, read from its code without running it."""
    found = []
    for cell in code_cells(path):
        for call in ast.walk(ast.parse(TransformerManager().transform_cell(cell))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Explorer":
                named = next((keyword.value for keyword in call.keywords if keyword.arg == "name"), None)
                found.append(named.value if named else call.args[0].id)
    return found


def declaration_of(path: pathlib.Path, name: str) -> Declaration:
    """What one explorer of a notebook declares."""
    return next(declaration for declaration in declarations_of(path) if declaration.name == name)


# Unfilled fields, numbers as a machine writes them, one of many things.
_NOT_A_SENTENCE = re.compile(
    r"[{}]|\b(nan|inf|None)\b|\de[+-]|\d\.\d{6}"
    r"|(?<![\d.,–])\b1 (steps|epochs|layers|blocks|networks|neurons|units|examples|samples|points|pieces|parameters|weights|runs)\b"
)


def is_sentence(text: str) -> bool:
    """Whether a readout can be read as one: ended, filled, with numbers as a reader writes them."""
    return text == text.strip() and text.endswith((".", "!", "?")) and not _NOT_A_SENTENCE.search(text)


def together(group: str, *values, name: str | None = None):
    """A parameter of a test for the worker that has this chapter, so that its code is run and its page opened once."""
    return pytest.param(*values, id=name or group, marks=pytest.mark.xdist_group(group))


def every_chapter() -> list:
    """The chapters with explorers, as parameters of a test."""
    return [together(path.stem, path) for path in chapters()]


def every_explorer() -> list:
    """(path, name) of all explorers of the book, as parameters of a test."""
    return [together(path.stem, path, name, name=name) for path in chapters() for name in names_of(path)]


def some_states(declaration: Declaration, count: int = 24) -> list[dict]:
    """The start, the presets, and `count` states at random: stops for choices, any value of the range for sliders."""
    rng = np.random.default_rng(list(declaration.name.encode()))

    def value(parameter):
        if parameter.kind != "slider":
            offered = parameter.stops_with(())
            return offered[rng.integers(len(offered))]
        low, high, share = parameter.low, parameter.high, rng.random()
        at = low * (high / low) ** share if parameter.log else low + share * (high - low)
        return round(at) if parameter.integer else float(np.clip(at, low, high))

    presets = [declaration.start | values for values in declaration.presets.values()]
    return [declaration.start, *presets, *({name: value(p) for name, p in declaration.parameters.items()} for _ in range(count))]


def cpu_seconds(declaration: Declaration, values: dict) -> float:
    """CPU time of one state, in seconds: what else the machine does hardly counts."""
    begun = time.process_time()
    declaration.state(values)
    return time.process_time() - begun
