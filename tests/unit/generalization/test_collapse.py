"""Neural collapse against automatic differentiation, SciPy's minimiser and simplexes written down."""

import numpy as np
import pytest
import torch
from scipy.optimize import minimize

from dlcore.generalization.collapse import cosines, descend, gradients, nc1, smallest


def test_gradients_are_those_of_torch():
    rng = np.random.default_rng(0)
    W, H = rng.standard_normal((4, 3)), rng.standard_normal((4, 5, 3))
    w, h = torch.tensor(W, requires_grad=True), torch.tensor(H, requires_grad=True)
    labels = torch.arange(4).repeat_interleave(5)
    loss = torch.nn.functional.cross_entropy((h @ w.T).reshape(20, 4), labels) + 0.05 * ((w**2).sum() + (h**2).sum())
    loss.backward()
    value, to_W, to_H = gradients(W, H, 0.1)
    assert value == pytest.approx(loss.item(), rel=1e-12)
    np.testing.assert_allclose(to_W, w.grad.numpy(), atol=1e-13)
    np.testing.assert_allclose(to_H, h.grad.numpy(), atol=1e-13)


@pytest.mark.parametrize(("K", "n", "penalty"), [(3, 4, 0.01), (4, 2, 0.05), (3, 4, 0.3), (2, 3, 0.02)])
def test_nothing_is_below_the_least_value_and_scipy_gets_there(K, n, penalty):
    def objective(theta):
        value, a, b = gradients(theta[: K * K].reshape(K, K), theta[K * K :].reshape(K, n, K), penalty)
        return value, np.concatenate([a.ravel(), b.ravel()])

    start = np.random.default_rng(1).standard_normal(K * K * (n + 1))
    found = minimize(objective, start, jac=True, method="L-BFGS-B", options={"maxiter": 3000, "ftol": 1e-15, "gtol": 1e-10})
    assert found.fun == pytest.approx(smallest(K, n, penalty).value, abs=1e-9)
    assert found.fun >= smallest(K, n, penalty).value - 1e-12


def test_descent_ends_in_a_simplex():
    path = descend(np.random.default_rng(0), 4, 6, 5, 0.02, 0.5, np.array([0, 3000]))
    assert nc1(path.features)[0] > 0.3 and nc1(path.features)[-1] < 1e-10
    np.testing.assert_allclose(cosines(path.weights[-1]), -1 / 3, atol=1e-5)


def test_measures_of_what_can_be_written_down():
    corners = np.eye(3)
    np.testing.assert_allclose(cosines(corners), -0.5)
    noise = np.array([[1.0, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]])
    features = corners[:, None] + 0.1 * noise
    # Σ_W = 0.01/3 · I, Σ_B = (I − 11ᵀ/3)/3 with the pseudo-inverse 3(I − 11ᵀ/3): the trace is 0.01 · 2
    assert nc1(features) == pytest.approx(0.02 / 3)


def test_what_is_no_problem_is_refused():
    with pytest.raises(ValueError, match="classes"):
        smallest(1, 3, 0.1)
    with pytest.raises(ValueError, match="penalty"):
        smallest(3, 3, 0.0)
    with pytest.raises(ValueError, match="increasing"):
        descend(np.random.default_rng(0), 3, 2, 2, 0.1, 0.1, np.array([3, 1]))
