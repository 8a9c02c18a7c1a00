"""The pages *Claim ledger* and *Errata*, and claims.json, out of the claims on all pages.

Both pages are written anew in every build, so that they are right after incremental ones as well.
"""

import html
import json
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from dlcore import claims
from dlcore.book import only, outputs
from dlcore.book.pages import GeneratedTable, all_pages
from dlcore.notation import number, typeset

log = logging.getLogger(__name__)

SOURCES = {
    "L": "Lecture notes CIE6128 (Sun, Hong and Wang)",
    "S1": "Slides Mathematics of Deep Learning (Jelenković)",
    "S2": "Notes Deep Learning Theory, after the blog of Desh Raj",
    "S4": "Slides Diving into Deep Learning (Newman)",
    "D": "The package dnn101",
    "B": "Beyond these sources",
}


@dataclass(frozen=True)
class Row:
    """A claim or erratum and its place in the book."""

    entry: claims.Claim | claims.Erratum
    page: str
    anchor: str


def source_of(name: str) -> str:
    """The key of SOURCES that a ledger id belongs to: 'L2.16' and 'LA.01' → 'L', 'S1.03' → 'S1'."""
    return max((key for key in SOURCES if name.startswith(key)), key=len, default="B")


def rows(env) -> list[Row]:
    """All claims and errata of the book in the order of their ids."""
    found = [
        Row(claims.from_record(record), name, anchor)
        for name, page in sorted(all_pages(env).items())
        for record, anchor in zip(page.claims, page.anchors(), strict=True)
    ]
    return sorted(found, key=lambda row: order(row.entry.ids[0]))


def is_claim(row: Row) -> bool:
    """Whether a row has numbers, and so belongs to the ledger."""
    return isinstance(row.entry, claims.Claim)


def _table_of(entry) -> str:
    return "ledger" if isinstance(entry, claims.Claim) else "errata"


def order(name: str) -> tuple:
    """The place of an id among all: by source, chapter and number, 'L2.16' before 'L10.02' before 'LA.01'."""
    key = source_of(name)
    parts = re.findall(r"\d+|[A-Za-z]+", name.removeprefix(key))
    return list(SOURCES).index(key), [(not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts]


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


class _Writer:
    """Writes the tables as they are seen from one page."""

    def __init__(self, app, page: str):
        self.app, self.page, self.titles = app, page, app.env.titles

    def address_of(self, kind: str) -> str | None:
        """The page that has the table `kind`, relative to this one."""
        for name, page in sorted(all_pages(self.app.env).items()):
            if kind in page.tables:
                return self.app.builder.get_relative_uri(self.page, name)
        return None

    def table(self, kind: str, found: list[Row]) -> str:
        """The whole generated part of a page."""
        chosen = [row for row in found if is_claim(row) == (kind == "ledger")]
        if not chosen:
            return "<p>Nothing here yet.</p>"
        heads, line = {
            "ledger": ("Id|Statement|Source|Chapter|Measured|Theory|Tolerance|Obtained by", self._claim_cells),
            "errata": ("Id|Source|It says|Correct|Chapter|Shown by", self._erratum_cells),
        }[kind]
        noun = "claims" if kind == "ledger" else "errata"
        seen: set[str] = set()
        body = "".join(f"<tr>{self._ids(row, seen)}{_cells(line(row))}</tr>\n" for row in chosen)
        head = "".join(f'<th scope="col">{name}</th>' for name in heads.split("|"))
        return (
            f"{_counts(chosen, noun)}\n"
            f'<p class="ledger-search" hidden><label for="ledger-filter">Show rows with</label> '
            f'<input id="ledger-filter" type="search" autocomplete="off" spellcheck="false"> '
            f'<span id="ledger-count" role="status" data-noun="{noun}"></span></p>\n'
            f'<div class="ledger-scroll" role="region" tabindex="0" aria-label="All {noun}">'
            f'<table class="table ledger{" ledger-numbers" if kind == "ledger" else ""}" id="ledger-table"><thead><tr>{head}</tr></thead>\n'
            f"<tbody>\n{body}</tbody></table></div>"
        )

    def _ids(self, row: Row, seen: set[str]) -> str:
        names = []
        for name in row.entry.ids:
            names.append(f"<span>{name}</span>" if name in seen else f'<span id="{name}">{name}</span>')
            seen.add(name)
        return f'<th scope="row">{", ".join(names)}</th>'

    def _claim_cells(self, row: Row) -> list[str]:
        entry = row.entry
        value, tolerance = entry.theory
        return [
            typeset(entry.statement), html.escape(entry.source or ""), self._place(row),
            number(entry.measured, 4), value, f"± {tolerance}" if tolerance else "", html.escape(entry.by or ""),
        ]  # fmt: skip

    def _erratum_cells(self, row: Row) -> list[str]:
        entry, ledger = row.entry, self.address_of("ledger")
        shown_by = entry.shown_by or ""
        link = f'<a href="{ledger}#{shown_by}">{shown_by}</a>' if shown_by and ledger else shown_by
        return [html.escape(entry.source), typeset(entry.says), typeset(entry.correct), self._place(row), link]

    def _place(self, row: Row) -> str:
        address = self.app.builder.get_relative_uri(self.page, row.page)
        return f'<a href="{address}#{row.anchor}">{html.escape(self.titles[row.page].astext())}</a>'


def _cells(texts: list[str]) -> str:
    return "".join(f"<td>{text}</td>" for text in texts)


def _counts(chosen: list[Row], noun: str) -> str:
    """How many entries of each source are settled, and by how many rows."""
    names, count = defaultdict(set), defaultdict(int)
    for row in chosen:
        for key in {source_of(name) for name in row.entry.ids}:
            names[key] |= {name for name in row.entry.ids if source_of(name) == key}
            count[key] += 1
    lines = "".join(
        f'<tr><th scope="row">{html.escape(title)}</th><td>{len(names[key])}</td><td>{count[key]}</td></tr>'
        for key, title in SOURCES.items()
        if key in names
    )
    return (
        f'<table class="table ledger-counts"><thead><tr><th scope="col">Source</th><th scope="col">Entries</th>'
        f'<th scope="col">{noun.capitalize()}</th></tr></thead><tbody>{lines}</tbody></table>'
    )


def fill(app, doctree, docname) -> None:
    """Write the tables of a page, and link its claims to them."""
    page = all_pages(app.env).get(docname)
    if page is None or app.builder.format != "html":
        return
    writer = _Writer(app, docname)
    for place in list(doctree.findall(GeneratedTable)):
        place.replace_self(nodes.raw("", writer.table(place["kind"], rows(app.env)), format="html"))
    anchors = iter(page.anchors())
    for node in outputs.html_nodes(doctree) if page.claims else []:
        entries = [claims.from_record(record) for record in outputs.read(node.astext())[1]]
        if entries:
            text = "".join(entry.html(next(anchors), writer.address_of(_table_of(entry))) for entry in entries)
            node.replace_self(nodes.raw("", text, format="html", classes=node["classes"]))


def check(app, env) -> list[str]:
    """Warn of errata that no claim shows, write claims.json, and have both pages written."""
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
    return [name for name, page in all_pages(env).items() if page.tables]


def link_script(app, pagename, templatename, context, doctree) -> None:
    """Load the filter on pages with a table, and on no other."""
    page = all_pages(app.env).get(pagename)
    if page and page.tables:
        app.add_js_file("ledger.js", loading_method="defer")


def setup(app) -> None:
    """Register the directives and connect to the build."""
    app.add_node(GeneratedTable)
    app.add_directive("claim-ledger", ClaimLedger)
    app.add_directive("errata-table", ErrataTable)
    app.connect("env-updated", check)
    app.connect("doctree-resolved", fill)
    app.connect("html-page-context", link_script)
