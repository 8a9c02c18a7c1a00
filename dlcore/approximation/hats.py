"""Functions on a line by ReLU neurons: every interpolant with finitely many corners is a network, exactly.

    g(x) = offset + Σ_i bends_i ReLU(x − knots_i)

The bend at a knot is the change of slope there. The hat Λ(t) = ReLU(t + 1) − 2 ReLU(t) + ReLU(t − 1) is 1 at 0 and 0 at all
other whole numbers, so that Σ_i y_i Λ(Kx − i) takes the value y_i at i/K and is straight between.

>>> hinges = interpolant(np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 0.0]))
>>> hinges.bends.tolist()
[1.0, -2.0, 1.0]
>>> respond(hinges, np.array([-1.0, 0.5, 1.0, 1.5, 7.0])).tolist()
[0.0, 0.5, 1.0, 0.5, 0.0]
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from dlcore.approximation.pulses import Function, fine_grid
from dlcore.checks import Integer, Reals, finite, positive_int
from dlcore.networks.activations import RELU


class Hinges(NamedTuple):
    """One hidden layer of ReLU on a line, and a constant."""

    offset: float
    knots: Float[np.ndarray, " neurons"]
    bends: Float[np.ndarray, " neurons"]


def hat(t: Reals) -> Float[np.ndarray, "..."]:
    """Λ(t) = max(0, 1 − |t|), by three ReLU neurons."""
    t = np.asarray(finite("t", t), dtype=float)
    return RELU.phi(t + 1) - 2 * RELU.phi(t) + RELU.phi(t - 1)


def interpolant(knots: Float[np.ndarray, " neurons"], values: Float[np.ndarray, " neurons"]) -> Hinges:
    """The network that takes these values at these knots, is straight between them and constant beyond.

    One neuron for each knot. The last knot's serves x > knots[-1] alone, and the bends add up to 0.

    Raises ValueError unless the knots increase, there are two at least, and as many values.
    """
    knots, values = np.asarray(finite("knots", knots), dtype=float), np.asarray(finite("values", values), dtype=float)
    if knots.ndim != 1 or knots.size < 2 or not np.all(np.diff(knots) > 0):
        raise ValueError(f"knots must be two or more increasing numbers, got {knots}: sort them and drop repeats")
    if values.shape != knots.shape:
        raise ValueError(f"values must be one for each of the {knots.size} knots, got shape {values.shape}")
    slopes = np.diff(values) / np.diff(knots)
    return Hinges(float(values[0]), knots, np.diff(slopes, prepend=0.0, append=0.0))


def respond(hinges: Hinges, x: Float[np.ndarray, "*points"]) -> Float[np.ndarray, "*points"]:
    """The network's output at ``x``."""
    return hinges.offset + RELU.phi(x[..., None] - hinges.knots) @ hinges.bends


def even_interpolant(f: Function, cells: Integer) -> Hinges:
    """The interpolant of f at 0, 1/K, …, 1, K = ``cells``; its error on [0, 1] is at most ω_f(1/K), and max |f″|/8K² for smooth f."""
    knots = np.arange(positive_int("cells", cells) + 1) / cells
    return interpolant(knots, np.asarray(f(knots), dtype=float))


def interpolation_error(f: Function, cells: Integer) -> float:
    """sup |f − even_interpolant| over [0, 1], over at least ``POINTS`` points."""
    x = fine_grid(cells)
    return float(np.abs(np.asarray(f(x)) - respond(even_interpolant(f, cells), x)).max())
