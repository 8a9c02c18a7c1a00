"""Small problems on which well-known methods fail, each with what can be said about it exactly.

    Lessard, Recht & Packard 2016   a strongly convex function on which the best-tuned heavy ball cycles
    Reddi, Kale & Kumar 2018        linear functions in turn on [−1, 1]: Adam goes to the worst point
    Chen, Liu, Sun & Hong 2019      one steep and many falling parabolas, drawn at random: sign-like methods drift away

>>> lessard_gradient(np.array([0.0, 1.0, 2.0])).tolist()
[0.0, 25.0, 26.0]
>>> gradient = alternating(3.0)
>>> [float(gradient(t, 0.5)) for t in (0, 1, 2, 3)]
[3.0, -1.0, -1.0, 3.0]
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from dlcore.checks import Integer, Real, Reals, generator, positive, positive_int
from dlcore.optimizers.methods import fraction

LESSARD_CURVATURES = (1.0, 25.0)
LESSARD_HEAVY_BALL = (1 / 9, 4 / 9)  # η = 4/(√L + √m)², μ = ((√L − √m)/(√L + √m))²: optimal for quadratics

Online = Callable[[int, Reals], np.ndarray]


def lessard_value(x: Reals) -> np.ndarray:
    """½·25x² for x < 1, ½x² + 24x − 12 for 1 ≤ x < 2, ½·25x² − 24x + 36 from 2 on."""
    x = np.asarray(x, dtype=float)
    return np.where(x < 1, 12.5 * x**2, np.where(x < 2, x**2 / 2 + 24 * x - 12, 12.5 * x**2 - 24 * x + 36))


def lessard_gradient(x: Reals) -> np.ndarray:
    """25x, x + 24, 25x − 24 on the three pieces: continuous, with slopes between m = 1 and L = 25."""
    x = np.asarray(x, dtype=float)
    return np.where(x < 1, 25 * x, np.where(x < 2, x + 24, 25 * x - 24))


def lessard_cycle(learning_rate: Real = LESSARD_HEAVY_BALL[0], momentum: Real = LESSARD_HEAVY_BALL[1]) -> Float[np.ndarray, "3"]:
    """The heavy ball's cycle of period 3 through (x ≥ 2) → (x < 1) → (x < 1), from its three linear equations.

        x_{k+1} = x_k − η (25 x_k − b_k) + μ (x_k − x_{k−1}),   b = (24, 0, 0), indices modulo 3

    The solution is a cycle only if its points lie on the pieces assumed, which the caller may check.
    """
    eta, mu = positive("learning_rate", learning_rate), positive("momentum", momentum)
    now, after, before = np.eye(3), np.roll(np.eye(3), 1, axis=1), np.roll(np.eye(3), -1, axis=1)
    return np.linalg.solve(after - (1 - 25 * eta + mu) * now + mu * before, eta * np.array([24.0, 0.0, 0.0]))


def alternating(steep: Real, period: Integer = 3, gentle: Real = 1.0) -> Online:
    """Gradients of f_t(x) = C x in the first step of each period, −g x in the others (Reddi et al. 2018, Theorem 1: g = 1, period 3).

    C > (period − 1) g: the sum over a period rises, so that the best point of [−1, 1] is −1.
    """
    c, g, period = positive("steep", steep), positive("gentle", gentle), positive_int("period", period)
    if c <= (period - 1) * g:
        raise ValueError(f"steep must be above (period − 1) · gentle = {(period - 1) * g}, got {c}: else the best point is not −1")
    return lambda t, w: np.full(np.shape(w), c if t % period == 0 else -g)


def periodic_average(values: Float[np.ndarray, " period"], beta: Real) -> Float[np.ndarray, " period"]:
    """The state to which a_t = β a_{t−1} + (1 − β) u_t settles if ``values`` are the u_t of one period, 0 ≤ β < 1:

    a_k = (1 − β)/(1 − βⁿ) Σ_{j<n} βʲ u_{k−j}
    """
    n = len(values)
    weights = fraction("beta", beta) ** np.arange(n)
    return np.array([weights @ np.roll(values[::-1], k + 1) for k in range(n)]) / weights.sum()


def drift(steep: Real, period: Integer = 3, gentle: Real = 1.0, *, beta1: Real = 0.0, beta2: Real = 0.0, maximum: bool = False) -> float:
    """Displacement of Adam (of AMSGrad, with ``maximum``) in a period of :func:`alternating`, in units of the step size.

    The gradients do not depend on x, so that m and v settle to what :func:`periodic_average` says, and the step size is nearly
    constant over a late period: the sum of −m/√v. Above 0 the iteration goes to +1, the worst point.
    """
    turn = alternating(steep, period, gentle)
    g = np.array([float(turn(t, 0.0)) for t in range(period)])
    m, v = periodic_average(g, beta1), periodic_average(g**2, beta2)
    return float(-np.sum(m / np.sqrt(v.max() if maximum else v)))


def steep_among_many(rng: np.random.Generator, terms: Integer, steps: Integer, shape: tuple[int, ...], *, bounded: bool = True) -> Online:
    """Gradients of F_j drawn at random: F_1 = 5.5 θ², F_j = −½ θ² for the other j ≤ n (Chen et al. 2019 with n = 11).

    One draw for each of ``steps`` steps and each entry of ``shape``. ``bounded``: beyond |θ| = 1 each F_j goes on linearly.
    The sum of all is (6 − n/2) θ² on [−1, 1].
    """
    first = generator("rng", rng).integers(positive_int("terms", terms), size=(positive_int("steps", steps), *shape)) == 0
    return lambda t, w: np.where(first[t], 11.0, -1.0) * (np.clip(w, -1, 1) if bounded else w)
