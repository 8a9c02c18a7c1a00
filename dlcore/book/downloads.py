"""The PDF of the book, linked on the landing page once it has been made.

The place is `<div class="book-pdf"></div>` on that page. A build fills it if the PDF lies in the built book; `make pdf`, which
comes after a build, fills it in the built page.
"""

import re
from datetime import date
from pathlib import Path, PurePosixPath

PDF = "book.pdf"  # in the folder of the built book

_PLACE = re.compile(r'<div class="book-pdf">.*?</div>', re.DOTALL)
_REFRESH = re.compile(r'http-equiv="Refresh" content="[^"]*url=([^"]+)"', re.IGNORECASE)


def landing_page(html: Path) -> str:
    """The address, below the folder of a built book, of the page that its index.html is or leads to.

    Raises:
        ValueError: there is no built book.
    """
    index = html / "index.html"
    if not index.exists():
        raise ValueError(f"a built book has an index.html, and {html} has none; build it first: make book")
    leads = _REFRESH.search(index.read_text(encoding="utf-8"))
    return leads[1] if leads else index.name


def with_link(page: str, address: str, pdf: Path) -> str:
    """The HTML of the page at an address of the book with a link to the PDF, if it is there, in the place for it."""
    link = ""
    if pdf.exists():
        facts = pdf.stat()
        made = date.fromtimestamp(facts.st_mtime)
        up = "../" * (len(PurePosixPath(address).parts) - 1)
        link = (
            f'<p><a href="{up}{PDF}">The whole book as one PDF</a>, to be printed or read on paper '
            f"({facts.st_size / 1e6:.0f} MB, made on {made.day} {made:%B %Y}).</p>"
        )
    return _PLACE.sub(f'<div class="book-pdf">{link}</div>', page)


def link_pdf(html: Path) -> bool:
    """Link the PDF on the landing page of the book built in `html`; whether that has a place for it."""
    address = landing_page(html)
    page = (html / address).read_text(encoding="utf-8")
    (html / address).write_text(with_link(page, address, html / PDF), encoding="utf-8")
    return _PLACE.search(page) is not None


def fill(app, pagename, templatename, context, doctree) -> None:
    """Link the PDF when the landing page is written."""
    if pagename == app.config.root_doc and "body" in context:
        context["body"] = with_link(context["body"], app.builder.get_target_uri(pagename), Path(app.outdir, PDF))


def setup(app) -> None:
    """Connect to the build."""
    app.connect("html-page-context", fill)
