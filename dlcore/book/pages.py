"""What each page holds, remembered in the Sphinx environment so that incremental builds stay right.

Sphinx reads again what was edited, and writes nothing at all if that is nothing. It does not know that pages are made by
the code of this extension, nor that static files belong to a book: both are looked after here.
"""

import filecmp
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from docutils import nodes
from sphinx.environment.collectors import EnvironmentCollector
from sphinx.util import logging

from dlcore.book import outputs
from dlcore.explore.reach import reach_of_modules

log = logging.getLogger(__name__)


class GeneratedTable(nodes.General, nodes.Element):
    """The place of a table that is made from all pages; its `kind` says which."""


@dataclass(frozen=True)
class Page:
    """The explorers, the claim records with their sections' titles, and the kinds of generated tables of a page, in order."""

    explorers: tuple[outputs.Explorer, ...] = ()
    claims: tuple[dict, ...] = ()
    sections: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()

    def anchors(self) -> list[str]:
        """The id of each claim's place on the page: claim-L2.16, claim-L2.16-2, …"""
        firsts = [record["ids"][0] for record in self.claims]
        earlier = [firsts[:k].count(name) for k, name in enumerate(firsts)]
        return [f"claim-{name}" + (f"-{k + 1}" if k else "") for name, k in zip(firsts, earlier, strict=True)]


def all_pages(env) -> dict[str, Page]:
    """What the pages of the book hold, by name; pages that hold nothing are left out."""
    if not hasattr(env, "dlcore_pages"):
        env.dlcore_pages = {}
    return env.dlcore_pages


class PageCollector(EnvironmentCollector):
    """Fills `all_pages` whenever a page is read, and warns of explorers that share a name."""

    def process_doc(self, app, doctree):
        name, found = app.env.docname, outputs.read_page(doctree)
        page = Page(*found, tuple(table["kind"] for table in doctree.findall(GeneratedTable)))
        if page == Page():
            return
        all_pages(app.env)[name] = page
        if page.claims or page.tables:
            app.env.get_domain("math").data["has_equations"][name] = True
        for explorer, count in Counter(explorer.name for explorer in page.explorers).items():
            if count > 1:
                log.warning(
                    "%d explorers on this page are named %r; give each a name= of its own",
                    count, explorer, location=name, type="dlcore", subtype="explorer",
                )  # fmt: skip

    def clear_doc(self, app, env, docname):
        all_pages(env).pop(docname, None)

    def merge_other(self, app, env, docnames, other):
        all_pages(env).update({name: page for name, page in all_pages(other).items() if name in docnames})


def pages_of_other_code(app, env, added, changed, removed) -> set[str]:
    """All pages, if this extension was another one when they were read."""
    here = Path(__file__).parent
    code = reach_of_modules([f"dlcore.book.{path.stem}" for path in here.glob("*.py")], here).digest()
    before, env.dlcore_book = getattr(env, "dlcore_book", code), code
    return set() if before == code else env.found_docs - added


def remember_removed(app, env, added, changed, removed) -> list[str]:
    """Note whether pages have gone."""
    app.dlcore_removed = bool(removed)
    return []


def spare_the_bibliography(app, env, docnames) -> None:
    """Where no page is read and none has gone, have no references formatted anew: that takes a second, and they are remembered."""
    if not docnames and not app.dlcore_removed:
        for listener in list(app.events.listeners["env-updated"]):
            if listener.handler.__module__ == "sphinxcontrib.bibtex":
                app.disconnect(listener.id)


def page_for_static_files(app, env) -> list[str]:
    """One page to write if a static file has changed: Sphinx copies them when it writes."""
    folders = [Path(app.confdir, folder) for folder in app.config.html_static_path]
    files = {path.relative_to(folder): path for folder in folders for path in sorted(folder.rglob("[!.]*")) if path.is_file()}
    built = Path(app.outdir, "_static")
    there = all((built / name).is_file() and filecmp.cmp(path, built / name) for name, path in files.items() if not _is_filled_in(name))
    return [] if there or app.builder.format != "html" else [env.config.root_doc]


def _is_filled_in(name: Path) -> bool:
    """Whether Sphinx takes a static file for a template, and writes another one."""
    return name.suffix == ".jinja" or name.suffix.endswith("_t")


def setup(app) -> None:
    """Register the collector and connect to the build."""
    app.add_env_collector(PageCollector)
    app.connect("env-get-outdated", pages_of_other_code)
    app.connect("env-get-outdated", remember_removed)
    app.connect("env-before-read-docs", spare_the_bibliography)
    app.connect("env-updated", page_for_static_files)
