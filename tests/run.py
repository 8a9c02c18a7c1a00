"""Everything that must hold, part by part, with a table of times: `python tests/run.py [--chapter 08] [--workers 2]`.

With a chapter, what concerns it alone: the units of the wings that it imports, its notebook, its page and its figures in the
page and in JupyterLab. The book is then built into _build/chapter, where no other notebook is run. Without one, what the
engine promises is tested on specimens, the chapters' numbers in the built files; `--pages` opens their pages too, half as
long again.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import time

import joblib

ROOT = pathlib.Path(__file__).resolve().parent.parent
CHAPTERS = ROOT / "chapters"
OF_A_CHAPTER = ("book_explorers", "book_pages", "quiz", "lab_explorers")
BIN = pathlib.Path(sys.executable).parent
ONE_THREAD = {"OMP_NUM_THREADS": "1"}  # a worker: as many in all as there are cores


def notebooks(chapter: str | None) -> list[pathlib.Path]:
    """The notebooks to run: all, or the one whose name begins with `chapter`."""
    found = sorted(CHAPTERS.glob(f"{chapter or ''}*.ipynb"))
    if not found:
        names = ", ".join(path.stem for path in sorted(CHAPTERS.glob("*.ipynb")))
        raise SystemExit(f"no chapter begins with {chapter!r}; there are {names}")
    return found


def wings(path: pathlib.Path) -> list[str]:
    """The test folders, below tests/unit, of the wings that a notebook imports."""
    names = set(re.findall(r"from dlcore\.?(\w*)(?:\.\w+)? import (\w+)", path.read_text(encoding="utf-8")))
    folders = {wing or module for wing, module in names}
    return [str(folder) for name in sorted(folders) if (folder := ROOT / "tests" / "unit" / name).is_dir()]


def parts(chapter: str | None, workers: int, every_page: bool) -> list[tuple[str, list[list[str]], dict[str, str]]]:
    """Name, commands and variables of each part, in order."""
    pytest = [sys.executable, "-m", "pytest", "-q", "--timeout=900", "-n", str(workers), "--dist", "loadfile" if chapter else "loadgroup"]
    build = [str(BIN / "jupyter-book"), "build", ".", "-W", "--keep-going"]
    every = "tests/unit/test_every_explorer.py"
    paths = notebooks(chapter)
    variables, units, html = {}, ["tests/unit"], ROOT / "_build" / "html"
    if chapter:
        only, html = paths[0].stem, ROOT / "_build" / "chapter" / "_build" / "html"
        variables = {"DLCORE_CHAPTER": only, "BOOK_HTML": str(html)}
        units = [*wings(paths[0]), every, "tests/unit/test_notebooks.py"]
        build += ["--path-output", str(ROOT / "_build" / "chapter")]
    pages = [f"tests/browser/test_{name}.py" for name in OF_A_CHAPTER]
    engine = ["tests/book", "tests/browser/test_engine.py", "tests/browser/test_lab.py"]
    short = [] if chapter or every_page else ["--short-pages"]
    return [
        ("style", [[str(BIN / "ruff"), "check", "."], [str(BIN / "lint-imports"), "--no-cache"]], variables),
        ("units", [[*pytest, *units]], variables),
        ("notebooks", [[*pytest[:-1], "loadfile", "--nbval-lax", "--nbval-current-env", *map(str, paths)]], variables),
        ("build", [build], variables),
        *([] if chapter else [("engine and JupyterLab", [[*pytest, *engine]], variables)]),
        ("pages and figures", [[*pytest, *short, *pages]], variables),
    ]


def main() -> int:
    """Run the parts in order, stop at the first that fails, print how long each took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chapter", default=None, help="the number of a chapter, 08 say")
    parser.add_argument("--workers", type=int, default=joblib.cpu_count(), help="processes; as many as there are cores")
    parser.add_argument("--pages", action="store_true", help="open the page of every chapter, here and in JupyterLab")
    options = parser.parse_args()
    times, failed = [], 0
    for name, commands, variables in parts(options.chapter or None, options.workers, options.pages):
        print(f"\n== {name}", flush=True)
        begun = time.perf_counter()
        for command in commands:
            failed = failed or subprocess.run(command, cwd=ROOT, env=ONE_THREAD | os.environ | variables).returncode
        times.append((name, time.perf_counter() - begun))
        if failed:
            break
    print("\n" + "\n".join(f"{name:24s}{seconds:7.0f} s" for name, seconds in [*times, ("all", sum(s for _, s in times))]))
    if failed:
        print(f"{times[-1][0]}: failed")
    return failed


if __name__ == "__main__":
    sys.exit(main())
