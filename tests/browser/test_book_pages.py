"""Every page of the built book: at home on no other host, accessible, typeset, whole in its links, on any screen."""

import itertools
from urllib.parse import unquote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser import book
from tests.browser.driver import PATIENCE, Figure

READ = ["index.html", *book.sources(), "chapters/claim_ledger.html", "chapters/errata.html", "chapters/bibliography.html"]
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
EACH = pytest.mark.parametrize("address", READ)

_RAW_TEX = r"""() => {
    const found = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const { data, parentElement } = texts.currentNode;
        if (parentElement.closest("pre, code, script, style, mjx-container")) continue;
        if (/\\\(|\\\[|\$\$|\\begin\{/.test(data)) found.push(data);
    }
    return found;
}"""


def calm(page) -> None:
    """Wait until every figure is drawn and the mathematics is set."""
    drawn = "[...document.querySelectorAll('figure.explorer')].every(figure => figure.dataset.state)"
    page.wait_for_function(drawn, timeout=PATIENCE)
    page.evaluate("window.MathJax?.startup?.promise")


@pytest.mark.parametrize("home", book.HOMES)
def test_no_page_asks_another_host_or_errs(html, homes, open_page, home):
    page = open_page("about:blank")
    for address in book.pages(html):
        page.goto(f"{homes[home]}/{address}")
        calm(page)
        page.watch.clean()


def test_nothing_is_loaded_from_elsewhere(html):
    for address, page in book.pages(html).items():
        for target in page.loaded:
            assert not urlsplit(target).netloc, f"{address} loads {target}"


def test_internal_links_resolve(html):
    pages = book.pages(html)
    broken = []
    for address, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (html / address).parent / unquote(parts.path) if parts.path else html / address
            inside = target.resolve().relative_to(html.resolve()).as_posix() if target.exists() else None
            fragment = unquote(parts.fragment).split("?")[0]
            if inside is None or (fragment and inside in pages and fragment not in pages[inside].ids):
                broken.append(f"{address}: {link}")
    assert broken == []


@EACH
def test_mathematics_is_typeset(html, homes, open_page, address):
    page = open_page(f"{homes['file']}/{address}")
    calm(page)
    if book.pages(html)[address].has_math:
        assert page.locator("mjx-container").count() > 0
    assert page.locator("mjx-merror, [data-mml-node=merror]").count() == 0
    assert page.evaluate(_RAW_TEX) == []


@pytest.mark.parametrize(("viewport", "scheme"), [(WIDE, "light"), (NARROW, "dark")], ids=["wide-light", "narrow-dark"])
@EACH
def test_axe_finds_nothing_serious(homes, open_page, address, viewport, scheme):
    page = open_page(f"{homes['http']}/{address}", viewport=viewport, color_scheme=scheme)
    calm(page)
    page.wait_for_function("scheme => document.documentElement.dataset.theme === scheme", arg=scheme, timeout=PATIENCE)
    found = Axe().run(page, options={"resultTypes": ["violations"], "preload": False}).response["violations"]
    serious = [violation for violation in found if violation["impact"] in ("serious", "critical")]
    assert [f"{violation['id']}: {node['html'][:150]}" for violation in serious for node in violation["nodes"]] == []


@EACH
def test_a_telephone_scrolls_down_only_and_stacks_the_controls(html, homes, open_page, address):
    page = open_page(f"{homes['file']}/{address}", viewport=NARROW, has_touch=True, is_mobile=True)
    calm(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    for name in book.pages(html)[address].explorers:
        figure = Figure(page, name)
        boxes = [control.bounding_box() for control in figure.root.locator(".explorer-control").all()]
        for above, below in itertools.pairwise(boxes):
            assert above["y"] + above["height"] <= below["y"] + 0.5, f"{name}: controls stand side by side"
        assert all(box["width"] >= 300 for box in boxes)


@pytest.mark.parametrize("address", book.sources())
def test_print_shows_the_pictures_and_no_controls(html, homes, open_page, address):
    page = open_page(f"{homes['file']}/{address}", color_scheme="dark")
    calm(page)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for name in book.pages(html)[address].explorers:
        figure = Figure(page, name).settled()
        assert figure.plot.locator(".main-svg").first.bounding_box()["height"] > 150
        assert figure.root.get_attribute("data-theme") == "print"
        assert figure.root.locator("input[type=range]:visible, button:visible").count() == 0
        assert figure.root.locator(".explorer-readout").is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.wait_for_function("[...document.querySelectorAll('figure.explorer')].every(figure => figure.dataset.theme === 'dark')")


@pytest.mark.parametrize("address", book.sources())
def test_nothing_moves_by_itself_for_those_who_want_it_so(html, homes, open_page, address):
    page = open_page(f"{homes['file']}/{address}", reduced_motion="reduce")
    calm(page)
    page.evaluate("addEventListener('explorer:painted', () => (window.moved = true))")
    page.wait_for_timeout(1500)
    assert not page.evaluate("window.moved")
    moving = """[...document.querySelectorAll(".explorer *")].map(element => getComputedStyle(element))
        .filter(style => style.transitionDuration !== "0s" || style.animationName !== "none").length"""
    assert page.evaluate(moving) == 0
