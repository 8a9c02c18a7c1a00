"""One hidden layer, f(x) = Σ_k v_k φ(⟨w_k, x⟩ + b_k), fitted to n examples by squares, F = Σ_i (y_i − f(x_i))².

Shapes: w (*batch, m, d), b and v (*batch, m), inputs x (*batch, n, d), targets y (*batch, n).

A network in which every w_k is 0 computes a constant. It can be a bad local minimum at every width (``constant_network``),
and yet from almost every point beside it a straight line in v leads down to F = 0 if m ≥ n (``interpolating``).

>>> w, b, v = constant_network("tanh", 1.0, width=3, inputs=2, bias=0.5)
>>> output(w, b, v, np.ones((4, 2)), "tanh").round(12).tolist()
[1.0, 1.0, 1.0, 1.0]
"""

import numpy as np
from jaxtyping import Float

from dlcore.checks import Integer, Real, finite, generator, positive_int
from dlcore.networks.activations import ActivationLike, resolve

Weights = Float[np.ndarray, "*batch m d"]
Neurons = Float[np.ndarray, "*batch m"]
Inputs = Float[np.ndarray, "*batch n d"]
Targets = Float[np.ndarray, "*batch n"]


def features(w: Weights, b: Neurons, x: Float[np.ndarray, "*inputs n d"], activation: ActivationLike) -> Float[np.ndarray, "*all n m"]:
    """φ(⟨w_k, x_i⟩ + b_k), the matrix whose product with v is the output."""
    return resolve(activation).phi(x @ np.swapaxes(w, -1, -2) + b[..., None, :])


def output(
    w: Weights, b: Neurons, v: Float[np.ndarray, "*heads m"], x: Float[np.ndarray, "*inputs n d"], activation: ActivationLike
) -> Float[np.ndarray, "*all n"]:
    """f(x_i) for all inputs; many v may share one w and b."""
    return (features(w, b, x, activation) @ v[..., None])[..., 0]


def constant_network(
    activation: ActivationLike, value: Real, *, width: Integer, inputs: Integer, bias: Real
) -> tuple[Float[np.ndarray, "m d"], Float[np.ndarray, " m"], Float[np.ndarray, " m"]]:
    """w = 0, b = ``bias``, v = value/(m φ(bias)): the network with the output ``value`` at every input; needs φ(bias) ≠ 0."""
    at = float(resolve(activation).phi(np.array(float(bias))))
    if at == 0:
        raise ValueError(f"bias must be where φ is not 0, got {bias}: no output weights make {value} of it")
    m = positive_int("width", width)
    return np.zeros((m, positive_int("inputs", inputs))), np.full(m, float(bias)), np.full(m, value / (m * at))


def interpolating(
    w: Float[np.ndarray, "m d"], b: Float[np.ndarray, " m"], x: Float[np.ndarray, "n d"], y: Float[np.ndarray, " n"],
    activation: ActivationLike,
) -> Float[np.ndarray, " m"]:  # fmt: skip
    """The shortest v with f(x_i) = y_i for all i, or with the smallest F where there is none (fewer neurons than examples)."""
    return np.linalg.lstsq(features(w, b, x, activation), finite("y", y), rcond=None)[0]


def fit_tanh(rng: np.random.Generator, x: Inputs, y: Targets, *, width: Integer, steps: Integer) -> Float[np.ndarray, "*batch"]:
    """The least F that Levenberg and Marquardt's method finds from one random start for each data set.

    All weights and biases start standard normal. With residuals e = f − y and J = ∂e/∂(w, b, v) a step is −Jᵀ (J Jᵀ + λ I)⁻¹ e,
    with n × n matrices; λ is divided by 3 where F falls, and multiplied by 4 where it does not and the step is taken back.
    """
    batch, (n, d), m = x.shape[:-2], x.shape[-2:], positive_int("width", width)
    x = np.concatenate([x, np.ones((*batch, n, 1))], axis=-1)  # the bias is the weight of an input 1
    w, v = generator("rng", rng).standard_normal((*batch, m, d + 1)), rng.standard_normal((*batch, m, 1))
    damping, least = np.ones((*batch, 1, 1)), np.full((*batch, 1, 1), np.inf)
    best = (w, v, np.zeros((*batch, n, m)), np.zeros((*batch, n, 1)))
    for _ in range(positive_int("steps", steps) + 1):
        hidden = np.tanh(x @ np.swapaxes(w, -1, -2))
        error = hidden @ v - y[..., None]
        value = np.sum(error**2, axis=-2, keepdims=True)
        better = value < least
        damping = np.clip(damping * np.where(better, 1 / 3, 4), 1e-12, 1e12)
        least = np.minimum(value, least)
        best = w, v, hidden, error = [np.where(better, new, old) for new, old in zip((w, v, hidden, error), best)]
        inner = (1 - hidden**2) * np.swapaxes(v, -1, -2)  # ∂f/∂⟨w_k, x_i⟩
        kernel = hidden @ np.swapaxes(hidden, -1, -2) + (inner @ np.swapaxes(inner, -1, -2)) * (x @ np.swapaxes(x, -1, -2))
        s = np.linalg.solve(kernel + damping * np.eye(n), error)
        w, v = w - np.swapaxes(inner * s, -1, -2) @ x, v - np.swapaxes(hidden, -1, -2) @ s
    return least[..., 0, 0]
