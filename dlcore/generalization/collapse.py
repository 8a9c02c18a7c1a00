"""Neural collapse of unconstrained features, and its measures (Papyan, Han and Donoho 2020; Zhu et al. 2021).

K classes of n examples. Free are the rows w_k of W (K, d) and a feature h_ki ∈ R^d of every example:

    G(W, H) = (1/Kn) Σ_ki [−ln softmax(W h_ki)_k] + (λ/2)(‖W‖² + ‖H‖²)

With Λ = λK√n the least value is q(u) + Λu, q(u) = ln(1 + (K−1)e^(−Ku/(K−1))), u = max(0, (K−1)/K · ln((K − Λ(K−1))/Λ)). Where
Λ < 1, the minimisers are the simplexes: h_ki = c w_k, Σ w_k = 0, cosines −1/(K−1). They need d ≥ K − 1.

>>> smallest(3, 10, 0.02).u > 0, smallest(3, 10, 0.2).u
(True, 0.0)
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from scipy.special import log_softmax

from dlcore.checks import Integer, Real, generator, positive, positive_int, step_counts

Features = Float[np.ndarray, "classes examples d"]


class Smallest(NamedTuple):
    """Least value of G, the u where it is taken (the mean of w_k·h_ki), and Λ = λK√n."""

    value: float
    u: float
    strength: float


def smallest(classes: Integer, examples: Integer, penalty: Real) -> Smallest:
    """The least value of G, in closed form."""
    K, n = _counts(classes, examples)
    strength = float(positive("penalty", penalty)) * K * n**0.5
    u = (K - 1) / K * float(np.log((K - strength * (K - 1)) / strength)) if strength < 1 else 0.0
    return Smallest(float(np.log1p((K - 1) * np.exp(-K * u / (K - 1)))) + strength * u, u, strength)


class Path(NamedTuple):
    """W, H and G at each recorded step."""

    weights: Float[np.ndarray, "times classes d"]
    features: Float[np.ndarray, "times classes examples d"]
    values: Float[np.ndarray, " times"]


def descend(
    rng: np.random.Generator,
    classes: Integer,
    examples: Integer,
    dimension: Integer,
    penalty: Real,
    step: Real,
    at: Int[np.ndarray, " times"],
) -> Path:
    """Gradient descent on G from N(0, 1) weights and features, recorded after the increasing numbers of steps ``at``.

    The step is ``step`` for W, and ``step``·Kn for H, whose gradients are means over all examples.
    """
    K, n = _counts(classes, examples)
    times = step_counts("at", at)
    W = generator("rng", rng).standard_normal((K, positive_int("dimension", dimension)))
    H = rng.standard_normal((K, n, W.shape[1]))
    lam, eta = float(positive("penalty", penalty)), float(positive("step", step))
    kept = []
    for steps in np.diff(times, prepend=0):
        for _ in range(steps):
            _, to_W, to_H = gradients(W, H, lam)
            W, H = W - eta * to_W, H - eta * K * n * to_H
        kept.append((W, H, gradients(W, H, lam)[0]))
    return Path(*(np.array(part) for part in zip(*kept)))


def gradients(W: Float[np.ndarray, "classes d"], H: Features, penalty: Real) -> tuple[float, Float[np.ndarray, "classes d"], Features]:
    """G, and its gradients by W and by H."""
    K, n, _ = H.shape
    logs = log_softmax(H @ W.T, axis=-1)
    error = (np.exp(logs) - np.eye(K)[:, None]) / (K * n)
    value = -np.mean(logs[np.arange(K), :, np.arange(K)]) + penalty / 2 * (np.sum(W**2) + np.sum(H**2))
    return float(value), np.einsum("kij,kid->jd", error, H) + penalty * W, error @ W + penalty * H


def nc1(features: Float[np.ndarray, "*times classes examples d"]) -> Float[np.ndarray, "*times"]:
    """Scatter within the classes against that of their means, tr(Σ_W Σ_B⁺)/K: 0 where every class is one point."""
    means = features.mean(axis=-2)
    inside = features - means[..., None, :]
    between = means - means.mean(axis=-2, keepdims=True)
    K, n = features.shape[-3:-1]
    within = np.einsum("...kid,...kie->...de", inside, inside) / (K * n)
    spread = np.einsum("...kd,...ke->...de", between, between) / K
    return np.asarray(np.einsum("...de,...ed->...", within, np.linalg.pinv(spread, rcond=1e-10, hermitian=True)) / K)


def cosines(rows: Float[np.ndarray, "*times classes d"]) -> Float[np.ndarray, "*times pairs"]:
    """Cosines between all pairs of rows, their mean taken off; −1/(K−1) for all pairs of a simplex."""
    centred = rows - rows.mean(axis=-2, keepdims=True)
    unit = centred / np.linalg.norm(centred, axis=-1, keepdims=True)
    return (unit @ unit.mT)[..., *np.triu_indices(rows.shape[-2], 1)]


def _counts(classes: Integer, examples: Integer) -> tuple[int, int]:
    if positive_int("classes", classes) < 2:
        raise ValueError(f"classes must be at least 2, got {classes}: one class leaves nothing to tell apart")
    return int(classes), positive_int("examples", examples)
