"""Films and grabbed points in the built page: the rate of a film, and from pointer to picture beside a bare Plotly.react.

python -m tests.benchmarks.bench_touch
"""

import pathlib
import tempfile

import numpy as np
from playwright.sync_api import sync_playwright

from dlcore.explore import Explorer, Slider, Time, heatmap, lines, path_on_contour
from tests.browser.driver import launch
from tests.browser.synthetic import write_page

FRAMES, LINES, POINTS, GRID, STOPS = 30, 10, 200, 64, 15


def curves(pace):
    """Ten waves that travel."""
    x, moment = np.arange(float(POINTS)), np.arange(FRAMES)[:, None]
    return {"x": x} | {f"y{k}": (1 + k / 10) * np.sin(x / 20 + pace * moment / 7 + k) for k in range(LINES)}


def field(pace):
    """A map whose waves travel."""
    x = np.linspace(-3, 3, GRID)
    phase = pace * np.arange(FRAMES)[:, None, None] / 10
    return {"x": x, "y": x, "z": np.sin(2 * x + phase) * np.cos(x[:, None] - phase)}


def walk(u, v):
    """A descent from a grabbed point into a bowl."""
    x = np.linspace(-2, 2, GRID)
    path = np.array([u, v]) * (1 - 0.2 * np.array([0.5, 4.0])) ** np.arange(40)[:, None]
    return {"x": x, "y": x, "z": (0.5 * x**2 + 4 * x[:, None] ** 2) / 2, "p": path[:, 0], "q": path[:, 1]}


def explorers() -> list[Explorer]:
    time, pace, place = Time(frames=FRAMES), Slider(1, 2), Slider(-1.9, 1.9, stops=STOPS)
    waves = lines("x", [f"y{k}" for k in range(LINES)])
    contour = path_on_contour("x", "y", "z", paths=[("p", "q")])
    return [
        Explorer(curves, figure=waves, readout="{t}", caption="Ten waves.", pace=pace, t=time),
        Explorer(field, figure=heatmap("x", "y", "z"), readout="{t}", caption="A field.", pace=pace, t=time),
        Explorer(walk, figure=contour, readout="{u}", caption="A walk.", u=place, v=place, pick={"x": "u", "y": "v"}),
    ]


PLAYED = """async ([name, bare]) => {
    const root = document.getElementById(`explorer-${name}`), plot = root.querySelector(".explorer-plot"), at = [];
    if (!bare) {
        root.addEventListener("explorer:painted", () => at.push(performance.now()));
        root.querySelector("[data-action=play]").click();
        while (root.querySelector("[data-action=play]").getAttribute("aria-pressed") === "true") await new Promise(requestAnimationFrame);
    } else {
        const host = document.body.appendChild(document.createElement("div"));
        host.style.cssText = `width: ${plot.clientWidth}px; height: ${plot.clientHeight}px`;
        const layout = JSON.parse(JSON.stringify(plot.layout));
        const frames = root.explorer.picture;
        const data = (frame) => (frames.frame = frame, frames.filled().data);
        await Plotly.newPlot(host, data(0), layout);
        for (let k = 1; k < frames.arrays[Object.keys(frames.arrays).at(-1)].shape[0]; k++) {
            await new Promise(requestAnimationFrame);
            await Plotly.react(host, data(k), layout);
            at.push(performance.now());
        }
        host.remove();
    }
    return at.slice(1).map((time, k) => time - at[k]);
}"""

# Points around the middle; each is moved to, and the picture awaited, before the next.
GRABBED = """async (moves) => {
    const root = document.getElementById("explorer-walk"), plot = root.querySelector(".explorer-plot");
    const { xaxis, yaxis } = plot._fullLayout, box = plot.getBoundingClientRect();
    const host = document.body.appendChild(document.createElement("div"));
    host.style.cssText = `width: ${plot.clientWidth}px; height: ${plot.clientHeight}px`;
    const layout = JSON.parse(JSON.stringify(plot.layout));
    await Plotly.newPlot(host, root.explorer.picture.filled().data, layout);
    const ours = [], bare = [];
    const event = (type, x, y) => new PointerEvent(type, {
        bubbles: true, button: 0, pointerType: "mouse",
        clientX: box.left + xaxis._offset + xaxis.d2p(x), clientY: box.top + yaxis._offset + yaxis.d2p(y),
    });
    plot.dispatchEvent(event("pointerdown", 1.8, 0));
    await new Promise(done => setTimeout(done, 500));
    for (let k = 1; k <= moves; k++) {
        const painted = new Promise(done => root.addEventListener("explorer:painted", done, { once: true }));
        window.dispatchEvent(event("pointermove", 1.8 * Math.cos(k / 2), 1.8 * Math.sin(k / 2)));
        ours.push((await painted).detail.milliseconds);
        await new Promise(done => requestAnimationFrame(() => setTimeout(done, 20)));
        const data = root.explorer.picture.filled().data;
        const begun = performance.now();
        await Plotly.react(host, data, layout);
        bare.push(performance.now() - begun);
        await new Promise(done => requestAnimationFrame(() => setTimeout(done, 20)));
    }
    window.dispatchEvent(event("pointerup", 1.8, 0));
    host.remove();
    return { ours, bare };
}"""


def main() -> None:
    print(f"films of {FRAMES} frames, ms between pictures; a grabbed point, ms from pointer to picture\n")
    print("| figure | ours, median | bare Plotly.react, median | required |")
    print("|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page_file, made = write_page(pathlib.Path(folder), explorers)
        browser = launch(playwright)
        page = browser.new_page(viewport={"width": 1100, "height": 900})
        page.goto(page_file.as_uri())
        for explorer in made:
            page.evaluate("name => document.getElementById(`explorer-${name}`).explorer.wake()", explorer.declaration.name)
        page.wait_for_timeout(1000)
        for name, what in (("curves", f"{LINES} lines of {POINTS} points"), ("field", f"map of {GRID} × {GRID}")):
            ours, bare = (float(np.median(page.evaluate(PLAYED, [name, bare]))) for bare in (False, True))
            print(f"| film, {what} | {ours:.1f} | {bare:.1f} | ≤ 34 |")
        times = page.evaluate(GRABBED, 60)
        print(f"| grabbed point of a descent | {np.median(times['ours']):.1f} | {np.median(times['bare']):.1f} | ≤ bare |")
        browser.close()


if __name__ == "__main__":
    main()
