"""What pages of the built book transfer before the first touch, gzipped, and how soon their first picture is there.

python -m tests.benchmarks.bench_page    (after `make book`)
"""

import gzip

import numpy as np
from playwright.sync_api import sync_playwright

from tests.browser import book
from tests.browser.driver import PATIENCE, launch

BOUND, STILLS = 650_000, 150_000
TIMES = 5

# Milliseconds from the first byte asked for until a picture of the first figure has been shown for a frame: its still, or Plotly's,
# asked for as soon as can be. The page looks for itself, so that no word from the driver has to wait for a busy page.
WATCH = """() => {
    const look = () => {
        const figure = document.querySelector("figure.explorer");
        if (figure && (SHOWN)(figure)) requestAnimationFrame(() => requestAnimationFrame(() => (window.shown = performance.now())));
        else setTimeout(look, 5);
    };
    look();
}"""
STILL = """figure => {
    const image = figure.querySelector(".explorer-still img");
    if (!image) return false;
    if (!window.scrolled) image.scrollIntoView();
    window.scrolled = true;
    return image.complete && image.naturalWidth > 0;
}"""
DRAWN = """({ explorer }) => {
    if (explorer && !explorer.picture && !explorer.running) explorer.wake();
    return explorer?.picture && !explorer.running;
}"""


def transferred(browser, address: str) -> tuple[int, dict[str, int]]:
    """Number of explorers on a page, and gzipped bytes of everything it loads before anybody touches it, all stills among it."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    answers = {}
    page.on("response", lambda answer: answers.setdefault(answer.url, answer))
    page.goto(address)
    for figure in page.locator("figure.explorer").all():
        figure.evaluate("figure => figure.scrollIntoView()")
    page.wait_for_load_state("networkidle")
    sizes = {url: len(gzip.compress(answer.body(), 6)) for url, answer in list(answers.items()) if answer.ok}
    explorers = page.locator("figure.explorer").count()
    page.close()
    return explorers, sizes


def first_picture(browser, address: str, shown: str) -> float:
    """Milliseconds to the first picture, the median of some fresh pages."""
    times = []
    for _ in range(TIMES):
        context = browser.new_context(viewport={"width": 1280, "height": 900})  # nothing is kept from the page before
        page = context.new_page()
        page.add_init_script(f"({WATCH.replace('SHOWN', shown)})()")
        page.goto(address)
        times.append(page.wait_for_function("window.shown", timeout=PATIENCE).json_value())
        context.close()
    return float(np.median(times))


def main() -> None:
    root = book.root()
    print("gzipped bytes of a page before the first touch, and milliseconds to its first picture\n")
    print("| page | explorers | bytes | of which stills | required, stills for 4 | still, ms | Plotly, ms | ratio (≤ 0.25) |")
    print("|---|---|---|---|---|---|---|---|")
    with sync_playwright() as playwright, book.served(root) as address:
        browser = launch(playwright)
        for path in sorted(root.glob("chapters/*.html")):
            place = f"{address}/chapters/{path.name}"
            explorers, sizes = transferred(browser, place)
            stills = sum(size for url, size in sizes.items() if "/explorers/" in url and url.endswith(".svg"))
            row = f"| {path.stem} | {explorers} | {sum(sizes.values()):,} | {stills:,} | ≤ {BOUND:,}, {STILLS:,} |"
            if explorers:
                still, drawn = (first_picture(browser, place, shown) for shown in (STILL, DRAWN))
                row += f" {still:.0f} | {drawn:.0f} | {still / drawn:.2f} |"
            print(row, flush=True)
        browser.close()


if __name__ == "__main__":
    main()
