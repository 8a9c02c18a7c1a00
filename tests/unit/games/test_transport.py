"""Plans, potentials and distances against SciPy's, against each other, and against closed forms."""

import numpy as np
import pytest
from scipy import special, stats

from dlcore.games import transport


@pytest.fixture
def laws(rng):
    return rng.standard_normal((5, 2)), rng.standard_normal((4, 2)), rng.dirichlet(np.ones(5)), rng.dirichlet(np.ones(4))


@pytest.mark.parametrize("p", [1, 2, 3.5])
def test_plan_and_potentials_prove_each_other(laws, p):
    x, y, a, b = laws
    cost = transport.costs(x, y, p)
    found = transport.solve(cost, a, b)
    slack = cost - found.f[:, None] - found.g
    assert found.plan.min() >= 0 and slack.min() > -1e-12
    np.testing.assert_allclose(found.plan.sum(axis=1), a, atol=1e-12)
    np.testing.assert_allclose(found.plan.sum(axis=0), b, atol=1e-12)
    assert np.abs(slack[found.plan > 1e-12]).max() < 1e-12
    assert found.value == pytest.approx(a @ found.f + b @ found.g, abs=1e-12)
    assert np.sum(found.plan > 1e-12) <= 5 + 4 - 1


def test_against_scipy_in_the_plane(laws):
    x, y, a, b = laws
    assert transport.solve(transport.costs(x, y), a, b).value == pytest.approx(stats.wasserstein_distance_nd(x, y, a, b), rel=1e-9)


def test_against_scipy_on_the_line(rng):
    x, y, a, b = rng.standard_normal(7), rng.standard_normal(6), rng.dirichlet(np.ones(7)), rng.dirichlet(np.ones(6))
    assert transport.on_line(x, y, 1, a, b) == pytest.approx(stats.wasserstein_distance(x, y, a, b), rel=1e-12)
    for p in (1, 2, 3):
        cost = transport.costs(x[:, None], y[:, None], p)
        lp = transport.solve(cost, a, b)
        assert transport.on_line(x, y, p, a, b) ** p == pytest.approx(lp.value, rel=1e-9)


@pytest.mark.parametrize("p", [1, 2])
def test_a_matching_is_a_plan(rng, p):
    x, y = rng.standard_normal((9, 3)), rng.standard_normal((9, 3))
    partner, far = transport.matching(x, y, p)
    equal = np.full(9, 1 / 9)
    assert sorted(partner) == list(range(9))
    assert far**p == pytest.approx(transport.solve(transport.costs(x, y, p), equal, equal).value, rel=1e-9)
    assert far == pytest.approx(np.mean(np.linalg.norm(x - y[partner], axis=1) ** p) ** (1 / p), rel=1e-12)


def test_the_potential_is_lipschitz_and_optimal(laws, rng):
    x, y, a, b = laws
    found = transport.solve(transport.costs(x, y), a, b)
    z, w = rng.standard_normal((2, 200, 2))
    rise = np.abs(transport.potential(z, y, found.g) - transport.potential(w, y, found.g))
    assert np.all(rise <= np.linalg.norm(z - w, axis=1) + 1e-12)
    gap = a @ transport.potential(x, y, found.g) - b @ transport.potential(y, y, found.g)
    assert gap == pytest.approx(found.value, abs=1e-12)


def test_quantile_functions():
    def shifted(u):
        return 2 + 3 * special.ndtri(u)

    assert transport.by_quantiles(special.ndtri, shifted, 2) == pytest.approx(np.sqrt(8), rel=1e-9)
    assert transport.by_quantiles(special.ndtri, lambda u: 1.5 + special.ndtri(u), 1) == pytest.approx(1.5, rel=1e-9)
    fair = transport.by_quantiles(special.ndtri, lambda u: np.sign(u - 0.5), 2, kinks=(0.5,))
    assert fair**2 == pytest.approx(2 - 2 * np.sqrt(2 / np.pi), rel=1e-9)


def test_gaussians_against_the_nuclear_norm_and_the_line(rng):
    a, b = (m @ m.T for m in rng.standard_normal((2, 4, 4)))
    square = np.trace(a) + np.trace(b) - 2 * np.linalg.norm(np.linalg.cholesky(a).T @ np.linalg.cholesky(b), "nuc")
    zero = np.zeros(4)
    assert transport.between_gaussians(zero, a, zero, b) ** 2 == pytest.approx(square, rel=1e-9)
    assert transport.between_gaussians(np.ones(4), a, zero, a) == pytest.approx(2, rel=1e-9)
    one = transport.between_gaussians(np.zeros(1), np.eye(1), np.full(1, 2.0), 9 * np.eye(1))
    assert one == pytest.approx(np.sqrt(8), rel=1e-12)
    carry = transport.gaussian_map(a, b)
    np.testing.assert_allclose(carry @ a @ carry, b, atol=1e-9)
    assert np.trace(a) + np.trace(b) - 2 * np.trace(carry @ a) == pytest.approx(square, rel=1e-9)


@pytest.mark.parametrize("call", [
    lambda: transport.costs(np.zeros((2, 1)), np.zeros((2, 1)), 0.5),
    lambda: transport.solve(np.zeros((2, 2)), np.array([0.5, 0.6]), np.array([0.5, 0.5])),
    lambda: transport.matching(np.zeros((2, 1)), np.zeros((3, 1))),
    lambda: transport.on_line(np.zeros(2), np.zeros(2), 1, np.array([1.5, -0.5]), np.array([0.5, 0.5])),
    lambda: transport.root(-np.eye(2)),
    lambda: transport.gaussian_map(np.diag([1.0, 0.0]), np.eye(2)),
])  # fmt: skip
def test_bad_input(call):
    with pytest.raises(ValueError, match="got"):
        call()


def test_the_root_of_a_small_covariance():
    a = np.array([[0.02, 0.01], [0.01, 0.03]])
    np.testing.assert_allclose(transport.root(a) @ transport.root(a), a, atol=1e-15)
