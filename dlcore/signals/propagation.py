"""How the strength of a signal spreads through random networks of finite width: sampled, forward and backward.

M_ℓ = ‖z^ℓ‖²/n_ℓ is the mean square ("energy") of the signal after layer ℓ; every layer applies φ, W^ℓ has independent
entries of variance σ_w²/n_{ℓ−1}. With Gaussian weights a layer sees of its input the norm alone,

    h^ℓ | z^{ℓ−1} ~ N(0, σ_w² M_{ℓ−1} I)                                          (any φ)

so a forward pass costs O(L·n) normals and no matrix. Exact laws at finite width: ``dlcore.signals.finite_width``; limits of
infinite width: ``dlcore.signals.meanfield``.
Widths are given as in :func:`dlcore.checks.layer_widths`, σ_w² (``sigma_w2``) as one number or one a layer.

>>> rng = np.random.default_rng(0)
>>> energies(rng, width=4, depth=2, networks=3, sigma_w2=2.0, activation="relu").shape
(3, 3)
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from dlcore import checks
from dlcore.checks import Integer, Real, Reals, Width, layer_gains, layer_widths, positive, positive_int
from dlcore.networks import backprop
from dlcore.networks.activations import ActivationLike, resolve
from dlcore.networks.forward import forward, product
from dlcore.networks.initialization import draw
from dlcore.statistics import mean_square

_BLOCK = 2**24  # matrix entries (128 MiB) held at once when matrices are drawn

Energies = Float[np.ndarray, "networks depth_plus_1"]


class Strengths(NamedTuple):
    """Mean squares: ``forward`` of z^ℓ and ``backward`` of ∂F/∂z^ℓ, ℓ = 0 … L; ``weights`` of ∂F/∂W^ℓ, ℓ = 1 … L."""

    forward: Energies
    backward: Energies
    weights: Float[np.ndarray, "networks depth"]


def energies(
    rng: np.random.Generator,
    *,
    width: Width,
    depth: Integer | None = None,
    networks: Integer,
    sigma_w2: Reals,
    activation: ActivationLike,
    q0: Real = 1.0,
) -> Energies:
    """M_0 = q0, M_1, …, M_L of ``networks`` networks with Gaussian weights, drawn from the law above, no matrices."""
    checks.generator("rng", rng), positive("q0", q0)
    widths, phi = layer_widths(width, depth), resolve(activation).phi
    energy = np.empty((positive_int("networks", networks), len(widths)))
    energy[:, 0] = q0
    with np.errstate(over="ignore"):  # a signal that explodes past the largest double is reported as inf
        for layer, (n, gain) in enumerate(zip(widths[1:], layer_gains(sigma_w2, len(widths) - 1), strict=True), start=1):
            h = rng.standard_normal((networks, n))
            h *= np.sqrt(gain * energy[:, layer - 1, None])
            energy[:, layer] = mean_square(phi(h))
    return energy


def energies_from_matrices(
    rng: np.random.Generator,
    *,
    width: Width,
    depth: Integer | None = None,
    networks: Integer,
    sigma_w2: Reals,
    activation: ActivationLike,
    family: str = "gaussian",
    q0: Real = 1.0,
) -> Energies:
    """The same by drawing every matrix, of any ``family``, and multiplying: O(L·n²) a network.

    Inputs are uniform on the sphere of mean square ``q0``, one for each network.
    """
    widths = layer_widths(width, depth)
    gains, phi = layer_gains(sigma_w2, len(widths) - 1), resolve(activation).phi
    blocks = []
    for count in _blocks(positive_int("networks", networks), max(a * b for a, b in pairwise(widths))):
        z = _on_sphere(rng, (count, widths[0]), q0)
        energy = [mean_square(z)]
        with np.errstate(over="ignore", invalid="ignore"):  # as in energies; and inf − inf inside a product
            for (fan_in, fan_out), gain in zip(pairwise(widths), gains, strict=True):
                w = draw(rng, (count, fan_out, fan_in), family=family, variance=gain / fan_in)
                z = phi(product(w, z))
                energy.append(mean_square(z))
        blocks.append(np.stack(energy, axis=1))
    return np.concatenate(blocks)


def gradient_strengths(
    rng: np.random.Generator,
    *,
    width: Width,
    depth: Integer | None = None,
    networks: Integer,
    sigma_w2: Reals,
    activation: ActivationLike,
    family: str = "gaussian",
    q0: Real = 1.0,
) -> Strengths:
    """Forward and backward strengths by real matrices: a random gradient ∂F/∂z^L is sent back through each network.

    Inputs and ∂F/∂z^L are uniform on spheres of mean square ``q0`` and 1. E of entry ℓ: ``meanfield.energy_trajectory``
    and ``meanfield.gradient_trajectory`` for large widths.
    """
    widths = layer_widths(width, depth)
    gains, activation = layer_gains(sigma_w2, len(widths) - 1), resolve(activation)
    blocks = []
    for count in _blocks(positive_int("networks", networks), sum(a * b for a, b in pairwise(widths))):
        weights = [
            draw(rng, (count, fan_out, fan_in), family=family, variance=gain / fan_in)
            for (fan_in, fan_out), gain in zip(pairwise(widths), gains, strict=True)
        ]
        with np.errstate(over="ignore", invalid="ignore"):  # explosion is a result, see energies
            hidden = forward(weights, _on_sphere(rng, (count, widths[0]), q0), activation)
            g = _on_sphere(rng, (count, widths[-1]), 1.0)
            back = backprop.errors(weights, hidden, activation.dphi(hidden.output) * g, activation)
            onward, e = _by_layer(hidden.post), _by_layer(back.pre)
            blocks.append((onward, _by_layer([*back.post, g]), e * onward[:, :-1]))  # ∂F/∂W = e zᵀ has rank one
    return Strengths(*map(np.concatenate, zip(*blocks, strict=True)))


def gradient_growth(
    rng: np.random.Generator,
    *,
    width: Width,
    depth: Integer | None = None,
    networks: Integer,
    sigma_w2: Reals,
    sigma_b2: Real = 0.0,
    activation: ActivationLike,
    q0: Real = 1.0,
    probes: Integer = 1,
) -> Float[np.ndarray, " networks"]:
    """‖∂F/∂z⁰‖²/‖∂F/∂z^L‖² of networks with biases, h^ℓ = W^ℓ z^{ℓ−1} + b^ℓ, by real matrices.

    It is averaged over ``probes`` random directions of ∂F/∂z^L sent back through each network, and tends to ‖J‖_F²/n_L,
    J = ∂z^L/∂z⁰, with their number: more of them make the networks differ less. Biases have variance ``sigma_b2``; inputs
    are uniform on the sphere of mean square ``q0``. Equal large widths: entry 0 of ``meanfield.gradient_trajectory``.
    """
    widths, phi = layer_widths(width, depth), resolve(activation)
    gains, spread = layer_gains(sigma_w2, len(widths) - 1), np.sqrt(checks.non_negative("sigma_b2", sigma_b2))
    entries = sum(a * b for a, b in pairwise(widths)) + sum(widths) * positive_int("probes", probes)
    blocks = []
    for count in _blocks(positive_int("networks", networks), entries):
        z, layers = _on_sphere(rng, (count, widths[0]), q0), []
        for (fan_in, fan_out), gain in zip(pairwise(widths), gains, strict=True):
            w = draw(rng, (count, fan_out, fan_in), variance=float(gain) / fan_in)
            h = product(w, z) + spread * rng.standard_normal((count, fan_out))
            z = phi.phi(h)
            layers.append((w, phi.dphi(h)))
        g = rng.standard_normal((count, widths[-1], probes))
        g /= np.sqrt(np.sum(g**2, axis=1, keepdims=True))
        for w, slope in reversed(layers):
            g = np.swapaxes(w, -1, -2) @ (slope[..., None] * g)
        blocks.append(np.sum(g**2, axis=1).mean(axis=1))
    return np.concatenate(blocks)


def _blocks(networks: Integer, entries: int) -> list[int]:
    """``networks`` cut into blocks whose matrices (``entries`` a network) fit into the memory allowed."""
    size = max(1, _BLOCK // entries)
    return [min(size, networks - first) for first in range(0, networks, size)]


def _on_sphere(rng: np.random.Generator, shape: tuple[int, int], q0: Real) -> np.ndarray:
    x = checks.generator("rng", rng).standard_normal(shape)
    return x * np.sqrt(positive("q0", q0) / mean_square(x))[:, None]


def _by_layer(signals: list[np.ndarray]) -> np.ndarray:
    return np.stack([mean_square(s) for s in signals], axis=1)
