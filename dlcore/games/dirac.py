"""The Dirac game: the smallest generative adversarial network (Mescheder, Geiger, Nowozin 2018).

The data are the one point 0, the generator makes the one point θ, and the critic is the line ψx. The generator goes down and the
critic up on

    f(θ, ψ) = u(ψθ) − R(ψ),     u(t) = t (Wasserstein)  or  u(t) = −ln(1 + e^{−t}) + ln 2 (logistic)

    R(ψ) = 0                        "none"
           ½ γ ψ²                   "zero": the slope of the critic is pulled to 0
           ½ γ (|ψ| − 1)²           "one": its size is pulled to 1 (Gulrajani et al. 2017)
           0, with |ψ| ≤ γ          "clip" (Arjovsky, Chintala, Bottou 2017)

What comes back is a ``Game`` with x = θ and y = ψ, for the methods of ``dlcore.games.dynamics``. With u(t) = t it is a quadratic
game: bilinear without a penalty, strongly concave in ψ with the penalty "zero".

>>> game = dirac("wasserstein", "zero", 1.0)
>>> float(game.grad_x(2.0, 3.0)), float(game.grad_y(2.0, 3.0))
(3.0, -1.0)
"""

import numpy as np
from jaxtyping import Float

from dlcore.checks import Reals, non_negative, number, one_of, positive
from dlcore.games.dynamics import Game

LOSSES = ("wasserstein", "logistic")
PENALTIES = ("none", "zero", "one", "clip")


def dirac(loss: str = "wasserstein", penalty: str = "none", strength: float = 1.0) -> Game:
    """The game for a loss of ``LOSSES`` and a penalty of ``PENALTIES``; ``strength`` is γ, positive, unused with "none"."""
    one_of("loss", loss, LOSSES)
    one_of("penalty", penalty, PENALTIES)
    gamma = positive("strength", number("strength", strength))

    def u(t: Reals) -> Reals:
        return np.asarray(t) if loss == "wasserstein" else np.log(2) - np.logaddexp(0, -np.asarray(t))

    def slope(t: Reals) -> Reals:
        """u′: 1, or 1/(1 + e^t), without an overflow."""
        return np.ones_like(t, dtype=float) if loss == "wasserstein" else (1 - np.tanh(np.asarray(t) / 2)) / 2

    def cost(psi: Reals) -> Reals:
        size = np.abs(psi)
        return gamma / 2 * {"zero": size**2, "one": (size - 1) ** 2}.get(penalty, 0 * size)

    def pull(psi: Reals) -> Reals:
        return gamma * {"zero": psi, "one": psi - np.sign(psi)}.get(penalty, 0 * np.asarray(psi))

    return Game(
        lambda theta, psi: u(theta * psi) - cost(psi),
        lambda theta, psi: psi * slope(theta * psi),
        lambda theta, psi: theta * slope(theta * psi) - pull(psi),
        gamma if penalty == "clip" else np.inf,
    )


def penalised_radius(rate: Reals, strength: Reals) -> Float[np.ndarray, "..."]:
    """The spectral radius of simultaneous steps on the Wasserstein game with the penalty "zero", in closed form.

    The eigenvalues 1 − η(γ ± √(γ² − 4))/2 are complex up to γ = 2, and then of modulus √(1 − ηγ + η²). γ = 0 gives √(1 + η²).
    """
    eta, gamma = (np.asarray(value, dtype=float) for value in (positive("rate", rate), non_negative("strength", strength)))
    root = np.sqrt(np.maximum(gamma**2 - 4, 0))
    real = np.maximum(np.abs(1 - eta * (gamma + root) / 2), np.abs(1 - eta * (gamma - root) / 2))
    return np.asarray(np.where(gamma <= 2, np.sqrt(np.maximum(1 - eta * gamma + eta**2, 0)), real))
