"""Gradients through many layers φ(BN(Wz)) at initialisation, in the limit of wide layers and large batches.

>>> round(gradient_factor("relu"), 6)  # π/(π − 1)
1.466942
"""

from dlcore.gaussian import expectation, second_moment
from dlcore.networks.activations import ActivationLike, resolve


def gradient_factor(activation: ActivationLike) -> float:
    """E φ′(Z)²/Var φ(Z): growth of the mean-square gradient per layer φ(BN(Wz)) going back, wide layers, large batch.

    At least 1 for every φ, with equality for affine φ only (Gaussian Poincaré inequality); π/(π − 1) for ReLU.
    Source: Yang et al. 2019.
    """
    phi = resolve(activation)
    variance = second_moment(phi.phi, 1.0, kinks=phi.kinks) - expectation(phi.phi, kinks=phi.kinks) ** 2
    return float(second_moment(phi.dphi, 1.0, kinks=phi.kinks) / variance)
