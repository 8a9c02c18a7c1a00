"""The pages *Claim ledger* and *Errata*, and claims.json, out of the claims on all pages.

Both pages are written anew whenever a claim, its place or the title of its page has changed.
"""

import json
from pathlib import Path

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from dlcore import claims
from dlcore.book import only, outputs
from dlcore.book.pages import GeneratedTable, all_pages
from dlcore.book.sources import order
from dlcore.book.table import Row, Writer, is_claim

log = logging.getLogger(__name__)


def rows(env) -> list[Row]:
    """All claims and errata of the book in the order of their ids."""
    found = [
        Row(claims.from_record(record), name, anchor, section)
        for name, page in sorted(all_pages(env).items())
        for record, anchor, section in zip(page.claims, page.anchors(), page.sections, strict=True)
    ]
    return sorted(found, key=lambda row: order(row.entry.ids[0]))


def _table_of(entry) -> str:
    return "ledger" if isinstance(entry, claims.Claim) else "errata"


class _Generated(SphinxDirective):
    kind: str

    def run(self):
        return [GeneratedTable(kind=self.kind)]


class ClaimLedger(_Generated):
    """`{claim-ledger}`: the table of all claims."""

    kind = "ledger"


class ErrataTable(_Generated):
    """`{errata-table}`: the table of all errata."""

    kind = "errata"


def fill(app, doctree, docname) -> None:
    """Write the tables of a page, and link its claims to them."""
    page = all_pages(app.env).get(docname)
    if page is None or app.builder.format != "html":
        return
    writer = Writer(app, docname)
    for place in list(doctree.findall(GeneratedTable)):
        place.replace_self(nodes.raw("", writer.table(place["kind"], rows(app.env)), format="html"))
    anchors = iter(page.anchors())
    for node in outputs.html_nodes(doctree) if page.claims else []:
        entries = [claims.from_record(record) for record in outputs.read(node.astext())[1]]
        if entries:
            text = "".join(_html(entry, next(anchors), page, writer) for entry in entries)
            node.replace_self(nodes.raw("", text, format="html", classes=node["classes"]))


def _html(entry, anchor: str, page, writer: Writer) -> str:
    """A claim or erratum in its page, linked to its row, an erratum also to the claim that shows it: here, or in the ledger."""
    address = writer.address_of(_table_of(entry))
    if isinstance(entry, claims.Claim):
        return entry.html(anchor, address)
    made = [(record, place) for record, place in zip(page.claims, page.anchors(), strict=True) if record["kind"] == "claim"]
    here = {name: f"#{place}" for record, place in reversed(made) for name in record["ids"]}
    return entry.html(anchor, address, here.get(entry.shown_by, f"{writer.address_of('ledger')}#{entry.shown_by}"))


def check(app, env) -> list[str]:
    """Warn of errata that no claim shows, write claims.json, and have both pages written if they would be others than before."""
    found = rows(env)
    proven = {name for row in found if is_claim(row) for name in row.entry.ids}
    for row in found:
        shown_by = None if is_claim(row) else row.entry.shown_by
        if shown_by and shown_by not in proven and not only.chapter():
            log.warning(
                "the erratum %s is shown by %s, but no claim of the book has that id",
                ", ".join(row.entry.ids), shown_by, location=row.page, type="dlcore", subtype="claim",
            )  # fmt: skip
    if app.builder.format == "html":
        records = [{**row.entry.record(), "page": row.page, "anchor": row.anchor} for row in found]
        text = json.dumps(records, ensure_ascii=False, indent=1, sort_keys=True)
        Path(app.outdir, "claims.json").write_text(text + "\n", encoding="utf-8")
    shown = {name: (page.claims, page.sections, page.tables, env.titles[name].astext()) for name, page in all_pages(env).items()}
    before, env.dlcore_shown = getattr(env, "dlcore_shown", None), shown
    return [] if shown == before else [name for name, page in all_pages(env).items() if page.tables]


def link_script(app, pagename, templatename, context, doctree) -> None:
    """Load the filter on pages with a table, and on no other."""
    page = all_pages(app.env).get(pagename)
    if page and page.tables:
        app.add_js_file("filter.js", loading_method="defer")


def setup(app) -> None:
    """Register the directives and connect to the build."""
    app.add_node(GeneratedTable)
    app.add_directive("claim-ledger", ClaimLedger)
    app.add_directive("errata-table", ErrataTable)
    app.connect("env-updated", check)
    app.connect("doctree-resolved", fill)
    app.connect("html-page-context", link_script)
