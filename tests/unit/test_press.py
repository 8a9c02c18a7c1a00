"""A built book as sheets of one document: ids, links, pictures, folds; the link to the PDF on the landing page."""

import re

import pytest

from dlcore.book import downloads
from dlcore.book.press import contents, joined

PAGE = """<html lang="en"><head><title>{title} — The book</title><link rel="stylesheet" href="{up}_static/book.css?v=1">
<script src="{up}_static/mathjax/tex.js"></script><script defer src="{up}_static/explorers/explorer.js"></script>
<script src="{up}_static/quiz.js"></script>{next}</head><body><nav class="bd-links"><p class="caption">Part</p>
<a href="{up}a.html">One</a></nav><article><section id="top"><h1>{title}<a class="headerlink" href="#top">#</a></h1>
{body}</section></article><p class="component-author">By Somebody</p></body></html>"""
INDEX = '<meta http-equiv="Refresh" content="0; url=a.html" />'


@pytest.fixture
def book(tmp_path):
    """book(a=…, b=…) → the folder of a built book whose pages, a.html and inner/b.html, hold that."""

    def write(a: str, b: str):
        (tmp_path / "inner").mkdir()
        (tmp_path / "index.html").write_text(INDEX)
        following = '<link rel="next" href="inner/b.html">'
        (tmp_path / "a.html").write_text(PAGE.format(title="One", up="", next=following, body=a))
        (tmp_path / "inner" / "b.html").write_text(PAGE.format(title="Two", up="../", next="", body=b))
        return tmp_path

    return write


def sheets(html):
    return joined.sheets(joined.in_order(html), html, html / "paper")


def test_ids_and_links_are_those_of_one_document(book):
    links = ("#here", "inner/b.html#there", "inner/b.html", "inner/b.html#explorer-wave?k=2", "https://example.org/#x", "search.html")
    one, two = sheets(book(
        a='<p id="here">x</p>' + "".join(f'<a href="{link}">x</a>' for link in links),
        b='<p id="there">x</p><figure id="explorer-wave"></figure><form aria-labelledby="q r"><label for="q" id="q"></label></form>'
          '<a href="../a.html#here">x</a>',
    ))  # fmt: skip
    assert re.findall(r'<a(?: href="([^"]*)")?>x', one.html) == [
        "#a:here", "book:inner/b%3Athere", "book:inner/b", "book:explorer-wave", "https://example.org/#x", "",
    ]  # fmt: skip
    assert 'href="book:a%3Ahere"' in two.html
    assert '<form aria-labelledby="inner/b:q inner/b:r"><label for="inner/b:q" id="inner/b:q">' in two.html
    assert '<main id="inner/b">' in two.html
    assert one.places == ("a", "a:top", "a:here")
    assert two.places == ("inner/b", "inner/b:top", "explorer-wave", "inner/b:there")
    assert all(f'<a href="#{place}"></a>' in two.html for place in two.places)


def test_a_link_that_leads_nowhere_stops_the_printing(book):
    with pytest.raises(ValueError, match=r"inner/b\.html has no inner/b:nowhere"):
        sheets(book(a='<a href="inner/b.html#nowhere">x</a>', b=""))


def test_a_drawings_parts_still_refer_to_each_other(book):
    glyphs = '<svg><defs><path id="chain-A"></path></defs><use href="#chain-A"></use></svg>'
    one, _ = sheets(book(a=f'<figure id="figure-chain">{glyphs}</figure>', b=""))
    assert glyphs in one.html
    assert '<figure id="a:figure-chain">' in one.html


def test_pictures_and_styles_are_found_from_the_folder_of_the_sheets(book):
    picture = '<picture><source srcset="../_static/narrow.svg#light"><img loading="lazy" src="../_static/wide.svg#light"></picture>'
    _, two = sheets(book(a="", b=picture))
    assert '<source srcset="../_static/narrow.svg#light"/><img src="../_static/wide.svg#light"/>' in two.html
    assert re.findall(r'(?:href|src)="(\.\./_static/[^"]*(?:css|js))"', two.html) == [
        "../_static/book.css", "../_static/mathjax/tex.js", "../_static/explorers/explorer.js",
    ]  # fmt: skip


def test_code_is_left_out_and_what_a_fold_holds_has_a_place_before_it(book):
    code, data = '<div class="cell_input">code</div>', '<script type="application/json">{"a": "x < y &amp; <b id=\\"k\\">"}</script>'
    one, _ = sheets(book(
        a=f'<details class="hide"><summary>code</summary>{code}</details>{data}'
          f'<details><summary>✔ 1 check</summary>{code}<p id="claim">holds</p></details>'
          '<details class="toggle-details"><summary>Hint</summary><p id="hint">think</p></details>',
        b='<a href="../a.html#claim">x</a>',
    ))  # fmt: skip
    assert "cell_input" not in one.html and 'class="hide"' not in one.html
    assert data in one.html
    assert '<span id="a:claim"></span><details><summary>✔ 1 check</summary><p>holds</p></details>' in one.html
    assert '<details class="toggle-details" open=""><summary>Hint</summary><p id="a:hint">' in one.html


def test_the_contents_name_parts_chapters_and_their_pages(book):
    pages = joined.in_order(book(a="", b=""))
    front = contents.front(pages[0], {page.address: page for page in pages}, {"a": 7})
    assert '<p class="paper-part">Part</p>\n<p><a href="book:a">One</a><span>7</span></p>' in front
    assert "<p>The book</p><p>Somebody</p>" in front


def test_the_landing_page_links_to_a_pdf_that_is_there(book):
    html = book(a='<div class="book-pdf"></div>', b="")
    assert downloads.link_pdf(html)
    assert downloads.PDF not in (html / "a.html").read_text()
    (html / downloads.PDF).write_bytes(b"%PDF")
    for _ in range(2):  # once more changes nothing
        downloads.link_pdf(html)
        assert (html / "a.html").read_text().count(f'<a href="{downloads.PDF}">') == 1
    (html / downloads.PDF).unlink()
    downloads.link_pdf(html)
    assert downloads.PDF not in (html / "a.html").read_text()
    assert f'href="../{downloads.PDF}"' in downloads.with_link('<div class="book-pdf"></div>', "inner/b.html", html / "a.html")


def test_what_is_no_book_is_not_printed(tmp_path):
    with pytest.raises(ValueError, match="build it first: make book"):
        joined.in_order(tmp_path)
