"""JupyterLab with a real kernel: the same figures, any value, linked traits, trouble that passes."""

import pytest

from tests.browser import lab
from tests.browser.driver import PATIENCE, Figure
from tests.browser.exercise import check, exercise
from tests.browser.specimens import curves, ten_lines

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
