"""The whole book as one PDF, printed by a browser: `python -m dlcore.book.press.pdf --browser /usr/bin/chromium`.

The landing page of the built book links to it from then on, where it has the place for it (see dlcore.book.downloads).
"""

import argparse
import shutil
import tempfile
from pathlib import Path

from dlcore.book import downloads

from . import contents, joined
from .binding import Printed, bind
from .printing import printer


def make(html: Path, target: Path, browser: str) -> int:
    """Print the built book in `html` into the file `target`; returns the number of pages."""
    pages = joined.in_order(html)
    first, by_address = pages[0], {page.address: page for page in pages}
    numbers, printed, count = {}, [], 0
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder, printer(browser) as print_sheet:
        for place, sheet in enumerate(joined.sheets(pages, html, Path(folder)), 1):
            path = Path(folder, f"{place:02}.html")
            path.write_text(sheet.html, encoding="utf-8")
            printed.append(Printed(path.with_suffix(".pdf"), print_sheet(path, count), sheet.places))
            numbers[sheet.name] = count + 1
            count += len(printed[-1])
            print(f"{sheet.title}: {len(printed[-1])} pages", flush=True)
        path = Path(folder, "00.html")
        path.write_text(contents.front(first, by_address, numbers), encoding="utf-8")
        print_sheet(path, None)
        return bind(
            [Printed(path.with_suffix(".pdf")), *printed], target, title=contents.title(first), author=contents.author(first)
        )


def main(arguments: list[str] | None = None) -> None:
    """Print the book, put a copy into it, and link it."""
    parser = argparse.ArgumentParser(description="Print the built book into one PDF.")
    parser.add_argument("--html", type=Path, default=Path("_build/html"))
    parser.add_argument("--to", type=Path, default=Path("_build/book.pdf"))
    parser.add_argument("--browser", required=True, help="path of a Chromium or Chrome")
    options = parser.parse_args(arguments)
    pages = make(options.html, options.to, options.browser)
    shutil.copy(options.to, options.html / downloads.PDF)
    linked = downloads.link_pdf(options.html)
    print(f"{options.to}: {pages} pages, {options.to.stat().st_size / 1e6:.1f} MB; "
          + ("the landing page links to it" if linked else "the landing page has no place for a link to it"))  # fmt: skip


if __name__ == "__main__":
    main()
