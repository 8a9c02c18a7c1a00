"""Using an explorer from end to end, and what has to hold at every state on the way.

The same steps are taken in the built page and in JupyterLab.
"""

import numpy as np

from dlcore.explore.declaration import Declaration, State
from dlcore.explore.template import REFERENCE, room
from tests.browser.driver import Figure, View

RANGE_TOLERANCE = 1e-4  # of an array's range, or float32: the book's contract for baked numbers
FLOAT32 = np.finfo(np.float32).eps


def expected_traces(declaration: Declaration, state: State) -> list[dict]:
    """What each trace of the template must show, of a film its present frame, and the whole array that it is part of."""
    frame = declaration.parameters[declaration.time].frame(state.values[declaration.time]) if declaration.time else 0
    found = []
    for trace in declaration.figure["data"]:
        references = {key: REFERENCE.fullmatch(str(trace.get(key))) for key in ("x", "y", "z")}
        found.append({key: _drawn(state.arrays, reference, room(trace, key), frame) for key, reference in references.items() if reference})
    return found


def _drawn(arrays, reference, axes: int, frame: int) -> tuple[np.ndarray, np.ndarray]:
    whole, part = np.asarray(arrays[reference[1] + reference[2]], dtype=float), reference[3]
    if part is None:
        return np.atleast_1d(whole[frame] if whole.ndim > axes else whole), whole
    return np.atleast_1d(whole[: frame + 1] if part.startswith(":") else whole[int(part) if part.isdigit() else frame]), whole


def agree(shown, computed: np.ndarray, whole: np.ndarray | None = None) -> bool:
    """Whether a plotted array is the computed one within float32 or 1e-4 of its range, gaps in the same places.

    `whole`: the array whose range counts, where `computed` is a row of it.
    """
    shown, whole = np.array(shown, dtype=float), computed if whole is None else whole
    if shown.shape != computed.shape:
        return False
    finite = np.isfinite(computed)
    if not np.array_equal(shown[~finite], computed[~finite], equal_nan=True):
        return False
    if not finite.any():
        return True
    allowed = np.maximum(RANGE_TOLERANCE * np.ptp(whole[np.isfinite(whole)]), FLOAT32 * np.abs(computed[finite]))
    return bool(np.all(np.abs(shown[finite] - computed[finite]) <= allowed))


def check(figure: Figure, declaration: Declaration) -> View:
    """The picture shows what compute returns, the controls say where it stands, the sentence belongs to it."""
    seen = figure.look()
    state = declaration.state(seen.state)
    expected = expected_traces(declaration, state)
    for k, (shown, computed) in enumerate(zip(seen.traces[-len(expected) :], expected, strict=True)):
        for key, (array, whole) in computed.items():
            assert agree(shown[key], array, whole), f"{figure.name}: trace {k}, {key} at {seen.state} differs from compute"
    texts = {name: parameter.text(seen.state[name]) for name, parameter in declaration.parameters.items()}
    assert seen.trouble == ""
    assert seen.outputs == texts
    assert seen.readout == state.readout, f"{figure.name} at {seen.state} says {seen.readout!r}, expected {state.readout!r}"
    return seen


def moves(figure: Figure, declaration: Declaration, *, brief: bool):
    """Move every control over its whole range by keyboard and yield the parameter's name after each move."""
    for name, parameter in declaration.parameters.items():
        if parameter.kind == "toggle":
            yield name, figure.press(name, "Space")
            yield name, figure.press(name, "Space")
            continue
        yield name, figure.press(name, "Home")
        if not brief:
            yield name, figure.press(name, "ArrowDown" if parameter.kind == "choice" else "ArrowRight")
        yield name, figure.press(name, "End")
        if parameter.kind == "choice" and not brief:
            for option in range(1, len(parameter.options) - 1):
                figure.control(name).select_option(index=option)
                yield name, figure.settled()
        figure.action("reset")


def exercise(figure: Figure, declaration: Declaration, *, grows: bool = False, brief: bool = False) -> None:
    """Every control to both ends, every preset: `check` each state, and see every control change the picture or its sentence.

    The axes stand still meanwhile; where a kernel answers they may also grow (`grows`). `brief`: the ends alone.
    """
    first = before = check(figure.settled(), declaration)
    pictures: dict[str, set] = {name: {first.picture + first.places + first.readout} for name in declaration.parameters}
    for name, _ in moves(figure, declaration, brief=brief):
        seen = check(figure, declaration)
        pictures[name].add(seen.picture + seen.places + seen.readout)
        still = holds(seen.ranges, before.ranges) if grows else seen.ranges == before.ranges
        assert still, f"{figure.name}: the axes moved with {name}"
        before = seen
    for name, different in pictures.items():
        assert len(different) > 1, f"{figure.name}: moving {name} over its whole range changes neither picture nor sentence"
    for preset, values in declaration.presets.items():
        figure.preset(preset)
        assert values.items() <= check(figure, declaration).state.items()
        assert figure.button("preset", preset).get_attribute("aria-pressed") == "true"
    last = check(figure.action("reset"), declaration)
    # The first picture was drawn from the page, this one from a chunk: both have the same numbers, to the last digit.
    assert texts(last.traces) == texts(first.traces)
    assert grows or last.picture == first.picture, "reset does not lead back to the first picture"


def holds(ranges: dict, inner: dict) -> bool:
    """Whether every range contains the one of the same name in `inner`."""
    return all(ranges[name][0] <= low and high <= ranges[name][1] for name, (low, high) in inner.items())


def pin_and_unpin(figure: Figure, declaration: Declaration) -> None:
    """A pinned picture stays as a ghost while the controls move, and goes without a trace."""
    plain = figure.look()
    figure.action("pin")
    assert figure.button("action", "pin").get_attribute("aria-pressed") == "true"
    pinned = figure.look()
    axes = {name: limits for name, limits in plain.ranges.items() if not name.isdigit()}  # colour scales: by trace
    assert axes.items() <= pinned.ranges.items()
    count = len(pinned.traces) - len(plain.traces)
    assert count > 0
    assert set(texts(pinned.traces[:count])) <= set(texts(plain.traces))
    figure.press(declaration.play, "End").press(declaration.play, "Home")
    assert texts(check(figure, declaration).traces[:count]) == texts(pinned.traces[:count])
    unpinned = figure.action("reset").action("pin").look()
    assert texts(unpinned.traces) == texts(plain.traces)
    assert (unpinned.picture, unpinned.strokes) == (plain.picture, plain.strokes)


def texts(traces: list[dict]) -> list[str]:
    """Traces in a form in which NaN equals NaN."""
    return [repr(trace) for trace in traces]
