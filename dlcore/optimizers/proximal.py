"""Steps that minimise a model of F plus something simple: projected, proximal and subgradient steps.

    θ⁺ = argmin_y  ⟨∇F(θ), y − θ⟩ + ‖y − θ‖²/(2η) + R(y)  =  prox(θ − η ∇F(θ), η)
    prox(z, η) = argmin_y  ‖y − z‖²/(2η) + R(y)

With R = 0 inside a closed convex set and +∞ outside, prox is the projection: ``box``, ``ball``. With R = λ‖·‖₁ it moves every
coordinate towards 0 by ηλ: ``l1`` (Beck & Teboulle 2009). The part of the gradient is played by (θ − θ⁺)/η, the gradient mapping.

A prox is a function (z, η) -> y of points whose last axis holds the coordinates; all other axes are free.

>>> from dlcore.optimizers.methods import run
>>> method = proximal_gradient(0.5, box(-1, 1))
>>> run(method, lambda w: w - np.array([3.0, 0.5]), [0.0, 0.0], 2).tolist()
[[0.0, 0.0], [1.0, 0.25], [1.0, 0.375]]
>>> l1(2.0)(np.array([3.0, -0.5]), 1.0).tolist()
[1.0, -0.0]
"""

from collections.abc import Callable

import numpy as np

from dlcore.checks import Integer, Real, Reals, finite, non_negative, number, positive, positive_int
from dlcore.gaussian import Values
from dlcore.optimizers.methods import Method, Schedule, State, begin, moved, scheduled

Prox = Callable[[np.ndarray, Reals], np.ndarray]


def box(low: Reals, high: Reals) -> Prox:
    """The projection to low ≤ y ≤ high, coordinate by coordinate."""
    below, above = np.asarray(finite("low", low), dtype=float), np.asarray(finite("high", high), dtype=float)
    if np.any(below > above):
        raise ValueError(f"low must be at most high, got {low} and {high}: exchange them")
    return lambda z, eta: np.clip(z, below, above)


def ball(radius: Real, centre: Reals = 0.0) -> Prox:
    """The projection to ‖y − centre‖ ≤ radius."""
    r, c = number("radius", positive("radius", radius)), np.asarray(finite("centre", centre), dtype=float)

    def project(z: np.ndarray, eta: Reals) -> np.ndarray:
        distance = np.linalg.norm(z - c, axis=-1, keepdims=True)
        return c + (z - c) * (r / np.maximum(distance, r))

    return project


def l1(weight: Real) -> Prox:
    """Soft thresholding, the prox of λ‖·‖₁: sgn(z) max(|z| − ηλ, 0), λ = ``weight`` ≥ 0."""
    lam = number("weight", non_negative("weight", weight))
    return lambda z, eta: np.sign(z) * np.maximum(np.abs(z) - eta * lam, 0.0)


def proximal_gradient(learning_rate: Schedule, prox: Prox) -> Method:
    """θ ← prox(θ − η_t ∇F(θ), η_t), η_t > 0, for ``methods.run``; with ``box`` or ``ball`` the projected gradient method."""
    eta = scheduled("learning_rate", learning_rate, positive)

    def step(state: State, gradient: Reals) -> State:
        now = eta(state.step)
        return State(prox(moved(state.parameters, now * gradient), now), (), state.step + 1)

    return Method(lambda start: begin(start, eta), step)


def gradient_mapping(point: Reals, gradient: Reals, learning_rate: Reals, prox: Prox) -> np.ndarray:
    """G = (θ − prox(θ − η ∇F(θ), η))/η: zero exactly where the step does not move."""
    w, eta = np.asarray(finite("point", point), dtype=float), np.asarray(positive("learning_rate", learning_rate))
    return (w - prox(w - eta * np.asarray(finite("gradient", gradient)), eta)) / eta


def subgradient_bound(distance: Reals, lipschitz: Reals, steps: Integer) -> Values:
    """R G/√K: how far above its minimum a convex F is at the best of θ_0, …, θ_{K−1}.

    For steps η = R/(G√K) along subgradients of length at most G = ``lipschitz``, from a start R = ``distance`` away from
    a minimiser (Shor 1985; Nesterov 2004, §3.2.3).
    """
    R, G = np.asarray(positive("distance", distance)), np.asarray(positive("lipschitz", lipschitz))
    return R * G / np.sqrt(positive_int("steps", steps))
