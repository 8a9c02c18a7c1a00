"""Every explorer of every chapter, at random values of its parameters and at all corners of their ranges: legitimate, and soon."""

import itertools
import random
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcore.explore.declaration import MAX_STATES, Declaration
from tests.explorers import chapters, declaration_of, declarations_of, every_chapter, every_explorer, is_sentence, names_of

EVERY = pytest.mark.parametrize(("path", "name"), every_explorer())
MEDIAN_SECONDS, WORST_SECONDS = 0.1, 1.0  # of CPU, in a kernel; bench_latency prints them
EXAMPLES, MOST_CORNERS = 10, 8  # all stops are computed when the page is baked: tests/browser/test_book_explorers reads them
BUSY = 4  # a machine that shares its caches with others is slower even by its own clock


def any_value(parameter) -> st.SearchStrategy:
    """Any value that a kernel takes for a parameter, not only the stops of the built page."""
    if parameter.kind == "slider":
        if parameter.integer:
            return st.integers(parameter.low, parameter.high)
        low, high = parameter.low, parameter.high
        least = 1e-12 * (high - low) if low <= 0 <= high else 0  # nearer to 0 no hand can set it
        return st.floats(low, high).map(lambda x: x if abs(x) >= least else 0.0)
    return st.sampled_from(parameter.stops_with(()))


def ends(parameter) -> tuple:
    """Where a parameter's corners are: both ends of a slider or of a film, every option of a choice."""
    if parameter.kind == "slider":
        return parameter.low, parameter.high
    stops = parameter.stops_with(())
    return (stops[0], stops[-1]) if parameter.kind == "time" else stops


def corners(declaration: Declaration) -> list[dict]:
    """All combinations of ends; where there are very many, some of them."""
    names = declaration.parameters
    found = [dict(zip(names, values, strict=True)) for values in itertools.product(*map(ends, names.values()))]
    return random.Random(declaration.name).sample(found, min(MOST_CORNERS, len(found)))


def check(declaration: Declaration, values: dict):
    """One state is legitimate: its keys, real numbers, a sentence."""
    state = declaration.state(values)
    assert state.values == declaration.check(values)
    assert tuple(state.arrays) == declaration.shipped
    for name, array in state.arrays.items():
        assert array.dtype.kind in "fiub", f"{name} has dtype {array.dtype}"
    assert is_sentence(state.readout), state.readout
    return state


def check_again(declaration: Declaration, state) -> None:
    """Computed again a state is the same to the bit."""
    again = declaration.state(state.values)
    assert again.readout == state.readout
    for name, array in state.arrays.items():
        np.testing.assert_array_equal(again.arrays[name], array, err_msg=name)


@pytest.fixture
def declaration(path, name) -> Declaration:
    return declaration_of(path, name)


@pytest.mark.parametrize("path", every_chapter())
def test_the_explorers_of_a_chapter_are_those_that_its_code_names(path):
    assert [declaration.name for declaration in declarations_of(path)] == names_of(path)


def test_the_book_has_explorers():
    assert chapters()
    assert all(names_of(path) for path in chapters())


@EVERY
def test_any_values_and_all_corners_give_a_legitimate_state_soon(declaration):
    """What must be trained before a state can be shown counts for the state that needs it first."""
    seconds = []

    def timed(values):
        begun = time.process_time()
        state = check(declaration, values)
        seconds.append(time.process_time() - begun)
        return state

    @settings(max_examples=EXAMPLES)
    @given(st.fixed_dictionaries({name: any_value(p) for name, p in declaration.parameters.items()}))
    def at(values):
        timed(values)

    at()
    for place, values in enumerate(corners(declaration)):
        state = timed(values)
        if place < 3:
            check_again(declaration, state)
    assert np.median(seconds) < BUSY * MEDIAN_SECONDS
    assert max(seconds) < BUSY * WORST_SECONDS


@EVERY
def test_all_states_fit_into_the_built_page(declaration):
    assert 2 <= declaration.count <= MAX_STATES
    assert len(declaration.states()) == declaration.count


@EVERY
def test_batch_is_compute_for_many_states(declaration):
    if declaration.batch is None:
        return
    states = corners(declaration)
    for values, together in zip(states, declaration.batched(states), strict=True):
        alone = declaration.state(values)
        assert together.readout == alone.readout
        for name, array in alone.arrays.items():
            np.testing.assert_allclose(together.arrays[name], array, rtol=1e-12, atol=0, err_msg=name)
