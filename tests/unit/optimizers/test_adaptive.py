"""Each method against torch.optim step for step, in float64; what differs in their options is said beside it."""

import numpy as np
import pytest
import torch

from dlcore.optimizers.adaptive import adafom, adagrad, adam, adam_type, amsgrad, inflation, rmsprop, signsgd
from dlcore.optimizers.methods import gradient_descent, heavy_ball, nesterov, run, run_online

STEPS, LR = 150, 0.01

ORACLES = {
    # dampening=0 and weight_decay=0 are PyTorch's defaults
    "SGD": (gradient_descent(LR), torch.optim.SGD, {}),
    "heavy ball": (heavy_ball(LR, 0.9), torch.optim.SGD, {"momentum": 0.9}),
    "Nesterov": (nesterov(LR, 0.9), torch.optim.SGD, {"momentum": 0.9, "nesterov": True}),
    "AdaGrad": (adagrad(LR, epsilon=1e-10), torch.optim.Adagrad, {"lr_decay": 0.0, "eps": 1e-10}),
    "RMSProp": (rmsprop(LR, 0.99, epsilon=1e-8), torch.optim.RMSprop, {"alpha": 0.99, "eps": 1e-8}),
    "Adam": (adam(LR, 0.9, 0.999, epsilon=1e-8), torch.optim.Adam, {"betas": (0.9, 0.999), "eps": 1e-8}),
    "AMSGrad": (amsgrad(LR, 0.9, 0.999, epsilon=1e-8), torch.optim.Adam, {"betas": (0.9, 0.999), "eps": 1e-8, "amsgrad": True}),
}


def by_torch(optimizer, options, start, loss, steps=STEPS):
    w = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    method, path = optimizer([w], lr=LR, **options), [np.array(start, dtype=float)]
    for _ in range(steps):
        method.zero_grad()
        loss(w).backward()
        method.step()
        path.append(w.detach().numpy().copy())
    return np.array(path)


def valley(w):
    x, y = w[..., 0], w[..., 1]
    return ((x**2 - 1) ** 2 + (x**2 * y - x - 1) ** 2).sum()


def by_autograd(w):
    w = torch.tensor(w, requires_grad=True)
    valley(w).backward()
    return w.grad.numpy()


@pytest.mark.parametrize("name", ORACLES)
def test_step_for_step_as_in_torch(name):
    method, optimizer, options = ORACLES[name]
    start = np.array([1.4, -0.3])
    np.testing.assert_allclose(run(method, by_autograd, start, STEPS), by_torch(optimizer, options, start, valley), rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", ORACLES)
def test_many_at_once_as_one_by_one(name):
    starts = np.random.default_rng(0).uniform(-1.2, 1.2, (3, 4, 2))
    method = ORACLES[name][0]
    together = run(method, by_autograd, starts, 40)
    for i, j in np.ndindex(3, 4):
        np.testing.assert_array_equal(together[:, i, j], run(method, by_autograd, starts[i, j], 40))


@pytest.mark.parametrize("make", [lambda **k: adam(0.1, **k), lambda **k: amsgrad(0.1, **k)])
def test_all_hyper_parameters_broadcast(make):
    b1, b2, eps = np.array([0.0, 0.5, 0.9])[:, None, None], np.array([0.5, 0.99])[:, None], np.array([1e-8, 1e-3])
    together = run(make(beta1=b1, beta2=b2, epsilon=eps), np.cos, 1.0, 20)
    assert together.shape == (21, 3, 2, 2)
    for i, j, k in np.ndindex(3, 2, 2):
        alone = run(make(beta1=b1[i, 0, 0], beta2=b2[j, 0], epsilon=eps[k]), np.cos, 1.0, 20)
        np.testing.assert_allclose(together[:, i, j, k], alone, rtol=0, atol=1e-14)  # β**t of arrays may round otherwise


def test_without_the_correction_steps_are_inflated_as_said():
    start = np.zeros(3)
    raw, corrected = (
        run(adam(0.1, epsilon=0.0, bias_correction=on), lambda w: np.array([1.0, -3.0, 1e5]), start, 50) for on in (False, True)
    )
    ratio = np.diff(raw, axis=0) / np.diff(corrected, axis=0)
    np.testing.assert_allclose(ratio, inflation(np.arange(1, 51), 0.9, 0.999)[:, None] * np.ones(3), rtol=1e-11)


def test_adafom_is_adagrad_with_momentum():
    plain = run(adafom(lambda t: 0.1 / np.sqrt(t + 1), 0.0, epsilon=0.0), by_autograd, [1.4, -0.3], STEPS)
    np.testing.assert_allclose(plain, run(adagrad(0.1, epsilon=0.0), by_autograd, [1.4, -0.3], STEPS), rtol=0, atol=1e-12)
    g = np.random.default_rng(1).standard_normal((10, 4))
    state = adafom(0.1).init(np.zeros(4))
    for row in g:
        state = adafom(0.1).step(state, row)
    np.testing.assert_allclose(state.memory[1], np.mean(g**2, axis=0), rtol=1e-14)
    np.testing.assert_allclose(state.memory[0], 0.1 * 0.9 ** np.arange(9, -1, -1) @ g, rtol=0, atol=1e-15)


@pytest.mark.parametrize("maximum", [False, True])
def test_a_schedule_of_the_memory_is_that_of_the_formula(maximum):
    """m ← β_t m + (1 − β_t) g, written out with the same β_t, t = 0, 1, …, in both places."""
    beta, eta, g = lambda t: 0.9 / (t + 1), lambda t: 0.1 / np.sqrt(t + 1), np.random.default_rng(3).standard_normal((8, 3))
    if maximum:
        method, second = amsgrad(eta, beta, 0.9, epsilon=1e-3, bias_correction=False), lambda t: (0.9, 0.1)
    else:
        method, second = adafom(eta, beta, epsilon=1e-3), lambda t: (t / (t + 1), 1 / (t + 1))
    path = run_online(method, lambda t, w: g[t], np.zeros(3), 8)
    w, m, v, largest = np.zeros((4, 3))
    for t in range(8):
        keep, add = second(t)
        m, v = beta(t) * m + (1 - beta(t)) * g[t], keep * v + add * g[t] ** 2
        largest = np.maximum(largest, v) if maximum else v
        w = w - eta(t) * m / (np.sqrt(largest) + 1e-3)
        np.testing.assert_allclose(path[t + 1], w, rtol=1e-13, atol=1e-15)


def test_signsgd_is_the_limit_of_no_memory():
    limit = run(adam_type(0.01, 0.0, lambda t: (0.0, 1.0)), by_autograd, [1.4, -0.3], 30)
    np.testing.assert_allclose(run(signsgd(0.01), by_autograd, [1.4, -0.3], 30), limit, rtol=0, atol=1e-14)
    assert run(signsgd(0.5), lambda w: 1e-200 * w, 1.0, 2).tolist() == [1.0, 0.5, 0.0]


def test_scaling_switched_off_is_the_averaged_heavy_ball():
    averaged = run(adam_type(0.05, 0.8, lambda t: (1.0, 0.0), v0=1.0), by_autograd, [1.4, -0.3], STEPS)
    np.testing.assert_allclose(averaged, run(heavy_ball(0.05 * 0.2, 0.8), by_autograd, [1.4, -0.3], STEPS), rtol=0, atol=1e-12)


def test_amsgrad_never_lengthens_a_step():
    method, g = amsgrad(0.1, 0.0, 0.5, epsilon=0.0, bias_correction=False), np.random.default_rng(2).standard_normal((100, 5))
    state, seen = method.init(np.zeros(5)), []
    for row in g:
        state = method.step(state, row)
        seen.append(state.memory[2])
    assert np.all(np.diff(seen, axis=0) >= 0)


@pytest.mark.filterwarnings("error")
def test_a_coordinate_without_gradient_stays():
    for method in (adagrad(0.1, epsilon=0.0), rmsprop(0.1, epsilon=0.0), adam(0.1, epsilon=0.0), amsgrad(0.1), adafom(0.1), signsgd(0.1)):
        path = run(method, lambda w: w * [0.0, 1.0], [1.0, 2.0], 5)
        assert np.all(path[:, 0] == 1.0)
        assert path[-1, 1] < 2.0


def test_a_schedule_is_asked_for_the_steps_from_0():
    asked = []
    run(adagrad(lambda t: asked.append(t) or 0.1), np.cos, 1.0, 3)
    assert [t for k, t in enumerate(asked) if t not in asked[:k]] == [0, 1, 2]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("method", [adagrad(1.0), rmsprop(1.0), adam(1.0), amsgrad(1.0), adafom(1.0), signsgd(1.0)])
def test_infinite_gradients_end_at_infinity_not_nan(method):
    path = run(method, lambda w: np.array([np.inf, np.nan, 1.0]), [1.0, -2.0, 3.0], 10)
    assert not np.isnan(path).any()
    assert np.isfinite(path[:, 2]).all()


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match=r"beta2 must be below 1, got 1.0"):
        rmsprop(0.1, 1.0)
    with pytest.raises(ValueError, match=r"beta1 must be non-negative, got -0.1"):
        adam(0.1, -0.1)
    with pytest.raises(ValueError, match=r"epsilon must be non-negative"):
        adagrad(0.1, epsilon=-1.0)
    with pytest.raises(ValueError, match=r"bias_correction must be False with a schedule"):
        amsgrad(0.1, lambda t: 0.9 / (t + 1))
    with pytest.raises(ValueError, match=r"learning_rate must be positive, got 0"):
        run(adam(lambda t: 1 - t), np.cos, 1.0, 2)
