"""`{book-map}`: the parts and chapters, a line each, and beside them which chapter leads to which.

The body has a line for each chapter, by number, with those it builds on:

    03: What depth does to a signal.
    04 after 03: What a very wide network does.
"""

import html
import re

from sphinx import addnodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from dlcore.book import rails
from dlcore.book.cards import chapters, title_of
from dlcore.book.generated import MAKERS
from dlcore.book.numbers import number_of
from dlcore.book.pages import Place, all_pages

log = logging.getLogger(__name__)

_LINE = re.compile(r"(\d+)(?: after (\d+(?:, \d+)*))?: (.+)")


class BookMap(SphinxDirective):
    """The place of the map, with what its body says: (number, numbers of those before, line) for each chapter."""

    has_content = True

    def run(self):
        found = [(line, _LINE.fullmatch(line.strip())) for line in self.content if line.strip()]
        for line, match in found:
            if match is None:
                raise self.error(f'a line of the map is "04 after 03: what it is about", got {line!r}')
        told = [(int(match[1]), [int(k) for k in (match[2] or "").split(",") if k], match[3]) for _, match in found]
        for number, before, _ in told:
            if unknown := set(before) - {other for other, _, _ in told if other < number}:
                raise self.error(f"chapter {number} comes after {sorted(unknown)}, which the map does not have before it")
        return [Place(kind="map", told=told)]


def book_map(app, docname: str, place: Place) -> str:
    """The map as a list; a chapter of the map that the book does not have yet is left out."""
    names = {number_of(name): name for name in chapters(app.env)}
    told = {number: (before, line) for number, before, line in place["told"] if number in names}
    after = {number: [other for other in before if other in names] for number, (before, _) in told.items()}
    rows: list[int | str] = []
    for part, numbers in _parts(app.env):
        rows += [part, *(number for number in numbers if number in told)]
    pictures = rails.pictures([row if isinstance(row, int) else None for row in rows], after)
    items = []
    for row, picture in zip(rows, pictures, strict=True):
        if isinstance(row, str):
            items.append(f'<li class="map-part">{picture}<strong>{html.escape(row)}</strong></li>')
        else:
            page, title = app.builder.get_relative_uri(docname, names[row]), title_of(app.env, names[row])
            needs = f' <span class="map-after">after {_listed(after[row])}</span>' if after[row] else ""
            line = html.escape(told[row][1])
            items.append(f'<li>{picture}<a href="{page}">{html.escape(title)}</a>{needs}<br>{line}</li>')
    return f'<ul class="book-map" style="--rails: {rails.width(after)}px">\n' + "\n".join(items) + "\n</ul>\n"


def _parts(env) -> list[tuple[str, list[int]]]:
    """The parts of the book that have chapters: their captions, and the numbers of their chapters."""
    trees = env.tocs[env.config.root_doc].findall(addnodes.toctree)
    parts = [(tree["caption"] or "Chapters", [number_of(name) for name in tree["includefiles"]]) for tree in trees]
    return [(caption, [number for number in numbers if number is not None]) for caption, numbers in parts if any(numbers)]


def _listed(numbers: list[int]) -> str:
    *most, last = map(str, numbers)
    return f"{', '.join(most)} and {last}" if most else last


def check(app, env) -> list[str]:
    """Warn of chapters that the map does not have."""
    for name in [name for name, page in all_pages(env).items() if "map" in page.places]:
        maps = [place for place in env.get_doctree(name).findall(Place) if place["kind"] == "map"]
        told = {number for place in maps for number, _, _ in place["told"]}
        for chapter in chapters(env):
            if number_of(chapter) not in told:
                log.warning(
                    "the map has no line for %s; add '%02d after …: what it is about'",
                    chapter, number_of(chapter), location=name, type="dlcore", subtype="map",
                )  # fmt: skip
    return []


def setup(app) -> None:
    """Register the directive."""
    MAKERS["map"] = book_map
    app.add_directive("book-map", BookMap)
    app.connect("env-updated", check)
