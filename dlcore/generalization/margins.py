"""The support vector classifier, from both sides of its duality.

Primal: P(β₀, β) = Σᵢ max(0, 1 − yᵢ(β₀ + xᵢᵀβ)) + λ‖β‖², a sum and no mean. Dual: D(α) = Σᵢ αᵢ − ‖Σᵢ αᵢ yᵢ xᵢ‖²/4λ for 0 ≤ α ≤ 1
and Σᵢ αᵢ yᵢ = 0. Always D ≤ P, and where they are equal both are solved (Cortes and Vapnik 1995).

>>> found = classifier(np.array([[1.0], [-1.0]]), np.array([1, -1]), 4.0)
>>> found.beta.round(9).tolist(), found.alpha.round(9).tolist()
([0.25], [1.0, 1.0])
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Num
from sklearn.svm import SVC

from dlcore.checks import Real, positive

from .penalties import examples

_TOLERANCE = 1e-6  # of libsvm, on the slope of the dual: its matrix has single precision, and it never gets to less than that
_EDGE = 1e-7  # multipliers so near to 0 or 1 are meant to be there


class Classifier(NamedTuple):
    """The sign of β₀ + xᵀβ, the multipliers that prove it best, and whether λβ₀² was part of the penalty."""

    beta0: float
    beta: Float[np.ndarray, " p"]
    alpha: Float[np.ndarray, " n"]
    penalised: bool

    def value(self, X: Float[np.ndarray, "n p"]) -> Float[np.ndarray, " n"]:
        """β₀ + Xβ."""
        return self.beta0 + X @ self.beta


def _labelled(X, y) -> tuple[Float[np.ndarray, "n p"], Float[np.ndarray, " n"]]:
    X, y = examples(X, y)
    if set(y.tolist()) != {-1.0, 1.0}:
        raise ValueError(f"y must hold both labels −1 and 1, got {sorted(set(y.tolist()))}: relabel, or add the other class")
    return X, y


def primal(
    X: Float[np.ndarray, "n p"], y: Num[np.ndarray, " n"], lam: Real, beta0: Real, beta: Float[np.ndarray, " p"], penalised: bool = False
) -> float:
    """Σᵢ max(0, 1 − yᵢ(β₀ + xᵢᵀβ)) + λ‖β‖², plus λβ₀² if `penalised`."""
    X, y = _labelled(X, y)
    return float(np.maximum(0, 1 - y * (beta0 + X @ beta)).sum() + positive("lam", lam) * (beta @ beta + penalised * beta0**2))


def dual(
    X: Float[np.ndarray, "n p"], y: Num[np.ndarray, " n"], lam: Real, alpha: Float[np.ndarray, " n"], penalised: bool = False
) -> float:
    """Σᵢ αᵢ − ‖Σᵢ αᵢyᵢxᵢ‖²/4λ; −∞ where α is not allowed. With `penalised` each xᵢ has a further entry 1, and Σᵢ αᵢyᵢ is free."""
    X, y = _labelled(X, y)
    slack = 1e-9 * len(y)  # of the rounding of Σᵢ αᵢyᵢ
    if np.any(alpha < -slack) or np.any(alpha > 1 + slack) or not (penalised or abs(alpha @ y) <= slack):
        return -np.inf
    pull = (alpha * y) @ (_with_ones(X) if penalised else X)
    return float(alpha.sum() - pull @ pull / (4 * positive("lam", lam)))


def classifier(X: Float[np.ndarray, "n p"], y: Num[np.ndarray, " n"], lam: Real, penalised: bool = False) -> Classifier:
    """The minimiser of the primal, by libsvm, whose C is 1/2λ and whose multipliers are αᵢ/2λ.

    libsvm leaves the intercept free. For the penalised one each example (x, 1) is given a mirror image (−x, −1) of the other label:
    the best intercept of this doubled problem is 0 by symmetry, and λ counts twice.
    """
    (X, y), n = _labelled(X, y), len(y)
    positive("lam", lam)
    if penalised:
        ones = _with_ones(X)
        doubled = classifier(np.vstack([ones, -ones]), np.concatenate([y, -y]), 2 * lam)
        alpha = (doubled.alpha[:n] + doubled.alpha[n:]) / 2
        return Classifier(float(doubled.beta[-1]), doubled.beta[:-1], alpha, True)
    machine = SVC(kernel="linear", C=1 / (2 * lam), tol=_TOLERANCE).fit(X, y)
    alpha = np.zeros(n)
    alpha[machine.support_] = np.abs(machine.dual_coef_[0]) * 2 * lam
    return _polished(X, y, lam, alpha, float(machine.intercept_[0]))


def _polished(X, y, lam, alpha, beta0) -> Classifier:
    """The same with all digits: where 0 < αᵢ < 1 the margin yᵢ(β₀ + xᵢᵀβ) is 1, and Σᵢ αᵢyᵢ = 0; both are linear in α and β₀."""
    alpha = np.where(alpha < _EDGE, 0.0, np.where(alpha > 1 - _EDGE, 1.0, alpha))
    free, pulls = (alpha > 0) & (alpha < 1), y[:, None] * X
    if free.any():
        on, sign = pulls[free], y[free]
        system = np.block([[on @ on.T / (2 * lam), sign[:, None]], [sign, np.zeros(1)]])
        missed = 1 - on @ (alpha @ pulls) / (2 * lam) - sign * beta0
        *step, rise = np.linalg.lstsq(system, np.append(missed, -alpha @ y))[0]
        alpha[free] += step
        beta0 += rise
    return Classifier(float(beta0), alpha @ pulls / (2 * lam), alpha, False)


def gap(X: Float[np.ndarray, "n p"], y: Num[np.ndarray, " n"], lam: Real, found: Classifier) -> float:
    """P(β₀, β) − D(α): no other β can be better than the one found by more than this."""
    return primal(X, y, lam, found.beta0, found.beta, found.penalised) - dual(X, y, lam, found.alpha, found.penalised)


def _with_ones(X: Float[np.ndarray, "n p"]) -> Float[np.ndarray, "n p1"]:
    return np.column_stack([X, np.ones(len(X))])
