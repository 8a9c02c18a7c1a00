"""What may differ in Firefox: controls, a picked point, a film, presenting, print."""

import pytest

from tests.browser import firefox, specimens
from tests.browser.driver import PIXEL
from tests.browser.synthetic import write_page

pytestmark = pytest.mark.skipif(firefox.find() is None, reason="there is no Firefox on this machine")
MAKERS = (specimens.film, specimens.grabbed, specimens.told)
PAGE_DOWN, ESCAPE = "\ue00f", "\ue00c"
HELP = """
    const figure = document.getElementById(`explorer-${args[0]}`), { explorer } = figure;
    const until = async (holds) => { while (!holds()) await new Promise(resolve => setTimeout(resolve, 20)); };
    const calm = () => until(() => explorer.picture && !explorer.running);
    const state = () => JSON.parse(figure.dataset.state);
    await explorer.wake();
"""


@pytest.fixture(scope="module")
def fox(tmp_path_factory):
    page, explorers = write_page(tmp_path_factory.mktemp("fox"), lambda: [make() for make in MAKERS])
    with firefox.launched(tmp_path_factory.mktemp("profile")) as window:
        window.open(page.as_uri())
        window.run("window.wrong = []; addEventListener('error', event => window.wrong.push(event.message));")
        window.declarations = {explorer.declaration.name: explorer.declaration for explorer in explorers}
        yield window
        assert window.run("return window.wrong;") == []


def test_controls_move_the_picture(fox):
    moved = """
        const input = figure.querySelector("[name=rate]");
        input.value = input.max;
        input.dispatchEvent(new Event("input", { bubbles: true }));
        await calm();
        const [plot, readout] = [".explorer-plot", ".explorer-readout"].map(name => figure.querySelector(name));
        return [state(), Array.from(plot.data[0].y), readout.textContent];
    """
    state, shown, sentence = fox.run(HELP + moved, "fall")
    computed = fox.declarations["fall"].state(state)
    assert state["rate"] == 0.9
    assert shown == pytest.approx(list(computed.arrays["profile"][0]), abs=1e-3)
    assert sentence == computed.readout


def test_a_film_plays_to_its_end(fox):
    play = "figure.querySelector('[data-action=play]').click(); await until(() => state().step === 55); await calm(); return state();"
    assert fox.run(HELP + play, "fall")["step"] == 55


def test_a_point_is_picked(fox):
    where = "figure.scrollIntoView(); await calm(); return (" + PIXEL + ")(figure.querySelector('.explorer-plot'), [0.01, 0.6]);"
    fox.click(*fox.run(HELP + where, "point"))
    assert fox.run(HELP + "await until(() => state().rate === 0.01); return state();", "point") == {"rate": 0.01, "momentum": 0.6}


def test_presenting_walks_and_ends(fox):
    begin = "figure.querySelector('[data-action=present]').click(); await until(() => document.activeElement === figure); await calm();"
    fox.run(HELP + begin, "power")
    fox.press(PAGE_DOWN)
    fox.press(PAGE_DOWN)
    assert fox.run(HELP + "await until(() => state().k === 2); return figure.getBoundingClientRect().top;", "power") == 0
    fox.press(ESCAPE)
    fox.run(HELP + "await until(() => !figure.classList.contains('explorer-present'));", "power")


def test_the_page_prints(fox):
    paper = fox.printed()
    assert paper.startswith(b"%PDF")
    assert len(paper) > 10_000
