import numpy as np
import pytest
import torch
from scipy import optimize

from dlcore.landscapes import stationary
from dlcore.landscapes.stationary import GALLERY

EPS = np.finfo(float).eps
NAMES = list(GALLERY)


@pytest.mark.parametrize("name", NAMES)
def test_derivatives_agree_with_autograd(rng, name):
    landscape = GALLERY[name]
    for point in rng.uniform(-2, 2, (20, 2)):
        tensor = torch.tensor(point, requires_grad=True)

        def value(p):
            return landscape_in_torch(name, p)

        gradient = torch.autograd.grad(value(tensor), tensor)[0].numpy()
        hessian = torch.autograd.functional.hessian(value, torch.tensor(point)).numpy()
        # The largest monomial, 2x⁴y²-like with |x|, |y| ≤ 2, and its derivatives stay below 2000; some ten operations each.
        size = 2000 * 20 * EPS
        assert landscape.value(point) == pytest.approx(float(value(tensor).detach()), abs=size)
        np.testing.assert_allclose(landscape.gradient(point), gradient, rtol=0, atol=size)
        np.testing.assert_allclose(landscape.hessian(point), hessian, rtol=0, atol=size)


def landscape_in_torch(name, point):
    x, y = point
    return {
        "bowl": lambda: x**2 + y**2,
        "quartic": lambda: x**4 + y**4,
        "saddle": lambda: x**2 - y**2,
        "ridge": lambda: x**2 - y**4,
        "cubic": lambda: x**3 + y**2,
        "product": lambda: (1 - x * y) ** 2,
        "mountains": lambda: (x**2 - 1) ** 2 + (x**2 * y - x - 1) ** 2,
    }[name]()


@pytest.mark.parametrize("name", NAMES)
def test_landscapes_are_batched_over_leading_axes(rng, name):
    points = rng.standard_normal((3, 4, 2))
    for function in GALLERY[name][1:]:
        np.testing.assert_array_equal(function(points)[1, 2], function(points[1, 2]))


def test_verdicts_on_the_gallery_at_the_origin():
    expected = {  # first, second, minimum, strict saddle
        "bowl": (True, True, True, False),
        "quartic": (True, True, False, False),
        "saddle": (True, False, False, True),
        "ridge": (True, True, False, False),
        "cubic": (True, True, False, False),
        "product": (True, False, False, True),
        "mountains": (False, False, False, False),
    }
    for name, flags in expected.items():
        landscape = GALLERY[name]
        verdict = stationary.classify(landscape.gradient(np.zeros(2)), landscape.hessian(np.zeros(2)))
        assert tuple(map(bool, verdict[:4])) == flags, name


def test_verdicts_of_many_points_and_their_eigenvalues(rng):
    hessians = rng.standard_normal((5, 4, 3, 3))
    hessians += np.swapaxes(hessians, -1, -2)
    verdict = stationary.classify(np.zeros((5, 4, 3)), hessians)
    assert verdict.first.all()
    np.testing.assert_array_equal(verdict.minimum, [[optimizable(h) for h in row] for row in hessians])
    np.testing.assert_array_equal(verdict.second | verdict.strict_saddle, True)
    np.testing.assert_allclose(verdict.eigenvalues.sum(-1), np.trace(hessians, axis1=-2, axis2=-1), rtol=0, atol=100 * EPS)


def optimizable(hessian):
    """Positive definite, as a Cholesky factor exists."""
    try:
        np.linalg.cholesky(hessian)
    except np.linalg.LinAlgError:
        return False
    return True


def test_classify_names_what_does_not_fit():
    with pytest.raises(ValueError, match=r"hessian must have shape"):
        stationary.classify(np.zeros(2), np.zeros((3, 3)))
    with pytest.raises(ValueError, match="tolerance must be positive"):
        stationary.classify(np.zeros(2), np.eye(2), tolerance=0.0)


@pytest.mark.parametrize(("name", "lower"), [("bowl", False), ("quartic", False), ("ridge", True), ("cubic", True)])
def test_probes_find_a_way_down_where_there_is_one(rng, name, lower):
    drop = stationary.deepest_probe(rng, GALLERY[name].value, [0.0, 0.0], 0.5, probes=2000)
    assert (drop < 0) == lower
    assert drop >= -(0.5**3)  # neither −y⁴ nor x³ offers more


def test_the_two_mountains_have_two_minima_and_no_other_stationary_point(rng):
    landscape = GALLERY["mountains"]
    starts = rng.uniform(-3, 3, (100, 2))
    roots = [optimize.root(landscape.gradient, s, jac=landscape.hessian, tol=1e-13) for s in starts]
    found = np.array([r.x for r in roots if r.success and np.linalg.norm(landscape.gradient(r.x)) < 1e-9])
    distance = np.linalg.norm(found[:, None] - np.array([[1.0, 2.0], [-1.0, 0.0]]), axis=-1).min(axis=1)
    assert len(found) > 10 and distance.max() < 1e-8
    spectrum = np.linalg.eigvalsh(landscape.hessian([[1.0, 2.0], [-1.0, 0.0]]))
    exact = [[14 - np.sqrt(180), 14 + np.sqrt(180)], [6 - np.sqrt(20), 6 + np.sqrt(20)]]
    np.testing.assert_allclose(spectrum, exact, rtol=0, atol=100 * EPS)


def test_a_ball_on_a_spring_follows_the_damped_oscillator():
    gamma, steps = 0.6, 20_000
    path = stationary.roll(lambda x: x, [1.0], friction=gamma, time=10.0, steps=steps)[:, 0]
    t, omega = np.linspace(0, 10, steps + 1), np.sqrt(1 - gamma**2 / 4)
    exact = np.exp(-gamma * t / 2) * (np.cos(omega * t) + gamma / (2 * omega) * np.sin(omega * t))
    h = 10 / steps  # a first-order method: local errors h²(1 + γ + γ²)/2, over T/h steps, not amplified
    assert np.abs(path - exact).max() <= 10 * h * (1 + gamma + gamma**2) / 2


def test_without_friction_the_energy_stays():
    steps = 5000
    path = stationary.roll(lambda x: x, [1.0, -0.5], friction=0.0, time=50.0, steps=steps)
    h = 50 / steps
    velocity = np.diff(path, axis=0) / h
    kept = (path[1:] ** 2 + velocity**2 - h * path[1:] * velocity).sum(-1)  # what the method conserves exactly on a spring
    np.testing.assert_allclose(kept, kept[0], rtol=0, atol=steps * 10 * EPS)


def test_with_much_friction_the_ball_follows_gradient_flow():
    gamma = 1e4
    path = stationary.roll(lambda x: 2 * x, [1.0], friction=gamma, time=gamma, steps=20_000)  # time γ: one unit of the flow
    # The slow root of s² + γ s + 2 is −2/γ − 4/γ³ …, so the limit is e^{−2} up to O(γ^−2), and Euler adds O(h/γ).
    assert path[-1, 0] == pytest.approx(np.exp(-2), rel=4 * 4 * (1 / 20_000 + 1 / gamma**2))


def test_a_ball_at_a_saddle_stays_and_many_roll_at_once():
    gradient = GALLERY["product"].gradient
    starts = np.array([[0.0, 0.0], [0.5, 0.5], [1.0, -1.0]])
    path = stationary.roll(gradient, starts, friction=1.0, time=60.0, steps=3000)
    assert path.shape == (3001, 3, 2)
    np.testing.assert_array_equal(path[:, 0], 0)
    assert np.prod(path[-1, 1]) == pytest.approx(1, abs=1e-6)
    np.testing.assert_array_equal(path[:, 2].sum(-1), 0)  # the antidiagonal is never left
    np.testing.assert_array_equal(path[:, 1], stationary.roll(gradient, starts[1], friction=1.0, time=60.0, steps=3000))


@pytest.mark.filterwarnings("error")
def test_a_ball_that_falls_without_end_gives_inf_and_no_warning():
    path = stationary.roll(lambda x: -(x**3), [5.0], friction=0.0, time=10.0, steps=1000)
    assert not np.isfinite(path[-1, 0])


@pytest.mark.parametrize("scale", [1e-8, 1.0, 1e8])
def test_what_rounding_leaves_of_zero_decides_nothing(rng, scale):
    for _ in range(50):
        v = rng.standard_normal(4)
        semidefinite = scale * np.outer(v, v)
        verdict = stationary.classify(np.zeros(4), semidefinite)
        assert verdict.second and not verdict.minimum and not verdict.strict_saddle
        a = rng.standard_normal((4, 4))
        assert stationary.classify(np.zeros(4), scale * (a @ a.T + np.eye(4))).minimum
        assert stationary.classify(np.zeros(4), scale * (np.outer(v, v) - 1e-3 * np.eye(4))).strict_saddle


def test_a_hessian_is_symmetric():
    with pytest.raises(ValueError, match=r"hessian must be symmetric, got an asymmetry of 1.0: pass \(A \+ A.T\) / 2"):
        stationary.classify(np.zeros(2), np.array([[1.0, 1.0], [0.0, 1.0]]))


def test_curvatures_by_automatic_differentiation_are_those_of_the_formulas(rng):
    shape, point = GALLERY["product"], rng.standard_normal(2)
    found = stationary.curvatures(lambda p: (1 - p[0] * p[1]) ** 2, point)
    exact = np.linalg.eigvalsh(shape.hessian(point))
    np.testing.assert_allclose(found, exact, rtol=0, atol=64 * np.finfo(float).eps * np.abs(exact).max())
    with pytest.raises(ValueError, match=r"shape \(d,\), got \(1, 2\); flatten it"):
        stationary.curvatures(lambda p: p.sum(), [point])
