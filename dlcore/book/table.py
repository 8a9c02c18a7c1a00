"""The tables of the pages *Claim ledger* and *Errata*: a row a claim or erratum, and what the filter needs to find it."""

import html
from collections import defaultdict
from dataclasses import dataclass

from dlcore import claims
from dlcore.book import finder
from dlcore.book.pages import all_pages
from dlcore.book.sources import SOURCES, cited, source_of
from dlcore.notation import number, typeset


@dataclass(frozen=True)
class Row:
    """A claim or erratum and its place in the book."""

    entry: claims.Claim | claims.Erratum
    page: str
    anchor: str
    section: str = ""

    @property
    def sources(self) -> list[str]:
        """The keys of the sources that it belongs to, in the order of SOURCES."""
        keys = {source_of(name) for name in self.entry.ids}
        return [key for key in SOURCES if key in keys]


def is_claim(row: Row) -> bool:
    """Whether a row has numbers, and so belongs to the ledger."""
    return isinstance(row.entry, claims.Claim)


class Writer:
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
            "ledger": ("Id|Statement|Measured|Theory|Obtained by|Where", self._claim_cells),
            "errata": ("Id|The source says|In fact|Where", self._erratum_cells),
        }[kind]
        noun = "claims" if kind == "ledger" else "errata"
        seen: set[str] = set()
        body = "".join(f"<tr {self._facts(row)}>{self._ids(row, seen)}{_cells(line(row))}</tr>\n" for row in chosen)
        head = "".join(f'<th scope="col">{name}</th>' for name in heads.split("|"))
        return (
            f"{_counts(chosen, noun)}\n{self._search(chosen, noun)}\n"
            f'<div class="ledger-scroll" role="region" tabindex="0" aria-label="All {noun}">'
            f'<table class="table ledger" id="ledger-table"><thead><tr>{head}</tr></thead>\n'
            f"<tbody>\n{body}</tbody></table></div>"
        )

    def _search(self, chosen: list[Row], noun: str) -> str:
        """The controls of the filter: words, a source, a chapter."""
        pages = {row.page: self.titles[row.page].astext() for row in chosen}
        keys = [key for key in SOURCES if any(key in row.sources for row in chosen)]
        return finder.form("#ledger-table tbody tr", noun, {"source": {key: SOURCES[key] for key in keys}, "chapter": pages})

    def _facts(self, row: Row) -> str:
        """What the filter looks at: everything that stands in the row, its TeX as it was typed, and where it stands in the book."""
        entry = row.entry
        texts = [*entry.ids, *(SOURCES[key] for key in row.sources), self.titles[row.page].astext(), row.section, cited(entry.source or "")]
        texts += [entry.statement, entry.by, entry.numbers] if is_claim(row) else [entry.says, entry.correct]
        return finder.facts(" ".join(texts), source=" ".join(row.sources), chapter=row.page)

    def _ids(self, row: Row, seen: set[str]) -> str:
        names = []
        for name in row.entry.ids:
            names.append(f"<span>{name}</span>" if name in seen else f'<span id="{name}">{name}</span>')
            seen.add(name)
        return f'<th scope="row">{", ".join(names)}</th>'

    def _claim_cells(self, row: Row) -> list[str]:
        entry = row.entry
        value, tolerance = entry.theory
        theory = f"{value} ± {tolerance}" if tolerance else value
        return [typeset(entry.statement), number(entry.measured, 4), theory, html.escape(entry.by), self._where(row)]

    def _erratum_cells(self, row: Row) -> list[str]:
        entry, ledger = row.entry, self.address_of("ledger")
        shown_by = entry.shown_by or ""
        link = f'<a href="{ledger}#{shown_by}">{shown_by}</a>' if shown_by and ledger else shown_by
        shown = f" (shown by {link})" if link else ""
        return [typeset(entry.says), typeset(entry.correct) + shown, self._where(row)]

    def _where(self, row: Row) -> str:
        source = cited(row.entry.source or "") or ", ".join(SOURCES[key] for key in row.sources)
        return f"{self._place(row)}<br><small>{html.escape(source)}</small>"

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
    several = len(chosen) < sum(count.values())
    note = f"<p>A row that settles entries of several sources counts for each of them; there are {len(chosen)} {noun} in all.</p>"
    return (note if several else f"<p>There are {len(chosen)} {noun}.</p>") + (
        f'<table class="table ledger-counts"><thead><tr><th scope="col">Source</th><th scope="col">Entries</th>'
        f'<th scope="col">{noun.capitalize()}</th></tr></thead><tbody>{lines}</tbody></table>'
    )
