"""Every explorer of the built book, read over http and straight from its files, with no kernel behind it."""

import csv
import random

import numpy as np
import pytest

from tests.browser import book
from tests.browser.driver import Figure
from tests.browser.exercise import agree, check, exercise, pin_and_unpin

FEW = 4  # random states for each explorer
PLACES = [(address, d.name) for address in book.sources() for d in book.declarations(address).values()]
EACH = pytest.mark.parametrize(("address", "name"), PLACES, ids=[name for _, name in PLACES])
ONCE = pytest.mark.parametrize(("home", "address"), book.turns())  # where a fresh page is needed
# Every explorer from its file, the first of each page over http as well: the others differ in their numbers alone.
FIRSTS = [(address, next(iter(book.declarations(address)))) for address in book.sources()]
BOTH = pytest.mark.parametrize(
    ("home", "address", "name"),
    [("file", *place) for place in PLACES] + [("http", *place) for place in FIRSTS],
    ids=[f"{name}-file" for _, name in PLACES] + [f"{name}-http" for _, name in FIRSTS],
)


@pytest.fixture(scope="module")
def kept(keep_page, homes):
    """kept(home, address) → a page that stays open for the tests of this module."""
    opened = {}

    def of(home, address):
        if (home, address) not in opened:
            opened[home, address] = keep_page(f"{homes[home]}/{address}", permissions=["clipboard-read", "clipboard-write"])
        return opened[home, address]

    return of


@pytest.fixture
def figure(kept, request):
    """The explorer that the test's parameters name, at its start."""
    given = request.node.callspec.params
    figure = Figure(kept(given.get("home", "file"), given["address"]), given["name"]).settled()
    yield figure.action("reset")
    if figure.page.locator(".explorer-present").count():  # a test that failed leaves the page to the next one
        figure.page.keyboard.press("Escape")


@pytest.fixture
def declaration(request):
    given = request.node.callspec.params
    return book.declarations(given["address"])[given["name"]]


def meant(parameter, text: str):
    """The value that stands in a link."""
    if parameter.kind == "slider":
        return float(text)
    for value in parameter.stops_with(()):
        if text in ({str(value), str(value).lower()} if isinstance(value, str | bool) else {f"{value:g}"}):
            return value
    raise AssertionError(f"the link asks for {text}, which is not offered")


def query(state: dict) -> str:
    return "&".join(f"{name}={str(value).lower() if isinstance(value, bool) else value}" for name, value in state.items())


def test_all_declared_explorers_are_in_the_book(html):
    for address in book.sources():
        assert book.pages(html)[address].explorers == list(book.declarations(address)), address


@BOTH
def test_every_control_and_preset_moves_the_picture(figure, declaration, home, address, name):
    assert figure.state == declaration.start
    exercise(figure, declaration, brief=home == "http")


@EACH
def test_baked_is_computed_at_random_states(figure, declaration, address, name):
    states = random.Random(name).sample(declaration.states(), min(FEW, declaration.count))
    for state in states:
        figure.page.evaluate("hash => { location.hash = hash; }", f"explorer-{name}?{query(state)}")
        check(figure.reaches(**state), declaration)


@EACH
def test_play_moves_the_state_and_stops(figure, declaration, address, name):
    figure.action("play")
    start = declaration.start[declaration.play]
    figure.page.wait_for_function(
        "([root, name, start]) => JSON.parse(root.dataset.state)[name] !== start",
        arg=[figure.root.element_handle(), declaration.play, start],
    )
    figure.action("play")
    figure.page.wait_for_timeout(400)  # longer than a step
    stopped = figure.settled().state
    figure.page.wait_for_timeout(700)
    assert figure.state == stopped
    assert figure.button("action", "play").get_attribute("aria-pressed") == "false"


@EACH
def test_pin_keeps_a_ghost_while_controls_move(figure, declaration, address, name):
    pin_and_unpin(figure, declaration)


@EACH
def test_present_fills_the_window_with_large_type(figure, address, name):
    plain = figure.look().picture
    figure.action("present")
    size = figure.page.viewport_size
    box = figure.root.bounding_box()
    assert (box["width"], box["height"]) == pytest.approx((size["width"], size["height"]), abs=1)
    assert figure.smallest_type >= 20
    assert figure.plot.bounding_box()["height"] >= 0.4 * size["height"]
    figure.page.keyboard.press("Escape")
    figure.page.wait_for_function("!document.querySelector('.explorer-present')")
    figure.page.wait_for_timeout(300)
    assert figure.look().picture == plain


@EACH
def test_csv_holds_the_numbers_behind_the_picture(figure, declaration, address, name):
    figure.press(declaration.play, "End")
    with figure.page.expect_download() as download:
        figure.button("action", "csv").click()
    assert download.value.suggested_filename == f"{name}.csv"
    with open(download.value.path(), encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    columns = {key: [float(row[k]) for row in rows if row[k] != ""] for k, key in enumerate(header)}
    for key, array in declaration.state(figure.state).arrays.items():
        array = np.asarray(array, dtype=float)
        parts = {f"{key}[{k}]": row for k, row in enumerate(array)} if array.ndim == 2 else {key: np.atleast_1d(array)}
        for column, values in parts.items():
            assert agree(columns.pop(column), values, whole=array), column
    assert columns == {}


def moved_and_linked(figure: Figure, declaration) -> str:
    """Move a figure away from its start and copy the link to where it is now."""
    for preset in list(declaration.presets)[:1]:
        figure.preset(preset)
    figure.press(declaration.play, "End")
    figure.page.bring_to_front()  # only the page in front may write to the clipboard
    figure.button("action", "link").click()
    figure.page.wait_for_function(
        "name => document.querySelector(`#explorer-${name} [data-action=link]`).textContent.startsWith('✓')", arg=figure.name
    )
    return figure.page.evaluate("navigator.clipboard.readText()")


@EACH
def test_link_restores_the_state(figure, declaration, address, name):
    link = moved_and_linked(figure, declaration)
    state, picture = figure.state, figure.look().picture
    assert link.split("#")[0] == figure.page.url.split("#")[0]
    figure.action("reset").page.goto(link)
    check(figure.reaches(**state), declaration)
    assert figure.look().picture == picture


@ONCE
def test_link_opens_a_fresh_page_on_its_state(kept, open_page, home, address):
    declaration = list(book.declarations(address).values())[-1]
    figure = Figure(kept(home, address), declaration.name).settled()
    link = moved_and_linked(figure, declaration)
    fresh = Figure(open_page(link), declaration.name).settled().reaches(**figure.state)
    check(fresh, declaration)
    assert fresh.look().picture == figure.look().picture


@pytest.mark.parametrize("address", book.sources())
def test_links_in_prose_set_what_they_say(kept, address):
    page = kept("file", address)
    links = page.locator("main a[href*='#explorer-'][href*='?']")
    for link in links.all():
        name, _, wish = link.get_attribute("href").partition("#explorer-")[2].partition("?")
        figure = Figure(page, name).settled().action("reset")
        parsed = page.evaluate("query => Object.fromEntries(new URLSearchParams(query))", wish)
        link.dispatch_event("click")
        declared = book.declarations(address)[name].parameters
        figure.reaches(**{key: meant(declared[key], text) for key, text in parsed.items()})
        assert figure.trouble == ""


@ONCE
def test_numbers_that_do_not_load_are_said_in_that_figure_only(open_page, homes, home, address):
    first, *others = book.declarations(address).values()
    page = open_page("about:blank")
    chunks = f"**/{first.name}-*/*.js"
    page.route(chunks, lambda route: route.abort())
    page.goto(f"{homes[home]}/{address}")
    figure = Figure(page, first.name).settled().press(first.play, "End")
    assert figure.trouble.startswith("The numbers for this state did not load")
    assert figure.state == first.start
    for other in others[:1]:
        check(Figure(page, other.name).settled().press(other.play, "End"), other)
    page.unroute(chunks)
    check(figure.press(first.play, "Home"), first)
    assert all("ERR_FAILED" in error for error in page.watch.errors)  # the browser's own words for what was refused
    page.watch.errors.clear()
