"""How the height of each chapter's page is used, at 1280 × 900 pixels with everything folded.

python -m tests.benchmarks.bench_heights [03_explosion_and_vanishing …]    (after `make book`)
"""

import pathlib
import sys

from playwright.sync_api import sync_playwright

from tests.browser import book
from tests.browser.driver import WIDE, launch
from tests.heights import heights


def main() -> None:
    html = book.root()
    wanted = sys.argv[1:] or [pathlib.PurePath(address).stem for address in book.sources() if address[len("chapters/") :][0].isdigit()]
    print(f"{'chapter':38}{'screens':>8}{'figures':>9}{'checks':>8}{'first figure':>14}")
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for name in wanted:
            page = browser.new_page(**WIDE)
            page.goto((html / "chapters" / f"{name}.html").as_uri())
            used = heights(page)
            numbers = f"{used.screens:8.1f}{used.figures:9.1%}{used.checks:8.1%}{used.first_figure:14.1f}"
            print(f"{name:38}{numbers}  {'; '.join(used.too_much())}")
            page.close()


if __name__ == "__main__":
    main()
