"""Deep linear networks, exactly along time (Saxe, McClelland and Ganguli, 2014).

Gradient flow on ½‖W²W¹ − A‖_F² from a start that is aligned with the singular vectors of A moves each mode by itself, as
the two numbers u̇ = v(a − uv), v̇ = u(a − uv). It keeps δ = u² − v², and the product P = uv obeys

    Ṗ = √(4P² + δ²) (a − P)

The square q = (u + v)² has the equation q̇ = 2aq − (q² − δ²)/2 with constant coefficients, whose roots are q± = 2a ± √(4a² + δ²),
so that (q − q₊)/(q − q₋) decays like exp(−√(4a² + δ²) t). For δ = 0 the curve is logistic, and for balanced layers that are not
aligned there is a logistic curve of matrices. In deeper balanced networks a mode obeys Ṗ = L P^{2−2/L} (a − P).

>>> u, v = mode(np.array([0.0, 50.0]), 2.0, 0.1, 0.1)
>>> bool(abs(u[0] - 0.1) < 1e-15), round(float(u[1] * v[1]), 12)
(True, 2.0)
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from scipy.integrate import solve_ivp

from dlcore.checks import Integer, Real, Reals, finite, non_negative, number, positive, positive_int, step_counts, symmetric

Times = Float[np.ndarray, " times"]
Curve = Float[np.ndarray, "*shape"]


def mode(time: Reals, target: Reals, u: Reals, v: Reals) -> tuple[Curve, Curve]:
    """u(t) and v(t) of one mode of two layers, exactly; arguments broadcast.

    ``target`` a > 0; ``u``, ``v`` at time 0, u ≥ 0, v ≥ 0 and not both 0.
    """
    t, a, u, v = np.broadcast_arrays(*(np.asarray(value, dtype=float) for value in (
        non_negative("time", time), positive("target", target), non_negative("u", u), non_negative("v", v))))  # fmt: skip
    if np.any((u == 0) & (v == 0)):
        raise ValueError("u and v must not both be 0, got u = v = 0: the origin is a saddle, where nothing moves")
    delta = (u - v) * (u + v)
    rate = np.hypot(2 * a, delta)
    # s = u + v grows by ṡ = s (a − P), P = (s² − δ²/s²)/4, so q = s² has the equation q̇ = 2aq − (q² − δ²)/2 with the roots q₊ > 0 > q₋
    q0, above, below = (u + v) ** 2, 2 * a + rate, 2 * a - rate
    ratio = (q0 - above) / (q0 - below) * np.exp(-rate * t)
    q = (above - below * ratio) / (1 - ratio)
    s = np.sqrt(q)
    return (s + delta / s) / 2, (s - delta / s) / 2


def balanced_mode(time: Times, target: Real, start: Real, depth: Integer) -> Times:
    """P(t) of one mode of ``depth`` ≥ 2 balanced layers, from P(0) = ``start`` > 0; logistic for two, else integrated to 10⁻¹⁰."""
    a, p0, t = positive("target", number("target", target)), positive("start", number("start", start)), np.asarray(time, dtype=float)
    if positive_int("depth", depth) < 2:
        raise ValueError(f"depth must be at least 2, got {depth}: one layer has the curve a + (P(0) − a) exp(−t)")
    if depth == 2:
        return a / (1 + (a / p0 - 1) * np.exp(-2 * a * t))
    power = 1 - 2 / depth
    found = solve_ivp(
        lambda _, log: depth * np.exp(power * log) * (a - np.exp(log)), (0.0, float(t[-1])), [np.log(p0)], t_eval=t,
        method="DOP853", rtol=1e-10, atol=1e-10,
    )  # fmt: skip
    return np.exp(found.y[0])


def balanced_product(time: Times, targets: Float[np.ndarray, " r"], start: Float[np.ndarray, "r r"]) -> Float[np.ndarray, "times r r"]:
    """P(t) = UᵀW²W¹V of two balanced layers W¹ = G Vᵀ, W² = U Gᵀ that need not be aligned, A = U diag(targets) Vᵀ.

    ``start`` is P(0) = GᵀG, positive definite: Ṗ = ΣP + PΣ − 2P², and the equation of P⁻¹ is linear.
    """
    goals, t = np.asarray(positive("targets", targets), dtype=float), np.asarray(non_negative("time", time), dtype=float)
    inverse = np.linalg.inv(symmetric("start", start))
    if np.linalg.eigvalsh(inverse)[0] <= 0:
        raise ValueError("start must be positive definite: the columns of G are linearly independent")
    fades = np.exp(-np.multiply.outer(t, goals))
    limit = np.diag(1 / goals)
    return np.linalg.inv(limit + fades[..., :, None] * (inverse - limit) * fades[..., None, :])


def gradient_descent(
    weights: Sequence, target: Float[np.ndarray, "m d"], rate: Real, *, at: Sequence[Integer]
) -> Float[np.ndarray, "times m d"]:
    """The products W^L ⋯ W¹ after the numbers of steps in ``at`` (increasing) on ½‖W^L ⋯ W¹ − A‖_F²."""
    ws, a = [np.array(finite("weights", w), dtype=float) for w in weights], np.asarray(finite("target", target), dtype=float)
    eta, products = positive("rate", number("rate", rate)), []
    for steps in np.diff(step_counts("at", at), prepend=0):
        for _ in range(steps):
            below, above = [np.eye(ws[0].shape[1])], [np.eye(ws[-1].shape[0])]
            for w in ws:
                below.append(w @ below[-1])
            for w in ws[:0:-1]:
                above.insert(0, above[0] @ w)
            error = eta * (below[-1] - a)
            ws = [w - left.T @ error @ right.T for w, left, right in zip(ws, above, below)]
        products.append(_product(ws))
    return np.array(products)


def _product(ws: list[np.ndarray]) -> np.ndarray:
    total = ws[0]
    for w in ws[1:]:
        total = w @ total
    return total
