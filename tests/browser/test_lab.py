"""JupyterLab with a real kernel: the same figures, any value, linked traits, trouble that passes."""

import pytest

from tests.browser import lab
from tests.browser.driver import PATIENCE, PIXEL, Figure
from tests.browser.exercise import check, exercise
from tests.browser.specimens import curves, film, grabbed, ten_lines

PLOTLY_BYTES = 4_000_000  # nothing else of this size is ever sent
PICKY = """
from dlcore.explore import Explorer, Slider, lines

def picky(n):
    if n == 3:
        raise ZeroDivisionError("three is not for us")
    return {"x": [0, 1], "y": [0, n]}

Explorer(picky, figure=lines("x", "y", y_range=(0, 10)), readout="n is {n}.", caption="Picky.", n=Slider(1, 5, start=2))
"""
PROSE = "[An end of the range](#explorer-growth?depth=100&variance=2)"
SMALL = (
    "import ipywidgets\nfrom tests.browser.specimens import curves, ten_lines",
    "growth = curves()\ngrowth",
    "slider = ipywidgets.IntSlider(50, 1, 100)\nlink = ipywidgets.link((slider, 'value'), (growth, 'depth'))\nslider",
    "ten_lines(40)",
    PICKY,
)

# Asked for a picture, it waits for a file: another cell could not release it where JupyterLab gives figures no thread of their own.
SLOW = """
import pathlib, time
quick = growth.declaration.compute

def slow(**values):
    while not pathlib.Path("released").exists():
        time.sleep(0.05)
    return quick(**values)

growth.declaration.compute = slow
"""
# A film that takes its time for each frame, and counts them.
FILM = """
import pathlib, time
import numpy as np
from dlcore.explore import Explorer, Slider, Time, lines

made = []

def shoot(slope):
    made.clear()
    for k in range(40):
        made.append(k)
        time.sleep(0.1)
        yield {"x": np.arange(3.0), "y": slope * k * np.arange(3.0)}

Explorer(shoot, figure=lines("x", "y"), readout="Frame {now}.", caption="A slow film.", slope=Slider(1, 3, start=1), now=Time(frames=40))
"""
COUNT = "pathlib.Path('made').write_text(str(len(made)))"
ALERT = "document.querySelector('#explorer-growth [role=alert]')"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the notebooks lie, and their kernels work."""
    return tmp_path_factory.mktemp("notebooks")


@pytest.fixture(scope="module")
def server(folder, tmp_path_factory):
    lab.write_notebook(folder / "small.ipynb", *SMALL, prose=PROSE)
    lab.write_notebook(folder / "busy.ipynb", *SMALL[:2])
    lab.write_notebook(folder / "twice.ipynb", *SMALL[:2], "growth")
    lab.write_notebook(folder / "films.ipynb", "from tests.browser.specimens import film, grabbed", "film()", "grabbed()", FILM)
    with lab.jupyter_lab(folder, tmp_path_factory.mktemp("jupyter")) as address:
        yield address


@pytest.fixture(scope="module")
def notebook(server, keep_page):
    page = lab.open_notebook(keep_page, server, "small.ipynb")
    for name in ("growth", "ten_lines", "picky"):
        Figure(page, name).settled()
    return page


@pytest.fixture
def growth(notebook):
    return Figure(notebook, "growth").action("reset")


def test_every_control_moves_its_figure(growth):
    exercise(growth, curves().declaration, grows=True)


def test_any_value_between_the_stops_is_allowed(growth):
    declaration = curves().declaration
    growth.press("depth", "ArrowRight")
    assert growth.state["depth"] == 51
    assert 51 not in declaration.stops["depth"]
    check(growth, declaration)


def test_the_notebook_leaves_the_keys_to_the_controls(growth):
    before = lab.active_cell(growth.page)
    growth.press("depth", "ArrowUp", "ArrowDown", "PageUp", "Home", "ArrowRight")
    growth.press("activation", "ArrowDown")
    growth.press("noisy", "Space")
    assert growth.state == curves().declaration.start | {"depth": 2, "activation": "relu", "noisy": True}
    assert lab.active_cell(growth.page) == before


def test_plotly_came_once_for_all_explorers(notebook):
    assert sum(size > PLOTLY_BYTES for size in notebook.traffic.sizes) == 1


@pytest.mark.parametrize("pause", [0, 1])
def test_a_fast_drag_of_200_events_ends_on_the_last_value_without_a_queue(notebook, pause):
    figure = Figure(notebook, "ten_lines").action("reset")
    before = notebook.traffic.answers
    assert figure.burst("seed", [k % 40 for k in range(200)], pause) <= 2
    assert figure.state["seed"] == 199 % 40
    check(figure, ten_lines(40).declaration)
    assert 1 <= notebook.traffic.answers - before <= (3 if pause == 0 else 100)


def test_a_linked_slider_moves_the_figure_and_follows_it(growth):
    shown = growth.page.locator(".jp-OutputArea .widget-readout")
    growth.page.wait_for_function("document.querySelector('.jp-OutputArea .widget-readout').textContent === '50'")  # reset, it too
    growth.page.locator(".jp-OutputArea .noUi-handle").focus()
    growth.page.keyboard.press("ArrowRight")
    growth.reaches(depth=51)
    growth.press("depth", "End")
    growth.page.wait_for_function("document.querySelector('.jp-OutputArea .widget-readout').textContent === '100'")
    assert shown.text_content() == "100"
    lab.run_code(growth.page, "slider.value = 7")
    check(growth.reaches(depth=7), curves().declaration)
    lab.run_code(growth.page, "growth.variance = 3.21")
    check(growth.reaches(variance=3.21), curves().declaration)


def test_a_compute_that_raises_says_so_and_recovers(notebook):
    figure = Figure(notebook, "picky").action("reset")
    picture = figure.look().picture
    figure.press("n", "ArrowRight")
    assert "three is not for us" in figure.trouble
    assert figure.look().picture == picture
    assert Figure(notebook, "growth").trouble == ""
    figure.press("n", "ArrowRight")
    assert figure.trouble == ""
    assert figure.state == {"n": 4}
    assert figure.look().readout == "n is 4."


def test_present_fills_the_screen_and_escape_leaves(growth):
    growth.action("present")
    box = growth.root.bounding_box()
    assert (box["width"], box["height"]) == pytest.approx((1100, 900), abs=1)
    assert growth.smallest_type >= 20
    growth.page.keyboard.press("Escape")
    growth.page.wait_for_function("!document.querySelector('.explorer-present')")


def test_two_views_of_a_figure_go_together(server, open_page):
    page = lab.open_notebook(open_page, server, "twice.ipynb")
    views = page.locator("[id='explorer-growth']")
    page.wait_for_function("document.querySelectorAll('[id=explorer-growth][data-state]').length === 2", timeout=PATIENCE)

    def both_show(depth):
        shown = "depth => [...document.querySelectorAll('[id=explorer-growth]')].every(f => JSON.parse(f.dataset.state).depth === depth)"
        page.wait_for_function(shown, arg=depth, timeout=PATIENCE)
        for k in range(2):
            assert views.nth(k).locator("output").first.inner_text() == f"{depth} layers"

    for view, key, depth in ((0, "End", 100), (1, "Home", 1), (0, "ArrowRight", 2)):
        views.nth(view).locator("[name=depth]").focus()
        page.keyboard.press(key)
        both_show(depth)
    lab.run_code(page, "growth.depth = 33")
    both_show(33)


def test_links_in_prose_set_the_state(growth):
    growth.page.locator(".jp-MarkdownCell a[href*='#explorer-growth?']").first.dispatch_event("click")
    check(growth.reaches(depth=100, variance=2), curves().declaration)


def test_a_kernel_that_is_busy_or_gone_gives_a_sentence(server, folder, open_page):
    page = lab.open_notebook(open_page, server, "busy.ipynb")
    figure = Figure(page, "growth").settled()
    lab.run_code(page, SLOW)
    page.clock.install()
    waiting = figure.root.locator(".explorer-waiting")
    assert not waiting.is_visible()
    figure.control("depth").focus()
    page.keyboard.press("End")
    page.clock.fast_forward(1_000)
    assert waiting.inner_text() == "computing …"
    page.clock.fast_forward(15_000)
    page.wait_for_function(f"{ALERT}.textContent.startsWith('The kernel has not answered for 15 seconds')", timeout=PATIENCE)
    (folder / "released").touch()
    assert figure.reaches(depth=100).trouble == ""  # it was only busy
    assert not waiting.is_visible()
    page.evaluate(f"{lab.KERNEL}.shutdown()")
    page.keyboard.press("Home")
    page.wait_for_function(f"{ALERT}.textContent.startsWith('The kernel of this figure was stopped')", timeout=PATIENCE)
    assert figure.state["depth"] == 100


@pytest.fixture(scope="module")
def films(server, keep_page):
    page = lab.open_notebook(keep_page, server, "films.ipynb")
    for name in ("fall", "point", "shoot"):
        Figure(page, name).settled()
    return page


@pytest.mark.parametrize("make", [film, grabbed])
def test_films_and_planes_move_in_a_kernel_too(films, make):
    declaration = make().declaration
    exercise(Figure(films, declaration.name), declaration, grows=True, brief=True)


def test_a_point_is_picked_between_the_stops(films):
    figure, declaration = Figure(films, "point").settled().action("reset"), grabbed().declaration
    figure.plot.scroll_into_view_if_needed()
    films.mouse.click(*figure.plot.evaluate(PIXEL, [0.02, 0.444]))
    figure.until(lambda: figure.state["rate"] not in declaration.stops["rate"])
    assert figure.state["rate"] == pytest.approx(0.02, rel=0.1)  # a pixel is 2 % of the rate
    assert figure.state["momentum"] == pytest.approx(0.444, abs=0.01)
    check(figure, declaration)


def test_a_slow_film_appears_while_it_is_made_and_the_rest_stays_alive(films, folder):
    figure, other = Figure(films, "shoot").settled(), Figure(films, "point").settled()

    def count() -> int:
        lab.run_code(films, COUNT)
        return int((folder / "made").read_text())

    assert count() == 1  # nobody has asked for more
    figure.button("action", "play").click()
    figure.until(lambda: figure.state["now"] >= 2)
    other.press("momentum", "End")
    assert other.state["momentum"] == 0.9
    assert figure.state["now"] < 39
    figure.action("play")
    before = count()
    assert before < 40
    figure.settled()
    assert count() == before  # paused, nothing more is made
    figure.press("now", "End")
    assert figure.state["now"] == 39
    assert count() == 40
    seen = figure.look()
    assert seen.traces[0]["y"] == [0, 39, 78]
    assert seen.readout == "Frame 39."
