import numpy as np
import pytest
import torch

from dlcore.landscapes import factorization
from dlcore.landscapes.linear_network import Problem, conditioned, descend, gauss_newton, talk, train
from dlcore.optimizers.adaptive import adam
from dlcore.optimizers.methods import gradient_descent

EPS = np.finfo(float).eps


@pytest.fixture(name="small")
def small_problem(rng):
    """Targets 4 × 3, the inputs themselves, and parameters; three of each."""
    A, X = rng.standard_normal((3, 4, 3)), rng.standard_normal((3, 3, 20))
    return Problem(A, X @ X.mT), X, rng.standard_normal((3, 21))


def jacobian(problem, X, w):
    """The derivative of the outputs W₂ W₁ X in the parameters, by automatic differentiation."""
    m, d = problem.A.shape[-2:]

    def outputs(v):
        return (v[: m * d].reshape(m, d) @ v[m * d :].reshape(d, d) @ torch.tensor(X)).reshape(-1)

    return torch.autograd.functional.jacobian(outputs, torch.tensor(w)).numpy()


def test_loss_and_gradient_are_those_of_the_outputs(small):
    problem, X, w = small
    for k in range(3):
        one = Problem(problem.A[k], problem.S[k])
        residual = (one.error(w[k]) @ X[k]).ravel()
        expected = 2 * jacobian(one, X[k], w[k]).T @ residual
        np.testing.assert_allclose(problem.gradient(w)[k], expected, rtol=0, atol=1e3 * EPS * np.abs(expected).max())
        assert problem.loss(w)[k] == pytest.approx(residual @ residual, rel=1e3 * EPS)
        W2, W1 = one.split(w[k])
        G2, G1 = factorization.two_layer_gradient(W2, W1, X[k], one.A @ X[k])
        np.testing.assert_allclose(problem.gradient(w)[k], np.r_[G2.ravel(), G1.ravel()], rtol=0, atol=1e3 * EPS * np.abs(expected).max())


def test_undamped_direction_is_the_least_squares_solution_of_least_norm(small):
    problem, X, w = small
    for k in range(3):
        one = Problem(problem.A[k], problem.S[k])
        J, residual = jacobian(one, X[k], w[k]), (one.error(w[k]) @ X[k]).ravel()
        expected = np.linalg.lstsq(J, residual)[0]
        # Normal equations: the condition number of J enters squared.
        sigma = np.linalg.svd(J, compute_uv=False)
        condition = (sigma[0] / sigma[np.linalg.matrix_rank(J) - 1]) ** 2
        np.testing.assert_allclose(gauss_newton(problem)(w)[k], expected, rtol=0, atol=100 * EPS * condition * np.abs(expected).max())


def test_damped_direction_solves_the_damped_normal_equations(small):
    problem, X, w = small
    damping = np.array([0.1, 1.0, 30.0])
    found = gauss_newton(problem, damping)(w)
    for k in range(3):
        one = Problem(problem.A[k], problem.S[k])
        J, residual = jacobian(one, X[k], w[k]), (one.error(w[k]) @ X[k]).ravel()
        expected = np.linalg.solve(J.T @ J + damping[k] * np.eye(J.shape[1]), J.T @ residual)
        np.testing.assert_allclose(found[k], expected, rtol=1e-9, atol=1e-9 * np.abs(expected).max())


def test_runs_agree_with_torch():
    problem, start = talk(seeds=[3], samples=50)
    rng = np.random.default_rng(3)
    A = np.linspace(1, 1e-5, 10)[:, None] * rng.random((10, 6))
    X = torch.tensor(rng.standard_normal((6, 50)))
    for method, optimizer in ((gradient_descent(1e-4), torch.optim.SGD), (adam(1e-2), torch.optim.Adam)):
        w = torch.tensor(start[0], requires_grad=True)
        machine = optimizer([w], lr={torch.optim.SGD: 1e-4, torch.optim.Adam: 1e-2}[optimizer])
        for _ in range(40):
            machine.zero_grad()
            torch.sum(((w[:60].reshape(10, 6) @ w[60:].reshape(6, 6) - torch.tensor(A)) @ X) ** 2).backward()
            machine.step()
        path = train(problem.gradient, method, start, at=[0, 40])
        np.testing.assert_array_equal(path[0], start)
        np.testing.assert_allclose(path[1, 0], w.detach().numpy(), rtol=1e-9, atol=1e-11)


def test_modes_add_up_to_the_error():
    problem, w = talk(seeds=range(3), samples=20)
    np.testing.assert_allclose(problem.modes(w).sum(-1), np.sum(problem.error(w) ** 2, axis=(-2, -1)), rtol=1e-13)
    exact = np.concatenate([problem.A.reshape(3, 60), np.tile(np.eye(6).ravel(), (3, 1))], axis=-1)  # W₂ = A, W₁ = I
    np.testing.assert_allclose(problem.modes(exact), 0, atol=1e-28)
    assert np.all(problem.loss(exact) == 0)


def test_conditioned_sets_the_condition_number_and_keeps_the_size(rng):
    A = rng.random((2, 10, 6))
    new = conditioned(A, 1e3)
    np.testing.assert_allclose(np.linalg.cond(new), 1e3, rtol=1e-10)
    np.testing.assert_allclose(np.linalg.norm(new, axis=(-2, -1)), np.linalg.norm(A, axis=(-2, -1)), rtol=1e-13)
    np.testing.assert_allclose(np.linalg.cond(talk(seeds=[0], samples=9, kappa=1)[0].A), 1, rtol=1e-12)


def test_descend_is_train_until_a_run_rests():
    problem, w = talk(seeds=range(3), scale=0.1)
    times = np.array([0, 1, 50, 400, 3000])
    whole = train(problem.gradient, gradient_descent(1e-4), w, times)
    np.testing.assert_array_equal(descend(problem, 1e-4, w, times, field=lambda p: p.gradient, floor=0), whole)
    # The loop of its own does the same operations; another BLAS may round a transposed product differently.
    np.testing.assert_allclose(descend(problem, 1e-4, w, times, floor=0), whole, rtol=1e-9, atol=1e-11)
    rested = problem.loss(descend(problem, 1e-4, w, times, floor=1e-3))
    np.testing.assert_allclose(rested[:4], problem.loss(whole)[:4], rtol=1e-8)
    assert np.all((rested[4] == rested[3]) == (rested[3] < 1e-3))


def test_descend_takes_another_field():
    problem, w = talk(seeds=range(2), samples=50)
    times = np.array([0, 3, 10])
    expected = train(gauss_newton(problem), gradient_descent(0.2), w, times)
    np.testing.assert_allclose(descend(problem, 0.2, w, times, field=gauss_newton, floor=0), expected, rtol=1e-12, atol=1e-12)


def test_divergence_is_recorded_and_not_raised():
    problem, w = talk(seeds=[0, 1], samples=100)
    path = train(problem.gradient, gradient_descent(1.0), w, [0, 30])
    assert np.all(np.isinf(problem.loss(path[1])))
    assert np.all(np.isnan(gauss_newton(problem)(path[1])))
    again = descend(problem, 1.0, w, [0, 30, 60])
    assert np.all(np.isinf(problem.loss(again[1:])))
    assert not np.any(np.isnan(again))
    np.testing.assert_array_equal(again[1], again[2])


def test_what_makes_no_sense_is_refused():
    problem, w = talk(seeds=[0], samples=10)
    with pytest.raises(ValueError, match=r"w must have .* 96 parameters, got 95"):
        problem.loss(w[:, :95])
    with pytest.raises(ValueError, match="kappa must be at least 1, got 0.5"):
        conditioned(problem.A, 0.5)
    with pytest.raises(ValueError, match="at must be increasing"):
        train(problem.gradient, gradient_descent(0.1), w, [3, 1])
    with pytest.raises(ValueError, match="at must be increasing"):
        descend(problem, 0.1, w, [3, 1])
    with pytest.raises(ValueError, match="rate must be positive"):
        descend(problem, -0.1, w, [1, 3])
    with pytest.raises(ValueError, match="damping must be non-negative"):
        gauss_newton(problem, -1.0)
    with pytest.raises(ValueError, match="samples must be at least 1"):
        talk(seeds=[0], samples=0)
