"""Spectra of tangent kernels on the circle: which frequencies a wide ReLU network learns first, and which never.

A network with one hidden layer, f(x) = m^{−1/2} Σ_j a_j relu(w_j·x + β b_j), a_j = ±1, w_j ~ N(0, I), b_j = 0, has in the limit
of many neurons the tangent kernel ½ κ₁(cos θ) + ½ (cos θ + β²) κ₀(cos θ), where θ is the angle between two points of the circle.
Its eigenfunctions are cos kθ and sin kθ, and the eigenvalues λ_k its Fourier coefficients. Without biases (β = 0) they are 0 for
all odd k ≥ 3. Sources: Bach 2017; Basri, Jacobs, Kasten & Kritchman 2019; Bietti & Mairal 2019.

>>> [round(float(np.pi**2 * tangent_spectrum(k)), 12) for k in (0, 2, 3, 4)] == [3, round(7 / 9, 12), 0, round(19 / 225, 12)]
True
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Int

from dlcore.checks import Integer, Real, finite, generator, non_negative, positive, positive_int
from dlcore.networks.arc_cosine import first_arc_cosine, zeroth_arc_cosine

Values = Float[np.ndarray, "..."] | float
Frequencies = Int[np.ndarray, "..."] | Integer | list


def tangent_kernel(angle: Float[np.ndarray, "..."], bias: Real = 0.0) -> Values:
    """½ κ₁(cos θ) + ½ (cos θ + β²) κ₀(cos θ) at each angle θ, with β = ``bias``."""
    cosine = np.cos(finite("angle", angle))
    return (first_arc_cosine(cosine) + (cosine + non_negative("bias", bias) ** 2) * zeroth_arc_cosine(cosine)) / 2


def tangent_spectrum(frequency: Frequencies, bias: Real = 0.0) -> np.ndarray:
    """λ_k: (k² + 3)/(π²(k² − 1)²) for even k, 1/4 + β²/π² for k = 1, β²/(π²k²) for odd k ≥ 3; β²/4 more for k = 0."""
    k = np.abs(np.asarray(frequency))
    if k.dtype.kind not in "iu":
        raise TypeError(f"frequency must be whole numbers, got {frequency!r}: pass integers")
    square = non_negative("bias", bias) ** 2
    even = (k**2 + 3) / (np.pi * np.where(k % 2, np.inf, k**2 - 1)) ** 2
    odd = square / (np.pi * np.maximum(k, 1)) ** 2
    return np.where(k % 2, odd + (k == 1) / 4, even + (k == 0) * square / 4)


def spectrum(kernel: Callable[[np.ndarray], np.ndarray], highest: Integer, points: Integer = 4096) -> Float[np.ndarray, " frequencies"]:
    """Fourier coefficients 0 … ``highest`` of a function of the angle, from ``points`` equidistant values: λ_k + λ_{points−k} + …."""
    if positive_int("highest", highest) >= positive_int("points", points) / 2:
        raise ValueError(f"highest must be below half of the {points} points, got {highest}: take more points")
    return np.fft.rfft(kernel(2 * np.pi * np.arange(points) / points)).real[: highest + 1] / points


def learned(eigenvalue: Float[np.ndarray, "..."], rate: Real, steps: Int[np.ndarray, " frames"]) -> Float[np.ndarray, "frames ..."]:
    """1 − (1 − ηλ)^t: the share of an eigenfunction that gradient descent on a fixed kernel has learned after t steps."""
    steps = np.asarray(steps).reshape(-1, *[1] * np.ndim(eigenvalue))
    return 1 - (1 - positive("rate", rate) * np.asarray(eigenvalue)) ** steps


def waves(amplitudes: Float[np.ndarray, " frequencies"], phases: Float[np.ndarray, " frequencies"], angle: np.ndarray) -> np.ndarray:
    """Σ_k A_k cos(kθ − φ_k), k = 1, 2, …, at each angle."""
    return _waves(phases, angle) @ amplitudes


def train_on_circle(
    rng: np.random.Generator, width: Integer, phases: Float[np.ndarray, " frequencies"], *,
    bias: Real = 0.0, points: Integer = 64, rate: Real = 2.0, steps: Integer = 300, every: Integer = 5,
) -> tuple[Float[np.ndarray, "frames points"], Float[np.ndarray, "frames frequencies"]]:  # fmt: skip
    """f at the points and its share of each wave, every so many steps of gradient descent on Σ_k cos(kθ − φ_k).

    The loss is half the mean square over equidistant points. Neurons come in pairs with equal w and opposite a, so that f
    begins as 0; both layers and the biases are trained. The share of a wave is (2/N) Σ_i f(θ_i) cos(kθ_i − φ_k).

    Raises:
        ValueError: an odd width; as many waves as half of the points.
    """
    if positive_int("width", width) % 2:
        raise ValueError(f"width must be even, got {width}: neurons come in pairs")
    if 2 * len(phases) >= positive_int("points", points):
        raise ValueError(f"points must be more than twice the {len(phases)} waves, got {points}: take more points")
    angle = 2 * np.pi * np.arange(points) / points
    x = np.stack([np.cos(angle), np.sin(angle), np.full(points, float(non_negative("bias", bias)))], axis=1)
    wave = _waves(phases, angle)
    y, scale = wave.sum(axis=1), width**-0.5
    w = np.zeros((width, 3))
    w[:, :2] = np.tile(generator("rng", rng).standard_normal((width // 2, 2)), (2, 1))
    a = np.repeat([1.0, -1.0], width // 2)
    shots = []
    for step in range(positive_int("steps", steps) + 1):
        h = x @ w.T
        z = np.maximum(h, 0.0)
        f = scale * (z @ a)
        if step % positive_int("every", every) == 0:
            shots.append(f)
        error = (f - y) * (positive("rate", rate) * scale / points)
        w, a = w - a[:, None] * ((h > 0) * error[:, None]).T @ x, a - error @ z
    fits = np.stack(shots)
    return fits, 2 / points * fits @ wave


def _waves(phases: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """cos(kθ − φ_k), k = 1, 2, …, along a last axis."""
    return np.cos(np.multiply.outer(angle, np.arange(1, len(phases) + 1)) - phases)
