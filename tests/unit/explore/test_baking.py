"""Baking: deterministic, not repeated, within budgets that name what to coarsen."""

import json
import time

import numpy as np
import pytest

from dlcore.explore import baking
from dlcore.explore.baking import BudgetError, bake, estimate
from dlcore.explore.chunks import gzipped
from dlcore.explore.declaration import Declaration
from dlcore.explore.encoding import decode
from dlcore.explore.figures import lines
from dlcore.explore.slider import Slider
from tests.browser.specimens import every

FACTOR = 2.0


def wave(depth, seed):
    """A noisy wave."""
    x = np.linspace(0, 6, 50)
    return {"x": x, "y": FACTOR * np.sin(x * depth) + np.random.default_rng(seed).normal(size=50), "top": float(depth)}


def declared(compute=wave, **more):
    return Declaration(
        compute, figure=lines("x", "y"), readout="{top}", caption="A wave.", parameters={"depth": (1, 20, 1), "seed": (0, 4)}, **more
    )


@pytest.fixture(autouse=True)
def log(tmp_path, monkeypatch):
    monkeypatch.setenv("DLCORE_LOG", str(tmp_path / "log"))
    return tmp_path / "log"


def test_it_says_what_it_will_cost_before_and_after(tmp_path, log):
    bake(declared(), tmp_path)
    lines_ = [line for line in log.read_text().splitlines() if "explorer wave: " in line]
    assert "100 states, ≈" in lines_[0] and " s, ≈" in lines_[0] and lines_[0].endswith(" MB")
    assert "100 states in" in lines_[-1]


def test_the_estimate_is_near_the_size(tmp_path):
    store = bake(declared(), tmp_path)
    size = sum(gzipped(path.read_text()) for path in store.iterdir())
    assert 0.5 * size < estimate(declared()).bytes < 2 * size


def read(store) -> tuple[dict, list[dict], list[str]]:
    """store.json, and the arrays and sentences of all states in all chunks."""
    states, readouts = [], []
    for path in sorted(store.glob("*.js")):
        text = path.read_text()
        content = json.loads(text[text.index("{") : text.rindex(")")])
        states += decode(content)
        readouts += content["readouts"]
    return json.loads((store / "store.json").read_text()), states, readouts


def test_every_state_stands_at_its_index(tmp_path):
    declaration = declared()
    meta, states, readouts = read(bake(declaration, tmp_path))
    constant = decode(meta["constants"])[0]
    np.testing.assert_allclose(constant["x"], np.linspace(0, 6, 50), atol=1e-4 * 6)
    for values, state, readout in zip(declaration.states(), states, readouts, strict=True):
        exact = declaration.state(values)
        assert readout == exact.readout
        np.testing.assert_allclose(state["y"], exact.arrays["y"], atol=1e-4 * np.ptp(exact.arrays["y"]))


@pytest.mark.parametrize("explorer", every(), ids=lambda explorer: explorer.declaration.name)
def test_the_first_picture_and_the_chunks_have_the_same_numbers(tmp_path, explorer):
    declaration = explorer.declaration
    meta, states, readouts = read(bake(declaration, tmp_path))
    index = declaration.states().index(declaration.start)
    (first,) = decode(meta["first"])
    assert first.keys() == states[index].keys()
    assert all(np.array_equal(first[name], states[index][name], equal_nan=True) for name in first)
    assert meta["readout"] == readouts[index]


def test_a_buffer_that_compute_fills_again_and_again_makes_different_states(tmp_path):
    buffer = np.empty(50)

    def reused(depth, seed):
        buffer[:] = wave(depth, seed)["y"]
        return wave(depth, seed) | {"y": buffer}

    def batch(depth, seed):
        batch.buffer = getattr(batch, "buffer", np.empty((64, 50)))
        for k, (d, s) in enumerate(zip(depth.tolist(), seed.tolist())):
            batch.buffer[k] = wave(d, s)["y"]
        x, top = np.tile(np.linspace(0, 6, 50), (len(depth), 1)), depth.astype(float)
        return {"x": x, "y": batch.buffer[: len(depth)], "top": top}

    fresh = read(bake(declared(), tmp_path / "a"))
    for k, (compute, more) in enumerate([(reused, {}), (wave, {"batch": batch})]):
        declaration = declared(compute, **more)
        assert estimate(declaration).bytes == estimate(declared()).bytes
        _, states, _ = read(bake(declaration, tmp_path / str(k)))
        assert all(np.array_equal(one["y"], other["y"]) for one, other in zip(states, fresh[1], strict=True))


@pytest.mark.parametrize("odd", range(5))
def test_an_array_is_constant_only_if_no_state_differs(tmp_path, odd):
    def step(k):
        return {"x": [0.0, 1.0], "y": [0.0, float(k == odd)]}

    declaration = Declaration(step, figure=lines("x", "y"), readout="", caption="", parameters={"k": (0, 4)})
    meta, states, _ = read(bake(declaration, tmp_path))
    assert [header["name"] for header in meta["constants"]["arrays"]] == ["x"]
    assert [state["y"][1] for state in states] == [float(k == odd) for k in range(5)]


def test_building_twice_gives_the_same_bytes(tmp_path):
    first, second = bake(declared(), tmp_path / "a"), bake(declared(), tmp_path / "b")
    assert first.name == second.name
    assert {p.name: p.read_bytes() for p in first.iterdir()} == {p.name: p.read_bytes() for p in second.iterdir()}


def test_an_unchanged_explorer_is_not_baked_again_and_a_changed_one_is(tmp_path, monkeypatch):
    computed = []
    counted = lambda self, values, _state=Declaration.state: computed.append(values) or _state(self, values)  # noqa: E731
    bake(declared(), tmp_path)
    again = declared()
    monkeypatch.setattr(Declaration, "state", counted)
    bake(again, tmp_path)
    assert computed == []
    monkeypatch.setitem(globals(), "FACTOR", 3.0)  # a constant that compute uses
    changed = bake(declared(), tmp_path)
    assert len(computed) == 100 and len(list(tmp_path.glob("wave-*"))) == 2 and changed.exists()


def test_budgets_name_the_parameter_to_coarsen(tmp_path, monkeypatch):
    for limit, what in (("MAX_SECONDS", "seconds"), ("MAX_BYTES", "bytes"), ("MAX_CHUNK_BYTES", "bytes in one chunk")):
        with monkeypatch.context() as patch:
            patch.setattr(baking, limit, 1e-6)
            with pytest.raises(BudgetError, match=rf"explorer wave: baking may take at most .* {what}, got .*; coarsen depth \(20 stops\)"):
                bake(declared(), tmp_path / what)
        assert not list((tmp_path / what).glob("*/store.json"))


def test_seconds_are_those_of_this_process(tmp_path, monkeypatch):
    monkeypatch.setattr(baking, "MAX_SECONDS", 0.2)

    def slow(k):
        time.sleep(0.03)
        return {"x": [0.0], "y": [float(k)]}

    bake(Declaration(slow, figure=lines("x", "y"), readout="", caption="", parameters={"k": (1, 20, 1)}), tmp_path)


def test_many_bytes_make_many_chunks_that_cover_all_states(tmp_path, monkeypatch):
    monkeypatch.setattr(baking, "_CHUNK_TARGET", 2000)
    store = bake(declared(), tmp_path)
    edges = json.loads((store / "store.json").read_text())["chunks"]
    assert len(list(store.glob("*.js"))) == len(edges) - 1 > 3
    assert edges[0] == 0 and edges[-1] == 100 and edges == sorted(set(edges))


def test_a_failing_state_leaves_no_store(tmp_path):
    def brittle(depth, seed):
        if depth == 13:
            raise ArithmeticError("thirteen")
        return wave(depth, seed)

    with pytest.raises(ArithmeticError):
        bake(declared(brittle), tmp_path)
    assert not list(tmp_path.glob("brittle*"))


def test_batch_bakes_the_same_bytes_as_compute(tmp_path):
    def batch(depth, seed):
        states = [wave(d, s) for d, s in zip(depth.tolist(), seed.tolist())]
        return {key: np.array([state[key] for state in states]) for key in states[0]}

    plain, batched = bake(declared(), tmp_path / "a"), bake(declared(batch=batch), tmp_path / "b")
    assert {p.name: p.read_bytes() for p in plain.iterdir()} == {p.name: p.read_bytes() for p in batched.iterdir()}


def test_order_and_start_of_the_parameters_make_another_store(tmp_path):
    def both(a, b):
        return {"x": [0.0, 1.0], "y": [a, b]}

    def store(**parameters):
        return bake(Declaration(both, figure=lines("x", "y"), readout="{a} {b}", caption="", parameters=parameters), tmp_path)

    stores = [store(a=(0.0, 1.0), b=(0.0, 1.0)), store(b=(0.0, 1.0), a=(0.0, 1.0)), store(a=Slider(0.0, 1.0, start=0.0), b=(0.0, 1.0))]
    assert len(set(stores)) == 3


def test_few_states_with_many_bytes_make_one_chunk_each(tmp_path):
    def noise(flag):
        return {"x": np.arange(30_000.0), "y": np.random.default_rng(int(flag)).normal(size=30_000)}

    store = bake(Declaration(noise, figure=lines("x", "y"), readout="", caption="", parameters={"flag": False}), tmp_path)
    assert len(list(store.glob("*.js"))) == 2


def test_a_state_that_fails_is_named(tmp_path):
    def brittle(depth, seed):
        if depth == 13:
            raise ArithmeticError("thirteen")
        return wave(depth, seed)

    with pytest.raises(ArithmeticError) as caught:
        bake(declared(brittle), tmp_path)
    assert caught.value.__notes__ == ["in explorer brittle at {'depth': 13, 'seed': 0}"]


def test_a_slider_with_one_stop_less_has_another_store(tmp_path):
    other = Declaration(
        wave, figure=lines("x", "y"), readout="{top}", caption="", parameters={"depth": Slider(1, 20, stops=3), "seed": (0, 4)}
    )
    assert bake(other, tmp_path) != bake(declared(), tmp_path)
