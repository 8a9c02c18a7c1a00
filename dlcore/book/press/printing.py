"""Sheets printed by a browser, one after the other: what it needs to remember is one chapter, not the book."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import sync_playwright

_STYLE = Path(__file__).with_name("paper.css")
_PATIENCE = 600_000  # milliseconds: for a chapter, on a machine that is busy
_NO_HOST = "--host-resolver-rules=MAP * ~NOTFOUND"
_NUMBERS = "@page {{ @bottom-center {{ content: counter(page); }} }} html {{ counter-reset: page {before}; }}"

# Everything is there: formulas are set, and pictures have come in the form in which they are printed.
_READY = """async () => {
    await window.MathJax?.startup?.promise;
    dispatchEvent(new Event("beforeprint"));
    await Promise.all([...document.images].map((image) => image.decode()));
}"""
# Headings as bookmarks: level, name of the place, and the words, a formula read from its MathML.
_HEADINGS = r"""() => {
    const children = (node) => [...node.children].map(said);
    const joined = { msup: "^", msub: "_", mfrac: "/" };
    const said = (node) => {
        if (node.localName in joined) return children(node).join(joined[node.localName]);
        if (node.localName === "msqrt") return `√${children(node).join("")}`;
        return node.children.length ? children(node).join("") : node.textContent;
    };
    const words = (node) => {
        if (node.nodeType === Node.TEXT_NODE) return node.data;
        if (node.localName === "mjx-container") return said(node.querySelector("math"));
        return [...node.childNodes].map(words).join("");
    };
    return [...document.querySelectorAll(":is(h1, h2, h3)[id]")].map((heading) => ({
        level: Number(heading.localName[1]), name: heading.id, title: words(heading).replace(/\s+/g, " ").trim(),
    }));
}"""


@dataclass(frozen=True)
class Heading:
    """A heading of the book: its level, 1 to 3, what it is called in the whole document, and its words."""

    level: int
    name: str
    title: str


@contextlib.contextmanager
def printer(browser: str) -> Iterator[Callable[[Path, int | None], list[Heading]]]:
    """The browser at a path, as a function that prints sheet.html to sheet.pdf and returns its headings.

    The page numbers follow the number given; there are none if it is None.

    Raises:
        RuntimeError: something that a sheet loads is not there, or a script on it fails.
    """
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=[_NO_HOST])

        def print_sheet(sheet: Path, before: int | None) -> list[Heading]:
            page = chromium.new_page(color_scheme="light", viewport={"width": 1000, "height": 1400})
            trouble: list[str] = []
            page.on("requestfailed", lambda request: trouble.append(f"{request.url} did not load"))
            page.on("pageerror", lambda error: trouble.append(str(error)))
            page.set_default_timeout(_PATIENCE)
            page.goto(sheet.resolve().as_uri())
            page.add_style_tag(content=_STYLE.read_text(encoding="utf-8"))
            if before is not None:
                page.add_style_tag(content=_NUMBERS.format(before=before))
            page.evaluate(_READY)
            headings = [Heading(**found) for found in page.evaluate(_HEADINGS)]
            page.pdf(path=sheet.with_suffix(".pdf"), prefer_css_page_size=True, print_background=True)
            page.close()
            if trouble:
                raise RuntimeError(f"all that a page loads is there and all its scripts run; on {sheet.name}: {'; '.join(trouble)}")
            return headings

        yield print_sheet
        chromium.close()
