"""Where explorers put their data while notebooks run, what they say meanwhile, what the book keeps.

An explorer bakes into the directory that DLCORE_BAKE names, beside the built pages and shared by all
builds, and appends what it has to say to the file that DLCORE_LOG names. The book links the front end
only on pages that have a figure, and keeps only the stores that a page uses.
"""

import filecmp
import os
import shutil
import sys
import threading
from pathlib import Path

from sphinx.util import logging

from dlcore.book.pages import all_pages

log = logging.getLogger(__name__)

_VARIABLES = ("DLCORE_BAKE", "DLCORE_LOG")


class Tail(threading.Thread):
    """Copies what is appended to a file to a stream, progress bars included, until it is stopped."""

    def __init__(self, path: Path, stream):
        super().__init__(daemon=True)
        self.path, self.stream, self._done = path, stream, threading.Event()

    def run(self) -> None:
        """Copy until `stop`, and then what is left."""
        with open(self.path, encoding="utf-8", errors="replace", newline="") as file:
            finishing = False
            while not finishing:
                finishing = self._done.wait(0.1)
                text = file.read()
                if text:
                    self.stream.write(text)
                    self.stream.flush()

    def stop(self) -> None:
        """Copy the rest and end."""
        self._done.set()
        self.join()


def start(app) -> None:
    """Say where to bake and where to report; follow the reports."""
    cache = Path(app.outdir).parent.resolve() / "explorers"
    cache.mkdir(parents=True, exist_ok=True)
    report = cache / "report.log"
    report.write_text("", encoding="utf-8")
    os.environ.update(DLCORE_BAKE=str(cache), DLCORE_LOG=str(report))
    app.dlcore_tail = Tail(report, sys.__stderr__)
    app.dlcore_tail.start()


def finish(app, exception) -> None:
    """Stop following, and forget the variables."""
    app.dlcore_tail.stop()
    for name in _VARIABLES:
        os.environ.pop(name, None)


def collect(app, env) -> list[str]:
    """Put the front end and the stores in use into the built book; remove stores no longer in use.

    If the front end has changed, one page is written, and with it what is made of all pages and their scripts.
    """
    if app.builder.format != "html":
        return []
    used = {explorer.store: name for name, page in all_pages(env).items() for explorer in page.explorers}
    target = Path(app.outdir) / "_static" / "explorers"
    for old in target.glob("*/"):
        if old.name not in used:
            shutil.rmtree(old)
    for store, docname in used.items():
        source = Path(os.environ["DLCORE_BAKE"]) / store
        if source.is_dir():
            shutil.copytree(source, target / store, ignore=_not_fetched, copy_function=_copy, dirs_exist_ok=True)
        else:
            log.warning(
                "the baked data %s of an explorer is missing from %s; run `make clean` and build again",
                store, source.parent, location=docname, type="dlcore", subtype="explorer",
            )  # fmt: skip
    return [env.config.root_doc] if used and _write_front(target) else []


def _write_front(target: Path) -> bool:
    """Write the front end; whether it is another one than before."""
    from dlcore.explore import assets

    def front():
        return {path.name: path.read_bytes() for path in target.glob("explorer.*")}

    before = front()
    assets.write(target)
    return front() != before


def _not_fetched(directory, names) -> list[str]:
    """What of a store no page asks for: all but chunks and stills."""
    return [name for name in names if not name.endswith((".js", ".svg"))]


def _copy(source: str, target: str) -> None:
    """Copy a file unless it is there already."""
    if not (os.path.exists(target) and filecmp.cmp(source, target)):
        shutil.copy2(source, target)


def link_front_end(app, pagename, templatename, context, doctree) -> None:
    """Load the front end on pages that have an explorer, and on no other."""
    page = all_pages(app.env).get(pagename)
    if page and page.explorers:
        app.add_css_file("explorers/explorer.css")
        app.add_js_file("explorers/explorer.js", loading_method="defer")


def setup(app) -> None:
    """Connect to the build."""
    app.connect("builder-inited", start)
    app.connect("env-updated", collect)
    app.connect("html-page-context", link_front_end)
    app.connect("build-finished", finish)
