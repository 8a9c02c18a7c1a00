"""von Neumann's elephant from its complex parameters, and one real parameter that fits any labels.

Source of the elephant: Mayer, Khairy & Howard 2010, "Drawing an elephant with four complex parameters", American Journal of Physics 78.
Four complex numbers p₁ … p₄ are the amplitudes of

    x(t) = Re p₁ sin t + Re p₂ sin 2t + Re p₃ cos 3t + Re p₄ cos 5t
    y(t) = Im p₄ cos t + Im p₁ sin t + Im p₂ sin 2t + Im p₃ sin 3t

(with p₁ = 50 − 30i, …), and the picture is (y, −x). The fifth holds the eye, at (Im p₅, Im p₅), and the swing of the trunk, Re p₅.

>>> round(enclosed_area(NOMINAL) / np.pi, 9)
2640.0
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Complex, Float, Int

from dlcore.checks import Integer, Reals, finite, positive_int

NOMINAL = (50 - 30j, 18 + 8j, 12 - 10j, -14 - 60j, 40 + 20j)
TRUNK = (2.7, 4.5)  # the times at which the pen draws it, the tip in their middle


class Sketch(NamedTuple):
    """Outline, its trunk up and down, and the eye."""

    outline: Float[np.ndarray, "times 2"]
    up: Float[np.ndarray, "times 2"]
    down: Float[np.ndarray, "times 2"]
    eye: Float[np.ndarray, " 2"]


def circles(parameters: tuple[complex, ...]) -> dict[int, complex]:
    """The Fourier coefficients c_k of the outline as one complex number, z(t) = Σ c_k exp(ikt): k turns a round, of radius |c_k|."""
    x, y = _amplitudes(parameters)
    lines = {}
    for k in (1, 2, 3, 5):
        # a cos kt + b sin kt = (a − ib)/2 exp(ikt) + (a + ib)/2 exp(−ikt), for y and for −x times i
        for sign in (1, -1):
            half = [(axis.get(k, (0, 0))[0] - sign * 1j * axis.get(k, (0, 0))[1]) / 2 for axis in (y, x)]
            lines[sign * k] = complex(half[0] - 1j * half[1])
    return lines


def outline(parameters: tuple[complex, ...], t: Reals) -> Float[np.ndarray, "times 2"]:
    """The pen's place (right, up) at the times ``t``; a round takes 2π."""
    x, y = _amplitudes(parameters)
    t = np.asarray(finite("t", t), dtype=float)[..., None]
    right, up = (sum(a * np.cos(k * t) + b * np.sin(k * t) for k, (a, b) in axis.items()) for axis in (y, x))
    return np.concatenate([right, -up], axis=-1)


def sketch(parameters: tuple[complex, ...], times: Integer = 241) -> Sketch:
    """The elephant, with the trunk's two ends of its swing: at time t it moves by ± Re p₅ sin²(π(t − a)/(b − a)), (a, b) = `TRUNK`.

    (The paper has the trunk's points swing; how much each does is ours.)
    """
    t = np.linspace(0, 2 * np.pi, positive_int("times", times))
    body, fifth = outline(parameters, t), complex(parameters[4])
    begin, end = TRUNK
    share = np.where((t > begin) & (t < end), np.sin(np.pi * (t - begin) / (end - begin)) ** 2, 0)
    swing = np.stack([np.zeros_like(t), fifth.real * share], axis=-1)
    return Sketch(body, body + swing, body - swing, np.array([fifth.imag, fifth.imag]))


def enclosed_area(parameters: tuple[complex, ...]) -> float:
    """The signed area inside the outline, π Σ k|c_k|² (Green): what is drawn anticlockwise counts as positive.

    ½∮(x dy − y dx) = ½ Im ∮ z̄ dz, and the integral keeps the terms of equal k alone.
    """
    return float(np.pi * sum(k * abs(c) ** 2 for k, c in circles(parameters).items()))


def arm(coefficients: dict[int, complex], t: Float[np.ndarray, " times"]) -> Complex[np.ndarray, "times joints"]:
    """Circles on circles, in the order given: the joints 0, c_a e^{iat}, c_a e^{iat} + c_b e^{ibt}, …; the last one holds the pen."""
    t = np.asarray(finite("t", t), dtype=float)[:, None]
    turned = np.array(list(coefficients.values())) * np.exp(1j * t * np.array(list(coefficients)))
    return np.concatenate([np.zeros_like(turned[:, :1]), np.cumsum(turned, axis=1)], axis=1)


def fitting_frequency(labels: Int[np.ndarray, " n"]) -> float:
    """The ω for which sign sin(ω 2⁻ⁱ) is the label y_i = ±1 at i = 1 … n: ω = π(1 + Σ 2ⁱ(1 − y_i)/2).

    >>> fitting_frequency(np.array([1, -1])) / np.pi
    5.0
    """
    labels = np.asarray(labels)
    if labels.ndim != 1 or not len(labels) or not np.isin(labels, (-1, 1)).all():
        raise ValueError(f"labels must be a list of 1 and -1, got {labels!r}: name the two classes so")
    if len(labels) > 40:
        raise ValueError(f"labels must be at most 40, got {len(labels)}: a float has no room for the digits of more")
    return float(np.pi * (1 + np.sum(2.0 ** np.arange(1, len(labels) + 1) * (labels < 0))))


def _amplitudes(parameters: tuple[complex, ...]) -> tuple[dict, dict]:
    """Of x and y the amplitudes of cosine and sine by frequency."""
    if len(parameters) != 5:
        raise ValueError(f"parameters must be five complex numbers, got {len(parameters)}: the fifth holds the eye")
    p1, p2, p3, p4 = (complex(p) for p in parameters[:4])
    x = {1: (0.0, p1.real), 2: (0.0, p2.real), 3: (p3.real, 0.0), 5: (p4.real, 0.0)}
    y = {1: (p4.imag, p1.imag), 2: (0.0, p2.imag), 3: (0.0, p3.imag)}
    return x, y
