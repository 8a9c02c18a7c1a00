"""Baking 1,000 states of a 100-point line, beside Panel's embed of the same states: seconds and bytes.

python -m tests.benchmarks.bench_baking
"""

import gzip
import os
import pathlib
import tempfile
import time

import numpy as np

from dlcore.explore import Slider, lines
from dlcore.explore.baking import bake
from dlcore.explore.declaration import Declaration

STATES, POINTS = 1000, 100


def line(phase: int) -> dict:
    """A damped wave."""
    x = np.linspace(0, 10, POINTS)
    return {"x": x, "y": np.exp(-x / 8) * np.sin(x + phase / 50)}


def sizes(text: bytes) -> tuple[int, int]:
    return len(text), len(gzip.compress(text, 6))


def baked(folder: pathlib.Path) -> tuple[float, int, int]:
    """Seconds, bytes and gzipped bytes of a store."""
    os.environ["DLCORE_LOG"] = str(folder / "log")
    begun = time.perf_counter()
    declaration = Declaration(
        line, figure=lines("x", "y"), readout="phase {phase}", caption="A wave.", parameters={"phase": Slider(0, STATES - 1, 1, start=0)}
    )
    store = bake(declaration, folder)
    seconds = time.perf_counter() - begun
    counted = [sizes(path.read_bytes()) for path in store.iterdir()]
    return seconds, sum(raw for raw, _ in counted), sum(packed for _, packed in counted)


def embedded(folder: pathlib.Path) -> tuple[float, int, int]:
    """The same of a page that Panel saves with every state embedded."""
    import panel as pn
    from bokeh.plotting import figure

    def plot(phase):
        data, picture = line(phase), figure(width=500, height=300, y_range=(-1, 1))
        picture.line(data["x"], data["y"])
        return picture

    begun = time.perf_counter()
    slider = pn.widgets.DiscreteSlider(name="phase", options=list(range(STATES)), value=0)
    page = folder / "panel.html"
    pn.Column(slider, pn.bind(plot, slider)).save(page, embed=True, max_states=STATES, max_opts=STATES, progress=False, resources="cdn")
    return time.perf_counter() - begun, *sizes(page.read_bytes())


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        ours = baked(folder)
        print(f"{STATES} states of a {POINTS}-point line, computed beforehand\n")
        print("| quantity | ours | Panel embed | ours / Panel | required |")
        print("|---|---|---|---|---|")
        try:
            theirs = embedded(folder)
        except ModuleNotFoundError:
            print(f"| seconds | {ours[0]:.2f} | not installed: pip install panel | | ≤ 0.33 |")
            return
        for what, a, b in zip(("seconds", "bytes", "bytes gzipped"), ours, theirs, strict=True):
            print(f"| {what} | {a:,.6g} | {b:,.6g} | {a / b:.3f} | ≤ 0.33 |")


if __name__ == "__main__":
    main()
