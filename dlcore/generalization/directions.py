"""Where logistic regression goes: gradient flow on separable data, on a logarithmic clock (Soudry et al. 2018).

F(w) = (1/n) Σ ℓ(y_i w·x_i) with ℓ(m) = ln(1 + e^−m) or e^−m, ẇ = −∇F(w), w(0) = 0. In s = ln(1 + t) the flow is
dw/ds = (1/n) Σ y_i x_i exp(s + ln|ℓ′(m_i)|), whose right side stays of order 1, so t = 10¹² costs as little as t = 10³.

ŵ is the shortest w with y_i w·x_i ≥ 1 for all i, and γ = 1/‖ŵ‖ the largest margin. Then w(t)/ln t → ŵ.

>>> path = flow(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([1, 1]), [1e6], loss="exponential")
>>> path.round(2).tolist()  # each coordinate is ln(1 + t/2)
[[13.12, 13.12]]
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.integrate import solve_ivp
from scipy.optimize import nnls
from scipy.special import expit, log_expit

from dlcore.checks import Integer, Real, Reals, finite, non_negative, one_of, positive, positive_int

LOSSES = ("logistic", "exponential")
Vectors = Float[np.ndarray, "*times d"]


class Hardest(NamedTuple):
    """ŵ, the largest margin γ = 1/‖ŵ‖, and the multipliers α ≥ 0 with ŵ = Σ α_i y_i x_i."""

    w: Float[np.ndarray, " d"]
    margin: float
    multipliers: Float[np.ndarray, " n"]


def hardest(x: Float[np.ndarray, "n d"], labels: Reals) -> Hardest:
    """The shortest w with all margins at least 1, without intercept, by non-negative least squares.

    The point v = Σ p_i y_i x_i of smallest norm with p ≥ 0, Σ p_i = 1 has ‖v‖ = γ, and ŵ = v/γ². It is found from
    min ‖Zᵀp‖² + (Σp − 1)², whose solution is a multiple of it.
    """
    z = _signed(x, labels)
    p, _ = nnls(np.vstack([z.T, np.ones(len(z))]), np.append(np.zeros(z.shape[1]), 1.0))
    v = z.T @ p / p.sum()
    size = float(v @ v)
    if not np.all(z @ v >= (1 - 1e-6) * size) or size <= 1e-14 * np.square(z).max():
        raise ValueError(f"the examples must be separable by a plane through 0, got a hull at distance {size**0.5:.2g}: move them apart")
    return Hardest(v / size, size**0.5, p / p.sum() / size)


def flow(x: Float[np.ndarray, "n d"], labels: Reals, times: Reals, *, loss: str = "logistic") -> Vectors:
    """w(t) at increasing ``times`` ≥ 0 of gradient flow from 0, with relative errors of about 10⁻⁸."""
    z = _signed(x, labels)
    one_of("loss", loss, LOSSES)
    at = np.log1p(np.asarray(non_negative("times", times), dtype=float))
    if at.ndim != 1 or at.size == 0 or np.any(np.diff(at) < 0):
        raise ValueError(f"times must be a sorted sequence, got {times!r}: sort them")

    def slope(s, w):
        m = z @ w
        return z.T @ np.exp(s + (log_expit(-m) if loss == "logistic" else -m)) / len(z)

    if at[-1] == 0:
        return np.zeros((at.size, z.shape[1]))
    found = solve_ivp(slope, (0, at[-1]), np.zeros(z.shape[1]), method="DOP853", t_eval=at, rtol=1e-9, atol=1e-10)
    if not found.success:
        raise RuntimeError(f"the flow was not followed to the end: {found.message}; ask for a shorter time")
    return found.y.T


def descend(x: Float[np.ndarray, "n d"], labels: Reals, step: Real, steps: Integer) -> Vectors:
    """The points of gradient descent on the logistic loss from 0, before each step and after the last."""
    z, eta = _signed(x, labels), positive("step", step)
    path = np.zeros((positive_int("steps", steps) + 1, z.shape[1]))
    for t in range(steps):
        path[t + 1] = path[t] + eta / len(z) * (z.T @ expit(-(z @ path[t])))
    return path


def margins(x: Float[np.ndarray, "n d"], labels: Reals, w: Vectors) -> Float[np.ndarray, "*times"]:
    """The smallest y_i w·x_i/‖w‖: the distance of the nearest example from the plane, negative if one is on the wrong side."""
    return np.asarray((w @ _signed(x, labels).T).min(axis=-1) / np.linalg.norm(w, axis=-1))


def angles(w: Vectors, direction: Float[np.ndarray, " d"]) -> Float[np.ndarray, "*times"]:
    """Angle between w and a direction, in radians, exact also where it is small."""
    u, v = w / np.linalg.norm(w, axis=-1, keepdims=True), direction / np.linalg.norm(direction)
    return np.asarray(2 * np.arctan2(np.linalg.norm(u - v, axis=-1), np.linalg.norm(u + v, axis=-1)))


def _signed(x: Float[np.ndarray, "n d"], labels: Reals) -> Float[np.ndarray, "n d"]:
    y = np.asarray(labels, dtype=float)
    if y.shape != np.shape(x)[:1] or not np.all(np.abs(y) == 1):
        raise ValueError(f"labels must be 1 or −1, one for each of {len(x)} examples, got {labels!r}: recode them")
    return np.asarray(finite("x", x), dtype=float) * y[:, None]
