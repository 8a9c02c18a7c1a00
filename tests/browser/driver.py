"""What the browser tests share: a Chromium, pages that note what they should not do, and an explorer's figure."""

import dataclasses
import hashlib
import json
import time
from urllib.parse import urlsplit

from tests.chromium import FLAGS, find

# Every name but this machine's own is refused by the browser's resolver; the pages' wishes are counted as well.
NO_OTHER_HOST = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
LOCAL = {"", None, "127.0.0.1"}
PATIENCE = 60_000  # milliseconds; far above what anything here takes on a machine with little else to do


WIDE = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"}
NARROW = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}


# Where a point of the first pair of axes lies on the screen.
PIXEL = """(plot, [x, y]) => {
    const { xaxis, yaxis } = plot._fullLayout, box = plot.getBoundingClientRect();
    return [box.left + xaxis._offset + xaxis.d2p(x), box.top + yaxis._offset + yaxis.d2p(y)];
}"""


def calm(page):
    """The page, as soon as every figure is drawn and the mathematics is set."""
    drawn = "[...document.querySelectorAll('figure.explorer')].every(figure => figure.dataset.state)"
    page.wait_for_function(drawn, timeout=PATIENCE)
    page.evaluate("window.MathJax?.startup?.promise")
    return page


def launch(playwright):
    """The browser of all tests, cut off from other hosts."""
    return playwright.chromium.launch(executable_path=find(playwright), args=[*FLAGS, NO_OTHER_HOST])


@dataclasses.dataclass
class Watch:
    """What went wrong behind a reader's back: console errors, uncaught errors, requests to other hosts."""

    tolerated: tuple[str, ...] = ()  # parts of messages that are somebody else's
    errors: list[str] = dataclasses.field(default_factory=list)
    foreign: list[str] = dataclasses.field(default_factory=list)

    def over(self, context) -> "Watch":
        """Start to watch every page of a browser context."""
        context.on("console", lambda message: message.type == "error" and self._erred(message.text))
        context.on("weberror", lambda error: self._erred(error.error.stack or str(error.error)))
        context.on("request", lambda request: self._requested(request.url))
        return self

    def _erred(self, text: str) -> None:
        if not any(part in text for part in self.tolerated):
            self.errors.append(text)

    def _requested(self, address: str) -> None:
        if urlsplit(address).hostname not in LOCAL:
            self.foreign.append(address)

    def clean(self) -> None:
        """Assert that nothing went wrong."""
        assert self.foreign == [], f"requests to other hosts: {self.foreign}"
        assert self.errors == [], f"errors in the console: {self.errors}"


_QUIET = """name => {
    const root = document.getElementById(`explorer-${name}`);
    const { explorer } = root ?? {};
    if (explorer && !explorer.picture && !explorer.running && !explorer.alert.textContent) explorer.wake(); // it was a still
    return explorer?.picture && root.dataset.state && !root.hasAttribute("aria-busy");
}"""
# A pixel that is read back waits for all that was to be drawn before it; the frame after brings it onto the screen.
_DRAWN = """async plot => {
    const frame = () => new Promise(done => requestAnimationFrame(done));
    await frame();
    await frame();
    for (const canvas of plot.querySelectorAll("canvas")) {
        const gl = canvas.getContext("webgl") ?? canvas.getContext("webgl2");
        gl?.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
    }
    await frame();
}"""

_LOOK = """root => {
    const plot = root.querySelector(".explorer-plot");
    const listed = value => ArrayBuffer.isView(value) || Array.isArray(value);
    const plain = value => listed(value) ? Array.from(value, plain) : value;
    const arrays = trace => ["x", "y", "z"].filter(key => key in trace).map(key => [key, plain(trace[key])]);
    // What is drawn, the label under a mouse that happens to lie on the picture apart.
    const drawn = [...plot.querySelectorAll("path, image")].filter(node => !node.closest("defs, .hoverlayer"));
    const nine = range => range.map(end => Number(end.toPrecision(9)));  // 3-D axes come back through a division
    const ranges = {};
    for (const [name, axis] of Object.entries(plot._fullLayout)) {
        if (/^[xy]axis/.test(name)) ranges[name] = nine(axis.range);
        if (/^scene\\d*$/.test(name)) for (const k of "xyz") ranges[`${name}.${k}`] = nine(axis[`${k}axis`].range);
    }
    plot._fullData.forEach(({ zmin, zmax, cmin, cmax }, k) => {
        if ((zmin ?? cmin) !== undefined) ranges[k] = nine([zmin ?? cmin, zmax ?? cmax]);
    });
    const outputs = [...root.querySelectorAll(".explorer-control")]
        .map(control => [control.querySelector("[name]").name, control.querySelector("output").textContent]);
    return {
        state: JSON.parse(root.dataset.state),
        outputs: Object.fromEntries(outputs),
        readout: root.querySelector(".explorer-readout").textContent,
        trouble: root.querySelector("[role=alert]").textContent,
        traces: plot.data.map(trace => Object.fromEntries(arrays(trace))),
        ranges,
        drawn: drawn.map(node => node.getAttribute("d") ?? node.getAttribute("href") ?? node.getAttribute("xlink:href")).sort().join(";"),
        strokes: drawn.filter(node => node.getAttribute("d")).map(node => node.getAttribute("class")).sort(),
        places: [...plot.querySelectorAll("path.point")].map(node => node.getAttribute("transform")).join(";"),
        canvas: plot.querySelector("canvas") !== null,
    };
}"""
_SMALLEST = """root => {
    const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    let smallest = Infinity;
    while (texts.nextNode()) {
        const element = texts.currentNode.parentElement;
        const shown = element.checkVisibility() && element.getBoundingClientRect().width > 1;
        const index = element.closest("sup, sub, tspan[style*='font-size:70%']"); // smaller than its symbol, as indices are
        if (!shown || !texts.currentNode.data.trim() || index || element.closest("option")) continue;
        smallest = Math.min(smallest, parseFloat(getComputedStyle(element).fontSize));
    }
    return smallest;
}"""


@dataclasses.dataclass(frozen=True)
class View:
    """What a figure shows at one moment."""

    state: dict  # parameter values, as the DOM says
    outputs: dict[str, str]  # what stands beside each control
    readout: str
    trouble: str
    traces: list[dict]  # the plotted arrays, ghosts first: nested lists under x, y and z for each trace
    ranges: dict  # of all axes and colour scales
    picture: str  # a hash of the drawn paths and images in any order, and of the pixels where WebGL draws them
    strokes: list[str]  # the classes of all drawn paths, sorted: what is drawn, if not where
    places: str  # of markers, which keep their shape when they move; Plotly rounds them in more than one way


class Figure:
    """One explorer on a page, used as a reader uses it: by keyboard, buttons and eyes."""

    def __init__(self, page, name: str):
        self.page, self.name = page, name
        self.root = page.locator(f'[id="explorer-{name}"]')
        self.plot = self.root.locator(".explorer-plot")

    def settled(self) -> "Figure":
        """Wait until a picture is there and nothing is on its way."""
        self.page.wait_for_function(_QUIET, arg=self.name, timeout=PATIENCE)
        return self

    def reaches(self, **values) -> "Figure":
        """Wait until the state holds these values, where what sets it comes in its own time."""
        reached = """([name, values]) => {
            const state = JSON.parse(document.getElementById(`explorer-${name}`).dataset.state);
            return Object.entries(values).every(([name, value]) => state[name] === value);
        }"""
        self.page.wait_for_function(reached, arg=[self.name, values], timeout=PATIENCE)
        return self.settled()

    def until(self, holds) -> "Figure":
        """Wait until `holds()`, asked again and again: for what the browser does in its own time, such as a change of size."""
        deadline = time.monotonic() + PATIENCE / 1000
        while not holds():
            assert time.monotonic() < deadline, f"{self.name}: waited in vain"
            self.page.wait_for_timeout(50)
        return self

    def later(self, milliseconds: int) -> "Figure":
        """Let the page's timers run on by so much; its clock must have been installed."""
        self.page.clock.run_for(milliseconds)
        return self.settled()

    def look(self) -> View:
        """Everything that the figure shows now."""
        seen = self.root.evaluate(_LOOK)
        pixels = self._pixels() if seen.pop("canvas") else b""
        return View(**seen | {"picture": hashlib.sha256(seen.pop("drawn").encode() + pixels).hexdigest()})

    def _pixels(self) -> bytes:
        """The picture of a scene in WebGL, which comes some frames after the rest, as soon as three in a row are the same."""
        self.page.mouse.move(0, 0)  # no label under a mouse that happens to lie on it
        shots = []
        self.until(lambda: shots.append(self._shot()) or (len(shots) > 2 and shots[-1] == shots[-2] == shots[-3]))
        return shots[-1]

    def _shot(self) -> bytes:
        """A picture taken when the scene has had its turn, once in every frame of the page, and what it asked for is drawn."""
        self.plot.evaluate(_DRAWN)
        return self.plot.screenshot()

    @property
    def state(self) -> dict:
        return json.loads(self.root.get_attribute("data-state"))

    @property
    def trouble(self) -> str:
        return self.root.locator("[role=alert]").text_content()

    @property
    def spec(self) -> dict:
        """What the front end was told: parameters with the values they offer, presets, the store."""
        return self.root.evaluate("root => root.explorer.spec")

    def control(self, name: str):
        return self.root.locator(f'[name="{name}"]')

    def button(self, kind: str, name: str):
        """The button of an action or a preset."""
        return self.root.locator(f"button[data-{kind}={json.dumps(name, ensure_ascii=False)}]")

    # ---- acting -----------------------------------------------------------------------------

    def press(self, name: str, *keys: str) -> "Figure":
        self.control(name).focus()
        for key in keys:
            self.page.keyboard.press(key)
        return self.settled()

    def preset(self, name: str) -> "Figure":
        self.button("preset", name).click()
        return self.settled()

    def action(self, name: str) -> "Figure":
        self.button("action", name).click()
        return self.settled()

    def drag(self, name: str, steps: int) -> "Figure":
        """Drag a slider's thumb with the mouse from one end to the other in small moves."""
        self.press(name, "Home")
        box = self.control(name).bounding_box()
        middle = box["y"] + box["height"] / 2
        self.page.mouse.move(box["x"] + 8, middle)
        self.page.mouse.down()
        self.page.mouse.move(box["x"] + box["width"] - 2, middle, steps=steps)
        self.page.mouse.up()
        return self.settled()

    def burst(self, name: str, positions: list[int], pause: float = 0) -> int:
        """Fire one input event for each position of a slider; returns how many pictures came after the last event."""
        behind = self.root.evaluate(
            """async (root, [name, positions, pause]) => {
                let painted = 0;
                const count = () => painted++;
                root.addEventListener("explorer:painted", count);
                const slider = root.querySelector(`[name="${name}"]`);
                for (const position of positions) {
                    if (pause) await new Promise(resolve => setTimeout(resolve, pause));
                    slider.value = position;
                    slider.dispatchEvent(new Event("input", { bubbles: true }));
                }
                const before = painted;
                while (root.hasAttribute("aria-busy")) await new Promise(resolve => setTimeout(resolve, 5));
                root.removeEventListener("explorer:painted", count);
                return painted - before;
            }""",
            [name, positions, pause],
        )
        self.settled()
        return behind

    @property
    def smallest_type(self) -> float:
        """The smallest size in pixels of any visible text of the figure, indices and exponents apart."""
        return self.root.evaluate(_SMALLEST)
