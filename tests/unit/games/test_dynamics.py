import numpy as np
import pytest

from dlcore.games.dynamics import (
    METHODS,
    Game,
    alternating,
    bilinear_radius,
    extragradient,
    inner_loop,
    optimistic,
    quadratic,
    radius,
    run,
    simultaneous,
    step_matrix,
)

EPS = np.finfo(float).eps
MAKE = dict(zip(METHODS, (simultaneous, alternating, extragradient, optimistic), strict=True))


def field(a, b, c):
    """J of the field (∇_x f, −∇_y f) of ½ a x² + b x y − ½ c y²."""
    return np.array([[a, b], [-b, c]], dtype=float)


@pytest.mark.parametrize("abc", [(0, 1, 0), (0, 1, 1), (-2, 2, 1), (0.3, -0.7, 0.2)])
def test_the_matrix_of_a_step_is_a_polynomial_of_the_field(abc):
    eta, J, one = 0.3, field(*abc), np.eye(2)
    game = quadratic(*abc)
    np.testing.assert_allclose(step_matrix(simultaneous(eta), game), one - eta * J, rtol=0, atol=8 * EPS)
    np.testing.assert_allclose(step_matrix(extragradient(eta), game), one - eta * J + eta**2 * J @ J, rtol=0, atol=16 * EPS)
    up, down = one.copy(), one.copy()
    up[1] -= eta * J[1]
    down[0] -= eta * J[0]
    for K in (1, 4):
        expected = down @ np.linalg.matrix_power(up, K)
        np.testing.assert_allclose(step_matrix(inner_loop(eta, K), game), expected, rtol=0, atol=40 * K * EPS)
    # w_{t+1} = (1 − 2ηJ) w_t + ηJ w_{t−1} has the same spectrum as the matrix with memory, of which two eigenvalues may be zero.
    companion = np.block([[one - 2 * eta * J, eta * J], [one, np.zeros((2, 2))]])
    found = np.sort(np.abs(np.linalg.eigvals(step_matrix(optimistic(eta), game))))
    np.testing.assert_allclose(found, np.sort(np.abs(np.linalg.eigvals(companion))), rtol=0, atol=1e-7)  # double eigenvalues: √eps


@pytest.mark.parametrize("name", METHODS)
def test_radii_on_a_bilinear_game(name):
    s = np.array([0.05, 0.3, 0.45, 0.55, 1 / np.sqrt(3), 0.9, 1.0, 1.7, 2.4])
    sigma = 2.5
    found = radius(MAKE[name](s[:, None] / sigma), quadratic(0.0, sigma, 0.0))
    np.testing.assert_allclose(found, bilinear_radius(name, s), rtol=1e-12)
    one = radius(MAKE[name](0.12), quadratic(0.0, sigma, 0.0))  # a single step size: an array still
    assert isinstance(one, np.ndarray) and one.shape == () and float(one) == pytest.approx(float(found[1]), rel=1e-12)


def test_the_thresholds():
    assert bilinear_radius("optimistic", 1 / np.sqrt(3)) == pytest.approx(1, abs=4 * EPS)
    assert bilinear_radius("extragradient", 1.0) == 1
    assert bilinear_radius("optimistic", 0.577) < 1 < bilinear_radius("optimistic", 0.578)
    assert bilinear_radius("alternating", 2.0) == 1 < bilinear_radius("alternating", 2.01)


def test_methods_against_loops_written_out(rng):
    f_x, f_y = (lambda x, y: np.cos(x) + y), (lambda x, y: x - y**3)
    game, eta, T = Game(lambda x, y: np.sin(x) + x * y - y**4 / 4, f_x, f_y), 0.2, 7
    start = rng.standard_normal(2)
    paths = {name: [tuple(start)] for name in METHODS}
    for t in range(T):
        x, y = paths["simultaneous"][-1]
        paths["simultaneous"].append((x - eta * f_x(x, y), y + eta * f_y(x, y)))
        x, y = paths["alternating"][-1]
        y = y + eta * f_y(x, y)
        paths["alternating"].append((x - eta * f_x(x, y), y))
        x, y = paths["extragradient"][-1]
        ahead = x - eta * f_x(x, y), y + eta * f_y(x, y)
        paths["extragradient"].append((x - eta * f_x(*ahead), y + eta * f_y(*ahead)))
        (x, y), old = paths["optimistic"][-1], paths["optimistic"][max(t - 1, 0)]
        paths["optimistic"].append((x - eta * (2 * f_x(x, y) - f_x(*old)), y + eta * (2 * f_y(x, y) - f_y(*old))))
    for name, path in paths.items():
        np.testing.assert_allclose(run(MAKE[name](eta), game, *start, T), path, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", METHODS)
def test_starts_and_rates_broadcast(name, rng):
    game, eta, (x, y) = quadratic(-0.5, 1.0, 0.3), np.array([[0.1], [0.4]]), rng.standard_normal((2, 3))
    path = run(MAKE[name](eta), game, x, y, 5)
    assert path.shape == (6, 2, 2, 3)
    for i in range(2):
        for j in range(3):
            np.testing.assert_array_equal(path[:, :, i, j], run(MAKE[name](eta[i, 0]), game, x[j], y[j], 5))


def test_a_matrix_game_is_its_singular_values(rng):
    A = rng.standard_normal((3, 3))
    U, sigma, Vt = np.linalg.svd(A)
    game = Game(lambda x, y: x @ A @ y, lambda x, y: A @ y, lambda x, y: A.T @ x)
    x, y = rng.standard_normal((2, 3))
    for name in METHODS:
        path, turned = (run(MAKE[name](0.2), g, *at, 9) for g, at in ((game, (x, y)), (quadratic(0, sigma, 0), (U.T @ x, Vt @ y))))
        np.testing.assert_allclose(path[:, 0] @ U, turned[:, 0], rtol=0, atol=1e-12)
        np.testing.assert_allclose(path[:, 1] @ Vt.T, turned[:, 1], rtol=0, atol=1e-12)


def test_many_ascents_find_the_best_answer():
    path = run(inner_loop(0.25, 200, inner_rate=0.5), quadratic(0.0, 1.0, 1.0), 2.0, -1.0, 3)
    np.testing.assert_allclose(path[1:, 1], path[:-1, 0], rtol=0, atol=8 * EPS)  # y = h(x) = x
    np.testing.assert_allclose(path[:, 0], 2.0 * 0.75 ** np.arange(4), rtol=0, atol=8 * EPS)  # descent on x²/2


def test_a_bound_is_kept_by_all_methods():
    for make in (*MAKE.values(), lambda eta: inner_loop(eta, 9)):
        path = run(make(0.7), quadratic(0.0, 1.0, 0.0, bound=0.5), 3.0, 0.0, 30)
        assert np.abs(path[:, 1]).max() == 0.5


def test_divergence_is_recorded_without_a_warning():
    path = run(simultaneous(1e3), quadratic(0.0, 1.0, 0.0), 1.0, 1.0, 400)
    assert np.isinf(path[-1]).any() and not np.isnan(path).any()


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="rate must be positive, got -1"):
        simultaneous(-1.0)
    with pytest.raises(ValueError, match="ascents must be at least 1, got 0"):
        inner_loop(0.1, 0)
    with pytest.raises(ValueError, match="bound must be positive, got 0"):
        quadratic(0.0, 1.0, 0.0, bound=0.0)
    with pytest.raises(ValueError, match="has no matrix"):
        step_matrix(simultaneous(0.1), quadratic(0.0, 1.0, 0.0, bound=1.0))
    with pytest.raises(ValueError, match="method must be one of"):
        bilinear_radius("momentum", 0.1)
    with pytest.raises(ValueError, match="x must be finite"):
        run(simultaneous(0.1), quadratic(0.0, 1.0, 0.0), np.nan, 0.0, 2)
