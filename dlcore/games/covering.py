"""How well samples cover data: which parts of the data they reach.

>>> ends = np.repeat([[0.0, 0.0], [1.0, 0.0]], 5, axis=0)
>>> covered(ends[:5], parts(ends, 2)).sum().item()  # one of the two
1
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float
from scipy.cluster.vq import kmeans2
from scipy.spatial.distance import cdist

from dlcore.checks import Integer, positive_int, samples


class Parts(NamedTuple):
    """Centres of the parts of a point set, how far from one a sample may lie to count, the share of the data near each."""

    centres: Float[np.ndarray, "parts d"]
    radius: float
    shares: Float[np.ndarray, " parts"]


def parts(data: Float[np.ndarray, "n d"], count: Integer = 8) -> Parts:
    """``count`` parts of the data by k-means from points far from each other; near is twice what holds 95 % of the data."""
    data = samples("data", data)
    if len(data) <= positive_int("count", count):
        raise ValueError(f"data must hold more points than the {count} parts, got {len(data)}: pass more points")
    far = [int(np.argmax(np.linalg.norm(data - data.mean(0), axis=1)))]
    while len(far) < count:
        far.append(int(cdist(data, data[far]).min(axis=1).argmax()))
    centres, _ = kmeans2(data, data[far], minit="matrix")
    radius = 2 * float(np.quantile(cdist(data, centres).min(axis=1), 0.95))
    return Parts(centres, radius, _shares(data, centres, radius))


def covered(points: Float[np.ndarray, "n d"], whole: Parts) -> Bool[np.ndarray, " parts"]:
    """Which parts get at least a quarter of the share of the samples that they have of the data."""
    return _shares(samples("points", points), whole.centres, whole.radius) >= whole.shares / 4


def _shares(points: np.ndarray, centres: np.ndarray, radius: float) -> np.ndarray:
    distance = cdist(points, centres)
    near = distance.argmin(axis=1)[distance.min(axis=1) <= radius]
    return np.bincount(near, minlength=len(centres)) / len(points)
