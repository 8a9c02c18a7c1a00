"""The kernels of infinitely wide ReLU networks in closed form (Cho and Saul, 2009; Jacot, Gabriel and Hongler, 2018).

For unit vectors x and y at angle θ, and w ~ N(0, I):

    κ₀(cos θ) = 2 E 1{w·x > 0} 1{w·y > 0} = (π − θ)/π
    κ₁(cos θ) = 2 E relu(w·x) relu(w·y)   = (sin θ + (π − θ) cos θ)/π

>>> float(first_arc_cosine(1.0)), round(float(first_arc_cosine(0.0)), 12) == round(1 / np.pi, 12)
(1.0, True)
>>> relu_kernel(np.array([[2.0, 0.0]])).tolist()  # ½‖x‖²(κ₁(1) + κ₀(1))
[[4.0]]
"""

import numpy as np
from jaxtyping import Float

from dlcore.checks import Integer, Real, Reals, positive, positive_int, samples

Values = Float[np.ndarray, "..."] | float
Kernel = Float[np.ndarray, "rows columns"]


def zeroth_arc_cosine(cosine: Reals) -> Values:
    """κ₀(c) = (π − arccos c)/π, for each entry of ``cosine``, which is clipped to [−1, 1]."""
    return 1.0 - np.arccos(np.clip(cosine, -1.0, 1.0)) / np.pi


def first_arc_cosine(cosine: Reals) -> Values:
    """κ₁(c) = (√(1 − c²) + (π − arccos c) c)/π, for each entry of ``cosine``, which is clipped to [−1, 1]."""
    c = np.clip(cosine, -1.0, 1.0)
    return (np.sqrt(1.0 - c * c) + (np.pi - np.arccos(c)) * c) / np.pi


def relu_kernel(x: Reals, other: Reals | None = None, *, depth: Integer = 2, sigma_w2: Real = 1.0) -> Kernel:
    """The tangent kernel of a ReLU network of ``depth`` weight layers in the limit of infinite width.

    h¹ = W¹x and h^{ℓ+1} = √(σ_w²/n_ℓ) W^{ℓ+1} relu(h^ℓ), every weight N(0, 1). With Σ¹ = Θ¹ = x·x′ and the cosine c of Σ^ℓ,

        Σ^{ℓ+1} = σ_w²/2 · |·| κ₁(c),   Θ^{ℓ+1} = Σ^{ℓ+1} + σ_w²/2 · Θ^ℓ κ₀(c)

    where |·| is the product of the two norms; depth 2 and σ_w² = 1: ½‖x‖‖x′‖(κ₁(c) + c κ₀(c)). No input may be 0.
    """
    x, y = samples("x", x), samples("x", x) if other is None else samples("other", other)
    if y.shape[1] != x.shape[1]:
        raise ValueError(f"other must have inputs of {x.shape[1]} entries, got {y.shape[1]}: the kernel is one of one network")
    half = positive("sigma_w2", float(sigma_w2)) / 2
    size = positive("the norms of x", np.linalg.norm(x, axis=1))[:, None] * positive("the norms of other", np.linalg.norm(y, axis=1))
    sigma = theta = x @ y.T
    for _ in range(positive_int("depth", depth) - 1):
        cosine = sigma / size
        size = half * size
        sigma, theta = size * first_arc_cosine(cosine), half * theta * zeroth_arc_cosine(cosine)
        theta = sigma + theta
    return theta
