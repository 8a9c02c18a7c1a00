"""The integral along the flow against an ODE solver, and against the closed form for equal weights."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from dlcore.landscapes import chains
from dlcore.landscapes.flow import chain_flow


@pytest.mark.parametrize("depth", [2, 3, 5])
@pytest.mark.parametrize("size", [0.1, 0.3, 1.5])
@pytest.mark.parametrize("shape", ["equal", "opposite", "unequal", "two negative", "one zero", "nearly trapped"])
def test_losses_are_those_of_an_ode_solver(depth, size, shape):
    """Between places the loss is interpolated: off by about ⅛ (ln 10⁹/150)² = 2.4e-3 of its size."""
    start = (
        size
        * {
            "equal": np.ones(depth),
            "opposite": np.r_[-1.0, np.ones(depth - 1)],
            "unequal": np.r_[-1.0, 1 + 0.2 * np.arange(1, depth)],
            "two negative": np.r_[-1.0, -1.3, np.full(depth - 2, 1.1)],
            "nearly trapped": np.r_[-1.0, 1 + 1e-5, np.full(depth - 2, 1.2)],
            "one zero": np.r_[0.0, np.linspace(1, 2, depth - 1)],
        }[shape]
    )
    time, loss = chain_flow(start)
    end = min(0.95 * time[-1], 50.0)
    at = np.linspace(0, end, 40)
    path = solve_ivp(lambda _, w: -chains.chain_gradient(w), (0, end), start, t_eval=at, rtol=1e-10, atol=1e-13, method="LSODA").y.T
    exact = chains.chain_loss(path)
    np.testing.assert_allclose(np.interp(at, time, loss), exact, atol=2.4e-3 * max(exact[0], 1))
    assert np.all(np.diff(time) > 0)
    assert np.all(np.diff(loss) <= 0)


@pytest.mark.parametrize("depth", [2, 3, 5])
def test_the_time_on_the_plateau_is_the_closed_form(depth):
    time, loss = chain_flow(np.full(depth, 0.01))
    reached = np.interp(-((1 - 0.5**depth) ** 2) / 2, -loss, time)  # where c = 1/2
    assert reached == pytest.approx(float(chains.escape_time(0.01, 0.5, depth, landscape="chain")), rel=1e-3)


def test_a_start_on_the_stable_manifold_ends_at_the_saddle():
    time, loss = chain_flow(np.array([-0.5, 0.5, 0.9]))
    assert loss[-1] == pytest.approx(0.5, abs=1e-6)
    assert time[-1] > 10
    assert chain_flow(np.array([-0.5, 0.6, 0.9]))[1][-1] < 1e-12


@pytest.mark.parametrize("start", [np.array([0.0, 0.0, 1.0]), np.array([0.5])])
def test_where_nothing_flows_the_start_is_refused(start):
    with pytest.raises(ValueError, match="at most one is 0"):
        chain_flow(start)
