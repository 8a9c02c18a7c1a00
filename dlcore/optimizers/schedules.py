"""Step lengths as pure functions of the step t = 0, 1, 2, …, so that any method can be told how long to step.

    constant           α
    power decay        α (c/(c + t))^p: with c = 1 the sequences 1/(t+1) for p = 1 and 1/√(t+1) for p = ½
    step decay         α γ^⌊t/s⌋
    cosine             from α down to the floor along half a period of the cosine, once or with warm restarts

A schedule broadcasts: ``rate`` may hold one rate a model (with a last axis of length 1 where a method asks for it), and t
may be an array; the result has the shape of both together.

>>> inverse_time(0.5)(np.arange(4)).tolist()
[0.5, 0.25, 0.16666666666666666, 0.125]
>>> cosine_restarts(1.0, period=2, multiplier=2)(np.arange(7)).round(3).tolist()
[1.0, 0.5, 1.0, 0.854, 0.5, 0.146, 1.0]
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Int

from dlcore.checks import Integer, Reals, finite, non_negative, positive, positive_int

Rates = np.floating | Float[np.ndarray, "..."]
Schedule = Callable[[Reals], Rates]


def constant(rate: Reals) -> Schedule:
    """α_t = α."""
    return power_decay(rate, exponent=0)


def inverse_time(rate: Reals, offset: Reals = 1) -> Schedule:
    """α_t = α c/(c + t): the sum of the rates is infinite, that of their squares finite (Robbins and Monro 1951)."""
    return power_decay(rate, exponent=1, offset=offset)


def inverse_sqrt(rate: Reals, offset: Reals = 1) -> Schedule:
    """α_t = α √(c/(c + t)): the sum of the squares is infinite as well."""
    return power_decay(rate, exponent=0.5, offset=offset)


def power_decay(rate: Reals, *, exponent: Reals, offset: Reals = 1) -> Schedule:
    """α_t = α (c/(c + t))^p with p = ``exponent`` ≥ 0 and c = ``offset`` > 0, the time for which it is about constant."""
    alpha, c = (np.asarray(positive(n, v), dtype=float) for n, v in (("rate", rate), ("offset", offset)))
    p = np.asarray(non_negative("exponent", exponent), dtype=float)
    return lambda t: alpha * (c / (c + _steps(t))) ** p


def step_decay(rate: Reals, *, factor: Reals, every: Integer = 1) -> Schedule:
    """α_t = α γ^⌊t/s⌋, γ = ``factor`` in (0, 1], s = ``every``; s = 1 is geometric decay."""
    alpha, gamma = (np.asarray(positive(n, v), dtype=float) for n, v in (("rate", rate), ("factor", factor)))
    if np.any(gamma > 1):
        raise ValueError(f"factor must be at most 1, got {factor}: a rate that grows without bound is no schedule")
    length = positive_int("every", every)
    return lambda t: alpha * gamma ** np.floor(_steps(t) / length)


def cosine(rate: Reals, *, period: Integer, floor: Reals = 0.0) -> Schedule:
    """α_t = α_min + ½(α − α_min)(1 + cos(πt/T)) for t ≤ T = ``period``, and α_min = ``floor`` after that."""
    alpha, low = _range(rate, floor)
    length = positive_int("period", period)
    return lambda t: low + (alpha - low) * _half_cosine(np.minimum(_steps(t) / length, 1))


def cosine_restarts(rate: Reals, *, period: Integer, multiplier: Integer = 1, floor: Reals = 0.0) -> Schedule:
    """Cosine descents of T, Tm, Tm², … steps, each starting again from α (SGDR: Loshchilov and Hutter 2017, eq. 5).

    T = ``period``, m = ``multiplier``. At a restart the rate is α, one step before it a little above the floor.
    """
    alpha, low = _range(rate, floor)
    length, m = positive_int("period", period), positive_int("multiplier", multiplier)

    def schedule(t: Reals) -> Rates:
        t = _steps(t)
        cycle = _cycle(t, length, m)
        return low + (alpha - low) * _half_cosine((t - _start_of(cycle, length, m)) / (length * float(m) ** cycle))

    return schedule


def restarts(period: Integer, multiplier: Integer, steps: Integer) -> Int[np.ndarray, " restarts"]:
    """The steps 0 < t < ``steps`` at which `cosine_restarts` starts again.

    >>> restarts(5, 2, 40).tolist()
    [5, 15, 35]
    """
    cycle = _cycle(np.arange(float(positive_int("steps", steps))), positive_int("period", period), positive_int("multiplier", multiplier))
    return np.flatnonzero(np.diff(cycle)) + 1


def _steps(t: Reals) -> Rates:
    return np.asarray(non_negative("t", t), dtype=float)


def _range(rate: Reals, floor: Reals) -> tuple[np.ndarray, np.ndarray]:
    alpha, low = np.asarray(positive("rate", rate), dtype=float), np.asarray(finite("floor", floor), dtype=float)
    if np.any(low < 0) or np.any(low > alpha):
        raise ValueError(f"floor must lie between 0 and the rate {rate}, got {floor}: lower it")
    return alpha, low


def _half_cosine(share: Rates) -> Rates:
    return (1 + np.cos(np.pi * share)) / 2


def _start_of(cycle: Rates, length: int, m: int) -> Rates:
    """T (1 + m + … + m^{k−1})."""
    return length * (cycle if m == 1 else (float(m) ** cycle - 1) / (m - 1))


def _cycle(t: Reals, length: int, m: int) -> Rates:
    """The k with start_of(k) ≤ t < start_of(k + 1)."""
    if m == 1:
        return np.floor(t / length)
    k = np.floor(np.log1p(t * (m - 1) / length) / np.log(m))
    k = k + (t >= _start_of(k + 1, length, m))  # the logarithm may fall on either side of a whole number
    return k - (t < _start_of(k, length, m))
