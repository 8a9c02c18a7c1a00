import itertools

import numpy as np
import pytest
import torch

from dlcore.optimizers import stochastic

EPS = np.finfo(float).eps


@pytest.fixture
def problem(rng):
    return stochastic.least_squares(rng.standard_normal((7, 2)), rng.standard_normal(7))


def test_gradients_are_those_of_autograd(rng):
    x, y, theta = rng.standard_normal((9, 3)), rng.standard_normal(9), rng.standard_normal(3)
    problem = stochastic.least_squares(x, y)
    w = torch.tensor(theta, requires_grad=True)
    losses = (torch.tensor(x) @ w - torch.tensor(y)) ** 2 / 2
    full = torch.autograd.grad(losses.mean(), w, retain_graph=True)[0].numpy()
    each = np.array([torch.autograd.grad(loss, w, retain_graph=True)[0].numpy() for loss in losses])
    scale = np.abs(each).max()
    np.testing.assert_allclose(stochastic.gradient(problem, theta), full, atol=100 * EPS * scale)
    np.testing.assert_allclose(stochastic.example_gradients(problem, theta), each, atol=100 * EPS * scale)
    np.testing.assert_allclose(stochastic.value(problem, theta), losses.mean().item() - np.mean(y**2) / 2, atol=100 * EPS * scale)


def test_the_minimiser_is_that_of_lstsq(rng):
    x, y = rng.standard_normal((40, 3)), rng.standard_normal(40)
    np.testing.assert_allclose(stochastic.minimizer(stochastic.least_squares(x, y)), np.linalg.lstsq(x, y, rcond=None)[0], rtol=1e-12)
    with pytest.raises(ValueError, match="mean curvature must be positive definite"):
        stochastic.minimizer(stochastic.least_squares(x[:2], y[:2]))


@pytest.mark.parametrize("replacement", [True, False])
@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_over_all_batches_the_mean_gradient_is_unbiased_with_the_stated_covariance(problem, rng, size, replacement):
    theta = rng.standard_normal(2)
    g = stochastic.example_gradients(problem, theta)
    batches = itertools.product(range(7), repeat=min(size, 4)) if replacement else itertools.combinations(range(7), size)
    size = min(size, 4) if replacement else size
    means = np.array([g[list(batch)].mean(0) for batch in batches])
    np.testing.assert_allclose(means.mean(0), stochastic.gradient(problem, theta), atol=1e-13)
    factor = stochastic.noise_factor(7, size, replacement=replacement)
    covariance = np.cov(means.T, bias=True) if len(means) > 1 else np.zeros((2, 2))
    np.testing.assert_allclose(covariance, factor * stochastic.gradient_covariance(problem, theta), atol=1e-13)


@pytest.mark.parametrize("replacement", [True, False])
def test_batches_are_uniform(rng, replacement):
    batches = stochastic.draw_batches(rng, 4, 2, 30_000, replacement=replacement)
    cells = np.bincount(batches @ [4, 1], minlength=16)
    allowed = np.array([replacement or k // 4 != k % 4 for k in range(16)])
    assert np.all(cells[~allowed] == 0)
    p = 1 / allowed.sum()
    np.testing.assert_allclose(cells[allowed] / 30_000, p, atol=5 * np.sqrt(p / 30_000))


def test_paths_follow_the_recursion_of_the_same_batches(problem):
    rates = np.array([[0.1, 0.2], [0.05, 0.1], [0.3, 0.4]])
    start = np.array([1.0, -1.0])
    paths = stochastic.sgd_paths(problem, rates, rng=np.random.default_rng(3), chains=5, start=start, size=2)
    assert paths.shape == (4, 2, 5, 2)
    rng = np.random.default_rng(3)
    theta = np.broadcast_to(start, (2, 5, 2)).copy()
    for t in range(3):
        batches = stochastic.draw_batches(rng, 7, 2, 5)
        for k, c in itertools.product(range(2), range(5)):
            theta[k, c] -= rates[t, k] * stochastic.example_gradients(problem, theta[k, c])[batches[c]].mean(0)
    np.testing.assert_allclose(paths[-1], theta, rtol=1e-12)


def test_the_whole_set_without_replacement_is_gradient_descent(problem, rng):
    rates = np.full(20, 0.2)
    paths = stochastic.sgd_paths(problem, rates, rng=rng, chains=3, start=np.ones(2), size=7, replacement=False)
    theta = np.ones(2)
    for rate in rates:
        theta = theta - rate * stochastic.gradient(problem, theta)
    np.testing.assert_allclose(paths[-1], np.tile(theta, (3, 1)), rtol=1e-12)


def test_with_rates_one_over_t_sgd_for_the_mean_is_the_running_mean(rng):
    numbers = rng.standard_normal(50)
    problem = stochastic.mean_problem(numbers)
    paths = stochastic.sgd_paths(problem, 1 / np.arange(1, 201), rng=np.random.default_rng(1), chains=1, start=np.array([9.0]))
    again = np.random.default_rng(1)
    drawn = np.array([numbers[stochastic.draw_batches(again, 50, 1, 1)[0, 0]] for _ in range(200)])
    np.testing.assert_allclose(paths[1:, 0, 0], np.cumsum(drawn) / np.arange(1, 201), atol=200 * EPS * 9)


@pytest.mark.filterwarnings("error")
def test_growth_exponents_of_two_values():
    almost, square = stochastic.growth_exponents(np.array([11.0, *[-1.0] * 10]), np.array([0.01, 0.05]))
    for k, rate in enumerate((0.01, 0.05)):
        assert almost[k] == pytest.approx((np.log(abs(1 - 11 * rate)) + 10 * np.log(1 + rate)) / 11, rel=1e-13)
        assert square[k] == pytest.approx(np.log(1 - 2 * rate / 11 + 131 / 11 * rate**2) / 2, rel=1e-10)
    assert stochastic.growth_exponents(np.array([1.0, 2.0]), 1.0)[0] == -np.inf


def test_bad_input_is_refused(problem, rng):
    with pytest.raises(ValueError, match=r"size must be at least 1, and at most examples = 7"):
        stochastic.noise_factor(7, 8, replacement=False)
    with pytest.raises(ValueError, match=r"chains must be at least 1, got 0"):
        stochastic.sgd_paths(problem, np.ones(2), rng=rng, chains=0, start=np.ones(2))
    with pytest.raises(ValueError, match=r"x must be finite, got nan"):
        stochastic.least_squares(np.array([[np.nan]]), np.ones(1))


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"size": 5, "replacement": False}, "size must be at least 1, and at most examples = 3 without replacement, got 5"),
        ({"size": -1}, "size must be at least 1, got -1"),
        ({"size": 0}, "size must be at least 1, got 0"),
        ({"size": 1, "batches": 0}, "batches must be at least 1, got 0"),
    ],
)
def test_batches_that_cannot_be_drawn_are_refused(rng, how, says):
    how = {"batches": 2} | how
    with pytest.raises(ValueError, match=says):
        stochastic.draw_batches(rng, 3, how.pop("size"), how.pop("batches"), **how)
