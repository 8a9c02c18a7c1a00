"""The built book as the tests see it: its pages, what they hold, and the two homes that they are read from."""

import contextlib
import dataclasses
import functools
import itertools
import os
import pathlib
import subprocess
import sys
import threading
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from tests.explorers import ROOT, chapters, declarations_of

HOMES = ("file", "http")


@dataclasses.dataclass
class Page:
    """One page of the built book."""

    path: pathlib.Path  # below the book's root
    explorers: list[str]
    ids: set[str]
    links: list[str]
    loaded: list[str]  # scripts, styles, pictures: what a browser fetches by itself
    has_math: bool


class _Reader(HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.page = Page(path, [], set(), [], [], False)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.page.ids |= {given[key] for key in ("id", "name") if given.get(key)}
        if "data-explorer" in given:
            self.page.explorers.append(given["data-explorer"])
        if tag == "a" and given.get("href"):
            self.page.links.append(given["href"])
        if tag in ("script", "img", "iframe", "source") and given.get("src"):
            self.page.loaded.append(given["src"])
        if tag == "link" and given.get("rel") not in ("canonical", "search", "prev", "next", "index", "author"):
            self.page.loaded.append(given.get("href", ""))
        if "math" in (given.get("class") or "").split():
            self.page.has_math = True


def root() -> pathlib.Path:
    """The directory of the built book: BOOK_HTML, or _build/html, which is built if it is not there."""
    if "BOOK_HTML" in os.environ:
        return pathlib.Path(os.environ["BOOK_HTML"]).resolve()
    html = ROOT / "_build" / "html"
    if not (html / "index.html").exists():
        command = [pathlib.Path(sys.executable).with_name("jupyter-book"), "build", ROOT, "-W", "--keep-going"]
        subprocess.run(command, check=True)
    return html


@functools.cache
def pages(html: pathlib.Path) -> dict[str, Page]:
    """Every page of the book by its path below `html`."""
    found = {}
    for path in sorted(html.rglob("*.html")):
        if "_static" in path.parts:
            continue
        reader = _Reader(path.relative_to(html))
        reader.feed(path.read_text(encoding="utf-8"))
        found[reader.page.path.as_posix()] = reader.page
    return found


def sources() -> dict[str, pathlib.Path]:
    """Page with explorers → the notebook that it is made of."""
    return {f"chapters/{path.stem}.html": path for path in chapters()}


def declarations(address: str) -> dict:
    """Name → declaration of the explorers of a page."""
    return {declaration.name: declaration for declaration in declarations_of(sources()[address])}


def turns() -> list[tuple[str, str]]:
    """(home, page) for every page with explorers once, the homes by turns."""
    return list(zip(itertools.cycle(HOMES), sources(), strict=False))


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        """Say nothing: the browser's own errors are counted."""


@contextlib.contextmanager
def served(html: pathlib.Path):
    """Serve the book on this machine alone; yields its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(html)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
