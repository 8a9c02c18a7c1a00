from fractions import Fraction

import numpy as np
import pytest

from dlcore.optimizers import cholesky

EPS = np.finfo(float).eps


def definite(rng, n):
    B = rng.standard_normal((n, n))
    return B @ B.T + np.eye(n)


def indefinite(rng, n):
    B = rng.standard_normal((n, n))
    return (B + B.T) / 2


@pytest.mark.parametrize("n", [1, 2, 5, 12])
def test_as_numpy_and_backward_stable(n, rng):
    A = definite(rng, n)
    L, pivots = cholesky.factor(A)
    np.testing.assert_allclose(L, np.linalg.cholesky(A), rtol=0, atol=1e3 * n * EPS * np.linalg.norm(L))
    # Higham 2002, theorem 10.3: |A − L Lᵀ| ≤ γ_{n+1} |L||L|ᵀ entry by entry
    assert np.all(np.abs(A - L @ L.T) <= 2 * (n + 2) * EPS * (np.abs(L) @ np.abs(L).T))
    minors = [np.linalg.det(A[:k, :k]) for k in range(n + 1)]
    np.testing.assert_allclose(pivots, np.divide(minors[1:], minors[:-1]), rtol=1e-9)


def test_entry_by_entry_is_the_same_and_exact_on_fractions():
    L = np.array([[2, 0, 0], [1, 3, 0], [-4, 2, 1]])
    A = (L @ L.T).tolist()
    found = [[Fraction(0)] * 3 for _ in range(3)]
    for i, j in cholesky.order(3):
        found[i][j] = cholesky.entry(A, found, i, j)
    assert found == L.tolist()


def test_the_printed_order_divides_by_what_is_not_there():
    i, j = next(cholesky.order(3, printed=True))
    with pytest.raises(ZeroDivisionError):
        cholesky.entry([[4, 2, 0], [2, 5, 0], [0, 0, 1]], [[0] * 3 for _ in range(3)], i, j)


class Counted(float):
    """A number whose products and quotients are counted."""

    count = 0

    def __mul__(self, other):
        Counted.count += 1
        return Counted(float(self) * float(other))

    def __truediv__(self, other):
        Counted.count += 1
        return Counted(float(self) / float(other))

    def __sub__(self, other):
        return Counted(float(self) - float(other))

    def __pow__(self, other):
        return Counted(float(self) ** other)


@pytest.mark.parametrize("n", [1, 2, 7, 30])
def test_operations_are_those_counted(n, rng):
    A = [[Counted(a) for a in row] for row in definite(rng, n)]
    L = [[Counted(0)] * n for _ in range(n)]
    Counted.count = 0
    for i, j in cholesky.order(n):
        L[i][j] = cholesky.entry(A, L, i, j)
    assert Counted.count == cholesky.operations(n)


def test_pivots_decide_and_the_witness_shows_it(rng):
    for n in range(1, 9):
        for A in (*(indefinite(rng, n) for _ in range(20)), definite(rng, n)):
            least = np.linalg.eigvalsh(A)[0]
            u = cholesky.witness(A)
            assert (u is None) == (least > 0)
            if u is not None:
                pivots = cholesky.factor(A)[1]
                size = np.abs(u) @ np.abs(A) @ np.abs(u)
                assert abs(u @ A @ u - pivots[-1]) <= 100 * n**2 * EPS * size
                assert np.all(pivots[:-1] > 0) and pivots[-1] <= 0
    for A in (np.array([[0.0, 1], [1, 0]]), np.ones((2, 2))):
        assert cholesky.factor(A)[1][-1] == 0


@pytest.mark.parametrize("floor", [1e-3, 0.5, 1.0, 4.0])
def test_floors_follow_their_recursion(floor):
    n = 6
    L, added = cholesky.floored(np.ones((n, n)) - np.eye(n), floor)
    u = [1.0]
    for _ in range(n - 1):
        u.append(u[-1] - u[-1] ** 2 / floor)
    np.testing.assert_allclose(added, floor + 1 - np.array(u[:n]), rtol=1e-9)
    assert added[0] == floor
    if floor >= 1:
        np.testing.assert_allclose(L @ L.T, np.ones((n, n)) - np.eye(n) + np.diag(added), atol=1e-12)


def test_what_is_positive_enough_is_left_alone(rng):
    A = definite(rng, 6)
    for L, added in (cholesky.floored(A, 1e-8), cholesky.gill_murray_wright(A / np.abs(A).max())):
        assert L.shape == (6, 6) and np.all(added >= 0)
    assert not np.any(cholesky.floored(A, 1e-8)[1])
    assert not np.any(cholesky.gill_murray_wright(np.diag([1.0, 2, 3]))[1])


def test_gill_murray_and_wright_bound(rng):
    for n in (2, 3, 8, 20):
        for _ in range(20):
            A = indefinite(rng, n) * 10.0 ** rng.uniform(-3, 3)
            L, added = cholesky.gill_murray_wright(A, 1e-8)
            gamma, xi = np.abs(np.diag(A)).max(), np.abs(A - np.diag(np.diag(A))).max()
            beta = np.sqrt(max(gamma, xi / np.sqrt(n * n - 1)))
            assert np.all(added >= -1e-12 * gamma)
            assert added.max() <= (xi / beta + (n - 1) * beta) ** 2 + 2 * (gamma + (n - 1) * beta**2) + 1e-8
            assert np.abs(np.tril(L, -1)).max() <= beta * (1 + 1e-12)
            np.testing.assert_allclose(L @ L.T, A + np.diag(added), atol=1e-10 * np.abs(A).max() * n)


def test_bad_input():
    with pytest.raises(ValueError, match="symmetric"):
        cholesky.factor(np.array([[1.0, 2.0], [0.0, 1.0]]))
    with pytest.raises(ValueError, match="at least one row"):
        cholesky.factor(np.ones((0, 0)))
    with pytest.raises(ValueError, match="floor must be positive"):
        cholesky.floored(np.eye(2), 0.0)
    with pytest.raises(ValueError, match="at least 1"):
        cholesky.operations(0)
