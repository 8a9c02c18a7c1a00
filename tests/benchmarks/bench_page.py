"""What pages of the built book transfer before the first touch, gzipped, besides the shared Plotly.js and MathJax.

python -m tests.benchmarks.bench_page    (after `make book`)
"""

import gzip

from playwright.sync_api import sync_playwright

from tests.browser import book
from tests.browser.driver import launch

BOUND = 150_000
SHARED = ("plotly.min.js", "/mathjax/")


def transferred(browser, address: str) -> tuple[int, dict[str, int]]:
    """Number of explorers on a page, and gzipped bytes of everything it loads before anybody touches it."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    answers = {}
    page.on("response", lambda answer: answers.setdefault(answer.url, answer))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    sizes = {url: len(gzip.compress(answer.body(), 6)) for url, answer in list(answers.items()) if answer.ok}
    explorers = page.locator("figure.explorer").count()
    page.close()
    return explorers, sizes


def main() -> None:
    root = book.root()
    print("gzipped bytes of a page before the first touch, besides Plotly.js and MathJax\n")
    print("| page | explorers | bytes | required for 4 explorers |")
    print("|---|---|---|---|")
    with sync_playwright() as playwright, book.served(root) as address:
        browser = launch(playwright)
        for path in sorted(root.glob("chapters/*.html")):
            explorers, sizes = transferred(browser, f"{address}/chapters/{path.name}")
            own = sum(size for url, size in sizes.items() if not any(name in url for name in SHARED))
            print(f"| {path.stem} | {explorers} | {own:,} | ≤ {BOUND:,} |")
        browser.close()


if __name__ == "__main__":
    main()
