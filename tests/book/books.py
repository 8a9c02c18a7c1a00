"""Throw-away books with this book's own settings, small enough to be built in seconds."""

import multiprocessing
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEAD = "---\nfile_format: mystnb\nkernelspec: {name: python3, display_name: Python 3}\n---\n"
TERMINAL = re.compile(r"\x1b\[[0-9;]*m")
SECONDS = 300  # for a build

# Every build is a process of its own, forked from one that has loaded what Sphinx is made of; dlcore each of them loads itself.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(
    ["jupyter_book.sphinx", "sphinx.builders.html", "sphinx_book_theme", "sphinx_external_toc", "sphinx_togglebutton", "sphinx_copybutton",
     "sphinx_comments", "sphinx_proof", "sphinx_exercise", "sphinxcontrib.bibtex", "myst_nb.sphinx_ext", "jupyter_cache.cache.main",
     "joblib", "jupyter_book.cli.main", "sphinx.domains.c", "sphinx.domains.cpp", "sphinx.builders.epub3", "ipywidgets"]
)  # fmt: skip


@dataclass
class Built:
    """What a build said, how it ended, and which pages of `chapters` it wrote."""

    ok: bool
    said: str
    seconds: float
    written: set[str]

    def warnings_about(self, name: str) -> list[str]:
        """The lines of trouble that name a file."""
        return [line for line in self.said.splitlines() if name in line and re.search("WARNING|ERROR|Error", line)]

    def run(self) -> set[str]:
        """The notebooks that were run."""
        return set(re.findall(r"^(\w+)\.\w+: run in", self.said, re.MULTILINE))


@dataclass
class Book:
    """A book in a directory of its own: an entry page, the two generated pages, and what a test adds."""

    root: Path
    package: Path = ROOT  # where dlcore is

    def write(self, **pages: str) -> "Book":
        """Write pages by name, as Markdown; Python in {code-cell} blocks is run."""
        for name, text in pages.items():
            head = HEAD if "{code-cell}" in text else ""  # a page without code needs no kernel
            (self.root / "chapters" / f"{name}.md").write_text(f"{head}\n# Page {name}\n\n{text}\n", encoding="utf-8")
        names = sorted(path.stem for path in (self.root / "chapters").glob("*.md") if path.stem != "intro")
        files = "".join(f"  - file: chapters/{name}\n" for name in names)
        (self.root / "_toc.yml").write_text(f"format: jb-book\nroot: chapters/intro\nchapters:\n{files}", encoding="utf-8")
        return self

    @property
    def _words(self) -> list[str]:
        return ["build", str(self.root), "-W", "--keep-going"]

    def build(self) -> Built:
        """Do what the command does that builds the real book."""
        start, said = time.time(), self.root.with_suffix(".said")
        process = PROCESSES.Process(target=_build, args=(self._words, self.package, said))
        process.start()
        process.join(SECONDS)
        if process.exitcode is None:
            process.kill()
        return self._built(process.exitcode, said.read_text(encoding="utf-8"), start)

    def build_by_command(self) -> Built:
        """Run the command itself."""
        start = time.time()
        command = [Path(sys.executable).with_name("jupyter-book"), *self._words]
        environment = os.environ | {"PYTHONPATH": str(self.package)}
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=SECONDS)
        return self._built(done.returncode, done.stdout, start)

    def _built(self, code: int, said: str, start: float) -> Built:
        """Sphinx names the first and the last of the pages that it writes side by side: their files tell which they are."""
        written = {path.stem for path in (self.html / "chapters").glob("*.html") if path.stat().st_mtime >= start}
        return Built(code == 0, TERMINAL.sub("", said), time.time() - start, written)

    def remove(self, name: str) -> "Book":
        """Take a page out."""
        (self.root / "chapters" / f"{name}.md").unlink()
        return self.write()

    @property
    def html(self) -> Path:
        return self.root / "_build" / "html"

    def page(self, name: str) -> str:
        """A built page."""
        return (self.html / "chapters" / f"{name}.html").read_text(encoding="utf-8")


def _build(words: list[str], package: Path, said: Path) -> None:
    """In a process of its own: jupyter-book, with dlcore from `package`, and with all that it and its kernels say in a file."""
    file = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(file, stream)
    os.environ["PYTHONPATH"] = str(package)  # for the kernels
    sys.path.insert(0, str(package))
    from jupyter_book.cli.main import main

    main(words)


def new_book(root: Path) -> Book:
    """A book with this book's settings and generated pages, and an empty entry page."""
    (root / "chapters").mkdir(parents=True)
    for name in ("_config.yml", "references.bib"):
        shutil.copy(ROOT / name, root)
    shutil.copytree(ROOT / "_static", root / "_static")
    for name in ("claim_ledger", "errata"):
        shutil.copy(ROOT / "chapters" / f"{name}.md", root / "chapters")
    (root / "chapters" / "intro.md").write_text("# Entry\n", encoding="utf-8")
    return Book(root).write()


def code(source: str) -> str:
    """A cell."""
    return f"```{{code-cell}} ipython3\n{source}\n```\n"


WAVE = """import numpy as np
from dlcore.explore import Explorer, Slider, lines

def wave(k):
    x = np.linspace(0, 1, 20)
    return {"x": x, "y": np.sin(k * x)}

def show(name):
    return Explorer(wave, figure=lines(x="x", y=["y"]), readout="k is {k}", caption="A wave.", name=name, k=Slider(1, 3))
"""
