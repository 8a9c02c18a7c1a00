"""Attacks carried from one classifier to another: made on a network whose gradients are known, tried on one that is a black box.

For linear classifiers the exchange rate is a formula. The worst perturbation of size ε in the norm inf for the margin y(vᵀx + a) is
−εy sign(v); it lowers the margin y(wᵀx + b) by ε wᵀ sign(v), where w's own worst one lowers it by ε‖w‖₁. So a stolen budget ε is
worth c ε with c = wᵀ sign(v)/‖w‖₁, between −1 and 1. For weights that have nothing to do with each other c is near 0.

Sources: Szegedy et al. 2014; Papernot, McDaniel & Goodfellow 2016; Liu, Chen, Liu & Song 2017.

>>> round(exchange(np.array([1.0, 2.0, -3.0]), np.array([1.0, 1.0, 2.0])), 3)
0.0
"""

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float, Int

from dlcore.checks import Integer, Real, Reals, finite, generator, non_negative
from dlcore.robustness.attacks import pgd
from dlcore.robustness.classifiers import Classifier

Reader = Callable[[Float[np.ndarray, "n d"]], Int[np.ndarray, " n"]]


def exchange(v: Float[np.ndarray, " d"], w: Float[np.ndarray, " d"]) -> float:
    """c = wᵀ sign(v)/‖w‖₁: what a budget that attacks v is worth against w."""
    size = np.abs(finite("w", w)).sum()
    if size == 0:
        raise ValueError("w must not be 0, got zeros alone: a constant classifier has nothing to attack")
    return float(w @ np.sign(finite("v", v)) / size)


def carried(
    sources: Sequence[Classifier],
    victims: Sequence[Reader],
    x: Float[np.ndarray, "n d"],
    y: Int[np.ndarray, " n"],
    budgets: Sequence[Real],
    *,
    steps: Integer = 10,
    rate: Real = 0.25,
) -> Float[np.ndarray, "sources victims budgets"]:
    """Share of images that each victim reads wrongly after projected gradient steps on each source, for each budget.

    A victim is a function from images (n, d) to their labels: nothing else of it is used.
    """
    shares = np.empty((len(sources), len(victims), len(budgets)))
    for i, source in enumerate(sources):
        moved = pgd(source.gradient(y), x, list(budgets), steps=steps, rate=rate)
        shares[i] = _wrong(victims, moved, y)
    return shares


def shaken(
    victims: Sequence[Reader], x: Float[np.ndarray, "n d"], y: Int[np.ndarray, " n"], budgets: Sequence[Real], rng: np.random.Generator
) -> Float[np.ndarray, "victims budgets"]:
    """The same for random signs instead of an attack: x ± budget, clipped to [0, 1], one draw of signs for all budgets."""
    sizes: Reals = np.asarray(non_negative("budgets", list(budgets)), dtype=float)
    signs = generator("rng", rng).choice([-1.0, 1.0], x.shape)
    return _wrong(victims, np.clip(x + sizes[:, None, None] * signs, 0.0, 1.0), y)


def _wrong(victims: Sequence[Reader], images: Float[np.ndarray, "budgets n d"], y: Int[np.ndarray, " n"]) -> np.ndarray:
    flat = images.reshape(-1, images.shape[-1])
    return np.array([(np.asarray(read(flat)).reshape(images.shape[:2]) != y).mean(axis=-1) for read in victims])
