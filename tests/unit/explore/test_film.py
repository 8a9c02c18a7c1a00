"""Films: a state is a whole run; frames, sentences, generators; declarations that cannot be honoured are refused."""

import itertools
import json

import numpy as np
import pytest

from dlcore.explore import Explorer, Slider, Time, declaration, heatmap, lines
from dlcore.explore.baking import bake
from dlcore.explore.declaration import Declaration
from dlcore.explore.encoding import decode, encode, pack, rounded
from dlcore.explore.film import Run, stacked
from dlcore.notation import number, sentence
from tests.browser.specimens import FRAMES, film, film_made_frame_by_frame

X = np.linspace(0, 1, 7)


def decay(rate):
    """A parabola that is flattened, frame by frame."""
    size = (1 - rate) ** np.arange(10)
    return {"x": X, "y": size[:, None] * X**2, "size": size}


def declared(compute=decay, figure=None, time=None, readout="{size} after {step}", **more):
    parameters = {"rate": Slider(0.0, 1.0, 0.25, start=0.5), "step": time or Time(frames=10, every=2)}
    return Declaration(compute, figure=figure or lines("x", "y"), readout=readout, caption="c", name="decay", parameters=parameters, **more)


def test_a_film_is_one_state_and_compute_is_not_given_the_time():
    made = declared()
    assert made.count == 5 == len(made.states())
    assert made.time == made.play == "step"
    assert {state["step"] for state in made.states()} == {0}
    assert made.state({}).arrays["y"].shape == (10, 7)


def test_each_frame_has_its_sentence():
    made = declared()
    assert made.state({"step": 4}).readout == "0.25 after 4"
    assert made.state({}).readouts == tuple(f"{text} after {2 * k}" for k, text in enumerate(made_of(made)))
    assert made.data({"step": 2})["readout"] == "0.5 after 2"


@pytest.mark.parametrize(("readout", "times"), [("Rate {rate}.", 1), ("Now {size}.", 10), ("After {step}.", 10), (lambda _: "Yes.", 10)])
def test_a_sentence_that_no_frame_changes_is_written_once(monkeypatch, readout, times):
    made, written = declared(readout=readout), []
    monkeypatch.setattr(declaration, "sentence", lambda *what: written.append(what) or sentence(*what))
    state = made.state({"rate": 0.25})
    assert len(written) == times
    assert state.readouts == tuple(made.data({"rate": 0.25, "step": 2 * k})["readout"] for k in range(10))


def made_of(made):
    return [number(0.5**k) for k in range(made.frames)]


@pytest.mark.parametrize(
    ("frames", "every", "start", "match"),
    [(1, 1, 0, "at least 2"), (2.5, 1, 0, "whole number"), (True, 1, 0, "whole number"), (5, 0, 0, "positive distance"),
     (5, float("nan"), 0, "positive distance"), (5, 2, 3, "one of the 5 frames at 0, 2, …, 8"), (5, 1, 5, "one of the 5 frames")],
)  # fmt: skip
def test_times_that_are_none(frames, every, start, match):
    with pytest.raises(ValueError, match=match):
        Time(frames=frames, every=every, start=start)


@pytest.mark.parametrize("seconds", [0, -1, float("inf"), float("nan"), True, "long"])
def test_a_film_plays_for_some_seconds(seconds):
    with pytest.raises(ValueError, match="a positive number of seconds"):
        Time(frames=3, seconds=seconds)


def test_the_time_counts_as_it_says():
    time = Time("t", frames=4, every=0.1, unit="s")
    assert time.values == pytest.approx((0, 0.1, 0.2, 0.3))
    assert time.check("t", 0.3) == time.values[3] and time.frame(0.1 * 3) == 3
    assert time.text(time.values[3]) == "0.3 s"
    with pytest.raises(ValueError, match="got 0.15"):
        time.check("t", 0.15)


def test_what_has_no_leading_axis_of_that_length_is_refused():
    with pytest.raises(ValueError, match="no array of the figure has a leading axis of the 10 frames that step declares"):
        declared(lambda rate: {"x": X, "y": X, "size": np.ones(10)})
    with pytest.raises(ValueError, match=r"y: the leading axis of a film must be its 10 frames, got the shape \(9, 7\)"):
        declared(lambda rate: {"x": X, "y": np.ones((9, 7)), "size": np.ones(10)})
    with pytest.raises(ValueError, match="leading axis of a film must be its 10 frames"):
        declared(lambda rate: {"x": X, "y": np.ones((10, 7)), "size": np.ones(9)}, figure=lines("x", "y") | {"data": [
            {"type": "scatter", "x": "@x", "y": "@y"}, {"type": "scatter", "x": "@size[step]", "y": "@size[step]"}]})  # fmt: skip
    with pytest.raises(ValueError, match="one axis too many for y"):
        Declaration(
            lambda a: {"x": X, "y": np.ones((10, 7))}, figure=lines("x", "y"), readout="", caption="c", name="f", parameters={"a": (1, 2)}
        )
    with pytest.raises(ValueError, match="got '@y.now.'"):
        declared(figure={"data": [{"x": "@x", "y": "@y[now]"}]})
    with pytest.raises(ValueError, match="one Time"):
        Declaration(decay, figure=lines("x", "y"), readout="", caption="c", parameters={"rate": (1, 2), "a": Time(), "b": Time()})


def test_a_field_of_each_frame():
    made = declared(lambda rate: {"x": X, "y": X[:3], "z": np.ones((10, 3, 7))}, figure=heatmap("x", "y", "z"), readout="")
    assert made.first.arrays["z"].shape == (10, 3, 7)
    with pytest.raises(ValueError, match="transpose"):
        declared(lambda rate: {"x": X, "y": X[:3], "z": np.ones((10, 7, 3))}, figure=heatmap("x", "y", "z"), readout="")


def test_the_frames_of_a_generator_are_the_film():
    whole, shots = film().declaration, film_made_frame_by_frame().declaration
    assert shots.streams and not whole.streams
    np.testing.assert_array_equal(shots.state({"rate": 0.5}).arrays["profile"], whole.state({"rate": 0.5}).arrays["profile"])
    assert len(shots.state({}).readouts) == FRAMES


def test_until_it_is_wanted_a_generator_is_asked_for_its_first_frame_alone():
    asked = []

    def counted(rate):
        for k in range(10):
            asked.append(k)
            yield {"x": X, "y": k * X}

    made = declared(counted, readout="")
    assert asked == [0]
    assert np.isnan(made.first.arrays["y"][1:]).all()


def test_a_generator_must_keep_its_word():
    with pytest.raises(ValueError, match="must yield the 10 frames that Time declares, got 3"):
        stacked("e", ({"y": X} for _ in range(3)), 10)


def test_a_run_gives_what_comes_in_time_and_at_least_one_frame():
    run = Run(iter([{"y": 1.0}, {"y": 2.0}, {"y": 3.0}]), 3)
    assert [shot["y"] for shot in run.since(0, 0)] == [1.0]
    assert [shot["y"] for shot in run.since(1, 60)] == [2.0, 3.0]
    assert [shot["y"] for shot in run.since(1, 0)] == [2.0, 3.0]  # an answer that was lost is given again


def test_a_run_tells_what_stopped_it_again_and_again():
    def breaks():
        yield {"y": 1.0}
        raise ArithmeticError("thirteen")

    run = Run(breaks(), 3)
    assert len(run.since(0, 60)) == 1
    for _ in range(2):
        with pytest.raises(ArithmeticError, match="thirteen"):
            run.since(1, 60)
    with pytest.raises(ValueError, match="must yield the 3 frames that Time declares, got 2"):
        Run(iter([{"y": 1.0}] * 2), 3).since(2, 0)
    with pytest.raises(ValueError, match="got more"):
        Run(itertools.repeat({"y": 1.0}), 3).since(2, 0)


def test_a_generator_without_an_end_is_refused():
    with pytest.raises(ValueError, match="must yield the 10 frames that Time declares, got more"):
        stacked("e", itertools.repeat({"y": X}), 10)


def test_a_sentence_that_is_true_of_all_frames_is_stored_once(tmp_path, monkeypatch):
    monkeypatch.setenv("DLCORE_LOG", str(tmp_path / "log"))
    made = declared(readout="It never changes.")
    meta = json.loads((bake(made, tmp_path) / "store.json").read_text())
    assert len(made.first.readouts) == 10 and meta["readout"] == "It never changes."


def test_baked_films_come_back(tmp_path, monkeypatch):
    monkeypatch.setenv("DLCORE_LOG", str(tmp_path / "log"))
    made = declared()
    store = bake(made, tmp_path)
    assert "5 films" in (tmp_path / "log").read_text()
    meta = json.loads((store / "store.json").read_text())
    assert meta["readout"] == list(made.first.readouts)
    (path,) = store.glob("*.js")
    text = path.read_text()
    content = json.loads(text[text.index("{") : text.rindex(")")])
    for values, arrays, readouts in zip(made.states(), decode(content), content["readouts"], strict=True):
        np.testing.assert_allclose(arrays["y"], made.state(values).arrays["y"], atol=1e-4)
        assert readouts == list(made.state(values).readouts)


def test_differences_of_frames_are_exact_and_taken_where_they_are_shorter():
    rng = np.random.default_rng(0)
    slow = (np.linspace(0, 1, 40)[:, None] * 1e-3 + rng.normal(size=300)).astype(np.float32)
    noise = rng.normal(size=(40, 300)).astype(np.float32)
    assert pack([slow, slow + 1], film=True)[0]["differences"]
    assert "differences" not in pack([noise], film=True)[0]
    assert "differences" not in pack([slow])[0]
    states = rounded([{"y": slow}, {"y": slow * 2}], ["y"])
    for found, state in zip(decode(encode(states, ["y"], {"y"})), states, strict=True):
        np.testing.assert_array_equal(found["y"], state["y"])
    assert len(json.dumps(encode(states, ["y"], {"y"}))) < 0.8 * len(json.dumps(encode(states, ["y"])))


# ---- in the kernel --------------------------------------------------------------------------------


def wired(explorer: Explorer) -> Explorer:
    explorer.sent = []
    explorer.send = lambda content, buffers=None: explorer.sent.append((content, buffers))
    return explorer


def say(explorer, kind, ticket="view-1", first=0, **values):
    explorer._received(explorer, {"type": kind, "ticket": ticket, "values": values, "first": first}, [])
    return [message for message in explorer.sent if message[0]["type"] == "state"][-1]


def test_a_kernel_answers_with_the_whole_film_and_follows_its_time():
    explorer = wired(film())
    content, _ = say(explorer, "state", rate=0.5, step=10)
    shapes = {array["name"]: tuple(array["shape"]) for array in content["arrays"]}
    assert shapes["profile"] == (FRAMES, 41) and len(content["readout"]) == FRAMES
    count = len(explorer.sent)
    frame = {"type": "frame", "ticket": "view-1", "values": {"rate": 0.5, "step": 25}, "moves": explorer.moves}
    explorer._received(explorer, frame, [])
    assert explorer.step == 25
    assert [content["type"] for content, _ in explorer.sent[count:]] == ["shown"]
    for ignored in ({"following": True}, {"moves": explorer.moves - 1}):  # a view that follows, one that Python has overtaken
        explorer._received(explorer, frame | {"values": {"rate": 0.5, "step": 30}} | ignored, [])
        assert explorer.step == 25


def test_a_kernel_gives_the_frames_of_a_generator_a_few_at_a_time(monkeypatch):
    monkeypatch.setattr("dlcore.explore.explorer.FRAME_SECONDS", 0)
    explorer = wired(film_made_frame_by_frame())
    for k in range(FRAMES):
        content, buffers = say(explorer, "state" if k == 0 else "frames", first=k, rate=0.5, step=3)
        assert (content["first"], content["frames"], len(content["readout"])) == (k, FRAMES, 1)
        profile = np.frombuffer(buffers[[array["name"] for array in content["arrays"]].index("profile")])
        np.testing.assert_allclose(profile, np.exp(-k / 6) * np.linspace(-2, 2, 41) ** 2)
    content, _ = say(explorer, "frames", first=2, rate=0.5, step=3)  # an answer was lost
    assert content["first"] == 2 and len(content["readout"]) == FRAMES - 2
