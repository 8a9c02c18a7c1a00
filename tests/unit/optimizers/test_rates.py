import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcore.optimizers import rates
from dlcore.optimizers.line_search import steepest_descent
from dlcore.optimizers.methods import gradient_descent, run


@given(st.floats(0.05, 1), st.floats(1, 20), st.floats(0.01, 0.2))
def test_a_constant_step_contracts_by_the_factor_and_no_less(m, M, eta):
    H = np.diag(np.linspace(m, M, 5))
    assert np.isclose(rates.constant_step_factor(eta, m, M), np.linalg.norm(np.eye(5) - eta * H, 2))


@given(st.floats(0.1, 1), st.floats(1, 50), st.floats(0, 1))
def test_exact_line_search_leaves_what_the_factor_says_at_every_step(m, M, p):
    start = np.array([np.sqrt(p) / m, np.sqrt(1 - p) / M])
    path = steepest_descent(np.diag([m, M]), start, 3)
    gap = (path**2 @ [m, M]) / 2
    factor = rates.kantorovich_factor(p, m, M)
    assert np.allclose(gap[1:], factor * gap[:-1], atol=1e-12 * gap[0])
    assert factor <= rates.line_search_factor(m, M) + 1e-12
    assert np.isclose(rates.kantorovich_factor(0.5, m, M), rates.line_search_factor(m, M), atol=1e-12)


@given(st.integers(1, 40), st.floats(0.1, 5), st.floats(0.1, 5), st.floats(0.1, 1))
def test_huber_attains_the_worst_gap(N, M, R, stride):
    h = rates.worst_huber_width(N, R, stride)
    x = run(gradient_descent(stride / M), lambda x: M * np.clip(x, -h, h), R, N)[-1]
    assert x >= h * (1 - 1e-9)
    assert np.isclose(M * h * (x - h / 2), rates.worst_gap(N, M, R, stride))


@given(st.floats(0.01, 1), st.floats(0.01, 1), st.integers(1, 50))
def test_the_recursion_stays_below_its_bound(e, c, steps):
    first = e
    for _ in range(steps):
        e -= c * e * e
    assert e <= rates.recursion_bound(first, c, steps) * (1 + 1e-12)
    assert rates.recursion_bound(first, c, 0) == first


@pytest.mark.parametrize(("call", "message"), [
    (lambda: rates.line_search_factor(2.0, 1.0), "m must be at most M, got 2.0 and 1.0"),
    (lambda: rates.kantorovich_factor(1.5, 1.0, 2.0), r"share must lie in \[0, 1\], got 1.5"),
    (lambda: rates.worst_gap(3, 1.0, 1.0, 1.5), "stride must be at most 1, got 1.5"),
    (lambda: rates.constant_step_factor(0.0, 1.0, 2.0), "learning_rate must be positive"),
])  # fmt: skip
def test_what_has_no_rate_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
