"""What comes out of a payload is what the contract of the built page promises."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dlcore.explore.encoding import decode, encode

ARRAYS = hnp.arrays(np.float64, hnp.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=6), elements=st.floats())


def assert_within_contract(found, given_):
    """Within float32 of the value or within 1e-4 of the array's range; non-finite values exactly."""
    given_ = np.asarray(given_, dtype=float)
    assert found.shape == given_.shape
    finite = np.isfinite(given_)
    np.testing.assert_array_equal(np.isfinite(found), finite)
    np.testing.assert_array_equal(found[~finite], given_[~finite])
    if finite.any():
        low, high = given_[finite].min(), given_[finite].max()
        near = np.maximum(2.0**-24 * np.abs(given_[finite]), 1e-4 * (high / 2 - low / 2) * 2 if high / 2 - low / 2 < 8e307 else np.inf)
        assert (np.abs(found[finite] / 2 - given_[finite] / 2) * 2 <= near).all()


@given(st.lists(ARRAYS, min_size=1, max_size=4))
def test_any_arrays_come_back_within_the_contract(arrays):
    states = decode(encode([{"a": array, "n": np.float64(k)} for k, array in enumerate(arrays)], ["a", "n"]))
    assert len(states) == len(arrays)
    for k, (state, array) in enumerate(zip(states, arrays)):
        assert_within_contract(state["a"], array)
        assert state["n"] == k


def test_exponents_beyond_float32_survive():
    wide = np.array([1e-300, 1.0, 1e300])
    (state,) = decode(encode([{"a": wide}], ["a"]))
    np.testing.assert_allclose(state["a"], wide, rtol=2.0**-16)


def test_integers_and_nearly_constant_arrays_stay_exact_to_float32():
    whole, narrow = np.arange(1_000_001.0, 1_000_005.0), 1000 + np.array([0.0, 0.01])
    (state,) = decode(encode([{"a": whole, "b": narrow}], ["a", "b"]))
    np.testing.assert_array_equal(state["a"], whole)
    np.testing.assert_array_equal(state["b"], narrow.astype(np.float32))


def test_smooth_curves_take_far_fewer_bytes_than_their_floats():
    x = np.linspace(0, 6, 200)
    states = [{"y": np.sin(x + k / 10)} for k in range(100)]
    assert len(encode(states, ["y"])["payload"]) < 0.5 * 100 * 200 * 8
