"""One page with one slider, built by this book's command and by marimo-book, which precomputes sliders as well.

python -m tests.benchmarks.bench_peer_book    (marimo-book goes into an environment of its own, which is removed afterwards)
"""

import gzip
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from tests.book.books import code, new_book

STATES, PEER = 20, "marimo-book==0.1.48"

OURS = f"""import numpy as np
from dlcore.explore import Explorer, Slider, lines

def wave(phase):
    x = np.linspace(0, 10, 100)
    return {{"x": x, "y": np.exp(-x / 8) * np.sin(x + phase)}}

Explorer(wave, figure=lines("x", "y"), readout="phase {{phase}}", caption="A wave.", phase=Slider(0, {STATES - 1}, 1, start=0))"""

THEIRS = f"""import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo
    import numpy as np
    import plotly.graph_objects as go
    return go, mo, np


@app.cell
def _(mo):
    phase = mo.ui.slider(steps={[*range(STATES)]}, value=0, label="phase")
    phase
    return (phase,)


@app.cell
def _(go, np, phase):
    x = np.linspace(0, 10, 100)
    go.Figure(go.Scatter(x=x, y=np.exp(-x / 8) * np.sin(x + phase.value)), {{"yaxis": {{"range": [-1, 1]}}}})
    return


if __name__ == "__main__":
    app.run()
"""
BOOK = """title: Waves
precompute: {enabled: true, max_seconds_per_page: 600}
toc:
  - file: content/wave.py
"""


def seconds(work: Callable[[], None]) -> float:
    """By the clock: not every kernel that a build starts is a child whose time it would be told."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def packed(paths: list[Path]) -> int:
    """Bytes of files, each gzipped."""
    return sum(len(gzip.compress(path.read_bytes(), 6)) for path in paths)


def ours(folder: Path) -> tuple[float, float, int]:
    """Seconds of a clean build and of an unchanged one, and gzipped bytes of the page and of its numbers."""
    book = new_book(folder / "ours").write(wave=code(OURS))

    def build() -> None:
        built = book.build_by_command()
        if not built.ok:
            raise RuntimeError(built.said)

    times = seconds(build), seconds(build)
    store = re.search(r'data-store="([^"]+)"', book.page("wave"))[1]
    return *times, packed([book.html / "chapters" / "wave.html", *(book.html / "_static" / "explorers" / store).glob("*.js")])


def theirs(folder: Path) -> tuple[float, float, int]:
    """The same of marimo-book."""
    root, environment = folder / "theirs", folder / "environment"
    (root / "content").mkdir(parents=True)
    (root / "book.yml").write_text(BOOK, encoding="utf-8")
    (root / "content" / "wave.py").write_text(THEIRS, encoding="utf-8")
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    same = [f"{name}=={version(name)}" for name in ("numpy", "plotly")]
    subprocess.run([environment / "bin" / "pip", "install", "--quiet", PEER, *same], check=True, capture_output=True)

    def build() -> None:
        subprocess.run([environment / "bin" / "marimo-book", "build"], cwd=root, check=True, capture_output=True)

    times = seconds(build), seconds(build)
    pages = [page for page in (root / "_site").rglob("*.html") if "phase" in page.read_text(encoding="utf-8")]
    return *times, packed(pages)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        mine, peer = ours(Path(name)), theirs(Path(name))
    print(f"a page with one slider of {STATES} states of a 100-point line\n")
    print("| quantity | ours | marimo-book | ours / theirs |")
    print("|---|---|---|---|")
    for what, a, b in zip(("seconds, clean build", "seconds, nothing changed", "bytes gzipped, page and numbers"), mine, peer):
        print(f"| {what} | {a:,.4g} | {b:,.4g} | {a / b:.2f} |")


if __name__ == "__main__":
    main()
