import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dlcore.optimizers import schedules

EPS = np.finfo(float).eps


def torch_rates(scheduler, steps, **options):
    """The rates a scheduler of torch.optim gives an optimizer with rate 1."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    torch_schedule = scheduler(optimizer, **options)
    rates = []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        torch_schedule.step()
    return np.array(rates)


@pytest.mark.parametrize("multiplier", [1, 2, 3])
@pytest.mark.parametrize("floor", [0.0, 0.1])
def test_warm_restarts_are_those_of_torch(multiplier, floor):
    ours = schedules.cosine_restarts(1.0, period=5, multiplier=multiplier, floor=floor)(np.arange(200))
    theirs = torch_rates(torch.optim.lr_scheduler.CosineAnnealingWarmRestarts, 200, T_0=5, T_mult=multiplier, eta_min=floor)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=10 * EPS)


def test_step_decay_is_that_of_torch():
    ours = schedules.step_decay(1.0, factor=0.3, every=7)(np.arange(40))
    np.testing.assert_allclose(ours, torch_rates(torch.optim.lr_scheduler.StepLR, 40, step_size=7, gamma=0.3), rtol=100 * EPS)


def test_one_cosine_is_that_of_torch_until_its_end():
    ours = schedules.cosine(1.0, period=20, floor=0.05)(np.arange(30))
    theirs = torch_rates(torch.optim.lr_scheduler.CosineAnnealingLR, 21, T_max=20, eta_min=0.05)
    np.testing.assert_allclose(ours[:21], theirs, rtol=0, atol=100 * EPS)  # torch multiplies up the ratios of its rates
    np.testing.assert_array_equal(ours[20:], 0.05)


@given(st.integers(1, 50), st.integers(1, 5), st.integers(0, 12))
def test_every_descent_starts_at_the_rate_and_ends_above_the_floor(period, multiplier, cycle):
    start = sum(period * multiplier**k for k in range(cycle))
    length = period * multiplier**cycle
    schedule = schedules.cosine_restarts(2.0, period=period, multiplier=multiplier, floor=0.5)
    first, last, again = schedule(np.array([start, start + length - 1, start + length]))
    assert first == again == 2.0
    # The rounding of t/T, at most EPS, is multiplied by π/2 and by the range.
    np.testing.assert_allclose(last, 0.5 + 1.5 * np.cos(np.pi * (1 - 1 / length) / 2) ** 2, atol=10 * EPS)


@given(st.integers(1, 30), st.integers(1, 4), st.integers(1, 400))
def test_restarts_are_where_the_rate_rises(period, multiplier, steps):
    rates = schedules.cosine_restarts(1.0, period=period, multiplier=multiplier)(np.arange(steps))
    restarts = schedules.restarts(period, multiplier, steps)
    rises = np.flatnonzero(np.diff(rates) > 0) + 1
    if period > 1:
        np.testing.assert_array_equal(restarts, rises)
    assert np.all(rates[restarts] == 1.0)


def test_power_laws():
    t = np.arange(1000)
    np.testing.assert_allclose(schedules.inverse_time(0.5)(t), 0.5 / (t + 1), rtol=4 * EPS)
    np.testing.assert_allclose(schedules.inverse_sqrt(0.5)(t), 0.5 / np.sqrt(t + 1), rtol=4 * EPS)
    np.testing.assert_allclose(schedules.inverse_time(0.5, offset=10)(t), 5 / (t + 10), rtol=4 * EPS)
    np.testing.assert_array_equal(schedules.constant(0.3)(t), np.full(1000, 0.3))
    np.testing.assert_array_equal(schedules.step_decay(1.0, factor=0.5)(t[:60]), 0.5 ** t[:60])


@pytest.mark.parametrize(
    "make",
    [
        schedules.constant,
        schedules.inverse_time,
        schedules.inverse_sqrt,
        lambda rate: schedules.step_decay(rate, factor=0.5, every=3),
        lambda rate: schedules.cosine(rate, period=7),
        lambda rate: schedules.cosine_restarts(rate, period=3, multiplier=2),
    ],
)
def test_rates_and_steps_broadcast(make):
    rates, t = np.array([[0.1], [0.2]]), np.arange(12)
    together = make(rates)(t)
    assert together.shape == (2, 12)
    for i, rate in enumerate((0.1, 0.2)):
        for step in t:
            assert together[i, step] == make(rate)(int(step))


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match=r"rate must be positive, got 0"):
        schedules.constant(0.0)
    with pytest.raises(ValueError, match=r"t must be non-negative, got -1"):
        schedules.constant(1.0)(-1)
    with pytest.raises(ValueError, match=r"factor must be at most 1, got 2"):
        schedules.step_decay(1.0, factor=2)
    with pytest.raises(ValueError, match=r"floor must lie between 0 and the rate 0.1, got 0.2"):
        schedules.cosine(0.1, period=5, floor=0.2)
    with pytest.raises(ValueError, match=r"period must be at least 1, got 0"):
        schedules.cosine_restarts(0.1, period=0)
