"""Threshold neurons: half-spaces, and the polygons and unions of polygons that networks of them compute.

    z = 1 where b + ⟨w, x⟩ > 0, else 0

A layer is a pair (W, b), W of shape (neurons, inputs). An AND of k neurons fires above k − ½ of them, an OR above ½; so one
hidden layer is enough for a convex polygon (without its boundary), and two for a union of polygons (Lippmann 1987).

>>> square = polygon(4)
>>> [bool(fire([square, both(4)], np.array(point))[-1][0]) for point in ([0.0, 0.0], [0.9, 0.9])]
[True, False]
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from scipy.linalg import block_diag
from scipy.special import ndtr

from dlcore.checks import Integer, Real, Reals, finite, positive, positive_int

Layer = tuple[Float[np.ndarray, "_ _"], Float[np.ndarray, "_"]]  # W of shape (neurons, inputs), and b


def distance(w: Reals, b: Real, x: Float[np.ndarray, "*points d"]) -> Float[np.ndarray, "*points"] | np.floating:
    """|b + ⟨w, x⟩| / ‖w‖, how far points are from the plane b + ⟨w, x⟩ = 0.

    >>> float(distance([3.0, 4.0], -5.0, np.zeros(2)))
    1.0
    """
    return np.abs(finite("b", b) + np.asarray(x) @ np.asarray(w)) / _length(w)


def gaussian_mass(w: Reals, b: Real) -> float:
    """Probability Φ(b/‖w‖) that a standard normal x has b + ⟨w, x⟩ > 0: the projection ⟨w, x⟩/‖w‖ is standard normal."""
    return float(ndtr(finite("b", b) / _length(w)))


def corners(sides: Integer, centre: Reals = (0.0, 0.0), radius: Real = 1.0, turn: Real = 0.0) -> Float[np.ndarray, "sides 2"]:
    """The corners of a regular polygon, counter-clockwise; ``turn`` is the angle of the first. Area (sides/2) sin(2π/sides) radius²."""
    if positive_int("sides", sides) < 3:
        raise ValueError(f"sides must be at least 3, got {sides}: a polygon has a triangle's sides or more")
    angle = finite("turn", turn) + 2 * np.pi * np.arange(sides) / sides
    return np.asarray(finite("centre", centre)) + positive("radius", radius) * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def polygon(sides: Integer, centre: Reals = (0.0, 0.0), radius: Real = 1.0, turn: Real = 0.0) -> Layer:
    """One neuron for each side of a regular polygon; it fires on the side's inner half-plane. ‖w‖ = 1."""
    at = corners(sides, centre, radius, turn)
    along = np.roll(at, -1, axis=0) - at
    inward = np.stack([-along[:, 1], along[:, 0]], axis=1) / np.linalg.norm(along, axis=1, keepdims=True)
    return inward, -np.einsum("ki,ki->k", inward, at)


def both(count: Integer) -> Layer:
    """The AND of ``count`` inputs from {0, 1}: their sum is above count − ½."""
    return np.ones((1, positive_int("count", count))), np.array([0.5 - count])


def either(count: Integer) -> Layer:
    """The OR of ``count`` inputs from {0, 1}: their sum is above ½."""
    return np.ones((1, positive_int("count", count))), np.array([-0.5])


def union(shapes: Sequence[Layer]) -> list[Layer]:
    """The network of three layers that fires on the union of convex shapes, each a layer of half-spaces.

    >>> [len(b) for _, b in union([polygon(3), polygon(4), polygon(6)])]
    [13, 3, 1]
    """
    if not shapes:
        raise ValueError("shapes must hold at least one layer of half-spaces, got none: pass polygon(...)")
    sides = [len(b) for _, b in shapes]
    half_planes = np.concatenate([w for w, _ in shapes]), np.concatenate([b for _, b in shapes])
    ands = block_diag(*(np.ones((1, k)) for k in sides)), 0.5 - np.array(sides, dtype=float)
    return [half_planes, ands, either(len(shapes))]


def fire(layers: Sequence[Layer], x: Float[np.ndarray, "*points d"]) -> list[Float[np.ndarray, "..."]]:
    """What all neurons put out, layer after layer: 1 where b + ⟨w, z⟩ > 0, else 0."""
    outputs, z = [], np.asarray(x, dtype=float)
    for w, b in layers:
        if w.shape != (len(b), z.shape[-1]):
            raise ValueError(f"a layer must have the shape (neurons, {z.shape[-1]}) and as many biases, got {w.shape} and {b.shape}")
        z = (z @ w.T + b > 0).astype(float)
        outputs.append(z)
    return outputs


def _length(w: Reals) -> float:
    length = float(np.linalg.norm(np.asarray(finite("w", w), dtype=float)))
    if length == 0:
        raise ValueError("w must not be 0: without weights a neuron has no plane; pass a vector with an entry that is not 0")
    return length
