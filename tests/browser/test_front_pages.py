"""The pages beside the chapters: the gallery holds every figure, what the entry page counts is there, what the plans quote is said."""

import collections
import html as text
import json
import re

import pytest
import yaml

from dlcore.book import only
from tests.browser import book
from tests.browser.driver import NARROW, WIDE, Figure, calm
from tests.explorers import CHAPTERS, ROOT

pytestmark = pytest.mark.skipif(only.chapter() is not None, reason="these pages are about all chapters")
GALLERY, ENTRY = "chapters/gallery.html", "chapters/intro.html"
CARD = re.compile(
    r'<li data-search="(?P<words>[^"]*)" data-chapter="(?P<page>[^"]*)">(?P<images>(?:<img [^>]*>)+)\s*'
    r'<h2><a href="(?P<address>[^"]*)">(?P<title>.*?)</a></h2>\s*<p>(?P<question>.*?)</p>'
)


def source(html, address: str) -> str:
    return (html / address).read_text(encoding="utf-8")


def contents() -> list[str]:
    """The pages of the book in the order of its contents."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    entries = [page for part in toc["parts"] for entry in part["chapters"] for page in (entry, *entry.get("sections", ()))]
    return [f"{name}.html" for name in [toc["root"], *(entry["file"] for entry in entries)]]


def cards(html) -> list[re.Match]:
    return [*CARD.finditer(source(html, GALLERY))]


# ---- the gallery --------------------------------------------------------------------------------------


def test_the_gallery_has_every_figure_once_in_the_order_of_the_book(html):
    pages = book.pages(html)
    figures = [f"{address.removeprefix('chapters/')}#explorer-{name}" for address in contents() for name in pages[address].explorers]
    assert [text.unescape(card["address"]) for card in cards(html)] == figures
    titles = collections.Counter(card["title"] for card in cards(html))
    assert [title for title, count in titles.items() if count > 1] == []  # else a title= of their own
    assert [card["address"] for card in cards(html) if not card["question"].endswith("?")] == []


def test_every_card_shows_the_still_of_its_figure_in_both_themes(html):
    for card in cards(html):
        page = source(html, f"{card['page']}.html")
        name = card["address"].partition("#explorer-")[2]
        store = re.search(rf'id="explorer-{name}" data-explorer="{name}" data-store="([^"]+)"', page)[1]
        stills = re.findall(r' src="\.\./([^"#]+)#(\w+)"', card["images"])
        assert [theme for _, theme in stills] == ["light", "dark"]
        for address, _ in stills:
            assert store in address
            assert (html / address).read_text(encoding="utf-8").startswith("<svg")
        assert card["images"].count('loading="lazy"') == card["images"].count('alt="') == 2


def shown(page) -> list[str]:
    links = page.locator(".gallery > li:visible h2 a")
    return [link.get_attribute("href").partition("#explorer-")[2] for link in links.all()]


def test_the_filter_finds_words_as_they_are_typed_and_chapters(html, homes, open_page):
    page = open_page(f"{homes['file']}/{GALLERY}", **WIDE)
    box, chapter, status = page.locator(".finder input"), page.locator("select[name=chapter]"), page.locator(".finder [role=status]")
    everything = len(cards(html))
    assert status.inner_text() == f"{everything} of {everything} figures"
    box.fill("Edge of CHAOS")
    assert "phases" in shown(page)
    assert "race" not in shown(page)
    assert status.inner_text() == f"{len(shown(page))} of {everything} figures"
    box.fill("sqrt")
    with_root = {card["address"].partition("#explorer-")[2] for card in cards(html) if r"\sqrt" in card["words"]}
    assert with_root
    assert with_root <= set(shown(page))
    box.fill("no figure is about this")
    assert shown(page) == []
    box.fill("")
    address = book.sources()[0]
    chapter.select_option(address.removesuffix(".html"))
    assert shown(page) == book.pages(html)[address].explorers


def test_a_card_opens_its_figure_ready_to_use(homes, open_page):
    page = open_page(f"{homes['file']}/{GALLERY}", **WIDE)
    link = page.locator('.gallery a[href$="#explorer-signal"]')
    link.focus()  # the keyboard's way
    page.keyboard.press("Enter")
    figure = Figure(page, "signal").settled()
    assert figure.plot.is_visible()


@pytest.mark.parametrize("how", [WIDE, NARROW], ids=["wide-light", "narrow-dark"])
def test_nothing_jumps_when_a_still_arrives(homes, open_page, how):
    page = open_page(f"{homes['file']}/{GALLERY}", **how)
    boxes = [image.bounding_box() for image in page.locator(".gallery img:visible").all()]  # most of them not there yet
    assert len({(round(box["width"]), round(box["height"])) for box in boxes}) == 1
    assert boxes[0]["width"] / boxes[0]["height"] == pytest.approx(342 / 232, abs=1 / 100)  # half a pixel of rounding in 200
    assert all(how["color_scheme"] in image.get_attribute("class") for image in page.locator(".gallery img:visible").all())


def test_without_scripts_the_gallery_shows_all_and_has_no_filter(html, browser, homes):
    page = browser.new_context(java_script_enabled=False, **WIDE).new_page()
    page.goto(f"{homes['file']}/{GALLERY}")
    assert len(shown(page)) == len(cards(html))
    assert not page.locator(".finder").is_visible()
    assert page.locator(".gallery-light").first.is_visible() and not page.locator(".gallery-dark").first.is_visible()
    page.context.close()


# ---- the entry page -----------------------------------------------------------------------------------


def test_the_entry_page_counts_what_is_there(html):
    counted = {of: int(number.replace(",", "")) for of, number in re.findall(r'data-of="(\w+)">([\d,]+)<', source(html, ENTRY))}
    pages = {address: page for address, page in book.pages(html).items() if address.startswith("chapters/")}
    records = json.loads(source(html, "claims.json"))
    assert counted == {
        "chapters": len({path.name[:2] for path in CHAPTERS.glob("[0-9]*.ipynb")}),
        "figures": sum(len(page.explorers) for page in pages.values()),
        "checks": sum(record["kind"] == "claim" for record in records),
        "exercises": sum(len(re.findall(r'<div class="exercise admonition"', source(html, address))) for address in pages),
    }


def test_the_map_has_every_chapter_after_those_that_it_needs(html):
    rows = re.findall(r'<li><svg.*?</svg><a href="([^"]+)">(\d+) .*?</a>(.*?)<br>', source(html, ENTRY))
    firsts: dict[str, str] = {}
    for address in contents():
        if found := re.fullmatch(r"chapters/((\d\d)_.*)", address):
            firsts.setdefault(found[2], found[1])
    assert [address for address, _, _ in rows] == [*firsts.values()]
    for _, number, after in rows:
        assert all(int(before) < int(number) for before in re.findall(r"\d+", after))
    assert sum("after" in after for _, _, after in rows) == len(rows) - 1


@pytest.mark.parametrize(("how", "height"), [({"viewport": {"width": 1280, "height": 800}}, 800), (NARROW, 844)], ids=["wide", "telephone"])
def test_the_live_picture_and_the_doors_are_on_the_first_screen(homes, open_page, how, height):
    page = open_page(f"{homes['file']}/{ENTRY}", **how)
    for part in (".explorer-picture", ".doors li >> nth=2"):
        box = page.locator(part).bounding_box()
        assert box["y"] + box["height"] <= height


# ---- the plans ----------------------------------------------------------------------------------------

LINKED = re.compile(r"\[[^\]]*\]\((?P<page>\w+)\.ipynb#explorer-(?P<name>\w+)(?:\?(?P<query>[^)]*))?\)")


def test_the_sentences_that_the_teaching_page_quotes_are_said_in_the_states_linked_to(html):
    """Each quotation stands under one of the figures that its row links to."""
    quoted = 0
    for row in (CHAPTERS / "teaching.md").read_text(encoding="utf-8").splitlines():
        quotes = re.findall("“([^”]*)”", row) if row.startswith("|") else []
        said = [book.Baked(html, f"chapters/{link['page']}.html", link["name"]).said(link["query"] or "") for link in LINKED.finditer(row)]
        for quote in quotes:
            assert any(quote in sentence for sentence in said), f"“{quote}” is said in none of {said}"
        quoted += len(quotes)
    assert quoted > 40


# ---- what a page shows first ---------------------------------------------------------------------------

_SETTING = """window.seen = [];
new MutationObserver(() => {
    const set = document.querySelectorAll(".math mjx-container").length;
    if (set <= (seen.at(-1)?.set ?? 0)) return;
    const unset = [...document.querySelectorAll(".math:not(:has(mjx-container))")];
    seen.push({ set, inSight: unset.filter(formula => formula.getBoundingClientRect().top < innerHeight).length });
}).observe(document, { childList: true, subtree: true })"""


def test_formulas_are_set_some_at_a_time_and_those_in_sight_first(homes, open_page):
    address = f"{homes['file']}/chapters/03_explosion_and_vanishing.html"
    page = open_page(address, lambda page: page.add_init_script(_SETTING), **WIDE)
    page.evaluate("MathJax.startup.promise")
    first, *others = calm(page).evaluate("seen")
    assert first["inSight"] == 0
    assert len(others) > page.locator(".math").count() / 100
    assert page.locator(".math:not(:has(mjx-container))").count() == 0
