import numpy as np
import pytest
import torch
from scipy import optimize

from dlcore.optimizers.methods import run
from dlcore.optimizers.proximal import ball, box, gradient_mapping, l1, proximal_gradient, subgradient_bound

PROX = {"box": box(-1, [0.5, 1.0]), "ball": ball(1.5, [0.2, -0.3]), "l1": l1(0.7)}


@pytest.mark.parametrize("name", ["box", "ball"])
def test_a_projection_is_the_nearest_point_of_the_set(name, rng):
    project, free = PROX[name], rng.uniform(-1, 1, (4000, 2)) * 1.6
    inside = np.all(np.abs(project(free, 1.0) - free) < 1e-15, axis=-1)
    for z in rng.uniform(-4, 4, (50, 2)):
        y = project(z, 1.0)
        assert np.allclose(project(y, 1.0), y)
        # z − y makes an obtuse angle with every way into the set
        assert np.all((free[inside] - y) @ (z - y) <= 1e-12)


def test_projections_do_not_depend_on_the_step(rng):
    z = rng.standard_normal((10, 2)) * 3
    for name in ("box", "ball"):
        np.testing.assert_array_equal(PROX[name](z, 0.1), PROX[name](z, 7.0))


def test_soft_thresholding_is_the_minimiser_and_that_of_torch(rng):
    z, eta, lam = rng.uniform(-2, 2, 40), 0.8, 0.7
    found = l1(lam)(z, eta)
    for zk, yk in zip(z, found):
        best = optimize.minimize_scalar(
            lambda y, zk=zk: (y - zk) ** 2 / (2 * eta) + lam * abs(y), bounds=(-3, 3), method="bounded", options={"xatol": 1e-10}
        )
        assert abs(best.x - yk) < 1e-5
    theirs = torch.nn.functional.softshrink(torch.tensor(z), lambd=eta * lam).numpy()
    np.testing.assert_allclose(found, theirs, atol=1e-15)


def model(y, w, g, eta):
    """⟨g, y − w⟩ + ‖y − w‖²/(2η)."""
    return g @ (y - w) + (y - w) @ (y - w) / (2 * eta)


def test_a_step_minimises_the_model_over_the_box(rng):
    low, high = np.array([-1.0, -1.0]), np.array([0.5, 1.0])
    for _ in range(20):
        w, g, eta = rng.uniform(low, high), rng.standard_normal(2) * 3, rng.uniform(0.1, 1)
        step = proximal_gradient(eta, box(low, high))
        found = step.step(step.init(w), g).parameters
        best = optimize.minimize(
            model, w, args=(w, g, eta), bounds=list(zip(low, high)), method="L-BFGS-B", options={"ftol": 1e-15, "gtol": 1e-10}
        )
        np.testing.assert_allclose(found, best.x, atol=1e-5)


@pytest.mark.parametrize("name", PROX)
def test_the_method_finds_what_scipy_finds(name):
    H, c, prox = np.array([[2.0, 0.6], [0.6, 1.0]]), np.array([1.7, -2.0]), PROX[name]
    path = run(proximal_gradient(0.45, prox), lambda w: (w - c) @ H, [0.0, 0.0], 400)

    def value(w):
        return (w - c) @ H @ (w - c) / 2 + (0.7 * np.abs(w).sum() if name == "l1" else 0)

    if name == "box":
        options = {"bounds": [(-1, 0.5), (-1, 1)]}
    elif name == "ball":
        options = {"constraints": {"type": "ineq", "fun": lambda w: 1.5**2 - np.sum((w - [0.2, -0.3]) ** 2)}, "method": "SLSQP"}
    else:
        options = {"method": "Nelder-Mead", "options": {"xatol": 1e-9, "fatol": 1e-12}}
    np.testing.assert_allclose(path[-1], optimize.minimize(value, np.zeros(2), **options).x, atol=1e-4)
    assert np.abs(gradient_mapping(path[-1], (path[-1] - c) @ H, 0.45, prox)).max() < 1e-10


def test_without_a_constraint_the_mapping_is_the_gradient(rng):
    w, g = rng.standard_normal((2, 5, 3))
    np.testing.assert_allclose(gradient_mapping(w, g, 0.3, box(-1e3, 1e3)), g, atol=1e-12)


def test_schedules_and_batches(rng):
    start = rng.uniform(-1, 1, (7, 2))
    path = run(proximal_gradient(lambda t: 1 / (t + 1), l1(0.1)), lambda w: w, start, 3)
    one = run(proximal_gradient(lambda t: 1 / (t + 1), l1(0.1)), lambda w: w, start[4], 3)
    np.testing.assert_array_equal(path[:, 4], one)


def test_subgradients_keep_the_bound(rng):
    R, G, K = 2.0, np.sqrt(5), 400
    for _ in range(10):
        start = rng.standard_normal(2)
        start *= R / np.linalg.norm(start)
        path = run(proximal_gradient(R / (G * np.sqrt(K)), box(-9, 9)), lambda w: np.sign(w) * [1, 2], start, K - 1)
        assert (np.abs(path) @ [1, 2]).min() <= subgradient_bound(R, G, K)


def test_a_run_that_overflows_stays_at_infinity_on_its_side():
    path = run(proximal_gradient(10.0, l1(0.1)), lambda w: w, [1.0, -1.0], 400)  # each step multiplies by −9 or so
    assert not np.isnan(path).any()
    assert np.isinf(path[-1]).all()
    np.testing.assert_array_equal(path[-1], path[-2])


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match=r"low must be at most high, got 1 and 0"):
        box(1, 0)
    with pytest.raises(ValueError, match=r"radius must be positive, got 0"):
        ball(0)
    with pytest.raises(ValueError, match=r"weight must be non-negative, got -1"):
        l1(-1)
    with pytest.raises(ValueError, match=r"learning_rate must be positive, got -0.1"):
        proximal_gradient(-0.1, l1(1.0))
    with pytest.raises(ValueError, match=r"steps must be at least 1, got 0"):
        subgradient_bound(1.0, 1.0, 0)
