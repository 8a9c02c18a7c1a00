"""When to stop gradient descent, how many steps a small gradient takes, and Huber's function, which takes half of them.

    decrease   the first θ_k, k ≥ 1, with F(θ_{k−1}) − F(θ_k) < ε
    gradient   the first θ_k with ‖∇F(θ_k)‖ ≤ ε
    both       the first θ_k, k ≥ 1, with both

If ∇F has the Lipschitz constant M, then with steps η < 2/M some θ_k with k ≤ (F(θ_0) − inf F) / (η (1 − ηM/2) ε²) has a
gradient of at most ε (Nesterov 2004, §1.2.3). Huber's function (Huber 1964) of curvature M and half-width h,

    F(θ) = M θ²/2 for |θ| ≤ h,   M h (|θ| − h/2) beyond,

has the gradient M h all the way to the bottom.

>>> stops([1.0, 0.5, 0.25, 0.25], [2.0, 1.0, 0.3, 0.1], 0.2)
Stops(decrease=3, gradient=3, both=3)
>>> round(float(step_bound(gap=1.0, smoothness=1.0, tolerance=0.1, learning_rate=1.0)), 6)
200.0
"""

from typing import NamedTuple

import numpy as np

from dlcore.checks import Real, Reals, finite, number, positive
from dlcore.gaussian import Values


class Stops(NamedTuple):
    """The step at which each rule stops, −1 where it has not."""

    decrease: int
    gradient: int
    both: int


def stops(values: Reals, sizes: Reals, tolerance: Real) -> Stops:
    """Where each rule stops a run with the values F(θ_k) and the sizes ‖∇F(θ_k)‖, k = 0, 1, …."""
    F, g = np.asarray(finite("values", values), dtype=float), np.asarray(finite("sizes", sizes), dtype=float)
    if F.ndim != 1 or F.shape != g.shape or len(F) < 2:
        raise ValueError(f"values and sizes must be two lists of one length, at least 2, got shapes {F.shape} and {g.shape}: pass one run")
    eps = number("tolerance", positive("tolerance", tolerance))
    little = np.concatenate([[False], F[:-1] - F[1:] < eps])
    return Stops(*(_first(rule) for rule in (little, g <= eps, little & (g <= eps))))


def _first(holds: np.ndarray) -> int:
    return int(holds.argmax()) if holds.any() else -1


def step_bound(gap: Reals, smoothness: Reals, tolerance: Reals, learning_rate: Reals) -> Values:
    """(F(θ_0) − inf F) / (η (1 − ηM/2) ε²): a gradient of at most ε comes no later than this step.

    ``gap`` = F(θ_0) − inf F, ``smoothness`` = M, ``learning_rate`` = η < 2/M. With η = 1/M it is 2 M gap / ε².
    """
    M, eta = np.asarray(positive("smoothness", smoothness)), np.asarray(positive("learning_rate", learning_rate))
    if np.any(eta * M >= 2):
        first = np.atleast_1d(eta * M)[np.atleast_1d(eta * M >= 2)][0]
        raise ValueError(f"learning_rate must be below 2/smoothness, got a product of {first}: longer steps need not descend")
    return np.asarray(positive("gap", gap)) / (eta * (1 - eta * M / 2) * np.asarray(positive("tolerance", tolerance)) ** 2)


def huber_value(x: Reals, width: Reals, curvature: Reals = 1.0) -> Values:
    """M x²/2 up to |x| = h = ``width``, and M h (|x| − h/2) beyond."""
    x, h = np.abs(x), np.asarray(positive("width", width))
    return np.asarray(positive("curvature", curvature)) * np.where(x <= h, x**2 / 2, h * (x - h / 2))


def huber_gradient(x: Reals, width: Reals, curvature: Reals = 1.0) -> Values:
    """M x, clipped to M h on either side."""
    h = np.asarray(positive("width", width))
    return np.asarray(positive("curvature", curvature)) * np.clip(x, -h, h)


def huber_start(gap: Real, width: Real, curvature: Real = 1.0) -> float:
    """The x > 0 with ``huber_value(x) = gap``."""
    F, h, M = (number(name, positive(name, v)) for name, v in (("gap", gap), ("width", width), ("curvature", curvature)))
    return float(np.sqrt(2 * F / M)) if M * h**2 >= 2 * F else F / (M * h) + h / 2
