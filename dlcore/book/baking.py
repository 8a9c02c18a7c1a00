"""Where explorers put their data while notebooks run, what they say meanwhile, what the book keeps.

An explorer bakes into the directory that DLCORE_BAKE names, beside the built pages and shared by all
builds, and appends what it has to say to the file that DLCORE_LOG names. The book links the front end
only on pages that have a figure, and keeps only the stores that a page uses.
"""

import hashlib
import importlib.metadata
import os
import shutil
import sys
import threading
from pathlib import Path

from sphinx.util import logging

import dlcore
from dlcore.book.pages import all_pages

log = logging.getLogger(__name__)

_VARIABLES = ("DLCORE_BAKE", "DLCORE_LOG")


class Tail(threading.Thread):
    """Copies what is appended to a file to a stream, progress bars included, until it is stopped."""

    def __init__(self, path: Path, stream):
        super().__init__(daemon=True)
        self.path, self.stream, self._done = path, stream, threading.Event()

    def run(self) -> None:
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
    """Stop following, forget the variables, and have a build that failed fail again.

    Sphinx reads an unchanged page only once, so that its warnings would be gone from the next build.
    """
    app.dlcore_tail.stop()
    for name in _VARIABLES:
        os.environ.pop(name, None)
    if exception is not None or app._warncount:
        Path(app.doctreedir, "environment.pickle").unlink(missing_ok=True)


def digest_of_sources() -> str:
    """A hash of everything besides a notebook that decides what it computes: dlcore and all installed packages."""
    root = Path(dlcore.__file__).parent
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.suffix != ".pyc" and root / "book" not in path.parents:
            digest.update(f"\0{path.relative_to(root)}\0".encode() + path.read_bytes())
    installed = {f"{found.name}=={found.version}" for found in importlib.metadata.distributions()}
    digest.update("\n".join(sorted(installed)).encode())
    return digest.hexdigest()[:16]


def choose_cache(app, config) -> None:
    """Keep the outputs of notebooks under the hash of what computed them.

    A notebook whose code is unchanged is not run again when its prose is edited; every notebook is when
    dlcore or a package has changed, since a new value of this setting makes Sphinx read all pages.
    """
    caches = Path(config.nb_execution_cache_path or Path(app.outdir).parent / ".jupyter_cache").resolve()
    digest = digest_of_sources()
    for stale in caches.glob("*/"):
        if stale.name != digest:
            shutil.rmtree(stale)
    config.nb_execution_cache_path = str(caches / digest)


def collect(app, env) -> None:
    """Put the front end and the stores in use into the built book; remove stores no longer in use."""
    if app.builder.format != "html":
        return
    used = {explorer.store: name for name, page in all_pages(env).items() for explorer in page.explorers}
    target = Path(app.outdir) / "_static" / "explorers"
    for old in target.glob("*/"):
        if old.name not in used:
            shutil.rmtree(old)
    if used:
        from dlcore.explore import assets

        target.mkdir(parents=True, exist_ok=True)
        assets.write(target)
    for store, docname in used.items():
        source = Path(os.environ["DLCORE_BAKE"]) / store
        if source.is_dir():
            shutil.copytree(source, target / store, ignore=_not_chunks, dirs_exist_ok=True)
        else:
            log.warning(
                "the baked data %s of an explorer is missing from %s; run `make clean` and build again",
                store, source.parent, location=docname, type="dlcore", subtype="explorer",
            )  # fmt: skip


def _not_chunks(directory, names) -> list[str]:
    return [name for name in names if not name.endswith(".js")]


def link_front_end(app, pagename, templatename, context, doctree) -> None:
    """Load the front end on pages that have an explorer, and on no other."""
    page = all_pages(app.env).get(pagename)
    if page and page.explorers:
        app.add_css_file("explorers/explorer.css")
        app.add_js_file("explorers/explorer.js", loading_method="defer")


def setup(app) -> None:
    """Connect to the build."""
    app.connect("config-inited", choose_cache)
    app.connect("builder-inited", start)
    app.connect("env-updated", collect)
    app.connect("html-page-context", link_front_end)
    app.connect("build-finished", finish)
