"""Two signals through one random network of finite width, with biases: how alike they are after each layer, sampled.

    (h_i, h̃_i) | z, z̃  ~  N(0, σ_w² (z·z, z·z̃; z̃·z, z̃·z̃)/n + σ_b²),   independent over the neurons i

with Gaussian weights of variance σ_w²/n_{ℓ−1} and biases of variance σ_b²: a layer sees of its two inputs three numbers,
so a pass costs O(L·n) normals and no matrix. The limit of infinite width: ``dlcore.signals.meanfield``.

>>> setting = {"sigma_w2": 2.0, "activation": "relu", "c0": 0.0}
>>> correlations(np.random.default_rng(0), width=20, depth=3, networks=5, **setting).shape
(5, 4)
"""

import numpy as np
from jaxtyping import Float

from dlcore.checks import Integer, Real, Width, finite, generator, layer_widths, non_negative, positive, positive_int
from dlcore.networks.activations import ActivationLike, resolve
from dlcore.statistics import mean_square


def correlations(
    rng: np.random.Generator,
    *,
    width: Width,
    depth: Integer | None = None,
    networks: Integer,
    sigma_w2: Real,
    sigma_b2: Real = 0.0,
    activation: ActivationLike,
    c0: Real,
    q0: Real = 1.0,
) -> Float[np.ndarray, "networks depth_plus_1"]:
    """Entry 0 is ``c0``, the correlation (cosine) of two inputs of mean square ``q0``; entry ℓ that of h^ℓ given z^{ℓ−1}:

        c^ℓ = (σ_w² z·z̃/n + σ_b²) / √((σ_w² ‖z‖²/n + σ_b²)(σ_w² ‖z̃‖²/n + σ_b²)),   z = z^{ℓ−1}

    Entry ℓ of ``meanfield.correlation_trajectory`` is its limit. It is nan once a signal has died.
    """
    if not -1 <= finite("c0", c0) <= 1:
        raise ValueError(f"c0 must lie in [-1, 1], got {c0}: a correlation is a cosine")
    phi, widths = resolve(activation).phi, layer_widths(width, depth)
    gain, offset = positive("sigma_w2", sigma_w2), non_negative("sigma_b2", sigma_b2)
    found = np.empty((positive_int("networks", networks), len(widths)))
    a = b = np.full(networks, float(positive("q0", q0)))  # mean squares of both signals, and the mean of their product
    k = c0 * a
    found[:, 0] = c0
    for layer, n in enumerate(widths[1:], start=1):
        a, b, k = (gain * moment + offset for moment in (a, b, k))
        with np.errstate(invalid="ignore", divide="ignore"):
            found[:, layer] = c = np.clip(k / np.sqrt(a * b), -1, 1)
        g, other = generator("rng", rng).standard_normal((2, networks, n))
        other = c[:, None] * g + np.sqrt(1 - c**2)[:, None] * other
        z, other = phi(np.sqrt(a)[:, None] * g), phi(np.sqrt(b)[:, None] * other)
        a, b, k = mean_square(z), mean_square(other), np.einsum("ki,ki->k", z, other) / n
    return found
