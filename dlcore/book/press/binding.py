"""Printed sheets bound into one PDF: links, bookmarks, page labels.

A browser writes the places that links lead to as names, and pypdf keeps the names of all sheets apart from the links. Bound,
every link and every bookmark holds the page and the height on it, which any reader understands.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import ArrayObject, Fit, NameObject

from .joined import ELSEWHERE
from .printing import Heading


@dataclass(frozen=True)
class Printed:
    """A printed sheet, the headings on it, and the names of the places that links may lead to."""

    path: Path
    headings: Sequence[Heading] = ()
    places: Sequence[str] = ()

    def __len__(self) -> int:
        """Its number of pages."""
        return len(PdfReader(self.path).pages)


def bind(sheets: Sequence[Printed], target: Path, **facts: str) -> int:
    """Bind sheets into the file `target`, the pages of the first labelled i, ii, …, the others 1, 2, …; the number of pages.

    `facts` are told of the document: title, author.

    Raises:
        ValueError: a place is on no sheet.
    """
    writer = PdfWriter()
    for sheet in sheets:
        writer.append(sheet.path, import_outline=False)
    named = writer.get_named_dest_root()
    places = {str(name).removeprefix("/"): place for name, place in zip(named[::2], named[1::2])}
    lost = {name for sheet in sheets for name in sheet.places} - places.keys()
    lost |= {name for page in writer.pages for name in _lead(page, places)}
    if lost:
        raise ValueError(f"what a link leads to is printed somewhere, and these places are not: {', '.join(sorted(lost))}")
    _bookmark(writer, [heading for sheet in sheets for heading in sheet.headings], places)
    del writer.root_object["/Names"]
    pages, before = len(writer.pages), len(sheets[0])
    writer.set_page_label(0, before - 1, style="/r")
    writer.set_page_label(before, pages - 1, style="/D", start=1)
    writer.add_metadata({f"/{key.capitalize()}": value for key, value in facts.items()})
    writer.page_mode = "/UseOutlines"
    writer.compress_identical_objects()
    writer.write(target)
    return pages


def _lead(page: PageObject, places: dict[str, ArrayObject]) -> set[str]:
    """Let the links of a page lead to their places; the names that no place has."""
    lost = set()
    for held in page.annotations or ():
        link = held.get_object()
        address = str(link["/A"].get("/URI", "")) if "/A" in link else str(link.get("/Dest", ""))
        if not address.startswith((ELSEWHERE, "/")):
            continue
        name = unquote(address.removeprefix(ELSEWHERE)) if address.startswith(ELSEWHERE) else address.removeprefix("/")
        link.pop("/A", None)
        link[NameObject("/Dest")] = places.get(name, ArrayObject())
        if name not in places:
            lost.add(name)
    return lost


def _bookmark(writer: PdfWriter, headings: Sequence[Heading], places: dict[str, ArrayObject]) -> None:
    """Add headings as bookmarks, each below the last of a higher level; only the first level is open."""
    above = []
    numbers = {page.indirect_reference.idnum: number for number, page in enumerate(writer.pages)}
    for heading in headings:
        page, _, left, top, _ = places[heading.name]
        while above and above[-1][0] >= heading.level:
            above.pop()
        item = writer.add_outline_item(
            title=heading.title, page_number=numbers[page.idnum], parent=above[-1][1] if above else None,
            fit=Fit.xyz(left=left, top=top), is_open=False,
        )
        above.append((heading.level, item))
