"""Cholesky's factorisation A = L Lᵀ entry by entry, its pivots as a certificate, and its modifications for indefinite matrices.

    p_j = a_jj − Σ_{k<j} l_jk²,   l_jj = √p_j,   l_ij = (a_ij − Σ_{k<j} l_ik l_jk) / l_jj   (i > j), column by column

A symmetric A is positive definite if and only if p_1, …, p_n > 0; otherwise some p_j ≤ 0 is met, and there is a vector u with
uᵀ A u = p_j. A pivot that is too small may be raised: then L Lᵀ = A + Δ with a diagonal Δ ⪰ 0, whose size depends on how.
Sources: Benoît 1924; Gill, Murray & Wright 1981, §4.4.2.2; Nocedal & Wright 2006, §3.4; Higham 2002, ch. 10 (rounding).

>>> L, pivots = factor(np.array([[4.0, 2.0], [2.0, 5.0]]))
>>> L.tolist(), pivots.tolist()
([[2.0, 0.0], [1.0, 2.0]], [4.0, 4.0])
"""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float

from dlcore.checks import Integer, Real, positive, positive_int, symmetric

Matrix = Float[np.ndarray, "n n"]


def order(n: Integer, *, printed: bool = False) -> Iterator[tuple[int, int]]:
    """The entries (i, j), i ≥ j, in the order in which they are computed: in each column the diagonal first, then downwards.

    ``printed``: the diagonal last in each column, as a much-copied listing has it; it divides by an l_jj that is not there yet.

    >>> list(order(2)), list(order(2, printed=True))
    ([(0, 0), (1, 0), (1, 1)], [(1, 0), (0, 0), (1, 1)])
    """
    for j in range(positive_int("n", n)):
        below = [(i, j) for i in range(j + 1, n)]
        yield from [*below, (j, j)] if printed else [(j, j), *below]


def entry(A, L, i: int, j: int):
    """l_ij from the entries to the left of it and of l_jj: one product each, and a root or a division.

    Plain loops over what A and L hold, so that numbers of any kind (exact ones, or such as count operations) pass through.
    """
    rest = A[i][j]
    for k in range(j):
        rest = rest - L[i][k] * L[j][k]
    return rest**0.5 if i == j else rest / L[j][j]


def operations(n: Integer) -> int:
    """Multiplications and divisions for an n × n matrix, roots not counted: (n³ − n)/6 + n(n − 1)/2.

    >>> [operations(n) for n in (1, 2, 5, 30)]
    [0, 2, 30, 4930]
    """
    n = positive_int("n", n)
    return (n**3 - n) // 6 + n * (n - 1) // 2


def factor(A: Matrix) -> tuple[Matrix, Float[np.ndarray, " met"]]:
    """L and the pivots p_1, p_2, … of ``A``, down to the first that is not positive; there L ends (its other columns are 0)."""
    A = _one(A)
    L, pivots = np.zeros_like(A), []
    for j in range(len(A)):
        pivots.append(A[j, j] - L[j, :j] @ L[j, :j])
        if not pivots[-1] > 0:
            break
        L[j, j] = np.sqrt(pivots[-1])
        L[j + 1 :, j] = (A[j + 1 :, j] - L[j + 1 :, :j] @ L[j, :j]) / L[j, j]
    return L, np.array(pivots)


def witness(A: Matrix) -> Float[np.ndarray, " n"] | None:
    """A vector u with uᵀ A u = p_j ≤ 0, j the first such pivot, or None where ``A`` is positive definite.

    u_j = 1, and the entries above solve A_{j−1} u = −a: they make the form smallest for this u_j.
    """
    L, pivots = factor(A)
    if pivots[-1] > 0:
        return None
    j, u = len(pivots) - 1, np.zeros(len(A))
    u[j] = 1
    u[:j] = -np.linalg.solve(L[:j, :j].T, L[j, :j])
    return u


def floored(A: Matrix, floor: Real) -> tuple[Matrix, Float[np.ndarray, " n"]]:
    """L and Δ with L Lᵀ = A + diag(Δ), where every pivot below ``floor`` > 0 is raised to it; inf or NaN after an overflow.

    >>> floored(np.array([[0.0, 1.0], [1.0, 0.0]]), 0.01)[1].round(9).tolist()
    [0.01, 100.01]
    """
    A, floor = _one(A), float(positive("floor", floor))
    L, added = np.zeros_like(A), np.zeros(len(A))
    with np.errstate(over="ignore", invalid="ignore"):
        for j in range(len(A)):
            pivot = A[j, j] - L[j, :j] @ L[j, :j]
            raised = pivot if pivot >= floor else floor
            added[j], L[j, j] = raised - pivot, np.sqrt(raised)
            L[j + 1 :, j] = (A[j + 1 :, j] - L[j + 1 :, :j] @ L[j, :j]) / L[j, j]
    return L, added


def gill_murray_wright(A: Matrix, smallest: Real = 1e-8) -> tuple[Matrix, Float[np.ndarray, " n"]]:
    """L and Δ with L Lᵀ = A + diag(Δ); a pivot is raised as far as keeps every entry of L below it at most β.

    With γ and ξ the largest |a_ii| and |a_ij|, i ≠ j, and β² = max(γ, ξ/√(n² − 1), ε): p_j ← max(|p_j|, (θ_j/β)², ``smallest``),
    where θ_j is the largest |l_ij l_jj| below. Then 0 ≤ Δ_j ≤ (ξ/β + (n − 1)β)² + 2(γ + (n − 1)β²) + ``smallest``.
    The rows are taken as they come, without exchanges. Gill, Murray & Wright 1981, p. 111.
    """
    A, smallest = _one(A), float(positive("smallest", smallest))
    n, sizes = len(A), np.abs(A)
    gamma, xi = sizes.diagonal().max(), (sizes - np.diag(sizes.diagonal())).max()
    beta2 = max(gamma, xi / np.sqrt(max(n * n - 1, 1)), np.finfo(float).eps)
    L, added = np.zeros_like(A), np.zeros(n)
    for j in range(n):
        pivot = A[j, j] - L[j, :j] @ L[j, :j]
        below = A[j + 1 :, j] - L[j + 1 :, :j] @ L[j, :j]
        raised = max(abs(pivot), np.abs(below).max(initial=0.0) ** 2 / beta2, smallest)
        added[j], L[j, j] = raised - pivot, np.sqrt(raised)
        L[j + 1 :, j] = below / L[j, j]
    return L, added


def _one(A: np.ndarray) -> np.ndarray:
    A = symmetric("A", A)
    if A.ndim != 2 or A.size == 0:
        raise ValueError(f"A must be one matrix with at least one row, got shape {A.shape}: call once for each")
    return A
