"""From event to repaint in the built page, beside a bare Plotly.react of the same figure: lines, and paths on a contour.

python -m tests.benchmarks.bench_repaint
"""

import pathlib
import tempfile

import numpy as np
from playwright.sync_api import sync_playwright

from dlcore.explore import Explorer, Slider, lines, path_on_contour
from tests.browser.driver import launch
from tests.browser.synthetic import write_page

LINES, POINTS, STATES = 10, 200, 200
PATHS, STEPS, GRID = 8, 60, 60


def ten_lines(phase):
    """Ten waves, of growing amplitude."""
    x = np.arange(float(POINTS))
    return {"x": x} | {f"y{k}": (1 + k / 10) * np.sin(x / 20 + phase / 7 + k) for k in range(LINES)}


def eight_paths(phase):
    """Eight descents into a narrow bowl from places that turn around it."""
    x = y = np.linspace(-2, 2, GRID)
    turn = 2 * np.pi * (np.arange(PATHS) / PATHS + phase / STATES)
    start = 1.8 * np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    path = start[:, None] * (1 - 0.2 * np.array([0.5, 9.0])) ** np.arange(STEPS)[:, None]
    coordinates = {f"{name}{k}": path[k, :, j] for k in range(PATHS) for j, name in enumerate("uv")}
    return {"x": x, "y": y, "z": (0.5 * x**2 + 9 * y[:, None] ** 2) / 2} | coordinates


def explorers() -> list[Explorer]:
    phase = Slider(0, STATES - 1, 1, start=0)
    waves = lines("x", [f"y{k}" for k in range(LINES)], x_title="x", y_title="y")
    paths = path_on_contour("x", "y", "z", paths=[(f"u{k}", f"v{k}") for k in range(PATHS)])
    return [
        Explorer(ten_lines, figure=waves, readout="phase {phase}", caption="Ten waves.", phase=phase),
        Explorer(eight_paths, figure=paths, readout="phase {phase}", caption="Eight descents.", phase=phase),
    ]


# Ours and the bare call take turns, with a pause for the screen in between; both clocks stop when the library says it
# has drawn. The bare figure has the same data, layout and size.
MEASURE = """async ([name, events]) => {
    const root = document.getElementById(`explorer-${name}`), plot = root.querySelector(".explorer-plot");
    const input = root.querySelector("input"), config = { displayModeBar: false };
    const host = document.body.appendChild(document.createElement("div"));
    host.style.cssText = `width: ${plot.clientWidth}px; height: ${plot.clientHeight}px`;
    const data = () => plot.data.map(trace => ({ ...trace, x: Float64Array.from(trace.x), y: Float64Array.from(trace.y) }));
    const figure = () => [data(), JSON.parse(JSON.stringify(plot.layout)), config];
    await Plotly.newPlot(host, ...figure());
    const pause = () => new Promise(done => requestAnimationFrame(() => setTimeout(done, 20 + 16 * Math.random())));
    const ours = [], bare = [], bookkeeping = [];
    for (let k = 1; k <= events; k++) {
        const painted = new Promise(done => root.addEventListener("explorer:painted", done, { once: true }));
        input.value = k;
        input.dispatchEvent(new Event("input", { bubbles: true }));
        ours.push((await painted).detail.milliseconds);
        await pause();
        const asked = performance.now();
        await root.explorer.source.state({ phase: k });
        bookkeeping.push(performance.now() - asked);
        const next = figure();
        const begun = performance.now();
        await Plotly.react(host, ...next);
        bare.push(performance.now() - begun);
        await pause();
    }
    host.remove();
    return { ours, bare, bookkeeping };
}"""


def measured() -> dict[str, dict[str, list[float]]]:
    """Times in milliseconds by explorer."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page_file, made = write_page(pathlib.Path(folder), explorers)
        browser = launch(playwright)
        page = browser.new_page()
        page.goto(page_file.as_uri())
        times = {}
        for name in (explorer.declaration.name for explorer in made):
            page.hover(f"#explorer-{name}")
            page.evaluate("name => document.getElementById(`explorer-${name}`).explorer.wake()", name)
            page.wait_for_timeout(1000)
            times[name] = page.evaluate(MEASURE, [name, STATES - 1])
        browser.close()
    return times


def main() -> None:
    print(f"event to repaint in the built page, ms, {STATES - 1} events: ten_lines of {POINTS} points each;")
    print(f"eight_paths of {STEPS} points each on a contour of {GRID} × {GRID}\n")
    print("| figure | quantity | ours | Plotly.react | ours / bare | required |")
    print("|---|---|---|---|---|---|")
    for name, times in measured().items():
        for what, share, bound in (("median", 50, 1), ("95th percentile", 95, 2)):
            ours, bare = (float(np.percentile(times[key], share)) for key in ("ours", "bare"))
            print(f"| {name} | {what} | {ours:.1f} | {bare:.1f} | {ours / bare:.2f} | ≤ {bound} |")
        print(f"| {name} | bookkeeping, 95th percentile | {np.percentile(times['bookkeeping'], 95):.2f} | | | < 2 ms |")


if __name__ == "__main__":
    main()
