"""The engine without a book: a page of specimens, one for each figure helper, opened from file://."""

import pytest

from tests.browser import specimens
from tests.browser.driver import Figure
from tests.browser.exercise import check, exercise, pin_and_unpin
from tests.browser.synthetic import write_page

NAMES = ["growth", "bars-2", "heat", "slope", "walk", "ten_lines"]
PROSE = """<p><a href="#explorer-growth?variance=2&depth=100">double the variance</a>
<a href="#explorer-growth?variance=77&depth=1">ask for too much</a></p>"""


@pytest.fixture(scope="module")
def specimen_page(tmp_path_factory):
    page, explorers = write_page(tmp_path_factory.mktemp("specimens"), specimens.every, PROSE)
    return page.as_uri(), {explorer.declaration.name: explorer.declaration for explorer in explorers}


@pytest.fixture(scope="module")
def small_page(tmp_path_factory):
    """A page without 3-D, which software draws slowly, for tests that open it afresh."""
    makers = (specimens.curves, specimens.bars, specimens.descent)
    page, _ = write_page(tmp_path_factory.mktemp("small"), lambda: [make() for make in makers])
    return page.as_uri()


@pytest.fixture(scope="module")
def shared(keep_page, specimen_page):
    return keep_page(specimen_page[0])


@pytest.fixture
def opened(shared, specimen_page):
    """opened(name) → its figure at the start state, and its declaration."""
    return lambda name: (Figure(shared, name).settled().action("reset"), specimen_page[1][name])


@pytest.mark.parametrize("name", NAMES)
def test_every_helper_draws_and_every_control_moves_it(opened, name):
    figure, declaration = opened(name)
    assert figure.state == declaration.start
    exercise(figure, declaration)


@pytest.mark.parametrize("name", NAMES)
def test_every_picture_can_be_pinned(opened, name):
    pin_and_unpin(*opened(name))


@pytest.mark.parametrize("name", NAMES)
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


def test_a_link_opens_on_its_state(open_page, small_page, specimen_page):
    page = open_page(small_page + "#explorer-growth?noisy=true&activation=steep&depth=1")
    figure, declaration = Figure(page, "growth").settled().reaches(activation="steep"), specimen_page[1]["growth"]
    assert figure.state == declaration.start | {"noisy": True, "activation": "steep", "depth": 1}
    check(figure, declaration)


@pytest.mark.parametrize("name", ["growth", "bars-2", "walk"])
def test_a_picture_reached_by_sliding_is_the_one_drawn_afresh(opened, open_page, small_page, name):
    figure, declaration = opened(name)
    figure.press(declaration.play, "Home").press(declaration.play, "End").press(declaration.play, "ArrowLeft")
    query = "&".join(f"{key}={str(value).lower()}" for key, value in figure.state.items())
    afresh = Figure(open_page(f"{small_page}#explorer-{name}?{query}"), name).settled().reaches(**figure.state)
    assert afresh.look().picture == figure.look().picture


def test_a_line_that_has_no_points_at_a_state_is_gone_there(opened):
    figure, _ = opened("guide")
    there = figure.press("k", "Home").look().strokes
    gone = figure.press("k", "ArrowRight").look().strokes
    assert there.count("js-line") > gone.count("js-line")
    assert figure.press("k", "End").look().strokes == there


def test_painted_tells_the_values_and_the_time(opened):
    figure, _ = opened("ten_lines")
    figure.page.evaluate("addEventListener('explorer:painted', event => (window.painted = event.detail))")
    figure.press("seed", "End")
    detail = figure.page.evaluate("window.painted")
    assert detail["values"] == figure.state
    assert 0 < detail["milliseconds"] < 2000
