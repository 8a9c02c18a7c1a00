"""Activation functions φ with their derivatives φ′, both acting elementwise.

>>> resolve("relu").phi(np.array([-1.0, 2.0])).tolist()
[0.0, 2.0]
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import erf, expit

from dlcore.checks import Real, finite, one_of

Function = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Activation:
    """An elementwise function with what the theory needs to know of it.

    ``phi``, ``dphi``: φ and φ′ (at a kink, the derivative from the left, as PyTorch has it for ReLU).
    ``homogeneous``: whether φ(c·h) = c·φ(h) for every c > 0; then the strength of the input factors out.
    ``kinks``: the |h| > 0 at which φ is not smooth, for quadrature (a kink at 0 needs no mention).
    """

    name: str
    phi: Function
    dphi: Function
    homogeneous: bool = False
    kinks: tuple[float, ...] = ()


ActivationLike = str | Activation | Function | tuple[Function, Function]


def leaky_relu(slope: Real) -> Activation:
    """φ(h) = h for h > 0, ``slope``·h otherwise."""
    finite("slope", slope)
    return Activation(
        name=f"leaky_relu({slope:g})",
        phi=lambda h: np.where(np.asarray(h) > 0, h, slope * np.asarray(h)),
        dphi=lambda h: np.where(np.asarray(h) > 0, 1.0, slope),
        homogeneous=True,
    )


LINEAR = Activation("linear", lambda h: np.asarray(h, dtype=float), np.ones_like, homogeneous=True)
RELU = Activation("relu", lambda h: np.maximum(h, 0.0), lambda h: np.where(np.asarray(h) > 0, 1.0, 0.0), homogeneous=True)
TANH = Activation("tanh", np.tanh, lambda h: 1 - np.tanh(h) ** 2)
ERF = Activation("erf", erf, lambda h: 2 / np.sqrt(np.pi) * np.exp(-np.square(h)))
SIGMOID = Activation("sigmoid", expit, lambda h: expit(h) * expit(-np.asarray(h)))
SOFTPLUS = Activation("softplus", lambda h: np.logaddexp(0.0, h), expit)
HARD_TANH = Activation(
    "hard_tanh",
    lambda h: np.clip(h, -1.0, 1.0),
    lambda h: np.where((np.asarray(h) > -1) & (np.asarray(h) <= 1), 1.0, 0.0),
    kinks=(1.0,),
)

_BY_NAME = {a.name: a for a in (LINEAR, RELU, TANH, ERF, SIGMOID, SOFTPLUS, HARD_TANH)}
NAMES = tuple(_BY_NAME)


def resolve(activation: object) -> Activation:
    """What functions of the package take for an activation, as an :class:`Activation`.

    A name (one of ``NAMES``), an :class:`Activation`, a pair (φ, φ′) of functions, or φ alone where no derivative is
    needed. φ of a pair may have a kink at 0 only; an :class:`Activation` can tell where others lie.
    """
    if isinstance(activation, Activation):
        return activation
    pair = (activation, _unknown_derivative) if callable(activation) else activation
    if isinstance(pair, tuple) and len(pair) == 2 and all(map(callable, pair)):
        return Activation(getattr(pair[0], "__name__", "φ"), *pair)
    if not isinstance(activation, str):
        raise TypeError(f"activation must be a name, an Activation, φ or a pair (φ, φ′), got {activation!r}: pass one of these")
    return _BY_NAME[one_of("activation", activation, NAMES)]


def _unknown_derivative(h: np.ndarray) -> np.ndarray:
    raise TypeError("activation must come with its derivative here, got φ alone: pass the pair (φ, φ′)")
