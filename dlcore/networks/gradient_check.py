"""Taylor's test of a gradient: is the remainder of the linear approximation of second order?

    first(h) = |f(x + hv) − f(x)| = O(h),     second(h) = |f(x + hv) − f(x) − h gᵀv| = O(h²) if g = ∇f(x),

and second(h) ≈ |(g − ∇f(x))ᵀv| h if g is wrong along v. For very small h the rounding of f and of
x + hv takes over, at about h = √ε.

>>> table = taylor_test(lambda x: np.sum(x**3), lambda x: 3 * x**2, np.array([1.0, 2.0]), np.array([1.0, 0.0]), halvings=8)
>>> (table.second[:-1] / table.second[1:])[-3:].round(2).tolist()
[4.02, 4.01, 4.01]
>>> table.passes
True
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from dlcore.checks import finite, positive, positive_int

EPS = np.finfo(float).eps


class TaylorTable(NamedTuple):
    """A row for each h = 2⁰, 2⁻¹, …: both remainders; ``floor`` is what rounding of f and of x + hv may leave."""

    h: np.ndarray
    first: np.ndarray
    second: np.ndarray
    floor: float

    @property
    def orders(self) -> np.ndarray:
        """log₂ of how much the second remainder falls from each row to the next: 2 for a right gradient, 1 for a wrong one."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.log2(self.second[:-1] / self.second[1:])

    @property
    def order(self) -> float:
        """The median of the last four orders above the floor, at 16 times the floor at least; 2 where nothing is above it."""
        return _median(self.orders[self.second[1:] > 16 * self.floor])

    @property
    def passes(self) -> bool:
        """Whether the remainder falls faster than h to the power 3/2, or is nothing but rounding."""
        return self.order > 1.5

    def __str__(self) -> str:
        rows = (f"2^-{k:<3d} {a:11.3e} {b:11.3e}" for k, (a, b) in enumerate(zip(self.first, self.second)))
        return "\n".join(["h      |f(x+hv)-f| remainder", *rows])


def taylor_test(f: Callable, gradient: Callable | np.ndarray, x: np.ndarray, direction: np.ndarray, *, halvings: int = 32) -> TaylorTable:
    """The table of Taylor's test for f at x along ``direction``, for h = 2⁰ … 2^−``halvings``.

    Args:
        f: a function of an array of x's shape, with one number as its value.
        gradient: what is believed to be ∇f(x): an array of x's shape, or a function that returns it.
        direction: v, of x's shape, not zero. A random one meets every error with probability 1.

    Raises:
        ValueError: shapes that differ, a direction of zeros.
    """
    x, v = np.asarray(finite("x", x), dtype=float), np.asarray(finite("direction", direction), dtype=float)
    g = np.asarray(finite("gradient", gradient(x) if callable(gradient) else gradient), dtype=float)
    for name, array in (("direction", v), ("gradient", g)):
        if array.shape != x.shape:
            raise ValueError(f"{name} must have the shape of x, {x.shape}, got {array.shape}: reshape it")
    if not np.any(v):
        raise ValueError("direction must not be zero, got only zeros: draw a random one")
    h = 0.5 ** np.arange(positive_int("halvings", halvings) + 1)
    start, slope = float(f(x)), float(np.sum(g * v))
    change = np.array([float(f(x + step * v)) for step in h]) - start
    floor = 2 * EPS * abs(start) + EPS * float(np.sum(np.abs(g * x)))
    return TaylorTable(h, np.abs(change), np.abs(change - h * slope), floor)


def difference_gradient(f: Callable, x: np.ndarray, h: float = EPS ** (1 / 3)) -> np.ndarray:
    """∇f(x) by central differences, (f(x + h e_k) − f(x − h e_k))/2h for every entry k: 2 evaluations of f an entry."""
    x, h = np.asarray(finite("x", x), dtype=float), float(positive("h", h))
    found = np.empty(x.size)
    for k in range(x.size):
        e = np.zeros(x.size)
        e[k] = h
        found[k] = (f(x + e.reshape(x.shape)) - f(x - e.reshape(x.shape))) / (2 * h)
    return found.reshape(x.shape)


def _median(orders: np.ndarray) -> float:
    return float(np.median(orders[-4:])) if orders.size else 2.0
