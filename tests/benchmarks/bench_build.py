"""Seconds to build this book: clean, with nothing changed, and after an edit of a chapter's prose.

python -m tests.benchmarks.bench_build
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PARTS = ("_config.yml", "_toc.yml", "references.bib", "_static", "chapters")


def build(book: pathlib.Path) -> float:
    """Seconds of one build of the book in a directory; its output is shown if it fails."""
    begun = time.perf_counter()
    command = [pathlib.Path(sys.executable).with_name("jupyter-book"), "build", book, "-W", "--keep-going"]
    done = subprocess.run(command, cwd=book, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the book did not build:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return time.perf_counter() - begun


def edit_prose(notebook: pathlib.Path) -> None:
    """Add a word to the first cell of a notebook."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    content["cells"][0]["source"].append("\n\nAnd so on.")
    notebook.write_text(json.dumps(content), encoding="utf-8")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        book = pathlib.Path(name)
        for part in PARTS:
            copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
            copy(ROOT / part, book / part)
        clean, unchanged = build(book), build(book)
        for notebook in book.glob("chapters/*.ipynb"):
            edit_prose(notebook)
        edited = build(book)
    print("building this book\n")
    print("| what | s | beside a clean build | required |")
    print("|---|---|---|---|")
    for what, seconds, required in (
        ("clean", clean, "≤ 150 s"),
        ("nothing changed", unchanged, "≤ 4 s"),
        ("prose of all chapters changed", edited, ""),
    ):
        print(f"| {what} | {seconds:.1f} | {seconds / clean:.3f} | {required} |")


if __name__ == "__main__":
    main()
