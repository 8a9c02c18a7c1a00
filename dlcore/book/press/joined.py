"""The pages of a built book as sheets: pages to be printed one by one and bound into one document.

In the whole document an id `x` of the page `chapters/a.html` is called `chapters/a:x`, and the page itself `chapters/a`. A link
to another page leads to `book:` and such a name, until the sheets are bound.
"""

import html as text
import os
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote, urlsplit

from bs4 import BeautifulSoup, Tag

from dlcore.book.downloads import landing_page

ELSEWHERE = "book:"  # before the name of what lies on another sheet

_REFERS = ("for", "aria-labelledby", "aria-describedby", "aria-controls")  # attributes that hold ids of the same page
_SCRIPTS = ("mathjax", "explorer.js")  # what sets formulas and draws figures; nothing else works on paper
_FIGURE = "explorer-"  # begins an id that the front end gives: it is unique in the book, and stays
_SCREEN = "div.cell_input, a.headerlink, script:not([type='application/json'])"  # code, and what only a screen needs
_OPENS = "details.toggle-details, details.fold-proof"  # as when a page of the book is printed; other folds stay closed

_SHEET = """<!doctype html>
<html lang="{language}" data-theme="light" data-mode="light"><head><meta charset="utf-8"><title>{title}</title>
{head}
</head><body class="paper"><main id="{name}">
{body}
</main>
<nav hidden>{anchors}</nav></body></html>
"""


@dataclass
class Page:
    """A page of the built book: its address below the book's folder, and what it holds."""

    address: str
    soup: BeautifulSoup
    wanted: set[str] = field(default_factory=set)  # ids that links lead to

    @property
    def name(self) -> str:
        """What the page is called in the whole document."""
        return self.address.removesuffix(".html")

    @property
    def title(self) -> str:
        """The page's own title."""
        return self.soup.title.get_text().rpartition(" — ")[0]

    def called(self, name: str) -> str:
        """What an id of the page is called in the whole document."""
        return name if name.startswith(_FIGURE) else f"{self.name}:{name}"

    def target(self, link: str) -> tuple[str, str]:
        """The address below the book's folder that a relative link leads to, and its fragment."""
        parts = urlsplit(link)
        path = os.path.normpath(PurePosixPath(self.address).parent / unquote(parts.path)) if parts.path else self.address
        return PurePosixPath(path).as_posix(), unquote(parts.fragment)


@dataclass(frozen=True)
class Sheet:
    """A page to be printed: its name in the whole document, its title, its HTML, and the names of places that links may lead to."""

    name: str
    title: str
    html: str
    places: tuple[str, ...]


def in_order(html: Path) -> list[Page]:
    """The pages of the book in `html` in the order in which they are read, from the landing page on.

    Raises:
        ValueError: there is no built book.
    """
    pages = [_read(html, landing_page(html))]
    while (link := pages[-1].soup.find("link", rel="next")) is not None:
        pages.append(_read(html, pages[-1].target(link["href"])[0]))
    return pages


def _read(html: Path, address: str) -> Page:
    return Page(address, BeautifulSoup((html / address).read_text(encoding="utf-8"), "html.parser"))


def sheets(pages: list[Page], html: Path, folder: Path) -> list[Sheet]:
    """The pages of the book in `html` as they are to be printed in `folder`.

    The pages are used up: their ids and links are those of the whole document afterwards.

    Raises:
        ValueError: a link between the pages leads nowhere.
    """
    base = PurePosixPath(Path(os.path.relpath(html, folder)).as_posix())
    by_address = {page.address: page for page in pages}
    for page in pages:
        _prepare(page, by_address, base)
    for page in pages:
        lost = sorted(page.wanted - {tag["id"] for tag in page.soup.select("article [id]")} - {page.name})
        if lost:
            raise ValueError(f"links inside the book lead to places in it, and {page.address} has no {', '.join(lost)}; correct the links")
    return [_sheet(page, base) for page in pages]


def _prepare(page: Page, pages: dict[str, Page], base: PurePosixPath) -> None:
    """Call ids, links and pictures of a page what they are called in the whole document."""
    article = page.soup.select_one("article")
    _fold(page.soup, article)
    for heading in article.select("section[id] > :is(h1, h2, h3, h4)"):  # a section may begin at the end of a page, and its heading not
        heading["id"] = heading.parent.attrs.pop("id")
    for tag in article.find_all(lambda tag: tag.find_parent("svg") is None):  # a drawing's parts refer to each other alone
        if tag.has_attr("id"):
            tag["id"] = page.called(tag["id"])
        for key in _REFERS:
            if tag.has_attr(key):
                tag[key] = " ".join(map(page.called, tag[key].split()))
        for key in ("src", "srcset"):
            if tag.has_attr(key) and not urlsplit(tag[key]).scheme:
                path, fragment = page.target(tag[key])
                tag[key] = f"{base / path}#{fragment}" if fragment else str(base / path)
        if tag.has_attr("loading"):
            del tag["loading"]  # paper shows all pictures at once
        if tag.name == "a" and tag.has_attr("href"):
            _lead(page, tag, pages)


def _fold(soup: BeautifulSoup, article: Tag) -> None:
    """Take out what is for the screen; an id inside a fold becomes one in front of it, which has a place on paper."""
    for tag in article.select(_SCREEN):
        tag.decompose()
    for fold in article.find_all("details"):
        if fold.select_one(":scope > :not(summary)") is None:
            fold.decompose()
        elif fold.css.match(_OPENS):
            fold["open"] = ""
        else:
            for inner in fold.select("[id]"):
                fold.insert_before(soup.new_tag("span", attrs={"id": inner["id"]}))
                del inner["id"]


def _lead(page: Page, link: Tag, pages: dict[str, Page]) -> None:
    """Let a link lead to its target in the whole document, and nowhere if that is not in it."""
    if urlsplit(link["href"]).scheme or urlsplit(link["href"]).netloc:
        return
    address, fragment = page.target(link["href"])
    other = pages.get(address)
    if other is None:
        del link["href"]
        return
    fragment = fragment.partition("?")[0]  # a state of a figure: on paper there is the one at the start
    name = other.called(fragment) if fragment else other.name
    other.wanted.add(name)
    link["href"] = f"#{name}" if other is page else ELSEWHERE + quote(name)


def _sheet(page: Page, base: PurePosixPath) -> Sheet:
    """What is printed of a page. A browser notes the places that links on the same sheet lead to: the hidden ones name them all."""
    article = page.soup.select_one("article")
    headings = [tag["id"] for tag in article.select(":is(h1, h2, h3)[id]")]
    places = tuple(dict.fromkeys([page.name, *headings, *sorted(page.wanted)]))
    printed = _SHEET.format(
        language=page.soup.html.get("lang", "en"), title=text.escape(page.title), name=page.name, head=_head(page, base),
        body=article.decode_contents(), anchors="".join(f'<a href="#{text.escape(name)}"></a>' for name in places),
    )  # fmt: skip
    return Sheet(page.name, page.title, printed, places)


def _head(page: Page, base: PurePosixPath) -> str:
    """The style sheets of a page and the scripts that draw on it."""
    found = []
    for tag in page.soup.select("head link[rel=stylesheet], head script[src]"):
        address = str(base / page.target(tag.get("href") or tag["src"])[0])
        if tag.name == "link":
            found.append(f'<link rel="stylesheet" href="{address}">')
        elif any(word in address for word in _SCRIPTS):
            found.append(f'<script{" defer" if tag.has_attr("defer") else ""} src="{address}"></script>')
    return "\n".join(found)
