"""What comes out of a payload is what the contract of the built page promises."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dlcore.explore.encoding import decode, encode, rounded

ARRAYS = hnp.arrays(np.float64, hnp.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=6), elements=st.floats())
NOISE = 2.0**-43  # of the largest value: twice what the encoding takes for rounding errors of the computation


def shipped(*arrays) -> list[np.ndarray]:
    """Arrays of one name, a state each, as they come out again."""
    return [state["a"] for state in decode(encode(rounded([{"a": array} for array in arrays], ["a"]), ["a"]))]


def allowed(array, measure) -> float:
    """1e-4 of the range of `measure` (halves, for the sake of the largest floats), but not less than noise."""
    measure = measure[np.isfinite(measure)] / 2
    reach = 2e-4 * (measure.max() - measure.min())
    return max(reach, NOISE * np.abs(array[np.isfinite(array)]).max())


@pytest.mark.filterwarnings("error")
@given(st.lists(ARRAYS, min_size=1, max_size=4))
def test_any_arrays_come_back_within_the_contract(arrays):
    whole = np.concatenate([array.ravel() for array in arrays])
    for found, array in zip(shipped(*arrays), arrays, strict=True):
        finite = np.isfinite(array)
        assert found.shape == array.shape
        np.testing.assert_array_equal(np.isfinite(found), finite)
        np.testing.assert_array_equal(found[~finite], array[~finite])
        if finite.any():
            flat = allowed(array, array) <= NOISE * np.abs(array[finite]).max()
            assert (np.abs(found[finite] / 2 - array[finite] / 2) <= allowed(array, whole if flat else array) / 2).all()


def test_a_state_has_the_same_numbers_alone_as_among_others():
    rng = np.random.default_rng(0)
    states = [{"a": 10.0**k + rng.normal(size=7), "b": rng.normal(size=k)} for k in range(9)]
    kept = rounded(states, ["a", "b"])
    together = decode(encode(kept, ["a", "b"]))
    for k in range(9):
        (alone,) = decode(encode(kept[k : k + 1], ["a", "b"]))
        assert all(np.array_equal(alone[name], together[k][name]) and alone[name].dtype == together[k][name].dtype for name in "ab")


def test_exponents_beyond_float32_survive():
    wide = np.array([1e-300, 1.0, 1e300])
    np.testing.assert_allclose(shipped(wide)[0], wide, rtol=2.0**-16)


def test_small_values_beside_large_ones_keep_their_digits():
    values = np.geomspace(1e-30, 1, 50)
    np.testing.assert_allclose(shipped(values)[0], values, rtol=2.0**-16)


def test_small_changes_on_a_large_value_survive():
    x = np.linspace(0, 1, 101)
    for slope, found in zip((1, 2), shipped(*(1 + 1e-8 * slope * x for slope in (1, 2)))):
        np.testing.assert_allclose(found, 1 + 1e-8 * slope * x, rtol=0, atol=1e-12 * slope)


def test_each_array_keeps_the_digits_that_its_own_range_needs():
    """Beside one of a thousand times the range, and beside what is not finite; sixteen bits would not do."""
    x = np.linspace(0, 1, 101)
    for found, array in zip(shipped(100 + x, 1e4 * x), (100 + x, 1e4 * x), strict=True):
        np.testing.assert_allclose(found, array, rtol=0, atol=1e-4 * np.ptp(array))
    for gap in (np.inf, -np.inf, np.nan):
        (found,) = shipped(np.append(100 + x, gap))
        np.testing.assert_allclose(found, np.append(100 + x, gap), rtol=0, atol=1e-4)


def test_a_flat_array_is_measured_by_how_far_it_moves():
    levels = 1 + 1e-8 * np.arange(10)
    moving = np.array(shipped(*(np.full(20, level) for level in levels)))
    np.testing.assert_allclose(moving, levels[:, None] * np.ones(20), rtol=0, atol=1e-4 * 9e-8)
    assert shipped(np.full(20, 0.1))[0] == pytest.approx(0.1, rel=NOISE)


def test_rounding_errors_of_a_computation_are_not_shipped():
    rng = np.random.default_rng(0)
    noisy = [1 + 1e-15 * rng.normal(size=20) for _ in range(10)]
    assert np.unique(shipped(*noisy)).tolist() == [1.0]


def test_whole_numbers_stay_whole():
    for whole in (np.arange(1_000_001.0, 1_000_005.0), np.array([0.0, 1_234_567.0]), np.array([0.0, 2.0**40 + 1, 2.0**41])):
        np.testing.assert_allclose(shipped(whole)[0], whole, rtol=2.0**-24)
    for others in ((), (np.array([0.1, 0.2]),), (np.array([0.1, np.nan]),)):
        np.testing.assert_array_equal(shipped(np.array([0.0, 1_234_567.0]), *others)[0], [0.0, 1_234_567.0])


def test_arrays_of_both_kinds_travel_as_the_larger():
    states = [{"a": np.float32([0.5])}, {"a": np.array([1 / 3])}]
    assert [state["a"].tolist() for state in decode(encode(states, ["a"]))] == [[0.5], [1 / 3]]


def test_float64_is_used_only_where_it_must_be():
    def kind(*arrays):
        return encode(rounded([{"a": array} for array in arrays], ["a"]), ["a"])["arrays"][0]["type"]

    x = np.linspace(0, 1, 101)
    assert kind(np.sin(x), 100 + x, np.array([np.nan, np.inf])) == "f4"
    assert [kind(x, 1 + 1e-8 * x), kind(x, 1e-50 * x), kind(x, 1e50 * x)] == ["f8"] * 3


def test_smooth_curves_take_far_fewer_bytes_than_their_floats():
    x = np.linspace(0, 6, 200)
    curves = [{"y": np.sin(x + k / 10)} for k in range(100)]
    plain, fine = (len(encode(rounded([{"y": f(s["y"])} for s in curves], ["y"]), ["y"])["payload"]) for f in (abs, lambda y: 1 + 1e-8 * y))
    assert plain < 0.5 * 100 * 200 * 8
    assert fine < 0.5 * 100 * 200 * 8
