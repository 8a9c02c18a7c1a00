"""The engine without a book: everything that it promises of all figures, on a page of specimens, one of every kind.

What differs between the figures of the book, their numbers, is tested in test_book_explorers.
"""

import csv

import numpy as np
import pytest

from dlcore.explore import beside
from tests.browser import specimens
from tests.browser.book import served
from tests.browser.driver import NARROW, PATIENCE, Figure
from tests.browser.exercise import agree, check, exercise, pin_and_unpin
from tests.browser.synthetic import write_page

NAMES = [
    "growth", "bars-2", "heat", "slope", "walk", "guide", "pick", "switch", "ten_lines", "fall", "wave", "point", "summit", "power",
]  # fmt: skip
SMALL = ["growth", "bars-2", "walk"]
EACH = pytest.mark.parametrize("name", NAMES)
BOTH = pytest.mark.parametrize("home", ["file", "http"])
PHONE = NARROW | {"has_touch": True, "is_mobile": True}
CLIPBOARD = {"permissions": ["clipboard-read", "clipboard-write"]}
PROSE = """<p><a href="#explorer-growth?variance=2&depth=100">double the variance</a>
<a href="#explorer-growth?variance=77&depth=1">ask for too much</a></p>"""


@pytest.fixture(scope="module")
def specimen_page(tmp_path_factory):
    """The address of a page with every specimen, and their declarations."""
    page, explorers = write_page(tmp_path_factory.mktemp("specimens"), specimens.every, PROSE)
    return page, {explorer.declaration.name: explorer.declaration for explorer in explorers}


@pytest.fixture(scope="module")
def small_page(tmp_path_factory):
    """A page without 3-D, which software draws slowly, for tests that open it afresh: home → address."""
    makers = (specimens.curves, specimens.bars, specimens.descent)
    page, _ = write_page(tmp_path_factory.mktemp("small"), lambda: [make() for make in makers])
    with served(page.parent) as address:
        yield {"file": page.as_uri(), "http": f"{address}/{page.name}"}


@pytest.fixture(scope="module")
def shared(keep_page, specimen_page):
    return keep_page(specimen_page[0].as_uri(), **CLIPBOARD)


@pytest.fixture
def opened(shared, specimen_page):
    """opened(name) → its figure at the start state, and its declaration."""
    yield lambda name: (Figure(shared, name).settled().action("reset"), specimen_page[1][name])
    if shared.locator(".explorer-present").count():  # a test that failed leaves the page to the next one
        shared.keyboard.press("Escape")


@EACH
def test_every_helper_draws_and_every_control_moves_it(opened, name):
    figure, declaration = opened(name)
    assert figure.state == declaration.start
    exercise(figure, declaration)


@pytest.mark.parametrize("name", SMALL)
def test_the_same_over_http(open_page, small_page, specimen_page, name):
    exercise(Figure(open_page(small_page["http"]), name), specimen_page[1][name])


@EACH
def test_every_picture_can_be_pinned(opened, name):
    pin_and_unpin(*opened(name))


@EACH
def test_dark_mode_is_a_theme_of_its_own(opened, name):
    figure, _ = opened(name)
    light = figure.look().picture
    for theme, paper in (("dark", "#14181e"), ("light", "#ffffff")):
        figure.page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
        drawn = "([name, paper]) => document.querySelector(`#explorer-${name} .explorer-plot`)._fullLayout.paper_bgcolor === paper"
        figure.page.wait_for_function(drawn, arg=[name, paper])
    assert figure.look().picture == light


def test_what_is_not_finite_is_a_gap_with_a_word(opened):
    figure, _ = opened("growth")
    badge = figure.root.locator(".explorer-overflow")
    figure.preset("explode")
    assert badge.is_visible()
    assert badge.inner_text() == "overflow"
    figure.action("reset")
    figure.control("activation").select_option(label="ReLU")
    figure.settled().press("depth", "Home")
    assert badge.is_visible()
    assert badge.inner_text() == "zero"
    figure.press("depth", "End")
    assert not badge.is_visible()


def test_surfaces_are_drawn_by_software_too(opened):
    figure, _ = opened("slope")
    figure.root.scroll_into_view_if_needed()
    assert figure.plot.locator("canvas").count() > 0
    assert figure.page.evaluate("!!document.createElement('canvas').getContext('webgl2')")
    blank = figure.plot.screenshot()
    figure.plot.locator("canvas").first.evaluate("canvas => canvas.style.visibility = 'hidden'")
    assert figure.plot.screenshot() != blank


EYE = "plot => plot._fullLayout.scene._scene.getCamera().eye"


def azimuth(figure) -> float:
    eye = figure.plot.evaluate(EYE)
    return np.arctan2(eye["y"], eye["x"])


def test_surfaces_turn_by_mouse_and_keys_and_stay_turned(opened):
    figure, _ = opened("slope")
    figure.root.scroll_into_view_if_needed()
    box, start = figure.plot.bounding_box(), azimuth(figure)
    middle = box["y"] + box["height"] / 2
    figure.page.mouse.move(box["x"] + box["width"] / 2, middle)
    figure.page.mouse.down()
    figure.page.mouse.move(box["x"] + 0.75 * box["width"], middle, steps=4)
    figure.page.mouse.up()
    assert azimuth(figure) == pytest.approx(start - np.pi / 4, abs=0.02)  # a quarter of the width
    figure.page.mouse.move(box["x"] + 5, middle)  # let go is let go
    figure.press("height", "End")
    assert azimuth(figure) == pytest.approx(start - np.pi / 4, abs=0.02)
    figure.plot.focus()
    for _ in range(6):
        figure.page.keyboard.press("ArrowLeft")
    figure.until(lambda: azimuth(figure) == pytest.approx(start, abs=0.02))
    figure.page.keyboard.press("ArrowUp")
    figure.until(lambda: figure.plot.evaluate(EYE)["z"] > 1.01)
    figure.action("reset")
    figure.until(lambda: figure.plot.evaluate(EYE)["z"] == pytest.approx(1.0))


def test_the_wheel_over_a_surface_scrolls_the_page(opened):
    figure, _ = opened("slope")
    figure.plot.scroll_into_view_if_needed()
    box, before, eye = figure.plot.bounding_box(), figure.page.evaluate("scrollY"), figure.plot.evaluate(EYE)
    figure.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    figure.page.mouse.wheel(0, -200)
    figure.until(lambda: figure.page.evaluate("scrollY") < before)
    assert figure.plot.evaluate(EYE) == eye


def swipe(page, plot, dx: int, dy: int) -> None:
    """A finger put on the middle of a picture and moved by (dx, dy)."""
    box = plot.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = page.context.new_cdp_session(page)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for k in range(1, 9):
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x + dx * k / 8, "y": y + dy * k / 8}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_finger_turns_a_surface_sideways_and_scrolls_the_page_upwards(phone):
    figure = Figure(phone, "slope").settled()
    figure.plot.scroll_into_view_if_needed()
    start, before = azimuth(figure), phone.evaluate("scrollY")
    swipe(phone, figure.plot, 120, 0)
    figure.until(lambda: abs(azimuth(figure) - start) > 0.3)
    assert phone.evaluate("scrollY") == before
    turned = azimuth(figure)
    swipe(phone, figure.plot, 0, -150)
    figure.until(lambda: phone.evaluate("scrollY") > before + 50)
    assert azimuth(figure) == pytest.approx(turned, abs=0.1)


@pytest.mark.parametrize("home", ["file", "http"])
def test_coming_back_to_a_page_leaves_the_controls_with_the_picture(open_page, small_page, specimen_page, home):
    page = open_page(small_page[home])
    figure, declaration = Figure(page, "growth").settled(), specimen_page[1]["growth"]
    figure.press("depth", "End").press("variance", "Home")
    page.goto("about:blank")
    page.go_back()
    figure.settled()
    shown = {name: figure.control(name).evaluate("input => input.value") for name in ("depth", "variance")}
    offered = {parameter["name"]: parameter["values"] for parameter in figure.spec["parameters"]}
    assert {name: offered[name][int(value)] for name, value in shown.items()} == {name: figure.state[name] for name in shown}
    check(figure, declaration)


def test_a_drag_ends_on_the_last_value(opened):
    figure, declaration = opened("ten_lines")
    figure.drag("seed", steps=60)
    assert figure.state["seed"] == 39
    check(figure, declaration)


@pytest.mark.parametrize("pause", [0, 1])
def test_a_fast_drag_of_200_events_leaves_no_queue(opened, pause):
    figure, declaration = opened("ten_lines")
    figure.press("seed", "End", "Home")  # everything is loaded
    painted = figure.burst("seed", [k * 7 % 40 for k in range(200)], pause)
    assert figure.state["seed"] == 199 * 7 % 40
    assert painted <= 3  # the one under way, and the last; a queue would go on
    check(figure, declaration)


def test_names_with_every_kind_of_character(opened):
    figure, declaration = opened("growth")
    figure.preset(specimens.ODD_PRESET)
    assert figure.state["variance"] == 2
    assert figure.look().outputs["variance"] == "2 (He)"
    assert figure.control("activation").locator("option").all_inner_texts() == ["linear & <plain>", "ReLU", "x¹²"]
    assert figure.root.locator("figcaption").inner_text() == declaration.caption


def test_many_chunks_meet_at_their_edges(opened):
    figure, declaration = opened("ten_lines")
    edges = figure.spec["store"]["chunks"]
    assert len(edges) > 3, "the specimen is meant to fill several chunks"
    states = declaration.states()
    for edge in edges[1:-1]:
        for index in (edge - 1, edge):
            figure.root.evaluate("(root, values) => root.explorer.want(values)", states[index])
            assert figure.settled().state == states[index]
            check(figure, declaration)


def test_links_in_prose_set_a_state_again_and_again(opened):
    figure, declaration = opened("growth")
    for _ in range(2):
        figure.page.click("text=double the variance")
        figure.reaches(variance=2, depth=100)
        figure.action("reset")
        assert figure.state == declaration.start
    figure.page.click("text=ask for too much")
    figure.reaches(depth=1)
    assert figure.state == declaration.start | {"depth": 1}
    assert "variance=77" in figure.trouble
    figure.press("depth", "End")
    assert figure.trouble == ""


@BOTH
def test_a_link_opens_on_its_state(open_page, small_page, specimen_page, home):
    page = open_page(small_page[home] + "#explorer-growth?noisy=true&activation=steep&depth=1")
    figure, declaration = Figure(page, "growth").settled().reaches(activation="steep"), specimen_page[1]["growth"]
    assert figure.state == declaration.start | {"noisy": True, "activation": "steep", "depth": 1}
    check(figure, declaration)


@pytest.mark.parametrize("name", SMALL)
def test_a_picture_reached_by_sliding_is_the_one_drawn_afresh(opened, open_page, small_page, name):
    figure, declaration = opened(name)
    figure.press(declaration.play, "Home").press(declaration.play, "End").press(declaration.play, "ArrowLeft")
    query = "&".join(f"{key}={str(value).lower()}" for key, value in figure.state.items())
    afresh = Figure(open_page(f"{small_page['file']}#explorer-{name}?{query}"), name).settled().reaches(**figure.state)
    assert afresh.look().picture == figure.look().picture


def test_a_line_that_has_no_points_at_a_state_is_gone_there(opened):
    figure, _ = opened("guide")
    there = figure.press("k", "Home").look().strokes
    gone = figure.press("k", "ArrowRight").look().strokes
    assert there.count("js-line") > gone.count("js-line")
    assert figure.press("k", "End").look().strokes == there


def test_a_panel_that_stands_still_stays_while_the_one_beside_it_moves(open_page, tmp_path):
    def two(k):
        x = np.linspace(0, 1, 5)
        return {"x": x, "still": x, "moving": np.outer(np.arange(1, 4), x)}

    def made():
        figure = beside(specimens.lines("x", "still"), specimens.lines("x", "moving", y_range=(0, 3)))
        film = specimens.Time("frame", frames=3)
        return [specimens.Explorer(two, figure=figure, readout="{k}.", caption="Two panels.", k=specimens.Slider(1, 2), frame=film)]

    page, _ = write_page(tmp_path, made)
    figure = Figure(open_page(page.as_uri()), "two").settled()
    first = figure.look()
    assert figure.press("frame", "End").look().strokes.count("js-line") == first.strokes.count("js-line")
    assert figure.press("frame", "Home").look().picture == first.picture


def test_painted_tells_the_values_and_the_time(opened):
    figure, _ = opened("ten_lines")
    figure.page.evaluate("addEventListener('explorer:painted', event => (window.painted = event.detail))")
    figure.press("seed", "End")
    detail = figure.page.evaluate("window.painted")
    assert detail["values"] == figure.state
    assert 0 < detail["milliseconds"] < PATIENCE


@pytest.mark.parametrize("name", ["growth", "pick", "switch"])
def test_play_moves_the_state_and_stops(open_page, specimen_page, name):
    """By the page's own clock, which runs on faster than this machine's once the figure should stand still."""
    page, declarations = specimen_page
    figure = Figure(open_page(page.as_uri(), lambda page: page.clock.install()), name).settled()
    declaration = declarations[name]
    figure.action("play")
    assert figure.button("action", "play").get_attribute("aria-pressed") == "true"
    figure.until(lambda: figure.state[declaration.play] != declaration.start[declaration.play])
    figure.action("play")
    stopped = figure.later(1000).state
    assert figure.later(5000).state == stopped
    assert figure.button("action", "play").get_attribute("aria-pressed") == "false"
    figure.action("play")
    last = declaration.stops[declaration.play][-1]
    figure.until(lambda: figure.later(500).state[declaration.play] == last)  # it ends at the end, by itself
    figure.until(lambda: figure.later(500).button("action", "play").get_attribute("aria-pressed") == "false")
    check(figure, declaration)


@EACH
def test_present_fills_the_window_with_large_type(opened, name):
    figure, _ = opened(name)
    plain = figure.look().picture
    figure.action("present")
    size = figure.page.viewport_size
    figure.until(lambda: figure.root.bounding_box()["height"] == pytest.approx(size["height"], abs=1))
    assert figure.root.bounding_box()["width"] == pytest.approx(size["width"], abs=1)
    figure.until(lambda: figure.smallest_type >= 20)
    assert figure.plot.bounding_box()["height"] >= 0.4 * size["height"]
    figure.page.keyboard.press("Escape")
    figure.page.wait_for_function("!document.querySelector('.explorer-present')")
    figure.until(lambda: figure.look().picture == plain)


@EACH
def test_csv_holds_the_numbers_behind_the_picture(opened, name):
    figure, declaration = opened(name)
    figure.press(declaration.play, "End")
    with figure.page.expect_download() as download:
        figure.button("action", "csv").click()
    assert download.value.suggested_filename == f"{name}.csv"
    with open(download.value.path(), encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    columns = {key: [float(row[k]) for row in rows if row[k] != ""] for k, key in enumerate(header)}
    for key, array in declaration.state(figure.state).arrays.items():
        array = np.asarray(array, dtype=float)
        for place in np.ndindex(array.shape[:-1]):
            column = key + "".join(f"[{k}]" for k in place)
            assert agree(columns.pop(column), np.atleast_1d(array[place]), whole=array), column
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
def test_link_restores_the_state(opened, name):
    figure, declaration = opened(name)
    link = moved_and_linked(figure, declaration)
    state, picture = figure.state, figure.look().picture
    assert link.split("#")[0] == figure.page.url.split("#")[0]
    figure.action("reset").page.goto(link)
    check(figure.reaches(**state), declaration)
    figure.until(lambda: figure.look().picture == picture)


@BOTH
@pytest.mark.parametrize("name", SMALL)
def test_link_opens_a_fresh_page_on_its_state(open_page, small_page, specimen_page, home, name):
    declaration = specimen_page[1][name]
    figure = Figure(open_page(small_page[home], **CLIPBOARD), name).settled()
    link = moved_and_linked(figure, declaration)
    fresh = Figure(open_page(link), name).settled().reaches(**figure.state)
    check(fresh, declaration)
    assert fresh.look().picture == figure.look().picture


@BOTH
def test_numbers_that_do_not_load_are_said_in_that_figure_only(open_page, small_page, specimen_page, home):
    first, other = specimen_page[1]["growth"], specimen_page[1]["bars-2"]
    page = open_page("about:blank")
    chunks = f"**/{first.name}-*/*.js"
    page.route(chunks, lambda route: route.abort())
    page.goto(small_page[home])
    figure = Figure(page, first.name).settled().press(first.play, "End")
    assert figure.trouble.startswith("The numbers for this state did not load")
    assert figure.state == first.start
    check(Figure(page, other.name).settled().press(other.play, "End"), other)
    page.unroute(chunks)
    check(figure.press(first.play, "Home"), first)
    assert all("ERR_FAILED" in error for error in page.watch.errors)  # the browser's own words for what was refused
    page.watch.errors.clear()


@pytest.fixture(scope="module")
def phone(keep_page, specimen_page):
    return keep_page(specimen_page[0].as_uri(), **PHONE)


@EACH
def test_a_finger_moves_a_slider(phone, name):
    figure = Figure(phone, name).settled()
    for slider in figure.root.locator("input[type=range]").all()[:1]:
        slider.scroll_into_view_if_needed()
        box = slider.bounding_box()
        phone.touchscreen.tap(box["x"] + box["width"] - 4, box["y"] + box["height"] / 2)
        name = slider.get_attribute("name")
        offered = {parameter["name"]: parameter["values"] for parameter in figure.spec["parameters"]}
        figure.reaches(**{name: offered[name][-1]}).action("reset")


@EACH
def test_print_shows_the_picture_and_no_controls(opened, name):
    figure, _ = opened(name)
    figure.page.emulate_media(media="print")
    figure.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    figure.until(lambda: figure.plot.locator(".main-svg").first.bounding_box()["height"] > 150)
    assert figure.root.get_attribute("data-theme") == "print"
    assert figure.root.locator("input[type=range]:visible, button:visible").count() == 0
    assert figure.root.locator(".explorer-readout").is_visible()
    figure.page.evaluate("dispatchEvent(new Event('afterprint'))")
    figure.page.emulate_media(media="screen")
    figure.until(lambda: figure.root.get_attribute("data-theme") == "light")


def test_a_wide_window_prints_as_wide_as_paper(open_page, small_page):
    page = open_page(small_page["file"], viewport={"width": 1900, "height": 1000})
    figures = [Figure(page, name).settled() for name in SMALL]
    page.add_style_tag(content="body { max-width: none !important; }")
    for figure in figures:
        figure.until(lambda figure=figure: figure.plot.locator(".main-svg").first.bounding_box()["width"] > 1500)
    page.emulate_media(media="print")
    widths = page.evaluate("""() => {
        dispatchEvent(new Event("beforeprint"));  // what follows is on paper already: nothing may come later
        return [...document.querySelectorAll(".explorer-plot .main-svg")].map(svg => svg.getBoundingClientRect().width);
    }""")
    assert max(widths) <= 640
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    figures[0].until(lambda: figures[0].plot.locator(".main-svg").first.bounding_box()["width"] > 1500)


def test_an_old_browser_is_told_so(open_page, small_page):
    page = open_page("about:blank")
    page.add_init_script("delete globalThis.DecompressionStream")
    page.goto(small_page["file"])
    page.locator("#explorer-growth [data-action=pin]").click()
    page.wait_for_function("document.querySelector('#explorer-growth [role=alert]').textContent !== ''", timeout=PATIENCE)
    assert "too old to unpack the numbers" in page.locator("#explorer-growth [role=alert]").inner_text()


@pytest.mark.parametrize(("low", "high", "labels"), [(2, 32, {"2", "5", "10", "20"}), (1e-60, 1, {"1", "10−60", "10−10"})])
def test_logarithmic_axes_have_round_labels(open_page, tmp_path, low, high, labels):
    def curve(k):
        return {"x": np.array([1.0, 2.0]), "y": np.array([low, high]) * k}

    def made():
        figure = specimens.lines("x", "y", log_y=True)
        return [specimens.Explorer(curve, figure=figure, readout="{k}.", caption="Decades.", k=specimens.Slider(1.0, 1.001))]

    page, _ = write_page(tmp_path, made)
    figure = Figure(open_page(page.as_uri()), "curve").settled()
    assert labels <= {text.replace("\u200b", "") for text in figure.plot.locator(".ytick text").all_text_contents()}


def test_nothing_moves_by_itself_for_those_who_want_it_so(open_page, specimen_page):
    page = open_page(specimen_page[0].as_uri(), lambda page: page.clock.install(), reduced_motion="reduce")
    figures = [Figure(page, name).settled() for name in NAMES]
    page.evaluate("addEventListener('explorer:painted', () => (window.moved = true))")
    figures[0].later(5000)
    assert not page.evaluate("window.moved")
    moving = """[...document.querySelectorAll(".explorer *")].map(element => getComputedStyle(element))
        .filter(style => style.transitionDuration !== "0s" || style.animationName !== "none").length"""
    assert page.evaluate(moving) == 0
