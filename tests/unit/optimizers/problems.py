"""Standard test problems, F(w) = ½ Σ f_i(w)²: residuals, derivatives, starts, and the known minimum values of Σ f_i².

Source: Moré, Garbow & Hillstrom 1981, Testing Unconstrained Optimization Software, ACM TOMS 7:17–41; numbers as there. The residuals are
analytic, and take complex numbers, so that Im f(w + ihe_k)/h with h = 10⁻³⁰ is a column of the Jacobian up to rounding.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

_H = 1e-30


def jacobian(residuals, w):
    """Up to rounding, by complex steps."""
    return np.stack([residuals(w + 1j * _H * e).imag / _H for e in np.eye(len(w))], axis=1)


def gradient(residuals, w):
    return jacobian(residuals, w).T @ residuals(w)


def hessian(residuals, w):
    """To about ten digits, by central differences of the gradient."""
    h = 1e-5 * np.maximum(1e-3, np.abs(w))
    H = np.stack([(gradient(residuals, w + d) - gradient(residuals, w - d)) / (2 * d.sum()) for d in np.diag(h)])
    return (H + H.T) / 2


class Problem(NamedTuple):
    """Residuals, the standard start, and the values of Σ f_i² that its minima (and limits at infinity) have."""

    number: int
    name: str
    residuals: Callable[[np.ndarray], np.ndarray]
    start: tuple
    minima: tuple


def data(*values):
    return np.array(values, dtype=float)


def upto(m, first=1):
    return np.arange(first, first + m, dtype=float)


PROBLEMS: list[Problem] = []


def problem(number, name, start, *minima):
    def keep(residuals):
        PROBLEMS.append(Problem(number, name, residuals, tuple(start), minima))
        return residuals

    return keep


@problem(1, "Rosenbrock", (-1.2, 1), 0)
def _(x):
    return np.array([10 * (x[1] - x[0] ** 2), 1 - x[0]])


@problem(2, "Freudenstein and Roth", (0.5, -2), 0, 48.9842)
def _(x):
    return np.array([-13 + x[0] + ((5 - x[1]) * x[1] - 2) * x[1], -29 + x[0] + ((x[1] + 1) * x[1] - 14) * x[1]])


@problem(3, "Powell badly scaled", (0, 1), 0)
def _(x):
    return np.array([1e4 * x[0] * x[1] - 1, np.exp(-x[0]) + np.exp(-x[1]) - 1.0001])


@problem(4, "Brown badly scaled", (1, 1), 0)
def _(x):
    return np.array([x[0] - 1e6, x[1] - 2e-6, x[0] * x[1] - 2])


@problem(5, "Beale", (1, 1), 0)
def _(x):
    return data(1.5, 2.25, 2.625) - x[0] * (1 - x[1] ** upto(3))


@problem(6, "Jennrich and Sampson", (0.3, 0.4), 124.362)
def _(x):
    i = upto(10)
    return 2 + 2 * i - (np.exp(i * x[0]) + np.exp(i * x[1]))


@problem(7, "helical valley", (-1, 0, 0), 0)
def _(x):
    theta = np.arctan(x[1] / x[0]) / (2 * np.pi)
    theta = theta + (0.5 if x[0].real < 0 else 0.0)
    return np.array([10 * (x[2] - 10 * theta), 10 * (np.sqrt(x[0] ** 2 + x[1] ** 2) - 1), x[2]])


@problem(8, "Bard", (1, 1, 1), 8.21487e-3, 17.4286)
def _(x):
    y = data(0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.10, 4.39)
    u = upto(15)
    return y - (x[0] + u / ((16 - u) * x[1] + np.minimum(u, 16 - u) * x[2]))


@problem(9, "Gaussian", (0.4, 1, 0), 1.12793e-8)
def _(x):
    y = data(0.0009, 0.0044, 0.0175, 0.0540, 0.1295, 0.2420, 0.3521, 0.3989, 0.3521, 0.2420, 0.1295, 0.0540, 0.0175, 0.0044, 0.0009)
    return x[0] * np.exp(-x[1] * ((8 - upto(15)) / 2 - x[2]) ** 2 / 2) - y


@problem(10, "Meyer", (0.02, 4000, 250), 87.9458)
def _(x):
    y = data(34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744, 8261, 7030, 6005, 5147, 4427, 3820, 3307, 2872)
    return x[0] * np.exp(x[1] / (45 + 5 * upto(16) + x[2])) - y


@problem(11, "Gulf research and development", (5, 2.5, 0.15), 0)
def _(x):
    share = upto(10) / 100
    y = 25 + (-50 * np.log(share)) ** (2 / 3)
    return np.exp(-(np.sqrt((y - x[1]) ** 2) ** x[2]) / x[0]) - share


@problem(12, "box, three-dimensional", (0, 10, 20), 0)
def _(x):
    s = upto(10) / 10
    return np.exp(-s * x[0]) - np.exp(-s * x[1]) - x[2] * (np.exp(-s) - np.exp(-10 * s))


def powell(x):
    return [x[0] + 10 * x[1], 5**0.5 * (x[2] - x[3]), (x[1] - 2 * x[2]) ** 2, 10**0.5 * (x[0] - x[3]) ** 2]


@problem(13, "Powell singular", (3, -1, 0, 1), 0)
def _(x):
    return np.array(powell(x))


@problem(14, "Wood", (-3, -1, -3, -1), 0)
def _(x):
    return np.array([10 * (x[1] - x[0] ** 2), 1 - x[0], 90**0.5 * (x[3] - x[2] ** 2), 1 - x[2],
                        10**0.5 * (x[1] + x[3] - 2), (x[1] - x[3]) / 10**0.5])  # fmt: skip


@problem(15, "Kowalik and Osborne", (0.25, 0.39, 0.415, 0.39), 3.07505e-4, 1.02734e-3)
def _(x):
    y = data(0.1957, 0.1947, 0.1735, 0.1600, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246)
    u = data(4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625)
    return y - x[0] * (u**2 + u * x[1]) / (u**2 + u * x[2] + x[3])


@problem(16, "Brown and Dennis", (25, 5, -5, -1), 85822.2)
def _(x):
    s = upto(20) / 5
    return (x[0] + s * x[1] - np.exp(s)) ** 2 + (x[2] + x[3] * np.sin(s) - np.cos(s)) ** 2


@problem(17, "Osborne 1", (0.5, 1.5, -1, 0.01, 0.02), 5.46489e-5)
def _(x):
    y = data(0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.850, 0.818, 0.784, 0.751, 0.718, 0.685, 0.658, 0.628, 0.603, 0.580,
          0.558, 0.538, 0.522, 0.506, 0.490, 0.478, 0.467, 0.457, 0.448, 0.438, 0.431, 0.424, 0.420, 0.414, 0.411, 0.406)  # fmt: skip
    s = 10 * (upto(33) - 1)
    return y - (x[0] + x[1] * np.exp(-s * x[3]) + x[2] * np.exp(-s * x[4]))


@problem(18, "Biggs EXP6", (1, 2, 1, 1, 1, 1), 0, 5.65565e-3)
def _(x):
    s = upto(13) / 10
    y = np.exp(-s) - 5 * np.exp(-10 * s) + 3 * np.exp(-4 * s)
    return x[2] * np.exp(-s * x[0]) - x[3] * np.exp(-s * x[1]) + x[5] * np.exp(-s * x[4]) - y


@problem(19, "Osborne 2", (1.3, 0.65, 0.65, 0.7, 0.6, 3, 5, 7, 2, 4.5, 5.5), 4.01377e-2)
def _(x):
    y = data(1.366, 1.191, 1.112, 1.013, 0.991, 0.885, 0.831, 0.847, 0.786, 0.725, 0.746, 0.679, 0.608, 0.655, 0.616, 0.606, 0.602,
          0.626, 0.651, 0.724, 0.649, 0.649, 0.694, 0.644, 0.624, 0.661, 0.612, 0.558, 0.533, 0.495, 0.500, 0.423, 0.395, 0.375,
          0.372, 0.391, 0.396, 0.405, 0.428, 0.429, 0.523, 0.562, 0.607, 0.653, 0.672, 0.708, 0.633, 0.668, 0.645, 0.632, 0.591,
          0.559, 0.597, 0.625, 0.739, 0.710, 0.729, 0.720, 0.636, 0.581, 0.428, 0.292, 0.162, 0.098, 0.054)  # fmt: skip
    s = (upto(65) - 1) / 10
    bumps = sum(x[k] * np.exp(-((s - x[k + 7]) ** 2) * x[k + 4]) for k in (1, 2, 3))
    return y - (x[0] * np.exp(-s * x[4]) + bumps)


def watson(x):
    s, j = upto(29)[:, None] / 29, upto(len(x))
    slope = (x[1:] * j[:-1] * s ** (j[:-1] - 1)).sum(1)
    return np.concatenate([slope - (x * s ** (j - 1)).sum(1) ** 2 - 1, x[:1], (x[1] - x[0] ** 2 - 1)[None]])


problem(20, "Watson", (0,) * 6, 2.28767e-3)(watson)


@problem(21, "extended Rosenbrock", (-1.2, 1) * 5, 0)
def _(x):
    return np.concatenate([10 * (x[1::2] - x[::2] ** 2), 1 - x[::2]])


@problem(22, "extended Powell singular", (3, -1, 0, 1) * 2, 0)
def _(x):
    return np.concatenate([np.array(powell(x[k : k + 4])) for k in (0, 4)])


@problem(23, "penalty I", (1, 2, 3, 4), 2.24997e-5)
def _(x):
    return np.concatenate([1e-5**0.5 * (x - 1), (x @ x - 0.25)[None]])


@problem(24, "penalty II", (0.5,) * 4, 9.37629e-6)
def _(x):
    n, e, a = len(x), np.exp(x / 10), 1e-5**0.5
    y = np.exp(upto(n - 1, 2) / 10) + np.exp(upto(n - 1) / 10)
    last = ((n - upto(n) + 1) * x**2).sum() - 1
    return np.concatenate([(x[0] - 0.2)[None], a * (e[1:] + e[:-1] - y), a * (e[1:] - np.exp(-0.1)), last[None]])


@problem(25, "variably dimensioned", tuple(1 - j / 10 for j in range(1, 11)), 0)
def _(x):
    s = (upto(len(x)) * (x - 1)).sum()
    return np.concatenate([x - 1, s[None], (s**2)[None]])


@problem(26, "trigonometric", (0.1,) * 10, 0, 2.79506e-5)
def _(x):
    c = np.cos(x)
    return len(x) - c.sum() + upto(len(x)) * (1 - c) - np.sin(x)


@problem(27, "Brown almost linear", (0.5,) * 10, 0, 1)
def _(x):
    return np.concatenate([x[:-1] + x.sum() - len(x) - 1, (np.prod(x) - 1)[None]])


def at_grid(n):
    return upto(n) / (n + 1)


@problem(28, "discrete boundary value", tuple(j / 11 * (j / 11 - 1) for j in range(1, 11)), 0)
def _(x):
    padded, s = np.pad(x, 1), at_grid(len(x))
    return 2 * x - padded[:-2] - padded[2:] + (x + s + 1) ** 3 / (2 * (len(x) + 1) ** 2)


@problem(29, "discrete integral equation", tuple(j / 11 * (j / 11 - 1) for j in range(1, 11)), 0)
def _(x):
    s = at_grid(len(x))
    kernel = np.where(s[None] <= s[:, None], (1 - s[:, None]) * s[None], s[:, None] * (1 - s[None]))
    return x + kernel @ (x + s + 1) ** 3 / (2 * (len(x) + 1))


@problem(30, "Broyden tridiagonal", (-1,) * 10, 0)
def _(x):
    padded = np.pad(x, 1)
    return (3 - 2 * x) * x - padded[:-2] - 2 * padded[2:] + 1


@problem(31, "Broyden banded", (-1,) * 10, 0)
def _(x):
    n = len(x)
    band = np.array([[float(j != i and i - 5 <= j <= i + 1) for j in range(n)] for i in range(n)])
    return x * (2 + 5 * x**2) + 1 - band @ (x * (1 + x))


@problem(32, "linear, full rank", (1,) * 5, 5)
def _(x):
    return np.concatenate([x - x.sum() / 5 - 1, np.full(5, -x.sum() / 5 - 1)])  # m = 10, where 2/m = 1/5


@problem(33, "linear, rank 1", (1,) * 5, 10 * 9 / (2 * 21))
def _(x):
    return upto(10) * (upto(5) @ x) - 1


@problem(34, "linear, rank 1, zero columns and rows", (1,) * 5, (100 + 30 - 6) / (2 * 17))
def _(x):
    i = np.concatenate([upto(8), [0]])
    return np.concatenate([[-1], i * (upto(3, 2) @ x[1:-1]) - 1])


@problem(35, "Chebyquad", tuple(j / 9 for j in range(1, 9)), 3.51687e-3)
def _(x):
    i = upto(8)
    mean = _chebyshev(2 * x - 1, 8)
    return mean - np.where(i % 2 == 0, -1 / (i**2 - 1), 0.0)


def _chebyshev(z, n):
    """Means of T_1, …, T_n at z."""
    before, now, means = np.ones_like(z), z, []
    for _ in range(n):
        means.append(now.mean())
        before, now = now, 2 * z * now - before
    return np.array(means)
