import numpy as np
import pytest
from scipy import optimize
from sklearn.svm import LinearSVC

from dlcore.generalization import margins

RNG = np.random.default_rng(3)
Y = np.repeat([1, -1], 6)
X = RNG.standard_normal((12, 2)) + 0.8 * Y[:, None] + [3, 1]


@pytest.mark.parametrize("penalised", [False, True])
@pytest.mark.parametrize("lam", [0.02, 0.5, 5.0])
def test_the_duality_gap_closes(lam, penalised):
    found = margins.classifier(X, Y, lam, penalised)
    assert abs(margins.gap(X, Y, lam, found)) < 1e-11
    np.testing.assert_allclose(found.beta, (found.alpha * Y) @ X / (2 * lam), atol=1e-9)


@pytest.mark.parametrize("penalised", [False, True])
def test_a_quadratic_program_in_the_slacks_has_the_same_value(penalised):
    found = margins.classifier(X, Y, 0.5, penalised)
    value = margins.primal(X, Y, 0.5, found.beta0, found.beta, penalised)
    slack = {"type": "ineq", "fun": lambda z: Y * (z[0] + X @ z[1:3]) - 1 + z[3:]}
    search = optimize.minimize(
        lambda z: z[3:].sum() + 0.5 * (z[1:3] @ z[1:3] + penalised * z[0] ** 2), np.concatenate([np.zeros(3), np.ones(12)]),
        method="SLSQP", constraints=slack, bounds=[(None, None)] * 3 + [(0, None)] * 12, options={"maxiter": 1000, "ftol": 1e-14},
    )  # fmt: skip
    assert search.success
    assert value == pytest.approx(search.fun, abs=1e-6)


def test_penalised_is_linear_svc():
    theirs = LinearSVC(loss="hinge", C=1 / (2 * 0.5), tol=1e-10, max_iter=1_000_000, random_state=0).fit(X, Y)
    found = margins.classifier(X, Y, 0.5, penalised=True)
    np.testing.assert_allclose([found.beta0, *found.beta], [*theirs.intercept_, *theirs.coef_[0]], atol=1e-5)


def test_a_shift_of_all_points_matters_only_where_the_intercept_is_penalised():
    away = X + 5
    free, moved = margins.classifier(X, Y, 0.5), margins.classifier(away, Y, 0.5)
    np.testing.assert_allclose(free.value(X), moved.value(away), atol=1e-9)
    free, moved = margins.classifier(X, Y, 0.5, True), margins.classifier(away, Y, 0.5, True)
    assert np.abs(free.value(X) - moved.value(away)).max() > 0.1


def test_two_points_by_hand():
    pair, labels = np.array([[1.0, 0.0], [-1.0, 0.0]]), np.array([1, -1])
    for lam in (0.25, 4.0):  # β = min(1, 1/λ)
        found = margins.classifier(pair, labels, lam)
        np.testing.assert_allclose([found.beta0, *found.beta], [0, min(1, 1 / lam), 0], atol=1e-8)
        np.testing.assert_allclose(found.alpha, min(1, lam), atol=1e-8)


def test_the_dual_refuses_what_is_not_allowed():
    assert margins.dual(X, Y, 1.0, np.full(12, 1.1)) == -np.inf
    assert margins.dual(X, Y, 1.0, np.eye(12)[0]) == -np.inf
    assert np.isfinite(margins.dual(X, Y, 1.0, np.eye(12)[0], penalised=True))


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="both labels"):
        margins.classifier(X, np.ones(12), 1.0)
    with pytest.raises(ValueError, match="lam must be positive"):
        margins.classifier(X, Y, 0.0)


def test_multipliers_far_from_the_margin_are_exactly_0_and_inside_it_exactly_1():
    line, labels = np.array([[-9.0], [-0.1], [0.1], [9.0]]), np.array([-1, -1, 1, 1])
    found = margins.classifier(line, labels, 1e-3)  # cheap: β = 10 has no loss, and β = Σ αᵢyᵢxᵢ/2λ
    np.testing.assert_array_equal(found.alpha[[0, 3]], 0)
    np.testing.assert_allclose(found.alpha[1:3], 0.1, rtol=1e-6)
    crowd = margins.classifier(np.repeat(line, 2, axis=0) / 9, np.repeat(labels, 2), 5.0)  # dear: all are inside the margin
    np.testing.assert_array_equal(crowd.alpha, 1)
