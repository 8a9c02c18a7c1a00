"""Rates of gradient descent that cannot be improved, for functions whose curvatures lie between m and M.

    constant step η    distance to the minimiser × max(|1 − ηm|, |1 − ηM|)            a step (m > 0)
    exact line search  gap F − F* × ((M − m)/(M + m))²                                a step (m > 0)
    η = h/M, h ≤ 1     gap ≤ M R² / (4 N h + 2) after N steps from the distance R     (convex, m = 0)

The first is attained on quadratics, and so is the second (Kantorovich 1948; for all functions de Klerk, Glineur & Taylor 2017).
The third is attained on Huber's function of the half-width R/(2 N h + 1) (Drori & Teboulle 2014).

>>> float(constant_step_factor(0.1, 1.0, 10.0)), round(float(line_search_factor(1.0, 10.0)), 6)
(0.9, 0.669421)
>>> round(float(worst_gap(1, 1.0, 1.0)), 6)
0.166667
"""

import numpy as np

from dlcore.checks import Reals, non_negative, positive
from dlcore.gaussian import Values


def constant_step_factor(learning_rate: Reals, m: Reals, M: Reals) -> Values:
    """max(|1 − ηm|, |1 − ηM|), 0 < m ≤ M: what a step leaves of the distance to the minimiser; of a quadratic's gap, its square."""
    m, M = _curvatures(m, M)
    eta = np.asarray(positive("learning_rate", learning_rate))
    return np.maximum(np.abs(1 - eta * m), np.abs(1 - eta * M))


def line_search_factor(m: Reals, M: Reals) -> Values:
    """((M − m)/(M + m))², 0 < m ≤ M: what a step with exact line search leaves of the gap, at most."""
    m, M = _curvatures(m, M)
    return ((M - m) / (M + m)) ** 2


def kantorovich_factor(share: Reals, m: Reals, M: Reals) -> Values:
    """What exact line search leaves of the gap on a quadratic with the two curvatures m and M.

    ``share`` = p is the part of ‖∇F‖² that lies along the eigenvector of m. The factor is 1 − 1/(1 + p(1 − p)(M − m)²/(mM)),
    largest at p = ½; a step exchanges p and 1 − p.
    """
    m, M = _curvatures(m, M)
    p = np.asarray(non_negative("share", share))
    if np.any(p > 1):
        raise ValueError(f"share must lie in [0, 1], got {np.max(p)}: pass the part of ‖∇F‖² along the flat direction")
    excess = p * (1 - p) * (M - m) ** 2 / (m * M)
    return excess / (1 + excess)


def worst_gap(steps: Reals, M: Reals, distance: Reals, stride: Reals = 1.0) -> Values:
    """M R²/(4 N h + 2): the largest gap after N = ``steps`` steps of h/M, h = ``stride`` ≤ 1, over all convex M-smooth functions."""
    return np.asarray(positive("M", M)) * np.asarray(positive("distance", distance)) ** 2 / (4 * _travel(steps, stride) + 2)


def worst_huber_width(steps: Reals, distance: Reals, stride: Reals = 1.0) -> Values:
    """R/(2 N h + 1): the half-width at which Huber's function has that gap."""
    return np.asarray(positive("distance", distance)) / (2 * _travel(steps, stride) + 1)


def recursion_bound(first: Reals, c: Reals, steps: Reals) -> Values:
    """e_1/(1 + k c e_1): where e ← e − c e² has come from e_1 = ``first`` after k = ``steps`` steps, at most; 0 ≤ c e_1 ≤ 1."""
    e = np.asarray(positive("first", first))
    return e / (1 + np.asarray(non_negative("steps", steps)) * np.asarray(positive("c", c)) * e)


def _curvatures(m: Reals, M: Reals) -> tuple[np.ndarray, np.ndarray]:
    least, largest = np.asarray(positive("m", m), dtype=float), np.asarray(positive("M", M), dtype=float)
    if np.any(least > largest):
        raise ValueError(f"m must be at most M, got {m} and {M}: exchange them")
    return least, largest


def _travel(steps: Reals, stride: Reals) -> Values:
    h = np.asarray(positive("stride", stride))
    if np.any(h > 1):
        raise ValueError(f"stride must be at most 1, got {np.max(h)}: longer steps have another worst case")
    return np.asarray(non_negative("steps", steps)) * h
