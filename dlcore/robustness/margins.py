"""Attacks towards a chosen class t: penalty functions of the logits, exact penalties, and Carlini and Wagner's attack.

A penalty g certifies if g = 0 implies that class t is read. With logits Z and F = softmax(Z), for which no other class ties:

    half_logit          (½ − Z_t)₊                    certifies nothing: Z = (5, 1) has g = 0 for the second class
    half_probability    (½ − F_t)₊                    certifies; may be positive although t is read (three classes or more)
    margin              (max_{i≠t} Z_i − Z_t)₊        zero exactly where t is read

For one linear constraint ⟨w, δ⟩ ≥ m > 0 the penalised problems have the minimisers δ = r w/‖w‖, with d = m/‖w‖ the distance,

    ‖δ‖ + c (m − ⟨w, δ⟩)₊       r = 0 for c < 1/‖w‖, r = d for c > 1/‖w‖        (at equality every r between)
    ‖δ‖² + c (m − ⟨w, δ⟩)₊      r = min(c‖w‖/2, d)

Source: Carlini & Wagner 2017 (their f₄ and f₆, κ = 0; pixels as (1 + tanh u)/2; squared norm; a search for c).

>>> z, t = np.array([[5.0, 1.0]]), np.array([1])
>>> half_logit(z, t).tolist(), margin(z, t).tolist()
([0.0], [4.0])
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.special import softmax

from dlcore.checks import Integer, Real, Reals, non_negative, one_of, positive, positive_int, samples
from dlcore.optimizers.adaptive import adam
from dlcore.robustness.classifiers import Classifier, of_class

Logits = Float[np.ndarray, "*batch classes"]
Classes = Int[np.ndarray, "*batch"] | Integer


def half_logit(z: Logits, t: Classes) -> Float[np.ndarray, "*batch"]:
    """(½ − Z_t)₊."""
    return np.asarray(np.maximum(0.5 - of_class(z, t), 0.0))


def half_probability(z: Logits, t: Classes) -> Float[np.ndarray, "*batch"]:
    """(½ − F_t)₊, F = softmax(Z)."""
    return np.asarray(np.maximum(0.5 - of_class(softmax(z, axis=-1), t), 0.0))


def margin(z: Logits, t: Classes) -> Float[np.ndarray, "*batch"]:
    """(max_{i≠t} Z_i − Z_t)₊."""
    return np.asarray(np.maximum(_rival(z, t)[0] - of_class(z, t), 0.0))


PENALTIES = {"half_logit": half_logit, "half_probability": half_probability, "margin": margin}


def penalised(c: Reals, distance: Real, slope: Real, *, power: int) -> Float[np.ndarray, "*c"]:
    """r of the minimiser above for ‖δ‖^power: ``distance`` is m/‖w‖ and ``slope`` ‖w‖; at the threshold of power 1, r = 0."""
    c, slope = np.asarray(non_negative("c", c), dtype=float), positive("slope", slope)
    if one_of("power", power, (1, 2)) == 1:
        return np.where(c * slope > 1, float(positive("distance", distance)), 0.0)
    return np.asarray(np.minimum(c * slope / 2, float(positive("distance", distance))))


class Targeted(NamedTuple):
    """The nearest image found that is read as its target (the image itself where none was), whether one was, and the last c."""

    images: Float[np.ndarray, "n d"]
    success: Bool[np.ndarray, " n"]
    weights: Float[np.ndarray, " n"]


def carlini_wagner(
    classifier: Classifier,
    x: Float[np.ndarray, "n d"],
    targets: Int[np.ndarray, " n"],
    *,
    searches: Integer = 7,
    steps: Integer = 200,
    rate: Real = 0.03,
    c: Real = 1.0,
) -> Targeted:
    """Minimise ‖δ‖² + c · margin(x + δ) with Adam, pixels x + δ = (1 + tanh u)/2, for all images at once.

    After each of ``searches`` runs of ``steps`` steps an image's c is halved towards the largest that failed if its target was
    reached, and else doubled towards the least that succeeded, or tenfold where none has.
    """
    x, targets, method = samples("x", x), np.asarray(targets), adam(positive("rate", rate))
    start = np.arctanh(np.clip(2 * x - 1, -1 + 1e-6, 1 - 1e-6))
    low, high, c = np.zeros(len(x)), np.full(len(x), np.inf), np.full(len(x), float(positive("c", c)))
    best, least = x.copy(), np.full(len(x), np.inf)
    for _ in range(positive_int("searches", searches)):
        state, found = method.init(start), np.zeros(len(x), dtype=bool)
        for _ in range(positive_int("steps", steps)):
            tanh = np.tanh(state.parameters)
            image = (1 + tanh) / 2
            slope = 2 * (image - x) + c[:, None] * classifier.pull(image, lambda z: _margin_slope(z, targets))
            state = method.step(state, slope * (1 - tanh**2) / 2)
            image = (1 + np.tanh(state.parameters)) / 2
            hit, size = classifier.labels(image) == targets, np.linalg.norm(image - x, axis=-1)
            found |= hit
            nearer = hit & (size < least)
            best[nearer], least[nearer] = image[nearer], size[nearer]
        low, high = np.where(found, low, np.maximum(low, c)), np.where(found, np.minimum(high, c), high)
        c = np.where(np.isfinite(high), (low + high) / 2, 10 * c)
    return Targeted(best, np.isfinite(least), c)


def _margin_slope(z: np.ndarray, t: np.ndarray) -> np.ndarray:
    """∇_Z of the margin: e_i − e_t for the largest rival i where it leads, else 0."""
    value, rival = _rival(z, t)
    one = np.eye(z.shape[-1])
    return (one[rival] - one[t]) * (value > of_class(z, t))[..., None]


def _rival(z: np.ndarray, t: Classes) -> tuple[np.ndarray, np.ndarray]:
    """The largest logit of another class than t, and which it is."""
    others = z.astype(float)
    np.put_along_axis(others, np.broadcast_to(t, z.shape[:-1])[..., None], -np.inf, axis=-1)
    return others.max(axis=-1), others.argmax(axis=-1)
