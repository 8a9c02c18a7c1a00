"""The law of a layer's squared slopes t = φ′(h)², h ~ N(0, q): what the spectrum of a Jacobian is made of.

>>> law = squared_slopes("relu", 1.0)  # 0 or 1, with probability ½ each
>>> law.t.tolist(), law.weight.round(12).tolist()
([1.0], [0.5])
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from dlcore.checks import Real, positive
from dlcore.networks.activations import ActivationLike, resolve

_REACH, _PANELS, _NODES = 7.0, 6, 10  # the quadrature over h: see squared_slopes


class Slopes(NamedTuple):
    """Law of t = φ′(h)²: values ``t`` > 0 with ``weight``; what is missing from 1 is the weight of t = 0."""

    t: Float[np.ndarray, " values"]
    weight: Float[np.ndarray, " values"]

    def moment(self, k: int) -> float:
        """E t^k, k ≥ 1."""
        return float(self.weight @ self.t**k)


def squared_slopes(activation: ActivationLike, q: Real) -> Slopes:
    """The law of φ′(h)², h ~ N(0, q), as values and weights of a quadrature rule; few-valued slopes come out exactly.

    Gauss–Legendre nodes in panels that halve towards 0, down to slopes' own scale |h| ≈ 1/32, to 7 standard deviations, cut
    at the kinks of φ.
    """
    activation, s = resolve(activation), np.sqrt(positive("q", q))
    x, w = np.polynomial.legendre.leggauss(_NODES)
    cuts = sorted({0.0, _REACH, *(k / s for k in activation.kinks if k / s < _REACH)})
    panels = _PANELS + int(np.ceil(np.log2(max(s, 1))))
    edges = np.unique(np.concatenate([a + (b - a) * np.r_[0, 0.5 ** np.arange(panels - 1, -1, -1)] for a, b in pairwise(cuts)]))
    left, length = edges[:-1, None], np.diff(edges)[:, None]
    z = (left + length * (1 + x) / 2).ravel()
    weight = (length * w / 2).ravel() * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    t = np.concatenate([np.square(activation.dphi(s * z)), np.square(activation.dphi(-s * z))])
    weight = np.concatenate([weight, weight]) / (2 * weight.sum())
    values, place = np.unique(np.round(t, 14), return_inverse=True)
    merged = np.bincount(place.ravel(), weight)
    kept = (values > 0) & (merged > 1e-13)
    if not kept.any():
        raise ValueError(f"activation must have a slope other than 0, got {activation.name}: nothing passes through it")
    return Slopes(values[kept], merged[kept])
