"""From event to repaint in the built page: 10 lines of 200 points, beside a bare Plotly.react of the same figure.

python -m tests.benchmarks.bench_repaint
"""

import pathlib
import tempfile

import numpy as np
from playwright.sync_api import sync_playwright

from dlcore.explore import Explorer, Slider, lines
from tests.browser.driver import launch
from tests.browser.synthetic import write_page

LINES, POINTS, STATES = 10, 200, 200


def ten_lines(phase):
    """Ten waves, of growing amplitude."""
    x = np.arange(float(POINTS))
    return {"x": x} | {f"y{k}": (1 + k / 10) * np.sin(x / 20 + phase / 7 + k) for k in range(LINES)}


def explorer() -> Explorer:
    figure = lines("x", [f"y{k}" for k in range(LINES)], x_title="x", y_title="y")
    return Explorer(ten_lines, figure=figure, readout="phase {phase}", caption="Ten waves.", phase=Slider(0, STATES - 1, 1, start=0))


# Ours and the bare call take turns, with a pause for the screen in between; both clocks stop when the library says it
# has drawn. The bare figure has the same data, layout and size.
MEASURE = """async events => {
    const root = document.querySelector("figure.explorer"), plot = root.querySelector(".explorer-plot");
    const input = root.querySelector("input"), config = { displayModeBar: false };
    const host = document.body.appendChild(document.createElement("div"));
    host.style.cssText = `width: ${plot.clientWidth}px; height: ${plot.clientHeight}px`;
    const data = () => plot.data.map(trace => ({ ...trace, y: Float64Array.from(trace.y) }));
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
    return { ours, bare, bookkeeping };
}"""


def measured() -> dict[str, list[float]]:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page_file, _ = write_page(pathlib.Path(folder), lambda: [explorer()])
        browser = launch(playwright)
        page = browser.new_page()
        page.goto(page_file.as_uri())
        page.wait_for_selector("figure.explorer[data-state]")
        page.hover("figure.explorer")
        page.wait_for_timeout(1000)
        times = page.evaluate(MEASURE, STATES - 1)
        browser.close()
    return times


def main() -> None:
    times = measured()
    print(f"event to repaint in the built page, {LINES} lines of {POINTS} points, ms, {len(times['ours'])} events\n")
    print("| quantity | ours | Plotly.react | ours / bare | required |")
    print("|---|---|---|---|---|")
    for what, share, bound in (("median", 50, 1), ("95th percentile", 95, 2)):
        ours, bare = (float(np.percentile(times[name], share)) for name in ("ours", "bare"))
        print(f"| {what} | {ours:.1f} | {bare:.1f} | {ours / bare:.2f} | ≤ {bound} |")
    print(f"| decoding and bookkeeping, 95th percentile | {np.percentile(times['bookkeeping'], 95):.2f} | | | < 2 ms |")


if __name__ == "__main__":
    main()
