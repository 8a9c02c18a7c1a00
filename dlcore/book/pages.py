"""What each page holds, remembered in the Sphinx environment so that incremental builds stay right."""

from collections import Counter
from dataclasses import dataclass

from docutils import nodes
from sphinx.environment.collectors import EnvironmentCollector
from sphinx.util import logging

from dlcore.book import cards, outputs
from dlcore.book.cards import Card

log = logging.getLogger(__name__)


class GeneratedTable(nodes.General, nodes.Element):
    """The place of a table that is made from all pages; its `kind` says which."""


class Place(nodes.General, nodes.Inline, nodes.Element):
    """A place that is filled in from all pages; its `kind` says with what."""


@dataclass(frozen=True)
class Page:
    """The explorers, the claim records with their sections' titles, and the kinds of generated tables of a page, in order.

    Besides, what the gallery says of each figure, the kinds of places to be filled in, and the number of exercises.
    """

    explorers: tuple[outputs.Explorer, ...] = ()
    claims: tuple[dict, ...] = ()
    sections: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    cards: tuple[Card, ...] = ()
    places: tuple[str, ...] = ()
    exercises: int = 0

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
        """Called by Sphinx when a page has been read: remember what it holds."""
        name, found = app.env.docname, outputs.read_page(doctree)
        tables, places = (tuple(place["kind"] for place in doctree.findall(kind)) for kind in (GeneratedTable, Place))
        exercises = sum("exercise" in node["classes"] for node in doctree.findall(nodes.Admonition))
        page = Page(*found, tables, cards.read(doctree), places, exercises)
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
        """Called by Sphinx before a page is read again, or when it is gone: forget it."""
        all_pages(env).pop(docname, None)

    def merge_other(self, app, env, docnames, other):
        """Called by Sphinx where pages are read in several processes: take over what another has seen."""
        all_pages(env).update({name: page for name, page in all_pages(other).items() if name in docnames})


def setup(app) -> None:
    """Register the collector."""
    app.add_env_collector(PageCollector)
