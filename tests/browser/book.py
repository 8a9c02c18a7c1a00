"""The built book as the tests see it: its pages, what they hold, and the two homes that they are read from."""

import bisect
import contextlib
import dataclasses
import functools
import json
import os
import pathlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

from dlcore.explore.encoding import decode
from tests.explorers import ROOT, chapters


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


def address_of(path: pathlib.Path) -> str:
    """The page, below the book's root, that a notebook becomes."""
    return f"chapters/{path.stem}.html"


def sources() -> list[str]:
    """The pages that have explorers."""
    return [address_of(path) for path in chapters()]


class Baked:
    """The states of an explorer as they lie in the built book, decoded without a browser."""

    def __init__(self, html: pathlib.Path, address: str, name: str):
        page = (html / address).read_text(encoding="utf-8")
        figure = page[page.index(f'id="explorer-{name}"') :]
        start = figure.index('<script type="application/json">') + len('<script type="application/json">')
        self.spec = json.loads(figure[start : figure.index("</script>", start)])
        store = self.spec["store"]
        self.edges, self.folder = store["chunks"], html / "_static" / "explorers" / store["name"]
        self.constants = decode(store["constants"])[0] if store["constants"]["arrays"] else {}

    @property
    def count(self) -> int:
        """Number of states."""
        return self.edges[-1]

    def state(self, index: int) -> tuple[dict, str | list[str]]:
        """The arrays and the sentence of the state of that index; of a film the sentences of its frames."""
        chunk = bisect.bisect_right(self.edges, index) - 1
        content = self._chunk(chunk)
        place = index - self.edges[chunk]
        varying = decode(content)[place] if content["arrays"] else {}
        return self.constants | varying, content["readouts"][place]

    def sentences(self) -> Iterator[str]:
        """The sentences of all states and frames."""
        for chunk in range(len(self.edges) - 1):
            for told in self._chunk(chunk)["readouts"]:
                yield from told if isinstance(told, list) else [told]

    def _chunk(self, chunk: int) -> dict:
        text = (self.folder / f"{chunk:04d}.js").read_text(encoding="utf-8")
        return json.loads(text[text.index("{") : text.rindex("}") + 1])

    def said(self, query: str) -> str:
        """The sentence of the state that a link sets, at one of the stops, as "depth=50&variance=2"."""
        given, index, frame = dict(parse_qsl(query)), 0, 0
        for parameter in self.spec["parameters"]:
            name, stops = parameter["name"], parameter["stops"]
            place = _place(given.pop(name), stops) if name in given else stops.index(self.spec["start"][name])
            if name == self.spec["time"]:
                frame = place
            else:
                index = index * len(stops) + place
        assert not given, f"{self.spec['name']} has no {', '.join(given)}"
        _, sentence = self.state(index)
        return sentence[frame] if isinstance(sentence, list) else sentence


def _place(text: str, stops: list) -> int:
    """Which of the stops a link's text names."""
    if isinstance(stops[0], bool):
        return stops.index(text == "true")
    if isinstance(stops[0], str):
        return stops.index(text)
    return min(range(len(stops)), key=lambda k: abs(stops[k] - float(text)))


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
