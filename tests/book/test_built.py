"""A book that builds: what is on its pages, what they load, and what a second build leaves alone."""

import gzip
import json
import re
from pathlib import Path

import pytest
import yaml

from tests.book.books import WAVE, Book, code, new_book

CLAIMS = """from dlcore.claims import claim, erratum

claim(["L2.16", "S1.03"], "one is $1<2$", measured=1, expected=1, within=0.25, source="notes §1", by="closed form")
erratum("L2.17", source="notes §2", says="x", correct="$y$", shown_by="L2.16")
"""
COUNTS = ", ".join(f"{{book-count}}`{of}` {of}" for of in ("chapters", "figures", "checks", "exercises"))
MORE = """from dlcore.claims import claim
claim("L10.02", "later", measured=3, at_most=4, by="closed form")
claim("L2.16", "again", measured=0, at_least=0, by="closed form")"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A book with an explorer, claims and errata, built once; and what its build said."""
    book = new_book(tmp_path_factory.mktemp("book") / "book").write(
        claims=code(CLAIMS) + "\nAn equation $x^2$.",
        wave="**Before you slide.** How high is $y$?\n\n" + code(f'{WAVE}\nshow("wave")') + "\n[Twice](#explorer-wave?k=2) as high.",
        more=code(MORE),
        gallery=f"{COUNTS}.\n\n```{{gallery}}\n```",
    )
    return book, book.build_by_command()


def generated(book: Book) -> dict[str, bytes]:
    """Everything that was computed rather than written: generated tables, claims.json, baked data."""
    tables = {name: book.page(name).split("<article")[1].split("</article>")[0].encode() for name in ("claim_ledger", "errata")}
    stores = book.html / "_static" / "explorers"
    files = [book.html / "claims.json", *stores.glob("*/*.js"), *stores.glob("*/*.svg")]
    return tables | {path.relative_to(book.html).as_posix(): path.read_bytes() for path in files}


def test_it_builds(built):
    _, result = built
    assert result.ok, result.said
    assert "explorer wave: 3 states" in result.said  # what baking says reaches the terminal


def test_claims_are_gathered_with_links_there_and_back(built):
    book, _ = built
    ledger, page = book.page("claim_ledger"), book.page("claims")
    assert [found[1] for found in re.finditer(r'<th scope="row"><span(?: id="\S+")?>([^<]*)', ledger)] == ["L2.16", "L2.16", "L10.02"]
    row = next(line for line in ledger.splitlines() if "one is" in line)
    assert r"\(1&lt;2\)" in row
    assert "<small>notes §1</small>" in row
    assert "<td>1</td><td>1 ± 0.25</td><td>closed form</td>" in row
    assert 'data-search="L2.16 S1.03 Sun, Hong and Wang, lecture notes CIE6128 ' in row
    assert "one is $1&lt;2$" in row  # searched for as it is typed
    assert 'data-source="L S1" data-chapter="chapters/claims"' in row
    assert '<a href="claims.html#claim-L2.16">Page claims</a>' in row
    assert 'id="claim-L2.16"' in page
    assert '<a class="claim-id" href="claim_ledger.html#S1.03">' in page
    assert 'id="S1.03"' in ledger
    assert [record["anchor"] for record in json.loads((book.html / "claims.json").read_text(encoding="utf-8"))] == [
        "claim-L2.16",
        "claim-L2.16",
        "claim-L2.17",
        "claim-L10.02",
    ]


def test_claims_are_counted_by_source(built):
    counts = built[0].page("claim_ledger").split("ledger-counts")[1].split("</table>")[0]
    assert [tuple(re.findall(r"<td>(\d+)</td>", line)) for line in counts.split("<tr>")[2:]] == [("2", "3"), ("1", "1")]


def test_the_gallery_has_the_figure_with_its_question(built):
    gallery = built[0].page("gallery")
    counts = re.findall(r'data-of="(\w+)">(\d+)<', gallery)
    assert counts == [("chapters", "0"), ("figures", "1"), ("checks", "3"), ("exercises", "0")]
    assert '<h2><a href="wave.html#explorer-wave">Page wave</a></h2>' in gallery
    assert r'How high is <span class="math notranslate nohighlight">\(y\)</span>?</p>' in gallery
    assert "mathjax/startup.js" in gallery
    assert "filter.js" in gallery
    store = re.search(r'data-store="([^"]+)"', built[0].page("wave"))[1]
    assert f'src="../_static/explorers/{store}/narrow.svg#light" alt="A wave."' in gallery


def test_errata_say_what_is_correct_and_what_shows_it(built):
    errata = built[0].page("errata")
    plain = next(line for line in errata.splitlines() if 'id="L2.17"' in line)
    assert r"<td>x</td>" in plain
    assert "(shown by" in plain
    assert '<a href="claim_ledger.html#L2.16">L2.16</a>' in plain
    assert '<a class="claim-id" href="errata.html#L2.17">' in built[0].page("claims")


def test_the_front_end_is_loaded_only_where_there_is_an_explorer(built):
    book, _ = built
    assert "explorers/explorer.js" in book.page("wave")
    assert "explorers/explorer.css" in book.page("wave")
    assert not any("explorers/" in book.page(name) for name in ("claims", "claim_ledger"))
    assert "filter.js" in book.page("claim_ledger")
    assert "filter.js" not in book.page("wave")
    store = re.search(r'data-store="([^"]+)"', book.page("wave"))[1]
    files = {path.name for path in (book.html / "_static" / "explorers" / store).iterdir()}
    assert files == {"0000.js", "wide.svg", "narrow.svg"}
    assert 'href="#explorer-wave?k=2"' in book.page("wave")


def test_nothing_is_asked_of_another_host(built):
    book, _ = built
    for page in (*book.html.glob("*.html"), *book.html.glob("chapters/*.html")):
        text = page.read_text(encoding="utf-8")
        assert re.findall(r'<(?:script|link|img|iframe)[^>]*(?:src|href)="(?:https?:)?//[^"]*"', text) == [], page
        assert not re.search("thebe|fontawesome|bootstrap.js|executablebooks", text, re.IGNORECASE), page
    assert "mathjax/startup.js" in book.page("claims")
    parts = re.search(r"load: (\[.*?\])", (book.html / "_static" / "mathjax-settings.js").read_text(encoding="utf-8"))[1]
    for part in ("startup", "core", *json.loads(parts)):
        assert (book.html / "_static" / "mathjax" / f"{part}.js").exists(), part
    sheets = [sheet.read_text(encoding="utf-8") for sheet in linked(book, "wave") if sheet.suffix == ".css"]
    assert not any(re.search(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//|webfonts", sheet) for sheet in sheets)


def linked(book: Book, name: str) -> list[Path]:
    """The scripts and style sheets of a page."""
    addresses = re.findall(r'<(?:script|link)[^>]*(?:src|href)="([^"?#]+\.(?:js|css))[^"]*"', book.page(name))
    return [(book.html / "chapters" / address).resolve() for address in addresses]


def test_what_a_page_loads_is_small(built, capsys):
    """150 kB are allowed for a page with four explorers; this much of it is the book's and not theirs."""
    book, _ = built
    weights = {path.name: len(gzip.compress(path.read_bytes())) for path in linked(book, "claims") if "mathjax" not in str(path)}
    with capsys.disabled():
        print(f"\nscripts and style sheets of a page: {sum(weights.values()) / 1000:.0f} kB gzipped")
    assert sum(weights.values()) < 60_000, weights


def test_without_a_repository_nothing_can_be_launched(built):
    assert not re.search("mybinder|colab", built[0].page("wave"))


def test_the_address_of_the_repository_stands_in_one_place(book):
    config = yaml.safe_load((book.root / "_config.yml").read_text(encoding="utf-8"))
    assert config["repository"]["url"] == ""
    config["repository"]["url"] = "https://github.com/someone/somebook"
    (book.root / "_config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    result = book.write(live=code("1 + 1")).build()
    assert result.ok, result.said
    launch = re.findall(r'href="(https://[^"]*)"', book.page("live"))
    assert launch == ["https://mybinder.org/v2/gh/someone/somebook/main?urlpath=lab/tree/chapters/live.md"]
    assert not re.search("thebe", book.page("live"), re.IGNORECASE)


def written_at(book: Book) -> dict[str, int]:
    """When each page was written, and what is made of all pages."""
    found = [*book.html.rglob("*.html"), *book.html.rglob("slim.css"), book.html / "searchindex.js"]
    return {str(path): path.stat().st_mtime_ns for path in found}


def test_where_nothing_has_changed_nothing_is_written(tmp_path):
    book = new_book(tmp_path / "book").write(claims=code(CLAIMS), wave=code(f'{WAVE}\nshow("wave")'))
    assert book.build().ok
    before = written_at(book)
    again = book.build()
    assert again.ok
    assert "no targets are out of date" in again.said
    assert written_at(book) == before
    (book.root / "_build" / ".doctrees" / "unfinished").touch()  # as a build leaves it that is interrupted
    assert book.build().written >= {"claims", "wave", "claim_ledger", "errata", "intro"}


def test_what_is_made_of_all_pages_follows_each_of_them(tmp_path):
    """In order: a title, a static file, a class that so far no page used."""
    book = new_book(tmp_path / "book").write(claims=code(CLAIMS), plain="text", references="```{bibliography}\n```")
    (book.root / "chapters" / "intro.md").write_text("# Entry\n\n{cite}`sun2019`\n", encoding="utf-8")
    assert book.build().ok
    entry = book.page("intro")
    assert "references.html#id" in entry
    page = book.root / "chapters" / "claims.md"
    page.write_text(page.read_text(encoding="utf-8").replace("# Page claims", "# Retitled"), encoding="utf-8")
    retitled = book.build()
    assert {"claims", "claim_ledger", "errata"} <= retitled.written
    assert '#claim-L2.16">Retitled</a>' in book.page("claim_ledger")

    static = book.root / "_static" / "book.css"
    static.write_text(static.read_text(encoding="utf-8") + "\n/* edited */\n", encoding="utf-8")
    copied = book.build()
    assert copied.written == {"intro"}
    assert (book.html / "_static" / "book.css").read_text(encoding="utf-8").endswith("/* edited */\n")
    assert book.page("intro").split("<article")[1] == entry.split("<article")[1].replace("Page claims", "Retitled")

    slim = book.html / "_static" / "styles" / "slim.css"
    assert ".text-danger" not in slim.read_text(encoding="utf-8")
    edited = book.write(claims=code(CLAIMS), plain='<p class="text-danger">text</p>', references="```{bibliography}\n```").build()
    assert edited.ok
    assert ".text-danger" in slim.read_text(encoding="utf-8")


def test_a_later_build_keeps_what_it_can(tmp_path, capsys):
    """In order: built again, prose edited, a claim edited, pages removed."""
    book = new_book(tmp_path / "book").write(claims=code(CLAIMS), wave=code(f'{WAVE}\nshow("wave")'))
    first = book.build()
    before = generated(book)
    again = book.build()
    assert generated(book) == before

    book.write(wave=code(f'{WAVE}\nshow("wave")') + "\nMore prose.", more=code(MORE))
    edited = book.build()
    assert edited.run() == {"more"}  # the edited one's code is unchanged
    assert "More prose." in book.page("wave")
    assert "later" in book.page("claim_ledger")
    assert "one is" in book.page("claim_ledger")

    removed = book.remove("wave").remove("more").build()
    assert generated(book) == {name: text for name, text in before.items() if "explorers" not in name}
    assert all(result.ok for result in (first, again, edited, removed)), removed.said
    with capsys.disabled():
        times = {"clean": first, "nothing changed": again, "prose edited, a page added": edited, "pages removed": removed}
        print("\nbuilds of a small book: " + ", ".join(f"{name} {result.seconds:.1f} s" for name, result in times.items()))
