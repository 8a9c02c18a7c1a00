"""The widget's side in the kernel, without a browser: traits, answers, trouble."""

import types

import IPython
import ipywidgets
import numpy as np
import pytest
import traitlets
from comm import DummyComm
from IPython.core.formatters import DisplayFormatter

from dlcore.explore import Explorer, Slider, lines
from dlcore.explore.page import _boxed, show_boxes
from dlcore.explore.spec import in_page


def ramp(depth, variance):
    """A line that cannot be computed at depth 13."""
    if depth == 13:
        raise ArithmeticError("thirteen layers are unlucky")
    layer = np.arange(5.0)
    return {"layer": layer, "signal": variance**layer, "last": variance**depth}


@pytest.fixture
def explorer():
    made = Explorer(
        ramp, figure=lines("layer", "signal", log_y=True), readout="{last} after {depth}", caption="Signal.",
        depth=(1, 20), variance=Slider(0.5, 4.0, start=1.0, marks={2.0: "He"}), presets={"He": {"variance": 2.0}},
    )  # fmt: skip
    made.sent = []
    made.send = lambda content, buffers=None: made.sent.append((content, buffers))
    return made


def ask(explorer, **values):
    explorer._received(explorer, {"type": "state", "ticket": "t", "values": values}, [])
    return next(message for message in reversed(explorer.sent) if message[0]["type"] == "state")


def test_a_question_is_answered_with_arrays_sentence_and_notation(explorer):
    content, buffers = ask(explorer, depth=3, variance=2.0)
    assert content["values"] == {"depth": 3, "variance": 2.0} and content["ticket"] == "t"
    assert content["readout"] == "8 after 3" and content["texts"]["variance"] == "2 (He)"
    arrays = {a["name"]: np.frombuffer(b).reshape(a["shape"]) for a, b in zip(content["arrays"], buffers)}
    np.testing.assert_array_equal(arrays["signal"], 2.0 ** np.arange(5))


def test_the_numbers_of_any_state_can_be_asked_for(explorer):
    shown = explorer.at(depth=3, variance=2.0)
    assert (shown["last"], shown["readout"]) == (8.0, "8 after 3")
    np.testing.assert_array_equal(shown["signal"], 2.0 ** np.arange(5))
    with pytest.raises(ValueError, match="no parameter width"):
        explorer.at(width=3)
    assert explorer.depth == explorer.declaration.start["depth"]  # asking moves nothing


def test_what_prose_says_of_a_linked_state_is_checked(explorer):
    explorer.says("depth=3&variance=2", "the last layer has 8", lambda s: s["last"] == 8)
    with pytest.raises(AssertionError, match=r"#explorer-ramp\?depth=3&variance=2 it is not true that it is 9; there .*'last': 8"):
        explorer.says("depth=3&variance=2", "it is 9", lambda s: s["last"] == 9)
    with pytest.raises(ValueError, match="has no parameter width"):
        explorer.says("width=3", "anything", lambda s: True)
    with pytest.raises(ValueError, match="sets depth to one of .*, got 'deep'"):
        explorer.says("depth=deep", "anything", lambda s: True)


def test_any_value_of_the_range_is_allowed(explorer):
    assert ask(explorer, depth=17, variance=1.23456)[0]["values"]["variance"] == 1.23456


def test_traits_follow_the_front_end_and_can_be_linked(explorer):
    slider = ipywidgets.IntSlider(min=1, max=20, value=5)
    ipywidgets.link((slider, "value"), (explorer, "depth"))
    ask(explorer, depth=7, variance=1.0)
    assert slider.value == explorer.depth == 7
    slider.value = 9
    moved = {"type": "moved", "values": {"depth": 9, "variance": 1.0}, "moves": explorer.moves}
    assert explorer.depth == 9 and explorer.sent[-1][0] == moved


def test_a_question_asked_before_python_set_a_parameter_does_not_set_it_back(explorer):
    asked_at = explorer.moves
    explorer.depth = 15
    assert explorer.moves == asked_at + 1
    explorer._received(explorer, {"type": "state", "ticket": "t", "values": {"depth": 3, "variance": 1.0}, "moves": asked_at}, [])
    assert explorer.depth == 15 and explorer.values["depth"] == 15
    assert explorer.sent[-1][0]["values"]["depth"] == 15  # and the front end is told so, after its answer


def test_a_trait_refuses_what_its_parameter_does_not_allow(explorer):
    with pytest.raises(traitlets.TraitError, match=r"depth must lie in \[1, 20\], got 21"):
        explorer.depth = 21
    assert explorer.depth == 10


def test_a_compute_that_raises_gives_its_sentence_and_the_next_state_works(explorer):
    content, _ = ask(explorer, depth=13, variance=1.0)
    assert "ramp could not be computed at depth=13, variance=1.0: thirteen layers are unlucky" in content["trouble"]
    assert explorer.depth == 10
    assert "trouble" not in ask(explorer, depth=14, variance=1.0)[0]


def test_the_axes_only_grow(explorer):
    def ranges(**values):
        return {tuple(r["path"]): r["range"] for r in ask(explorer, **values)[0]["ranges"]}["layout", "yaxis", "range"]

    wide = ranges(depth=2, variance=4.0)
    assert ranges(depth=2, variance=1.5) == wide


def test_plotly_is_sent_when_asked_for(explorer):
    explorer._received(explorer, {"type": "plotly"}, [])
    content, (library,) = explorer.sent[-1]
    assert content == {"type": "plotly"} and b"plotly.js" in library[:200]


def test_a_parameter_may_not_hide_the_widgets_own():
    with pytest.raises(ValueError, match="'layout' would hide the widget's own 'layout'; rename it"):
        Explorer(lambda layout: {"x": [1], "y": [1]}, figure=lines("x", "y"), readout="", caption="", name="odd", layout=(1, 2))


@pytest.mark.parametrize("name", ["values", "spec", "current", "declaration", "moves"])
def test_nor_the_explorers_own(name):
    with pytest.raises(ValueError, match=f"'{name}' would hide"):
        Explorer(lambda **_: {"x": [1], "y": [1]}, figure=lines("x", "y"), readout="", caption="", name="odd", **{name: (1, 2)})


def test_in_a_book_the_figure_is_html_and_no_widget_is_opened(tmp_path, monkeypatch):
    monkeypatch.setenv("DLCORE_BAKE", str(tmp_path))
    monkeypatch.setenv("DLCORE_LOG", str(tmp_path / "log"))
    made = Explorer(ramp, figure=lines("layer", "signal"), readout="σ = <{last}>", caption="a & b", depth=(1, 5), variance=(0.5, 2.0))
    bundle = made._repr_mimebundle_()
    page = bundle["text/html"]
    assert isinstance(made.comm, DummyComm) and set(bundle) == {"text/html", "text/plain"}
    assert 'id="explorer-ramp" data-explorer="ramp" data-store="ramp-' in page
    assert "σ = &lt;" in page and "σ = \\u003c" in page  # read by people, and by the script
    assert "&lt;" in page and "a &amp; b" in page and page.count("</script>") == 1


def test_other_views_are_told_what_one_shows_and_do_not_tell_it_on(explorer):
    ask(explorer, depth=7, variance=1.0)
    assert explorer.sent[-1][0] == {"type": "shown", "ticket": "t", "values": {"depth": 7, "variance": 1.0}}
    explorer.sent.clear()
    explorer._received(explorer, {"type": "state", "ticket": "u", "values": {"depth": 7, "variance": 1.0}, "following": True}, [])
    assert [content["type"] for content, _ in explorer.sent] == ["state"]


def test_the_front_end_is_given_the_figure_the_values_and_the_count_of_moves(explorer):
    told = explorer.get_state(explorer.keys)
    assert told["spec"] == explorer.spec and told["values"] == {"depth": 10, "variance": 1.0} and told["moves"] == 0


def test_a_box_of_figures_is_a_page_of_them_and_one_of_others_is_not(tmp_path, monkeypatch):
    monkeypatch.setenv("DLCORE_BAKE", str(tmp_path))
    monkeypatch.setenv("DLCORE_LOG", str(tmp_path / "log"))
    a, b = (
        Explorer(ramp, figure=lines("layer", "signal"), readout="", caption="", name=name, depth=(1, 3), variance=(0.5, 2.0))
        for name in ("a", "b")
    )
    assert _boxed(ipywidgets.HBox([a, ipywidgets.VBox([b])])) == f"{a.page()}\n{b.page()}"
    shell = types.SimpleNamespace(display_formatter=DisplayFormatter())
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    show_boxes()
    shown = shell.display_formatter.formatters["text/html"]
    assert shown(ipywidgets.HBox([a, b])) == f"{a.page()}\n{b.page()}"
    assert _boxed(ipywidgets.HBox([a, ipywidgets.IntSlider()])) is None
    assert _boxed(ipywidgets.HBox([a, ipywidgets.VBox([ipywidgets.IntSlider()])])) is None


def test_a_control_is_told_its_kind_and_label():
    made = Explorer(
        lambda width, depth, phi: {"x": [1.0], "y": [2.0]}, figure=lines("x", "y"), readout="", caption="σ", name="odd",
        width=(1, 3), depth=Slider(1, 9, label="layers"), phi=["relu", "tanh"], play="depth",
    )  # fmt: skip
    assert made.spec["play"] == "depth" and made.spec["caption"] == "σ"
    told = [(c["name"], c["kind"], c["label"]) for c in made.spec["parameters"]]
    assert told == [("width", "slider", "width"), ("depth", "slider", "layers"), ("phi", "choice", "phi")]
    assert [control["marks"] for control in made.spec["parameters"]] == [[]] * 3


def test_controls_are_told_where_start_and_marks_stand_among_what_they_offer(explorer):
    """In a kernel a slider offers more than its stops: places counted among the stops would be wrong there."""
    for spec in (explorer.spec, in_page(explorer.declaration)):
        told = {control["name"]: control for control in spec["parameters"]}
        assert told["depth"]["values"][told["depth"]["start"]] == 10
        assert told["variance"]["values"][told["variance"]["start"]] == 1.0
        ((place, text),) = told["variance"]["marks"]
        assert (told["variance"]["values"][place], text) == (2.0, "He")
        assert told["variance"]["texts"][place] == "2 (He)"
    assert len(explorer.spec["parameters"][1]["values"]) > len(in_page(explorer.declaration)["parameters"][1]["values"])
