"""`{gallery}`: all figures of the book, each with its still, its title, its question and its chapter."""

import html
from pathlib import PurePosixPath

from sphinx.util.docutils import SphinxDirective

from dlcore.book import finder
from dlcore.book.cards import Card, contents, title_of
from dlcore.book.generated import MAKERS
from dlcore.book.numbers import caption
from dlcore.book.pages import Place, all_pages
from dlcore.notation import typeset

_WIDTH, _HEIGHT = 342, 232  # of most stills for telephones; those of two panels are higher, and shown smaller


class Gallery(SphinxDirective):
    """The place of the gallery."""

    def run(self):
        return [Place(kind="gallery")]


def all_cards(env) -> list[tuple[str, Card]]:
    """Every figure of the book with its page, in the order of the contents."""
    held = all_pages(env)
    return [(name, card) for name in contents(env) if name in held for card in held[name].cards]


def gallery(app, docname: str, place: Place) -> str:
    """The filter, and a card for each figure."""
    found = all_cards(app.env)
    pages = {name: title_of(app.env, name) for name, _ in found}
    items = "".join(_item(app, docname, name, card) for name, card in found)
    return f'{finder.form("#gallery > li", "figures", {"chapter": pages})}\n<ul class="gallery" id="gallery">\n{items}</ul>\n'


def _item(app, docname: str, name: str, card: Card) -> str:
    page, title = app.builder.get_relative_uri(docname, name), app.env.titles[name].astext()
    number = caption(app.env, name, f"explorer-{card.name}")
    up = "../" * len(PurePosixPath(docname).parent.parts)
    stills = "".join(
        f'<img class="dark-light gallery-{theme}" src="{up}_static/explorers/{card.store}/narrow.svg#{theme}" '
        f'alt="{html.escape(card.caption)}" width="{_WIDTH}" height="{_HEIGHT}" loading="lazy">'
        for theme in ("light", "dark")
    )
    return (
        f"<li {finder.facts(f'{card.words} {number} {title}', chapter=name)}>{stills}"
        f'<h2><a href="{page}#explorer-{card.name}">{typeset(card.title)}</a></h2>'
        f"<p>{typeset(card.question or card.caption)}</p>"
        f'<p class="gallery-from">{number} · <a href="{page}">{html.escape(title)}</a></p></li>\n'
    )


def setup(app) -> None:
    """Register the directive."""
    MAKERS["gallery"] = gallery
    app.add_directive("gallery", Gallery)
