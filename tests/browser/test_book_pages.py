"""Every page of the built book: at home on no other host, accessible, typeset, whole in its links, on any screen."""

import itertools
import pathlib
from urllib.parse import unquote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

from dlcore.book.only import is_run
from tests.browser import book
from tests.browser.driver import NARROW, WIDE, Figure, calm
from tests.explorers import chapters, together


def _built(address: str) -> bool:
    """Whether a page is what its readers get: in a build of one chapter the others have no figures and no claims."""
    return is_run(pathlib.PurePath(address).stem)


RUN = "chapters/run_it.html"
OTHERS = [f"chapters/{name}.html" for name in ("gallery", "teaching", "claim_ledger", "errata", "sources", "bibliography", "run_it")]
READ = ["index.html", *book.sources(), *OTHERS]
EACH = pytest.mark.parametrize("address", [together(pathlib.PurePath(address).stem, address) for address in READ if _built(address)])
ENTRY = "chapters/intro.html"
WITH_FIGURE = next(address for address in (ENTRY, *book.sources()) if _built(address))  # a page with figures that are not left out
MOST_HEIGHT = 700  # pixels of a figure on a telephone, but for its caption

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

# Formulas have their text's colours, code that of the cells before it, rows the parts of those before them: axe, slow with so many
# parts, sees one of each kind.
_SIMPLE = """() => {
    const seen = new Set();
    const told = (node, parts) => {
        const fresh = [...node.querySelectorAll(parts)].map(part => part.tagName + part.className).filter(name => !seen.has(name));
        fresh.forEach(name => seen.add(name));
        return fresh.length > 0;
    };
    const formulas = [...document.querySelectorAll("mjx-container")].slice(1);
    const cells = [...document.querySelectorAll("div.highlight pre")].filter(pre => !told(pre, "span[class]"));
    const tables = [...document.querySelectorAll("tbody")];
    window.whole = [...formulas, ...cells, ...tables].map(node => [node, [...node.childNodes]]);
    formulas.forEach(formula => {
        formula.replaceChildren(Object.assign(document.createElement("span"), { textContent: "formula", style: "line-height: normal" }));
    });
    cells.forEach(pre => pre.replaceChildren(pre.textContent));
    tables.forEach(table => table.replaceChildren(...[...table.rows].filter((row, place) => place < 20 || told(row, "*"))));
}"""
_WHOLE = "window.whole.forEach(([node, parts]) => node.replaceChildren(...parts))"


def test_no_page_asks_another_host_or_errs(html, homes, open_page):
    page = open_page("about:blank")
    built = list(filter(_built, book.pages(html)))
    figures = [address for address in built if address.startswith("figures/")]  # all made by one template
    chapters_but_one = {*book.sources()[1:]} - {ENTRY}  # they are read from their files, below
    for address in (*sorted({*built} - {*figures} - chapters_but_one), *figures[::8]):
        page.goto(f"{homes['http']}/{address}")
        calm(page).watch.clean()


@EACH
def test_no_page_read_from_its_file_does_either(read, address):
    read(address).watch.clean()


@pytest.mark.parametrize("home", ["http", "file"])
@pytest.mark.skipif(not _built(RUN), reason="another page is built alone")
def test_the_line_that_installs_dlcore_names_where_the_book_is(html, homes, open_page, home):
    line = open_page(f"{homes[home]}/{RUN}").locator(".wheel-line pre").inner_text()
    assert line.startswith(f"%pip install {homes[home]}/_static/dlcore-")
    assert (html / line.removeprefix(f"%pip install {homes[home]}/").strip()).is_file()


def test_nothing_is_loaded_from_elsewhere(html):
    for address, page in book.pages(html).items():
        for target in page.loaded:
            assert not urlsplit(target).netloc, f"{address} loads {target}"


def test_internal_links_resolve(html):
    pages = book.pages(html)
    broken = []
    for address, page in pages.items():
        for link in page.links if _built(address) else ():
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (html / address).parent / unquote(parts.path) if parts.path else html / address
            inside = target.resolve().relative_to(html.resolve()).as_posix() if target.exists() else None
            fragment = unquote(parts.fragment).split("?")[0]
            if inside is None or (fragment and inside in pages and _built(inside) and fragment not in pages[inside].ids):
                broken.append(f"{address}: {link}")
    assert broken == []


@EACH
def test_mathematics_is_typeset(html, read, address):
    page = read(address)
    if book.pages(html)[address].has_math:
        assert page.locator("mjx-container").count() > 0
    assert page.locator("mjx-merror, [data-mml-node=merror]").count() == 0
    assert page.evaluate(_RAW_TEX) == []


@pytest.mark.parametrize("how", [WIDE, NARROW], ids=["wide-light", "narrow-dark"])
@EACH
def test_axe_finds_nothing_serious(read, address, how):
    page = read(address, how)
    assert page.evaluate("document.documentElement.dataset.theme") == how["color_scheme"]
    if address != ENTRY:
        page.evaluate(_SIMPLE)
    found = Axe().run(page, options={"resultTypes": ["violations"], "preload": False}).response["violations"]
    if address != ENTRY:
        page.evaluate(_WHOLE)
    serious = [violation for violation in found if violation["impact"] in ("serious", "critical")]
    assert [f"{violation['id']}: {node['html'][:150]}" for violation in serious for node in violation["nodes"]] == []


# Formulas and tables that scroll to the side and that no key comes to, but for those in closed folds, which are looked at when opened.
_OUT_OF_REACH = """[...document.querySelectorAll("div.math mjx-container, .pst-scrollable-table-container")]
    .filter(place => place.checkVisibility() && place.scrollWidth > place.clientWidth && place.tabIndex < 0)
    .map(place => place.textContent)"""


@EACH
def test_a_telephone_scrolls_down_only_and_stacks_the_controls(html, read, address):
    page = read(address, NARROW)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["viewport"]["width"]
    assert page.evaluate(_OUT_OF_REACH) == []
    for name in book.pages(html)[address].explorers:
        boxes = [control.bounding_box() for control in Figure(page, name).root.locator(".explorer-control:not(.explorer-time)").all()]
        for one, other in itertools.combinations(boxes, 2):
            apart = one["y"] + one["height"] <= other["y"] + 0.5 or one["x"] + one["width"] <= other["x"] + 0.5
            assert apart or other["y"] + other["height"] <= one["y"] + 0.5, f"{name}: controls lie on each other"
        assert all(box["width"] >= 150 for box in boxes)
        figure = page.locator(f"#explorer-{name}")
        assert figure.bounding_box()["height"] - figure.locator("figcaption").bounding_box()["height"] <= MOST_HEIGHT


def _open_folds(page) -> list[bool]:
    return page.locator("details.fold-code").evaluate_all("folds => folds.map(fold => fold.open)")


def test_a_figures_code_opens_by_its_button(homes, open_page):
    page = calm(open_page(f"{homes['file']}/{WITH_FIGURE}"))
    button = page.locator("figure.explorer [data-action=code]").first
    fold = page.locator("details.fold-code[data-figures]").first
    assert not fold.is_visible()  # the button stands for its line
    button.click()
    _expanded(page, button, "true")
    assert fold.locator("pre").first.is_visible()
    button.press("Enter")
    _expanded(page, button, "false")
    assert not fold.is_visible()


def _expanded(page, button, told: str) -> None:
    """Wait until a button says so: a fold tells that it has opened or closed a task later."""
    page.wait_for_function("([button, told]) => button.getAttribute('aria-expanded') === told", arg=[button.element_handle(), told])


def test_one_switch_shows_all_code_and_is_remembered(homes, open_page):
    page = calm(open_page(f"{homes['http']}/{WITH_FIGURE}"))
    assert _open_folds(page) != []
    page.get_by_role("switch", name="Show code").check()
    assert all(_open_folds(page))
    calm(page).reload()
    assert page.get_by_role("switch", name="Show code").is_checked()
    assert all(_open_folds(page))
    page.get_by_role("switch", name="Show code").uncheck()
    page.reload()
    assert not any(_open_folds(page))


def test_a_link_to_a_claim_opens_its_line_and_proofs_open_on_paper(html, homes, open_page):
    page = open_page(f"{homes['file']}/{_chapter()}")
    claim = page.locator("details.fold-checks .claim").last
    assert not claim.is_visible()
    page.evaluate("id => (location.hash = id)", claim.get_attribute("id"))
    claim.wait_for(state="visible")
    proof = page.locator("details.fold-proof").first
    assert proof.get_attribute("open") is None
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert proof.get_attribute("open") is not None
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert proof.get_attribute("open") is None


def _chapter() -> str:
    """The first chapter that was built."""
    return next(book.address_of(path) for path in chapters() if path.stem[0].isdigit())
