"""Quadratic neurons and one data point: F(v, w) = (1 − Σ_k v_k w_k²)², with bad minima at every width.

    e = 1 − Σ v_k w_k²,   v̇_k = 2 e w_k²,   ẇ_k = 4 e v_k w_k          (gradient flow; it keeps every w_k² − 2 v_k²)

Where all v_k < 0 and w = 0 the loss is 1 and cannot be lowered nearby. The flow ends there if and only if it starts in the
wedge v_k < 0, w_k² < 2 v_k² for every k. Neurons are the last axis, and all other axes are free; a neuron with
v_k = w_k = 0 is none: it never moves and takes no part, so that networks of several widths fit into one array.

>>> trapped(np.array([[-1.0], [-1.0]]), np.array([[1.4], [1.5]])).tolist()
[True, False]
>>> round(float(trapping_probability(1.0, 1)), 4)
0.3041
"""

import numpy as np
from jaxtyping import Bool, Float

from dlcore.checks import Integer, Real, Reals, positive, positive_int
from dlcore.gaussian import Values

Neurons = Float[np.ndarray, "*batch m"]


def loss(v: Neurons, w: Neurons) -> Values:
    """F = (1 − Σ v_k w_k²)²."""
    return (1 - np.sum(v * w**2, axis=-1)) ** 2


def gradient(v: Neurons, w: Neurons) -> tuple[Neurons, Neurons]:
    """∂F/∂v_k = −2 e w_k² and ∂F/∂w_k = −4 e v_k w_k."""
    e = 1 - np.sum(v * w**2, axis=-1, keepdims=True)
    return -2 * e * w**2, -4 * e * v * w


def descend(v: Neurons, w: Neurons, *, steps: Integer, share: Real = 0.1) -> tuple[Neurons, Neurons]:
    """Gradient descent whose step is ``share`` over a bound of the curvature, at each place of each network anew.

    ∇²F = 2 ∇e ∇eᵀ + 2 e ∇²e, with ‖∇e‖² = Σ (w_k⁴ + 4 v_k² w_k²) and ‖∇²e‖ ≤ max_k (2|v_k| + 2|w_k|).
    """
    positive("share", share)
    for _ in range(positive_int("steps", steps)):
        e = 1 - np.sum(v * w**2, axis=-1, keepdims=True)
        slope = np.sum(w**4 + 4 * v**2 * w**2, axis=-1, keepdims=True)
        bend = np.max(2 * np.abs(v) + 2 * np.abs(w), axis=-1, keepdims=True)
        step = share / np.maximum(slope + np.abs(e) * bend, np.finfo(float).tiny)
        v, w = v + step * e * w**2, w + 2 * step * e * v * w
    return v, w


def trapped(v: Neurons, w: Neurons) -> Bool[np.ndarray, "*batch"] | np.bool_:
    """Whether gradient flow from here ends at a bad minimum: v_k < 0 and w_k² < 2 v_k² for every neuron."""
    return np.all(((v < 0) & (w**2 < 2 * v**2)) | ((v == 0) & (w == 0)), axis=-1)


def trapping_probability(ratio: Reals, width: Reals) -> Values:
    """(arctan(√2/ρ)/π)^m: the probability of the wedge for v_k ~ N(0, 1), w_k ~ N(0, ρ²), all independent, ρ = ``ratio``."""
    return (np.arctan(np.sqrt(2) / np.asarray(positive("ratio", ratio))) / np.pi) ** np.asarray(positive("width", width))
