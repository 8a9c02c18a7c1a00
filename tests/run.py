"""Everything that must hold, part by part, with a table of times: `python -m tests.run [--chapter 08] [--workers 2] [--all]`.

What has passed is not run again until something that it may read has changed: see `passed`. `--all` runs it nevertheless.

With a chapter, what concerns it alone: the units of the wings that it imports, its notebooks, its pages and its figures in the
page and in JupyterLab. The book is then built into _build/chapter, where no other notebook is run. Without one, what the
engine promises is tested on specimens, the chapters' numbers in the built files; `--pages` opens their pages too, half as
long again.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import joblib
import nbformat

from tests.passed import Passed, key, read, sources

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = ROOT / "chapters"
OF_A_CHAPTER = (
    "tests/chapters/test_every_explorer.py",
    *(f"tests/browser/test_{name}.py" for name in ("book_explorers", "book_pages", "book_figures", "quiz", "lab_explorers")),
)
OF_ALL_CHAPTERS = ("tests/browser/test_front_pages.py",)
OF_THE_ENGINE = tuple(f"tests/browser/test_{name}.py" for name in ("engine", "touch", "lab", "elsewhere", "firefox", "paper"))
BIN = Path(sys.executable).parent
ONE_THREAD = {"OMP_NUM_THREADS": "1"}  # a worker: as many in all as there are cores

# What tests do not read. A file that no pattern names counts for all of them.
_NOBODY = ("README.md", "Makefile", ".ci/*", ".binder/*", "tests/benchmarks/*", "tests/mutation/*", "tests/rounding/*")
_OTHER_TESTS = "tests/*/test_*.py"  # but for the test itself
_KNOW_NO_NUMERICS = {"__init__", "__pycache__", "book", "claims", "explore", "notation"}  # see pyproject.toml
_NUMERICS = tuple(f"dlcore/{path.stem}*" for path in sorted((ROOT / "dlcore").iterdir()) if path.stem not in _KNOW_NO_NUMERICS)
_BOOK = ("chapters/*.ipynb", "chapters/intro.md")
_ENGINE = (*_BOOK, *_NUMERICS)


@dataclass(frozen=True)
class Part:
    """Commands, the last of them run on targets. Each target has a key of all that it may read; without any, the part is always run."""

    name: str
    commands: list[list[str]]
    targets: dict[str, Callable[[], str]] = field(default_factory=dict)


def notebooks(chapter: str | None) -> list[Path]:
    """The notebooks to run: all, or those whose names begin with `chapter`, as for `dlcore.book.only`."""
    found = sorted(CHAPTERS.glob(f"{chapter or ''}*.ipynb"))
    if not found:
        names = ", ".join(path.stem for path in sorted(CHAPTERS.glob("*.ipynb")))
        raise SystemExit(f"no chapter begins with {chapter!r}; there are {names}")
    return found


def wings(paths: list[Path]) -> list[str]:
    """The test folders of the wings that notebooks import."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    names = set(re.findall(r"from dlcore\.?(\w*)(?:\.\w+)? import (\w+)", code))
    folders = {f"tests/unit/{wing or module}" for wing, module in names}
    return sorted(folder for folder in folders if (ROOT / folder).is_dir())


def key_of_tests(target: str, unread: tuple[str, ...], *others: str, html: Path | None = None) -> str:
    """The key of a file or folder of tests: all files but those that tests, or these, do not read, and the built book that they do."""
    names = sources(ROOT)
    own = [name for name in names if name == target or name.startswith(f"{target}/")]
    built = sorted(path.relative_to(ROOT).as_posix() for path in html.rglob("*") if path.is_file()) if html else []
    return key(ROOT, [*own, *read(names, (*_NOBODY, _OTHER_TESTS, *unread)), *built], *others)


def key_of_notebook(path: Path) -> str:
    """The key of a notebook: its file, the modules that it reaches, and what is neither a module nor another page."""
    from dlcore.book.execution import key_of

    others = read(sources(ROOT), (*_NOBODY, "tests/*", "dlcore/*.py", "chapters/*.ipynb", "chapters/*.md"))
    return key(ROOT, [f"chapters/{path.name}", *others], key_of(nbformat.read(path, as_version=4), path.parent))


def parts(chapter: str | None, workers: int, every_page: bool) -> tuple[list[Part], dict[str, str]]:
    """The parts in order, and the variables that their commands find set."""
    pytest = [sys.executable, "-m", "pytest", "-q", "--timeout=900", "-n", str(workers), "--dist"]
    nbval = [*pytest, "loadfile", "-p", "tests.forked", "--nbval-lax", "--nbval-current-env"]
    style = [[str(BIN / "ruff"), "check", "."], [str(BIN / "lint-imports"), "--no-cache"]]
    build = [str(BIN / "jupyter-book"), "build", ".", "-W", "--keep-going"]
    paths, html, others = notebooks(chapter), ROOT / "_build" / "html", ()
    if chapter:
        html = ROOT / "_build" / "chapter" / "_build" / "html"
        build += ["--path-output", str(ROOT / "_build" / "chapter")]
        others = tuple(f"chapters/{path.name}" for path in notebooks(None) if path not in paths)
    variables = {"DLCORE_CHAPTER": chapter or "", "BOOK_HTML": str(html)}

    def tests(*targets, unread=(), options=(), html=None):
        return {name: partial(key_of_tests, name, (*others, *unread), *options, *variables.values(), html=html) for name in targets}

    executed = {f"chapters/{path.name}": partial(key_of_notebook, path) for path in paths} | tests("tests/chapters/test_notebooks.py")
    if chapter:
        return [
            Part("style", style),
            Part("units and notebook", [nbval], executed | tests(*wings(paths), unread=_BOOK)),
            Part("build", [build]),
            Part("pages and figures", [[*pytest, "loadfile"]], tests(*OF_A_CHAPTER, html=html)),
        ], variables
    short = () if every_page else ("--short-pages",)
    engine = tests(*OF_THE_ENGINE, unread=_ENGINE)
    return [
        Part("style", style),
        Part("units", [[*pytest, "loadgroup"]], tests("tests/unit", unread=_BOOK)),
        Part("notebooks", [nbval], executed),
        Part("build", [build]),
        Part("engine and JupyterLab", [[*pytest, "loadgroup"]], tests("tests/book", unread=(*_ENGINE, "tests/browser/*")) | engine),
        Part("pages and figures", [[*pytest, "loadgroup", *short]], tests(*OF_A_CHAPTER, *OF_ALL_CHAPTERS, options=short, html=html)),
    ], variables


def run(part: Part, passed: Passed, everything: bool, variables: dict[str, str]) -> tuple[int, str]:
    """Run what has changed of a part, and note what passes unless it changes meanwhile; the exit status, and what was kept."""
    keys = {name: find() for name, find in part.targets.items()}
    stale = [name for name, found in keys.items() if everything or not passed.holds(name, found)]
    kept = f"{len(keys) - len(stale)} of {len(keys)} unchanged since passed" if len(stale) < len(keys) else ""
    if kept and not stale:
        return 0, "unchanged since it passed"
    for command in [*part.commands[:-1], [*part.commands[-1], *stale]]:
        failed = subprocess.run(command, cwd=ROOT, env=ONE_THREAD | os.environ | variables).returncode
        if failed:
            return failed, "failed"
    for name in stale:
        if part.targets[name]() == keys[name]:
            passed.note(name, keys[name])
    return 0, kept


def main() -> int:
    """Run the parts in order, stop at the first that fails, print how long each took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chapter", default=None, help="the number of a chapter, 08 say")
    parser.add_argument("--workers", type=int, default=joblib.cpu_count(), help="processes; as many as there are cores")
    parser.add_argument("--pages", action="store_true", help="open the page of every chapter, here and in JupyterLab")
    parser.add_argument("--all", action="store_true", help="run what is unchanged since it passed as well")
    options = parser.parse_args()
    chosen, variables = parts(options.chapter or None, options.workers, options.pages)
    passed = Passed(ROOT / "_build" / "passed")
    table, failed = [], 0
    for part in chosen:
        print(f"\n== {part.name}", flush=True)
        begun = time.perf_counter()
        failed, note = run(part, passed, options.all, variables)
        table.append((part.name, time.perf_counter() - begun, note))
        if failed:
            break
    table.append(("all", sum(seconds for _, seconds, _ in table), ""))
    print("\n" + "\n".join(f"{name:24s}{seconds:7.0f} s   {note}".rstrip() for name, seconds, note in table))
    return failed


if __name__ == "__main__":
    sys.exit(main())
