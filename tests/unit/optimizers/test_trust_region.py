import numpy as np
import pytest
from problems import PROBLEMS, gradient, hessian
from scipy import optimize

from dlcore.optimizers.methods import run
from dlcore.optimizers.trust_region import Local, predicted, solve, trust_region

EPS = np.finfo(float).eps


def random(rng, batch, d, shift=0.0):
    H = rng.standard_normal((batch, d, d))
    return rng.standard_normal((batch, d)), (H + H.mT) / 2 + shift * np.eye(d)


@pytest.mark.parametrize("shift", [0.0, 3.0, -3.0])
@pytest.mark.parametrize("d", [1, 2, 6])
def test_the_conditions_of_more_and_sorensen(d, shift, rng):
    g, H = random(rng, 40, d, shift)
    radius = 10.0 ** rng.uniform(-3, 2, 40)
    found = solve(g, H, radius)
    length, size = np.linalg.norm(found.d, axis=-1), np.abs(np.linalg.eigvalsh(H)).max(-1) + found.multiplier
    assert np.all(length <= radius * (1 + 1e-12)) and np.all(found.multiplier >= 0)
    residual = (H @ found.d[..., None])[..., 0] + found.multiplier[:, None] * found.d + g
    assert np.all(np.linalg.norm(residual, axis=-1) <= 1e-12 * (size * length + np.linalg.norm(g, axis=-1)))
    assert np.all(np.linalg.eigvalsh(H)[:, 0] + found.multiplier >= -1e-12 * size)
    assert np.all(found.multiplier * np.abs(radius - length) <= 1e-12 * size * radius)


def test_no_random_point_is_better(rng):
    g, H = random(rng, 30, 3)
    best = predicted(g, H, solve(g, H, np.ones(30)).d)
    w = rng.standard_normal((2000, 1, 3))
    w *= rng.random((2000, 1, 1)) ** (1 / 3) / np.linalg.norm(w, axis=-1, keepdims=True)
    assert np.all(predicted(g, H, w) >= best - 1e-12)


def test_hard_cases_are_completed_and_nearly_hard_ones_are_near(rng):
    Q = np.linalg.qr(rng.standard_normal((4, 4)))[0]
    H = Q @ np.diag([-2.0, -2.0, 1.0, 3.0]) @ Q.T
    H = (H + H.T) / 2
    g = Q @ np.array([0.0, 0.0, 3.0, -5.0])  # d₀ = (0, 0, −1, 1)
    found = solve(g, H, 2.0)
    assert found.hard and abs(found.multiplier - 2) < 1e-13
    assert abs(np.linalg.norm(found.d) - 2) < 1e-13
    np.testing.assert_allclose((Q.T @ found.d)[2:], [-1, 1], atol=1e-13)
    for size in (1e-4, 1e-8, 1e-12):
        near = solve(g + size * Q[:, 0], H, 2.0)
        assert not near.hard and abs(near.multiplier - 2) < 10 * size
        assert abs(predicted(g, H, near.d) - predicted(g, H, found.d)) < 10 * size
    assert not solve(g, H, 1.0).hard  # ‖d₀‖ = √2 does not fit


def test_a_saddle_is_left_and_a_minimum_is_not():
    assert np.linalg.norm(solve(np.zeros(2), np.diag([-1.0, 1.0]), 0.5).d) == 0.5
    assert not np.any(solve(np.zeros(2), np.diag([0.0, 1.0]), 0.5).d)


def value(f, w):
    return np.asarray(np.sum(f(w) ** 2) / 2)


# Brown's badly scaled one, Meyer's and Biggs's take the two programs more than the 600 steps allowed; the larger ones take long.
CHOSEN = [p for p in PROBLEMS if len(p.start) <= 6 and p.number not in (4, 10, 18)]


@pytest.mark.parametrize("p", CHOSEN, ids=[p.name for p in CHOSEN])
def test_minima_and_steps_as_scipy(p):
    f, start = p.residuals, np.array(p.start, dtype=float)
    theirs = optimize.minimize(lambda w: float(value(f, w)), start, jac=lambda w: gradient(f, w), hess=lambda w: hessian(f, w),
                               method="trust-exact", options={"gtol": 1e-6, "maxiter": 600})  # fmt: skip
    method = trust_region()
    state, most = method.init(start), 2 * theirs.nit + 2  # the first step looks at the start alone
    with np.errstate(over="ignore", invalid="ignore"):
        while state.step < most and not (state.step and np.linalg.norm(state.memory[2]) <= 1e-6):
            w = state.parameters
            state = method.step(state, Local(value(f, w), gradient(f, w), hessian(f, w)))
    assert np.linalg.norm(state.memory[2]) <= 1e-6
    H = state.memory[3]
    least = np.linalg.eigvalsh(H)[0]
    assert least >= -1e-6 * np.abs(H).max()  # a second-order stationary point
    # Where the gradient is 1e-6, the value may be above its limit by |g|²/2λ, in flat valleys by more than that.
    assert state.memory[1] <= theirs.fun + max(1e-9, 1e-12 / max(least, 1e-6)) + 1e-6 * theirs.fun


def test_runs_in_the_common_loop_and_in_batches():
    def local(w):  # x⁴/4 − x²/2 + y²/2, a saddle at 0
        x, y = w[..., 0], w[..., 1]
        H = np.zeros((*x.shape, 2, 2))
        H[..., 0, 0], H[..., 1, 1] = 3 * x**2 - 1, 1
        return Local(x**4 / 4 - x**2 / 2 + y**2 / 2, np.stack([x**3 - x, y], -1), H)

    starts = np.array([[0.0, 0.0], [2.0, 3.0], [0.0, -1.0]])
    path = run(trust_region(0.5), local, starts, 30)
    np.testing.assert_allclose(np.abs(path[-1]), [[1, 0]] * 3, atol=1e-6)
    for k in range(3):
        np.testing.assert_allclose(path[:, k], run(trust_region(0.5), local, starts[k], 30), atol=1e-12)


def test_a_bad_trial_is_refused_and_the_radius_shrinks():
    method = trust_region(1.0)
    state = method.step(method.init([0.0]), Local(np.array(0.0), np.array([-1.0]), np.array([[0.0]])))
    assert state.parameters.tolist() == [1.0]
    state = method.step(state, Local(np.array(np.inf), np.array([0.0]), np.array([[1.0]])))
    assert state.memory[0].tolist() == [0.0] and state.memory[4] == 0.25 and state.parameters.tolist() == [0.25]
    state = method.step(state, Local(np.array(-0.25), np.array([-1.0]), np.array([[0.0]])))  # as promised, at the boundary
    assert state.memory[0].tolist() == [0.25] and state.memory[4] == 0.5


def test_a_trial_that_is_a_little_worse_is_refused():
    method = trust_region(1.0)
    state = method.step(method.init([0.0]), Local(np.array(1.0), np.array([-1.0]), np.array([[0.0]])))
    state = method.step(state, Local(np.array(1.0 + 1e-6), np.array([-1.0]), np.array([[0.0]])))
    assert state.memory[0].tolist() == [0.0]


def test_the_radius_grows_to_the_largest_and_no_further():
    path = run(trust_region(1.0, largest=1.5), lambda w: Local(-w[0], np.array([-1.0]), np.zeros((1, 1))), [0.0], 4)[:, 0]
    assert np.abs(np.diff(path)).max() == 1.5


def test_the_multiplier_is_found_quadratically(rng, monkeypatch):
    g, H = random(rng, 200, 5)
    exact = solve(g, H, np.full(200, 0.3))
    monkeypatch.setattr("dlcore.optimizers.trust_region._NEWTON", 7)
    quick = solve(g, H, np.full(200, 0.3))
    np.testing.assert_allclose(quick.multiplier, exact.multiplier, rtol=1e-12)


def test_bad_input():
    with pytest.raises(ValueError, match="radius must be positive"):
        solve(np.ones(2), np.eye(2), 0.0)
    with pytest.raises(ValueError, match="as many entries"):
        solve(np.ones(3), np.eye(2), 1.0)
    with pytest.raises(ValueError, match="at most largest"):
        trust_region(2.0, largest=1.0)
    method = trust_region()
    with pytest.raises(ValueError, match="start must have a finite value"):
        method.step(method.init([0.0]), Local(np.array(np.inf), np.array([0.0]), np.array([[1.0]])))
