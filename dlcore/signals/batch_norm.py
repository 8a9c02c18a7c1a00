"""Gradients through many layers φ(BN(Wz)) at initialisation: sampled, and what theory says in the limit of wide layers.

    h^ℓ = W^ℓ z^{ℓ−1},   z^ℓ = φ(η(h^ℓ)),   η: mean 0 and mean square 1 over the batch, one neuron at a time

The mean square of ∂F/∂z^ℓ grows in each layer going back by a factor that σ_w² has no part in. Source: Yang et al. 2019.

>>> round(gradient_factor("relu"), 6)  # π/(π − 1)
1.466942
>>> [round(relu_factor(batch), 3) for batch in (8, 32, 10**9)]
[1.788, 1.522, 1.467]
"""

import numpy as np
from jaxtyping import Float

from dlcore.checks import Integer, generator, positive_int
from dlcore.gaussian import expectation, second_moment
from dlcore.networks.activations import ActivationLike, resolve
from dlcore.networks.initialization import draw
from dlcore.networks.normalization import pullback, standardize
from dlcore.statistics import mean_square


def gradient_factor(activation: ActivationLike) -> float:
    """E φ′(Z)²/Var φ(Z): growth of the mean-square gradient per layer φ(BN(Wz)) going back, wide layers, large batch.

    At least 1 for every weakly differentiable φ that is not constant, with equality for affine φ only (Gaussian Poincaré
    inequality); π/(π − 1) for ReLU. Source: Yang et al. 2019.
    """
    phi = resolve(activation)
    variance = second_moment(phi.phi, 1.0, kinks=phi.kinks) - expectation(phi.phi, kinks=phi.kinks) ** 2
    return float(second_moment(phi.dphi, 1.0, kinks=phi.kinks) / variance)


def relu_factor(batch: Integer) -> float:
    """The same growth for ReLU at a finite batch of B > 3, in the limit of infinite width.

    B/((B − 3)(½ − c)) · E tr(P A (I − 11ᵀ/B) A P)/(B − 1),   A = diag(1{η_i > 0}),   c = E (η_1)₊(η_2)₊

    η is uniform on the sphere of radius √B in 1^⊥, so that any two entries have the correlation ρ = −1/(B − 1), and
    P is the projection onto the complement of 1 and η. Since Aη = η₊, the trace needs two moments only:
    E (Σ 1{η_i > 0})² and E (Σ (η_i)₊)².
    """
    n = positive_int("batch", batch)
    if n < 4:
        raise ValueError(f"batch must be at least 4, got {batch}: below that the mean of 1/σ² is infinite, or no gradient is left")
    rho = -1 / (n - 1)
    pairs = n * (n - 1)
    c = (np.sqrt(1 - rho**2) + rho * (np.pi - np.arccos(rho))) / (2 * np.pi)
    alive = n / 2 + pairs * (1 / 4 + np.arcsin(rho) / (2 * np.pi))
    power = n / 2 + pairs * c
    trace = n / 2 - 1 - (n / 2 - (alive + power) / n) / n
    return float(n / (n - 3) / (1 / 2 - c) * trace / (n - 1))


def gradient_growth(
    rng: np.random.Generator, *, width: Integer, batch: Integer, depth: Integer, networks: Integer, activation: ActivationLike
) -> Float[np.ndarray, "networks depth_plus_1"]:
    """Mean square of ∂F/∂z^{L−k}, in units of that of ∂F/∂z^L, for k = 0 … L = ``depth``: true backward passes, sampled.

    The input of each network is what a normalised layer would hand on, φ(η(noise)), and the gradient at the top is noise
    without a mean over the batch, as it is below every other normalised layer: so theory's factor holds from the first
    layer on. All matrices of the networks, depth · width² numbers each, are held at once.
    """
    generator("rng", rng)
    phi = resolve(activation)
    d, b, m = positive_int("width", width), positive_int("batch", batch), positive_int("networks", networks)
    z, passed = phi.phi(standardize(rng.standard_normal((m, d, b))).eta), []
    for _ in range(positive_int("depth", depth)):
        w = draw(rng, (m, d, d), variance=1 / d)
        done = standardize(w @ z)
        z = phi.phi(done.eta)
        passed.append((w, done))
    g = rng.standard_normal((m, d, b))
    g -= g.mean(axis=-1, keepdims=True)
    squares = [mean_square(g.reshape(m, -1))]
    for w, done in reversed(passed):
        g = np.swapaxes(w, -1, -2) @ pullback(phi.dphi(done.eta) * g, done)
        squares.append(mean_square(g.reshape(m, -1)))
    return np.stack(squares, axis=-1) / squares[0][:, None]
