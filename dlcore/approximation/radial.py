"""Functions of ‖x‖² by two hidden layers of ReLU, and by one hidden layer that was drawn at random.

    first hidden layer     each coordinate's square by m ReLUs: linear between the knots −R, −R + h, …, R, h = 2R/m
    their sum              q_m(x) with 0 ≤ q_m(x) − ‖x‖² ≤ d h²/4, with equality at the centres of the cells
    second hidden layer    g by M ReLUs: linear between M + 1 knots of [0, R²(1 + d/m²)]

For g with Lipschitz constant Λ the network is off from g(‖x‖²) by at most Λ R² [d/m² + (1 + d/m²)/(2M)] on the ball ‖x‖ ≤ R.

>>> x = np.full((1, 3), 0.25)
>>> float(squares(x, 4)[0] - 3 * 0.25**2)  # a centre of a cell: d h²/4
0.1875
>>> units(12, 40, 100)
580
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from dlcore.approximation.hats import interpolant, respond
from dlcore.checks import Integer, Real, generator, positive, positive_int


def squares(x: Float[np.ndarray, "*batch d"], m: Integer, radius: Real = 1.0) -> Float[np.ndarray, "*batch"]:
    """q_m(x): the sum over the coordinates of the ReLU interpolants of x_i² with ``m`` cells on [−R, R]; x must lie in there."""
    m, radius = positive_int("m", m), float(positive("radius", radius))
    if np.abs(x).max(initial=0) > radius * (1 + 1e-12):
        raise ValueError(f"x must lie in [−{radius}, {radius}], got {np.abs(x).max()}: scale it, or raise the radius")
    knots = np.linspace(-radius, radius, m + 1)
    return respond(interpolant(knots, knots**2), x).sum(axis=-1)  # the first hidden layer


def network(x: Float[np.ndarray, "*batch d"], g: Callable, m: Integer, outer: Integer, radius: Real = 1.0) -> Float[np.ndarray, "*batch"]:
    """g_M(q_m(x)) for ``m`` cells of each coordinate and ``outer`` = M cells of [0, R²(1 + d/m²)]; for ‖x‖ ≤ R."""
    top = float(positive("radius", radius)) ** 2 * (1 + x.shape[-1] / positive_int("m", m) ** 2)
    knots = np.linspace(0, top, positive_int("outer", outer) + 1)
    return respond(interpolant(knots, np.asarray(g(knots), dtype=float)), squares(x, m, radius))  # the second hidden layer


def bound(d: Integer, m: Integer, outer: Integer, lipschitz: Real = 1.0, radius: Real = 1.0) -> float:
    """Λ R² [d/m² + (1 + d/m²)/(2M)]: the network's largest error on the ball, for g of Lipschitz constant Λ."""
    coarse = positive_int("d", d) / positive_int("m", m) ** 2
    scale = float(positive("lipschitz", lipschitz)) * float(positive("radius", radius)) ** 2
    return scale * (coarse + (1 + coarse) / (2 * positive_int("outer", outer)))


def units(d: Integer, m: Integer, outer: Integer) -> int:
    """d m + M hidden neurons: the interpolants' neurons at their last knots never fire on the ball and are not counted."""
    return positive_int("d", d) * positive_int("m", m) + positive_int("outer", outer)


def shallow_fit(
    rng: np.random.Generator,
    x: Float[np.ndarray, "n d"],
    y: Float[np.ndarray, " n"],
    at: Float[np.ndarray, "points d"],
    neurons: Integer,
    penalty: Real = 1e-6,
) -> Float[np.ndarray, " points"]:
    """Values at ``at`` of one hidden layer of ReLUs (⟨u, x⟩ − s)_+, u uniform on the sphere, s uniform where the data are.

    Only the outer weights are fitted, by least squares with ``penalty`` (over the mean square); n should be well above ``neurons``.
    """
    neurons, d = positive_int("neurons", neurons), x.shape[1]
    u = generator("rng", rng).standard_normal((d, neurons))
    u /= np.linalg.norm(u, axis=0)
    reach = np.abs(x @ u).max(axis=0)
    s = rng.uniform(-1, 1, neurons) * reach

    def features(points):
        return np.concatenate([np.maximum(points @ u - s, 0), np.ones((len(points), 1)), points], axis=1)

    a = features(x)
    weights = np.linalg.solve(a.T @ a / len(a) + float(positive("penalty", penalty)) * np.eye(a.shape[1]), a.T @ y / len(a))
    return features(at) @ weights
