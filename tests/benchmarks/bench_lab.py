"""From key press to repaint in JupyterLab: 10 lines of 200 points, by us, by FigureWidget, by interactive Matplotlib.

python -m tests.benchmarks.bench_lab
"""

import pathlib
import tempfile

import numpy as np
from playwright.sync_api import sync_playwright

from tests.browser.driver import launch
from tests.browser.lab import jupyter_lab, open_notebook, write_notebook

EVENTS = 40

SHARED = """
import ipywidgets, numpy as np
x = np.arange(200.0)
def compute(phase):
    return [(1 + k / 10) * np.sin(x / 20 + phase / 7 + k) for k in range(10)]
"""
OURS = """
from dlcore.explore import Explorer, Slider, lines
def ten_lines(phase):
    return {"x": x} | {f"y{k}": y for k, y in enumerate(compute(phase))}
Explorer(ten_lines, figure=lines("x", [f"y{k}" for k in range(10)], y_range=(-3, 3)), readout="phase {phase}",
         caption="Ten waves.", phase=Slider(0, 100, start=0))
"""
WIDGET = """
import plotly.graph_objects as go
figure = go.FigureWidget([go.Scatter(x=x, y=y) for y in compute(0)], layout=dict(yaxis=dict(range=[-3, 3]), width=700, height=400))
slider = ipywidgets.IntSlider(max=100)
def moved(change):
    with figure.batch_update():
        for trace, y in zip(figure.data, compute(change["new"])):
            trace.y = y
slider.observe(moved, names="value")
ipywidgets.VBox([slider, figure])
"""
MATPLOTLIB = """
%matplotlib inline
import matplotlib.pyplot as plt
def draw(phase):
    plt.figure(figsize=(7, 4))
    for y in compute(phase):
        plt.plot(x, y)
    plt.ylim(-3, 3)
    plt.show()
ipywidgets.interactive(draw, phase=(0, 100))
"""

# From a press of the arrow key to the last change of the cell's picture: of its lines' paths, or of its image. What else
# changes in the cell, such as the number beside a slider, does not count; a picture put in place in several steps
# counts up to the last of them.
PRESS = """([cell, picture, quiet]) => new Promise(done => {
    let begun, last, timer;
    window.addEventListener("keydown", event => (begun = event.timeStamp), { capture: true, once: true });
    const finish = () => { observer.disconnect(); done(last - begun); };
    const drawn = node => node.nodeType === 1 && (node.matches(picture) || node.querySelector(picture) !== null);
    const observer = new MutationObserver(records => {
        const redrawn = ({ type, target, addedNodes }) => type === "attributes" ? target.matches(picture) : [...addedNodes].some(drawn);
        if (!records.some(redrawn)) return;
        last = performance.now();
        clearTimeout(timer);
        timer = setTimeout(finish, quiet);
    });
    observer.observe(cell, { subtree: true, childList: true, attributes: true, attributeFilter: ["d", "src"] });
})"""
HOMES = {
    "ours": (OURS, "input[type=range]", ".explorer-plot path.js-line"),
    "FigureWidget": (WIDGET, ".noUi-handle", ".js-plotly-plot path.js-line"),
    "Matplotlib": (MATPLOTLIB, ".noUi-handle", "img"),
}
QUIET = 120


def timed(page, cell, handle: str, picture: str) -> list[float]:
    """Milliseconds from the event to the last change of the picture, for each of EVENTS presses."""
    page.wait_for_timeout(1500)
    cell.locator(handle).first.focus()
    times = []
    for k in range(EVENTS + 5):
        waiting = page.evaluate_handle(f"arguments => ({{ promise: ({PRESS})(arguments) }})", [cell.element_handle(), picture, QUIET])
        page.keyboard.press("ArrowRight")
        spent = page.evaluate("waiting => waiting.promise", waiting)
        if k >= 5:  # the first ones warm up
            times.append(spent)
    return times


def measured() -> dict[str, list[float]]:
    times = {}
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder, private = pathlib.Path(name) / "notebooks", pathlib.Path(name) / "private"
        folder.mkdir(), private.mkdir()
        browser = launch(playwright)
        with jupyter_lab(folder, private) as server:
            for who, (code, handle, picture) in HOMES.items():
                write_notebook(folder / f"{who}.ipynb", SHARED, code)
                page = browser.new_page(viewport={"width": 1200, "height": 1000})
                notebook = open_notebook(
                    lambda address, prepare, *_, page=page: (prepare(page), page.goto(address), page)[-1], server, f"{who}.ipynb"
                )
                cell = notebook.locator(".jp-Cell").nth(1)
                cell.locator(picture).first.wait_for(timeout=60_000)
                times[who] = timed(notebook, cell, handle, picture)
                page.close()
        browser.close()
    return times


def main() -> None:
    times = {who: float(np.median(values)) for who, values in measured().items()}
    print(f"key press to repaint in JupyterLab, 10 lines of 200 points, median of {EVENTS} presses\n")
    print("| who | ms | times ours | required |")
    print("|---|---|---|---|")
    for who, bound in (("ours", ""), ("FigureWidget", "≥ 1.5"), ("Matplotlib", "≥ 5")):
        print(f"| {who} | {times[who]:.0f} | {times[who] / times['ours']:.1f} | {bound} |")


if __name__ == "__main__":
    main()
