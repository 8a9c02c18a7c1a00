"""What a reader sees first, what is fetched for it, how high it is: stills before the first touch, links that land, pages of figures."""

import functools
import gzip

import pytest

from tests.browser import book
from tests.browser.driver import NARROW, WIDE, Figure
from tests.browser.exercise import check
from tests.explorers import chapters, declaration_of, names_of, together
from tests.heights import Heights, heights

CHAPTERS = pytest.mark.parametrize("path", [together(path.stem, path) for path in chapters()])
MOST_BYTES, MOST_STILLS = 650_000, 150_000  # gzipped, before the first touch, of a chapter with four figures; of these its stills
TEXT = 83_000  # of that chapter, its text


@functools.cache
def read_through(browser, address: str) -> tuple[dict[str, int], Heights]:
    """Address → gzipped bytes of everything that a page loads by itself while it is read from end to end; and its heights."""
    page = browser.new_page(**WIDE)
    answers = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(address)
    for figure in page.locator("figure.explorer").all():
        figure.evaluate("figure => figure.scrollIntoView()")
        image = figure.locator(".explorer-still img")
        page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=image.element_handle())
    page.wait_for_load_state("networkidle")
    sizes = {answer.url: len(gzip.compress(answer.body(), 6)) for answer in answers if answer.ok}
    high = heights(page)
    page.close()
    return sizes, high


@CHAPTERS
def test_a_page_is_light_until_a_figure_is_touched(browser, homes, html, path):
    sizes, _ = read_through(browser, f"{homes['http']}/{book.address_of(path)}")
    figures = len(book.pages(html)[book.address_of(path)].explorers)
    stills = {url: size for url, size in sizes.items() if url.endswith(".svg") and "/explorers/" in url}
    assert len(stills) == figures
    assert not any("plotly" in url for url in sizes)
    assert sum(stills.values()) <= MOST_STILLS * max(figures, 4) / 4
    text = next(size for url, size in sizes.items() if url.endswith(f"/{path.stem}.html"))
    assert sum(sizes.values()) - text <= MOST_BYTES - TEXT  # a longer chapter may have more to read


@pytest.mark.parametrize("path", [together(path.stem, path) for path in chapters() if path.stem[0].isdigit()])
def test_a_chapter_is_read_and_not_scrolled_through(browser, homes, path):
    _, high = read_through(browser, f"{homes['http']}/{book.address_of(path)}")
    assert high.too_much() == []


@pytest.mark.promise
@CHAPTERS
def test_without_scripts_every_figure_is_a_picture_with_its_sentence(browser, homes, html, path):
    page = browser.new_context(java_script_enabled=False, **WIDE).new_page()
    page.goto(f"{homes['file']}/{book.address_of(path)}")
    for name in book.pages(html)[book.address_of(path)].explorers:
        figure = page.locator(f"#explorer-{name}")
        figure.scroll_into_view_if_needed()
        assert figure.locator("img").get_attribute("alt").startswith(declaration_of(path, name).caption)
        assert figure.locator("img").bounding_box()["height"] > 200
        assert figure.locator(".explorer-readout").inner_text() == declaration_of(path, name).first.readout
    page.context.close()


@pytest.mark.promise
@pytest.mark.parametrize("how", [WIDE, NARROW], ids=["wide", "narrow"])
@CHAPTERS
def test_a_link_lands_on_its_figure_and_stays_there(open_page, homes, path, how):
    name = names_of(path)[-1]
    page = open_page(f"{homes['http']}/{book.address_of(path)}#explorer-{name}", **how)
    figure = Figure(page, name).settled()
    page.wait_for_load_state("networkidle")
    page.evaluate("window.MathJax?.startup?.promise")
    figure.until(lambda: abs(middle(figure) - how["viewport"]["height"] / 2) < 40)
    assert page.evaluate("document.querySelectorAll('figure.explorer img').length") == len(names_of(path)) - 1  # the others sleep


def middle(figure: Figure) -> float:
    box = figure.root.bounding_box()
    return box["y"] + box["height"] / 2


@pytest.mark.promise
@CHAPTERS
def test_every_figure_has_a_page_of_its_own_that_fits_its_frame(open_page, homes, html, path):
    for name in book.pages(html)[book.address_of(path)].explorers:
        assert (html / "figures" / f"{name}.html").exists()
    name = names_of(path)[0]
    page = open_page(f"{homes['file']}/figures/{name}.html", viewport={"width": 900, "height": 600})
    figure = Figure(page, name).settled()
    check(figure, declaration_of(path, name))
    assert page.evaluate("document.documentElement.scrollWidth") <= 900
    assert figure.plot.bounding_box()["y"] + figure.plot.bounding_box()["height"] <= 600
    assert page.locator("a[target=_top]").get_attribute("href").startswith(f"../{book.address_of(path)}#explorer-{name}")
