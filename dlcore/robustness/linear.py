"""Linear classifiers: the sign of ⟨w, x⟩ + b, or the largest of the scores Wx + b; how far an image is from being read differently.

The distance of x to the boundary ⟨w, x⟩ + b = 0 in the norm p is |⟨w, x⟩ + b| / ‖w‖_q with 1/p + 1/q = 1 (Hölder), and it is
reached along the linear maximisation oracle of w (`dlcore.robustness.attacks.oracle`). In the norm inf the box of legal pixels
is no obstacle to exactness either: pixel j moves by at most min(budget, room_j), so that the margin falls by

    Σ_j |w_j| min(budget, room_j),    room_j the way from x_j to that side of the box which the sign of w_j asks for,

piecewise linear in the budget, and `budget_in_box` inverts it.

Source: Szegedy et al. 2014 (the problem); Mangasarian 1999, Arbitrary-norm separating plane (the distance).

>>> distance(np.array([3.0, 4.0]), 0.0, np.array([[1.0, 1.0]]), 2).tolist()
[1.4]
"""

import numpy as np
from jaxtyping import Float

from dlcore.checks import Real, finite, number, one_of, samples
from dlcore.robustness.attacks import NORMS, oracle

_DUAL = {"inf": 1, 2: 2, 1: np.inf}


def dual_norm(w: Float[np.ndarray, "*batch d"], norm: str | int) -> Float[np.ndarray, "*batch"]:
    """max ⟨w, δ⟩ over ‖δ‖ ≤ 1 in ``norm``: the norm of w with 1/p + 1/q = 1."""
    return np.asarray(np.linalg.norm(w, ord=_DUAL[one_of("norm", norm, NORMS)], axis=-1))


def distance(w: Float[np.ndarray, " d"], b: Real, x: Float[np.ndarray, "n d"], norm: str | int = "inf") -> Float[np.ndarray, " n"]:
    """|⟨w, x⟩ + b| / ‖w‖_q, the least ‖δ‖ that brings each x onto the boundary."""
    return np.abs(_margin(w, b, x)) / dual_norm(_normal(w), norm)


def smallest(w: Float[np.ndarray, " d"], b: Real, x: Float[np.ndarray, "n d"], norm: str | int = "inf") -> Float[np.ndarray, "n d"]:
    """One δ of that norm for each x: −(⟨w, x⟩ + b)/‖w‖_q times the oracle of w. (Others may be as short where w has ties or zeros.)"""
    return -(_margin(w, b, x) / dual_norm(_normal(w), norm))[:, None] * oracle(np.asarray(w, dtype=float), norm)


def budget_in_box(
    w: Float[np.ndarray, "n d"], margins: Float[np.ndarray, " n"], x: Float[np.ndarray, "n d"], box: tuple[Real, Real] = (0.0, 1.0)
) -> Float[np.ndarray, " n"]:
    """Least budget, norm inf, at which the ``margins`` ≥ 0, which fall along −w, reach 0 for x in ``box``; inf where they cannot."""
    w, x, margins = samples("w", w), samples("x", x), np.asarray(finite("margins", margins), dtype=float)
    low, high = number("box", box[0]), number("box", box[1])
    if ((x < low) | (x > high)).any() or (margins < 0).any():
        raise ValueError("x must be in the box and margins non-negative: pass legal pixels, and the margin of the class that is read")
    room = np.where(w > 0, x - low, high - x)  # w > 0 asks for less ink
    order = np.argsort(room, axis=-1)
    stops = np.take_along_axis(room, order, axis=-1)  # budgets at which another pixel has come to its end
    size = np.take_along_axis(np.abs(w), order, axis=-1)
    falling = np.cumsum(size[:, ::-1], axis=-1)[:, ::-1]  # slope of the fall just before each stop
    before = np.concatenate([np.zeros((len(x), 1)), stops[:, :-1]], axis=-1)
    fall = np.cumsum(falling * (stops - before), axis=-1)  # at the stops
    piece = (fall < margins[:, None]).sum(axis=-1)  # the first stop at which the fall is enough
    reached, piece = piece < x.shape[1], np.minimum(piece, x.shape[1] - 1)[:, None]
    missing = np.take_along_axis(fall, piece, axis=-1)[:, 0] - margins
    slope = np.take_along_axis(falling, piece, axis=-1)[:, 0]
    end = np.take_along_axis(stops, piece, axis=-1)[:, 0]
    return np.where(reached, end - missing / np.where(slope > 0, slope, 1.0), np.inf)


def class_distances(
    W: Float[np.ndarray, "classes d"], b: Float[np.ndarray, " classes"], x: Float[np.ndarray, "n d"], norm: str | int = "inf"
) -> Float[np.ndarray, "n classes"]:
    """Distance of each x to the boundary between the class that is read and every other one; inf at the class itself.

    The least of a row is the distance to being read differently: the smallest untargeted perturbation, without a box.
    """
    scores = samples("x", x) @ np.asarray(W).T + b
    read = scores.argmax(axis=-1)
    lead = scores.max(axis=-1, keepdims=True) - scores
    size = dual_norm(W[read][:, None] - W[None], norm)
    away = np.divide(lead, size, out=np.full_like(lead, np.inf), where=size > 0)
    away[np.arange(len(x)), read] = np.inf
    return away


def _normal(w: np.ndarray) -> np.ndarray:
    w = np.asarray(finite("w", w), dtype=float)
    if not w.any():
        raise ValueError("w must not be 0, got 0: a constant classifier has no boundary")
    return w


def _margin(w: np.ndarray, b: Real, x: np.ndarray) -> np.ndarray:
    return samples("x", x) @ _normal(w) + number("b", b)
