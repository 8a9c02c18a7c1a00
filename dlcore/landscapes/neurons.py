"""The landscape of one neuron with one weight, for any activation.

    F(w) = (1/n) Σ_i (y_i − φ(w x_i))²,   F′(w) = −(2/n) Σ_i (y_i − φ(w x_i)) φ′(w x_i) x_i

Each function is vectorised over w, of any shape. Source: the lecture notes CIE6128, §5.3.2.

>>> float(slope("relu", -1.0, 1.0, 1.0)), float(slope("softplus", -1.0, 1.0, 1.0)) < 0  # ReLU is blind on the left
(-0.0, True)
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float
from scipy.special import erf, expit

from dlcore.checks import Integer, Reals, finite
from dlcore.networks.activations import Activation, ActivationLike, leaky_relu, resolve
from dlcore.optimizers.methods import gradient_descent, run

SQUARE = Activation("square", np.square, lambda h: 2 * np.asarray(h))
SWISH = Activation("swish", lambda h: h * expit(h), lambda h: expit(h) * (1 + h * expit(-np.asarray(h))))
GELU = Activation(
    "gelu",
    lambda h: h * (1 + erf(h / np.sqrt(2))) / 2,
    lambda h: (1 + erf(h / np.sqrt(2))) / 2 + h * np.exp(-np.square(h) / 2) / np.sqrt(2 * np.pi),
)
BY_NAME = {a.name: a for a in (*map(resolve, ("relu", "tanh", "sigmoid", "softplus")), SQUARE, SWISH, GELU)} | {"leaky": leaky_relu(0.1)}

Values = Float[np.ndarray, "..."] | np.floating
_quiet = np.errstate(over="ignore", invalid="ignore")  # gradient descent may diverge here; that is a result


@_quiet
def loss(activation: ActivationLike, w: Reals, x: Reals, y: Reals) -> Values:
    """F(w) for examples x, y of shape (n,), or one number each."""
    h, y, _ = _preactivations(w, x, y)
    return np.mean((y - resolve(activation).phi(h)) ** 2, axis=-1)


@_quiet
def slope(activation: ActivationLike, w: Reals, x: Reals, y: Reals) -> Values:
    """F′(w)."""
    phi = resolve(activation)
    h, y, x = _preactivations(w, x, y)
    return -2 * np.mean((y - phi.phi(h)) * phi.dphi(h) * x, axis=-1)


@_quiet
def curvature(activation: ActivationLike, w: Reals, x: Reals, y: Reals, *, ddphi: Callable[[np.ndarray], np.ndarray]) -> Values:
    """F″(w) = (2/n) Σ x_i² (φ′² − (y_i − φ) φ″), with φ″ given by ``ddphi``."""
    phi = resolve(activation)
    h, y, x = _preactivations(w, x, y)
    return 2 * np.mean(x**2 * (phi.dphi(h) ** 2 - (y - phi.phi(h)) * ddphi(h)), axis=-1)


def descend(
    activation: ActivationLike, start: Reals, x: Reals, y: Reals, *, learning_rate: Reals, steps: Integer
) -> Float[np.ndarray, "{steps}+1 ..."]:
    """Gradient descent on F from every ``start``: the trajectories, time first."""
    return run(gradient_descent(learning_rate), lambda w: slope(activation, w, x, y), start, steps)


def local_minima(slope_of: Callable[[np.ndarray], np.ndarray], grid: Float[np.ndarray, " points"]) -> Float[np.ndarray, " minima"]:
    """Where a slope goes from negative to positive, refined by bisection between neighbours on the ascending ``grid``.

    A run of exact zeros between the two counts as one minimum, at its middle; a run that reaches an end of the grid (a
    plateau without an end) does not count, nor does what happens twice between two neighbours.
    """
    sign = np.sign(slope_of(np.asarray(finite("grid", grid), dtype=float)))
    moving = np.flatnonzero(sign)
    turns = np.flatnonzero((sign[moving[:-1]] < 0) & (sign[moving[1:]] > 0))
    low, high = grid[moving[turns]].astype(float), grid[moving[turns + 1]].astype(float)
    for _ in range(60):  # halves an interval down to the spacing of floats
        middle = (low + high) / 2
        at = slope_of(middle)
        low, high = np.where(at <= 0, middle, low), np.where(at >= 0, middle, high)
    return _plateau_middles(sign, moving, turns, grid, (low + high) / 2)


def _plateau_middles(sign: np.ndarray, moving: np.ndarray, turns: np.ndarray, grid: np.ndarray, found: np.ndarray) -> np.ndarray:
    """``found``, where no grid point between the two signs is flat, else the middle of the flat ones."""
    first, last = moving[turns] + 1, moving[turns + 1] - 1
    return np.where(first < last, (grid[first] + grid[last]) / 2, found)


def _preactivations(w: Reals, x: Reals, y: Reals) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """w x_i with the examples on a last axis of their own, and y, x."""
    x, y = np.atleast_1d(np.asarray(finite("x", x), dtype=float)), np.atleast_1d(np.asarray(finite("y", y), dtype=float))
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError(f"x and y must be one number each or of one shape (n,), got {x.shape} and {y.shape}: pair them")
    return np.asarray(w, dtype=float)[..., None] * x, y, x
