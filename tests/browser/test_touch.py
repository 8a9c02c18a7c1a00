"""Pictures that can be touched, on a page of specimens: points picked in the plane, films, stories, guesses, files to take along."""

import itertools
import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser import specimens
from tests.browser.driver import NARROW, PIXEL, Figure
from tests.browser.exercise import check, exercise
from tests.browser.synthetic import write_page

MAKERS = (
    specimens.film,
    specimens.film_of_a_field,
    specimens.grabbed,
    specimens.grabbed_surface,
    specimens.told,
    specimens.film_made_frame_by_frame,
)
PHONE = NARROW | {"has_touch": True, "is_mobile": True}
HANDLE = """root => {
    const box = root.querySelector(".explorer-handle").getBoundingClientRect();
    return [box.left + box.width / 2, box.top + box.height / 2];
}"""
OFF_BASE = """(plot, [x, y]) => {
    const box = plot.getBoundingClientRect();
    return plot.closest("figure").explorer.pick.plane.values(x - box.left, y - box.top);
}"""
ON_BASE = """(plot, [x, y]) => {
    const box = plot.getBoundingClientRect();
    const [left, top] = plot.closest("figure").explorer.pick.plane.pixels({ x, y });
    return [box.left + left, box.top + top];
}"""


@pytest.fixture(scope="module")
def touch_page(tmp_path_factory):
    page, explorers = write_page(tmp_path_factory.mktemp("touch"), lambda: [make() for make in MAKERS])
    return page.as_uri(), {explorer.declaration.name: explorer.declaration for explorer in explorers}


@pytest.fixture(scope="module")
def wide(keep_page, touch_page):
    return keep_page(touch_page[0], permissions=["clipboard-read", "clipboard-write"])


@pytest.fixture(scope="module")
def phone(keep_page, touch_page):
    return keep_page(touch_page[0], **PHONE)


@pytest.fixture
def opened(wide, touch_page):
    """opened(name) → its figure at the start, in the middle of the window, and its declaration."""

    def of(name):
        figure = Figure(wide, name).settled().action("reset")
        figure.plot.scroll_into_view_if_needed()
        return figure, touch_page[1][name]

    yield of
    wide.keyboard.press("Escape")


def pixel(figure: Figure, x: float, y: float) -> list[float]:
    return figure.plot.evaluate(PIXEL, [x, y])


# ---- pick -----------------------------------------------------------------------------------------


def test_a_click_in_the_plane_sets_the_nearest_stops(opened):
    figure, declaration = opened("point")
    figure.page.mouse.click(*pixel(figure, 1.2e-2, 0.57))  # the stops beside are 0.01 and 0.0316, 0.3 and 0.6
    figure.reaches(rate=0.01, momentum=0.6)
    check(figure, declaration)
    assert figure.root.evaluate(HANDLE) == pytest.approx(pixel(figure, 0.01, 0.6), abs=1)
    figure.press("rate", "Home")
    assert figure.root.evaluate(HANDLE) == pytest.approx(pixel(figure, 0.001, 0.6), abs=1)


def test_on_a_logarithmic_axis_the_nearest_stop_is_the_one_that_is_seen_nearest(opened):
    figure, declaration = opened("point")
    figure.page.mouse.click(*pixel(figure, 0.019, 0.57))  # the stops beside are 0.01, nearer by the difference, and 0.0316, by the ratio
    figure.reaches(rate=declaration.stops["rate"][3], momentum=0.6)


def test_a_drag_takes_the_point_along_and_leaves_it(opened):
    figure, declaration = opened("point")
    mouse = figure.page.mouse
    mouse.move(*pixel(figure, 0.1, 0.3))
    mouse.down()
    mouse.move(*pixel(figure, 0.9, 0.02), steps=5)
    mouse.up()
    figure.reaches(rate=1, momentum=0)
    mouse.move(*pixel(figure, 0.002, 0.85))
    assert figure.settled().state == {"rate": 1, "momentum": 0}
    check(figure, declaration)


def test_outside_the_plane_nothing_is_picked(opened):
    figure, declaration = opened("point")
    box = figure.plot.bounding_box()
    figure.page.mouse.click(box["x"] + 3, box["y"] + box["height"] - 3)
    figure.page.mouse.click(
        *figure.plot.evaluate(PIXEL.replace("xaxis, yaxis }", "xaxis2: xaxis, yaxis2: yaxis }"), [15, 0.5])
    )  # the other panel
    assert figure.settled().state == declaration.start


def test_the_cursor_says_that_a_picture_can_be_picked(opened):
    figure, _ = opened("point")
    assert figure.plot.locator(".nsewdrag").first.evaluate("node => getComputedStyle(node).cursor") == "crosshair"


def test_a_finger_taps_a_point_and_drags_the_handle_and_scrolls_the_page(phone):
    figure = Figure(phone, "point").settled().action("reset")
    figure.plot.scroll_into_view_if_needed()
    phone.touchscreen.tap(*pixel(figure, 0.01, 0.85))
    figure.reaches(rate=0.01, momentum=0.9)
    touch = phone.context.new_cdp_session(phone)

    def swipe(start, end):
        points = [[a + (b - a) * k / 6 for a, b in zip(start, end)] for k in range(7)]
        for k, (x, y) in enumerate(points):
            touch.send("Input.dispatchTouchEvent", {"type": "touchMove" if k else "touchStart", "touchPoints": [{"x": x, "y": y}]})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    swipe(figure.root.evaluate(HANDLE), pixel(figure, 0.9, 0.1))
    figure.reaches(rate=1, momentum=0)
    before, (x, y) = phone.evaluate("scrollY"), pixel(figure, 0.005, 0.6)
    swipe((x, y), (x, y - 120))
    figure.until(lambda: phone.evaluate("scrollY") > before + 50)
    assert figure.settled().state == {"rate": 1, "momentum": 0}


def test_the_base_of_a_surface_is_picked_by_a_click_and_turned_by_a_drag(opened):
    figure, declaration = opened("summit")
    x, y = figure.plot.evaluate(ON_BASE, [1, -1])
    figure.page.mouse.click(x, y)
    figure.reaches(east=1, north=-1)
    check(figure, declaration)
    figure.until(lambda: figure.root.evaluate(HANDLE) == pytest.approx([x, y], abs=1))
    figure.page.mouse.move(x - 40, y - 60)
    figure.page.mouse.down()
    figure.page.mouse.move(x + 60, y - 60, steps=4)
    figure.page.mouse.up()
    assert figure.settled().state == {"east": 1, "north": -1}
    figure.until(lambda: abs(figure.root.evaluate(HANDLE)[0] - x) > 5)  # the handle turns with the surface


def test_the_base_is_where_the_surface_is(opened):
    """From the plane to the screen and back; and the ends of an axis lie on both sides of its middle."""
    figure, _ = opened("summit")
    top = figure.plot.evaluate(ON_BASE, [0, 0])
    west, east = (figure.plot.evaluate(ON_BASE, [x, 0]) for x in (-2, 2))
    assert west[0] < top[0] < east[0] or west[0] > top[0] > east[0]
    back = figure.plot.evaluate(OFF_BASE, top)
    assert (back["x"], back["y"]) == pytest.approx((0, 0), abs=1e-6)


# ---- films ----------------------------------------------------------------------------------------


def test_scrubbing_a_film_fetches_nothing(opened):
    figure, declaration = opened("fall")
    figure.press("rate", "End").press("rate", "Home")
    asked = []
    figure.page.on("request", lambda request: asked.append(request.url))
    for key in ("End", "Home", "ArrowRight", "ArrowRight"):
        check(figure.press("step", key), declaration)
    assert asked == []
    assert figure.state["step"] == 10


def test_a_film_plays_to_its_end_and_has_a_sentence_for_each_frame(opened, touch_page):
    figure, declaration = opened("wave")
    painted = """root => new Promise(resolve => {
        const seen = [];
        root.addEventListener("explorer:painted", event => {
            seen.push([event.detail.values.now, root.querySelector(".explorer-readout").textContent]);
            if (event.detail.values.now === 11) resolve(seen);
        });
        root.querySelector("[data-action=play]").click();
    })"""
    seen = figure.root.evaluate(painted)
    assert [now for now, _ in seen] == sorted(now for now, _ in seen)
    assert seen[0][0] == 3
    for now, sentence in seen:
        assert sentence == declaration.state({"now": now}).readout
    figure.until(lambda: figure.button("action", "play").get_attribute("aria-pressed") == "false")
    check(figure, declaration)


def film(open_page, touch_page, **options):
    """The falling ball by the page's own clock."""
    return Figure(open_page(touch_page[0], lambda page: page.clock.install(), **options), "fall").settled()


def test_a_film_is_paused_stepped_repeated_and_hurried(open_page, touch_page):
    figure = film(open_page, touch_page)
    figure.action("frame-on").action("frame-on").action("frame-back")
    assert figure.state["step"] == 5
    figure.action("loop").action("play")
    figure.until(lambda: figure.later(50).state["step"] > 20)
    figure.until(lambda: figure.later(50).state["step"] <= 20)  # it has begun again
    figure.action("play")
    stopped = figure.later(1000).state
    assert figure.later(1000).state == stopped
    for text in ("×2", "×½", "×1"):
        assert figure.action("speed").button("action", "speed").inner_text() == text


CLOCKED = """root => new Promise(resolve => {
    const seen = [], begun = performance.now();
    root.addEventListener("explorer:painted", event => {
        seen.push([performance.now() - begun, event.detail.values.step / 5]);
        if (event.detail.values.step === 55) resolve(seen);
    });
    root.querySelector("[data-action=play]").click();
})"""


@pytest.mark.parametrize(("presses", "rate"), [(0, 30), (1, 60), (2, 15)])
def test_a_film_goes_by_the_clock(opened, presses, rate):
    """However slow the machine: a frame is chosen after the picture before was there, and drawn before its own is."""
    figure, _ = opened("fall")
    for _ in range(presses):
        figure.action("speed")
    seen = figure.root.evaluate(CLOCKED)
    for (before, _), (after, frame) in itertools.pairwise(seen):
        assert frame >= min((before - seen[0][0]) * rate / 1000, 11) - 1
        assert frame <= after * rate / 1000 + 1
    for _ in range(3 - presses):
        figure.action("speed")


def test_a_film_goes_on_from_where_the_reader_puts_it(opened):
    figure, _ = opened("wave")
    moved = """root => new Promise(resolve => {
        const input = root.querySelector("[name=now]"), seen = [];
        let put = false;
        root.querySelector("[data-action=loop]").click();
        root.addEventListener("explorer:painted", function watch({ detail: { values: { now } } }) {
            if (put) seen.push(now);
            if (!put && now >= 5) {
                put = true;
                input.value = 1;
                input.dispatchEvent(new Event("input", { bubbles: true }));
            }
            if (seen.length < 4) return;
            root.removeEventListener("explorer:painted", watch);
            for (const action of ["play", "loop"]) root.querySelector(`[data-action=${action}]`).click();
            resolve(seen);
        });
        root.querySelector("[data-action=play]").click();
    })"""
    seen = figure.root.evaluate(moved)
    assert seen[0] == 1
    assert seen[1] in (2, 3, 4)  # and not at 6, where the film would have been


def test_for_those_who_want_no_motion_a_film_is_a_slide_show(open_page, touch_page):
    figure = film(open_page, touch_page, reduced_motion="reduce")
    assert figure.later(5000).state["step"] == 0
    figure.action("play")
    assert figure.later(500).state["step"] == 0
    assert 0 < figure.later(300).state["step"] <= 10


# ---- stories --------------------------------------------------------------------------------------


def told(figure: Figure) -> str:
    return figure.root.locator(".explorer-step").inner_text()


def test_a_story_goes_on_and_back(opened):
    figure, declaration = opened("power")
    assert figure.button("action", "back").is_disabled()
    assert told(figure) == "A story in 3 steps."
    for k, (state, text) in enumerate(
        [({"k": 1, "shift": 0}, "Both are"), ({"k": 2, "shift": 0}, "The square"), ({"k": 2, "shift": 1}, "Lifted")]
    ):
        figure.action("next").reaches(**state)
        assert told(figure).startswith(f"{k + 1} / 3  {text}")
        view = check(figure, declaration)
        assert len(view.traces) == (4 if k == 1 else 2)  # the second step keeps the first one's curves
        pale = figure.plot.evaluate("plot => plot.data.filter(trace => trace.opacity === 0.25).map(trace => trace.name)")
        assert pale == (["identity"] if k == 1 else [])
    assert figure.button("action", "next").is_disabled()
    figure.press("k", "End")
    assert figure.root.locator(".explorer-strayed").count() == 1
    figure.action("back").reaches(k=2, shift=0)
    assert figure.root.locator(".explorer-strayed").count() == 0
    assert len(figure.look().traces) == 4
    figure.action("back").action("back").reaches(k=1, shift=0)
    assert told(figure) == "A story in 3 steps."


def test_next_pressed_twice_is_two_steps(opened):
    figure, _ = opened("power")
    figure.root.evaluate("root => [1, 2, 3].forEach(() => root.querySelector('[data-action=next]').click())")
    figure.reaches(k=2, shift=1)
    assert told(figure).startswith("3 / 3")
    assert figure.root.locator(".explorer-strayed").count() == 0
    assert len(figure.look().traces) == 2


def test_the_keys_of_a_remote_walk_through_the_story_and_to_the_next_figure(opened):
    figure, _ = opened("summit")
    power = Figure(figure.page, "power").settled().action("reset")
    figure.action("present")
    press = figure.page.keyboard.press
    press("PageDown")  # no story, no presets: to the next figure
    figure.page.wait_for_function("document.querySelector('.explorer-present')?.id === 'explorer-power'")
    press("PageDown")
    press("ArrowRight")
    power.reaches(k=2, shift=0)
    assert float(power.root.locator(".explorer-step").evaluate("node => parseFloat(getComputedStyle(node).fontSize)")) >= 24
    press("PageUp")
    power.reaches(k=1, shift=0)
    press("1")
    power.reaches(k=3)
    press("PageUp")
    press("PageUp")
    figure.page.wait_for_function("document.querySelector('.explorer-present')?.id === 'explorer-summit'")
    press("Escape")
    figure.page.wait_for_function("!document.querySelector('.explorer-present')")
    assert figure.page.evaluate("document.activeElement.dataset.action") == "present"


# ---- guesses --------------------------------------------------------------------------------------

GUESSED = "plot => plot.data.filter(trace => trace.name === 'your guess').map(trace => [Array.from(trace.x), Array.from(trace.y)])"


def test_a_number_is_guessed_and_stays_beside_the_answer(opened):
    figure, declaration = opened("point")
    figure.action("guess")
    slider = figure.root.locator(".explorer-guess input")
    slider.focus()
    figure.page.keyboard.press("Home")
    low, high = declaration_range(figure)
    figure.until(lambda: figure.plot.evaluate(GUESSED)[0][1] == pytest.approx([low, low]))
    figure.page.keyboard.press("End")
    figure.until(lambda: figure.plot.evaluate(GUESSED)[0][1] == pytest.approx([high, high]))
    figure.press("rate", "End")
    assert figure.plot.evaluate(GUESSED)[0][1] == pytest.approx([high, high])
    verdict = figure.root.locator(".explorer-verdict").inner_text()
    assert re.fullmatch(r"you guess ([\d.]+); here it is ([\d.]+)", verdict)
    assert float(verdict.split()[-1]) == pytest.approx(declaration.data(figure.state)["speed"], abs=5e-3)
    figure.action("unguess")
    assert figure.plot.evaluate(GUESSED) == []


def declaration_range(figure: Figure) -> list[float]:
    return figure.plot.evaluate("plot => plot._fullLayout.yaxis.range")


def test_a_curve_is_drawn_with_the_mouse(opened):
    figure, declaration = opened("power")
    figure.action("guess")
    mouse = figure.page.mouse
    mouse.move(*pixel(figure, 0.1, 0.5))
    mouse.down()
    mouse.move(*pixel(figure, 0.9, 1.5), steps=20)
    mouse.up()
    ((x, y),) = figure.plot.evaluate(GUESSED)
    assert x == sorted(x)
    assert np.interp(0.5, x, y) == pytest.approx(1.0, abs=0.03)  # a pixel is less
    check_with_overlay(figure.press("k", "End"), declaration)
    assert figure.plot.evaluate(GUESSED) == [[x, y]]
    figure.action("unguess")
    check(figure, declaration)


def check_with_overlay(figure: Figure, declaration) -> None:
    shown = figure.look()
    state = declaration.state(shown.state)
    assert np.allclose(shown.traces[0]["y"], state.arrays["y"], atol=1e-4)


def test_a_curve_is_drawn_with_keys(opened):
    figure, _ = opened("power")
    figure.action("guess")
    press = figure.page.keyboard.press
    for key in ("ArrowRight", "ArrowUp", "ArrowUp", "Enter"):
        press(key)
    assert figure.page.evaluate("document.activeElement.dataset.action") == "unguess"
    ((x, y),) = figure.plot.evaluate(GUESSED)
    low, high = declaration_range(figure)
    assert np.argmax(y) == 1 and len(x) == 9
    assert (y[1] - y[0]) / (high - low) == pytest.approx(0.1)
    figure.action("unguess")


# ---- to take along --------------------------------------------------------------------------------


@pytest.mark.parametrize(("action", "begins"), [("image", b"\x89PNG"), ("svg", b"<svg")])
def test_the_picture_can_be_saved(opened, action, begins):
    figure, _ = opened("power")
    with figure.page.expect_download() as download:
        figure.button("action", action).click()
    assert download.value.suggested_filename == f"power.{'png' if action == 'image' else 'svg'}"
    with open(download.value.path(), "rb") as file:
        assert file.read().startswith(begins)


@pytest.mark.parametrize("maker", [specimens.film, specimens.grabbed, specimens.curves])
def test_one_file_works_alone(open_page, tmp_path, maker):
    explorer = maker()
    explorer.write_html(tmp_path / "alone.html")
    asked = []
    page = open_page("about:blank", lambda page: page.on("request", lambda request: asked.append(request.url)))
    page.goto((tmp_path / "alone.html").as_uri())
    exercise(Figure(page, explorer.declaration.name), explorer.declaration)
    assert [url for url in asked if not url.startswith(("data:", "blob:", "about:"))] == [(tmp_path / "alone.html").as_uri()]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_any_of_it(wide, touch_page, theme):
    for name in touch_page[1]:
        figure = Figure(wide, name).settled()
        if figure.spec["guess"] and not figure.root.locator("[data-action=unguess]").is_visible():
            figure.action("guess")
    wide.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
    found = Axe().run(wide, context="main > figure", options={"resultTypes": ["violations"], "preload": False}).response["violations"]
    wide.evaluate("document.documentElement.dataset.theme = 'light'")
    for name in touch_page[1]:
        figure = Figure(wide, name).settled()
        if figure.root.locator("[data-action=unguess]").is_visible():
            figure.action("unguess")
    serious = [violation for violation in found if violation["impact"] in ("serious", "critical")]
    assert [f"{violation['id']}: {node['html'][:150]}" for violation in serious for node in violation["nodes"]] == []


# ---- the phone ------------------------------------------------------------------------------------


def test_panels_are_stacked_where_there_is_no_room_for_both(phone, wide):
    places = "plot => ['xaxis', 'xaxis2', 'yaxis', 'yaxis2'].map(name => plot._fullLayout[name].domain)"
    above, below, upper, lower = Figure(phone, "point").settled().plot.evaluate(places)
    assert above == below == [0, 1]
    assert lower[1] < upper[0]
    left, right, *_ = Figure(wide, "point").settled().plot.evaluate(places)
    assert left[1] < right[0]


def test_on_a_telephone_figures_are_short_and_the_picture_stays_in_view(phone, touch_page):
    for name in touch_page[1]:
        figure = Figure(phone, name).settled()
        caption = figure.root.locator("figcaption").bounding_box()["height"]
        assert figure.root.bounding_box()["height"] - caption <= 700
        control = figure.root.locator("input[type=range]").last
        control.evaluate("node => node.scrollIntoView({ block: 'end' })")
        assert figure.plot.bounding_box()["y"] >= -1
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390
