"""Groups of points: k-means, half a step at a time, and the log-odds of two Gaussian classes.

>>> film = lloyd(np.array([[0.0], [1.0], [9.0]]), np.array([[0.0], [1.0]]), 3)
>>> film.assigned.tolist(), film.centres[:, :, 0].tolist()
([[0, 1, 1], [0, 1, 1], [0, 0, 1]], [[0.0, 1.0], [0.0, 5.0], [0.0, 5.0]])
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from scipy.spatial.distance import cdist

from dlcore.checks import finite, positive_int, symmetric


class Film(NamedTuple):
    """The half steps of k-means: who belongs to which centre, where the centres are, and the sum of squared distances."""

    assigned: Int[np.ndarray, "frames n"]
    centres: Float[np.ndarray, "frames k p"]
    objective: Float[np.ndarray, " frames"]


def lloyd(points: Float[np.ndarray, "n p"], centres: Float[np.ndarray, "k p"], frames: int) -> Film:
    """Lloyd's algorithm (1982): frame 0 assigns every point to its nearest centre, frame 1 moves the centres to their means, and so on.

    Every frame shows Σᵢ ‖xᵢ − c_{a(i)}‖² of its assignment a and centres c. A centre without points stays where it is; of two
    centres equally near the first one is taken.
    """
    points, centres = (np.asarray(finite(name, a), dtype=float) for name, a in (("points", points), ("centres", centres)))
    if points.ndim != 2 or centres.ndim != 2 or points.shape[1] != centres.shape[1] or not len(centres):
        raise ValueError(f"points and centres must be rows of equal length, got {points.shape} and {centres.shape}: transpose one")
    shots, assigned = [], None
    for frame in range(positive_int("frames", frames)):
        if frame % 2:
            centres = np.array([points[assigned == j].mean(axis=0) if (assigned == j).any() else c for j, c in enumerate(centres)])
        else:
            assigned = cdist(points, centres, "sqeuclidean").argmin(axis=1)
        shots.append((assigned, centres, ((points - centres[assigned]) ** 2).sum()))
    return Film(*map(np.array, zip(*shots)))


def log_odds(
    x: Float[np.ndarray, "n p"], means: Float[np.ndarray, "2 p"], covariances: Float[np.ndarray, "2 p p"], share: float = 0.5
) -> Float[np.ndarray, " n"]:
    """ln P(y = 1 | x)/P(y = −1 | x) for the classes 1 and −1 of normal laws N(μ, Σ), given in this order; `share` is P(y = 1).

    ½(x − μ₋)ᵀΣ₋⁻¹(x − μ₋) − ½(x − μ₊)ᵀΣ₊⁻¹(x − μ₊) + ½ ln(|Σ₋|/|Σ₊|) + ln(share/(1 − share))
    """
    if not 0 < share < 1:
        raise ValueError(f"share must lie between 0 and 1, got {share}: both classes must occur")
    total = np.log(share / (1 - share))
    for sign, mean, covariance in zip((1, -1), means, symmetric("covariances", covariances)):
        away = x - mean
        square = np.einsum("...i,...i->...", away, np.linalg.solve(covariance, away.T).T)
        total = total - sign * (square + np.linalg.slogdet(covariance)[1]) / 2
    return total
