"""A small book on paper: numbered pages, bookmarks, links that lead from sheet to sheet."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import sync_playwright
from pypdf import PdfReader

from dlcore.book.press import pdf
from tests.chromium import find

PAGE = """<html lang="en"><head><title>{title} — The book</title>{next}</head><body><nav class="bd-links">
<a href="a.html">One</a><a href="b.html">Two</a></nav><article><section id="top"><h1>{title}</h1>{body}</section></article></body></html>"""
BREAK = '<p style="break-before: page">'
ONE = f'<p id="here"></p>{BREAK}<a href="b.html#there">on</a>'
LINKS = '<a href="#top">up</a> <a href="a.html#here">back</a>'
TWO = f'<section id="s"><h2>Deep <i>down</i></h2>{BREAK}</p>{BREAK}<b id="there">x</b> {LINKS}</section>'


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    html = tmp_path_factory.mktemp("small")
    (html / "index.html").write_text('<meta http-equiv="Refresh" content="0; url=a.html" />')
    (html / "a.html").write_text(PAGE.format(title="One", next='<link rel="next" href="b.html">', body=ONE))
    (html / "b.html").write_text(PAGE.format(title="Two", next="", body=TWO))
    with ThreadPoolExecutor(1) as thread:  # the other tests' Playwright may be at work in this one
        assert thread.submit(make, html).result() == 7  # title, contents, two and three pages
    return PdfReader(html / "book.pdf")


def make(html) -> int:
    """Print the book, and say how many pages it has."""
    with sync_playwright() as playwright:
        browser = find(playwright)
    return pdf.make(html, html / "book.pdf", browser)


def test_pages_are_numbered_and_labelled(printed):
    assert printed.page_labels == ["i", "ii", "1", "2", "3", "4", "5"]
    assert [printed.pages[k].extract_text().split()[0] for k in range(2, 7)] == ["1", "2", "3", "4", "5"]
    assert printed.pages[1].extract_text().split()[-4:] == ["One", "1", "Two", "3"]
    assert printed.metadata.title == "The book"


def test_bookmarks_are_the_headings(printed):
    one, two, (below,) = printed.outline
    where = [(item.title, printed.get_destination_page_number(item)) for item in (one, two, below)]
    assert where == [("One", 2), ("Two", 4), ("Deep down", 4)]


def test_links_lead_to_their_pages(printed):
    numbers = {page.indirect_reference.idnum: number for number, page in enumerate(printed.pages)}
    links = [(number, held.get_object()) for number, page in enumerate(printed.pages) for held in page.annotations or ()]
    assert [(number, numbers[link["/Dest"][0].idnum]) for number, link in links] == [(1, 2), (1, 4), (3, 6), (6, 4), (6, 2)]
