"""Kernels of infinitely wide ReLU networks, in closed form (Cho and Saul, 2009; Jacot et al., 2018).

For unit vectors at angle θ, and w ~ N(0, I):

    κ₀(cos θ) = 2 E 1{w·x > 0} 1{w·y > 0} = (π − θ)/π
    κ₁(cos θ) = 2 E relu(w·x) relu(w·y)   = (sin θ + (π − θ) cos θ)/π

>>> float(first_arc_cosine(1.0)), round(float(first_arc_cosine(0.0)), 12) == round(1 / np.pi, 12)
(1.0, True)
"""

import numpy as np
from jaxtyping import Float

from dlcore.checks import Reals

Values = Float[np.ndarray, "..."] | float


def zeroth_arc_cosine(cosine: Reals) -> Values:
    """κ₀(c) = (π − arccos c)/π, for each entry of ``cosine``, which is clipped to [−1, 1]."""
    return 1.0 - np.arccos(np.clip(cosine, -1.0, 1.0)) / np.pi


def first_arc_cosine(cosine: Reals) -> Values:
    """κ₁(c) = (√(1 − c²) + (π − arccos c) c)/π, for each entry of ``cosine``, which is clipped to [−1, 1]."""
    c = np.clip(cosine, -1.0, 1.0)
    return (np.sqrt(1.0 - c * c) + (np.pi - np.arccos(c)) * c) / np.pi
