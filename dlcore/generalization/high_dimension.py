"""Distances between points of a cube, and the ball inside it.

>>> round(ball_share(2), 4), round(ball_share(10), 5)
(0.7854, 0.00249)
"""

import math

import numpy as np
from jaxtyping import Float

from dlcore.checks import Integer, generator, positive_int


def ball_share(d: Integer) -> float:
    """Share π^(d/2)/(Γ(d/2 + 1) 2^d) of the cube [0, 1]^d that the largest ball in it fills."""
    d = positive_int("d", d)
    return math.exp(d / 2 * math.log(math.pi / 4) - math.lgamma(d / 2 + 1))


def square_distance_moments(d: Integer) -> tuple[float, float]:
    """Mean d/6 and variance 7d/180 of ‖x − y‖² for independent uniform points of the cube [0, 1]^d."""
    d = positive_int("d", d)
    return d / 6, 7 * d / 180


def square_distances(d: Integer, pairs: Integer, rng: np.random.Generator) -> Float[np.ndarray, " pairs"]:
    """‖x − y‖² of independent pairs of uniform points of the cube."""
    x, y = generator("rng", rng).random((2, positive_int("pairs", pairs), positive_int("d", d)))
    return np.einsum("nd,nd->n", x - y, x - y)


def nearest_and_farthest(d: Integer, n: Integer, runs: Integer, rng: np.random.Generator) -> Float[np.ndarray, "runs 2"]:
    """Distances of the nearest and the farthest of n uniform points of the cube from one more; ``runs`` times."""
    d, n, rng = positive_int("d", d), positive_int("n", n), generator("rng", rng)
    found = np.empty((positive_int("runs", runs), 2))
    for pair in found:
        away = rng.random((n, d)) - rng.random(d)
        square = np.einsum("nd,nd->n", away, away)
        pair[:] = math.sqrt(square.min()), math.sqrt(square.max())
    return found
