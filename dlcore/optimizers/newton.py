"""Newton's method, for equations and for minimisation, pure and damped; and whose basin a start lies in.

    g(w) = 0:   w ← w − Dg(w)⁻¹ g(w)
    min F:      w ← w − s ∇²F(w)⁻¹ ∇F(w),   s = 1 (pure), or the first of 1, β, β², … with F(w + sd) ≤ F(w) + ϑ s ∇F(w)ᵀd (damped)

An oracle tells of a point the pair (g, Dg), as `Equations`, or (F, ∇F, ∇²F), as `Local`: a step reads the last two entries. Leading
axes are free. A run that leaves every bound ends at ±inf, and so does a step for which the matrix is singular.
Sources: Kantorovich 1948; Armijo 1966; Nocedal & Wright 2006, ch. 3 and 11; Cayley 1879 (basins).

>>> from dlcore.optimizers.methods import run
>>> root_of_two = lambda w: Equations(w**2 - 2, 2 * w[..., None])
>>> run(newton(), root_of_two, [1.0], 3)[:, 0].tolist()
[1.0, 1.5, 1.4166666666666667, 1.4142156862745099]
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Complex, Float, Int

from dlcore.checks import Integer, Real, Reals, finite, non_negative, number, positive, positive_int
from dlcore.optimizers.methods import Method, State, moved

Vectors = Float[np.ndarray, "... d"]
Matrices = Float[np.ndarray, "... d d"]
_HALVINGS = 60  # beyond, w + sd is w


class Equations(NamedTuple):
    """What an oracle tells of a point: g (*batch, d) and its Jacobian (*batch, d, d)."""

    g: Vectors
    jacobian: Matrices


class Local(NamedTuple):
    """What an oracle tells of a point: value (*batch), gradient (*batch, d), Hessian (*batch, d, d)."""

    value: Reals
    gradient: Vectors
    hessian: Matrices


def direction(g: Reals, matrix: Reals) -> Vectors:
    """−``matrix``⁻¹ ``g``; NaN where the matrix is singular or not finite."""
    g, matrix = np.asarray(g, dtype=float), np.asarray(matrix, dtype=float)
    if matrix.shape[-2:] != (g.shape[-1], g.shape[-1]):
        raise ValueError(f"matrix must be square with as many rows as g has entries, got {matrix.shape} and {g.shape}: add axes")
    sound = np.isfinite(matrix).all(axis=(-2, -1))
    matrix = np.where(sound[..., None, None], matrix, np.eye(g.shape[-1]))
    singular = np.linalg.slogdet(matrix)[0] == 0
    matrix = np.where(singular[..., None, None], np.eye(g.shape[-1]), matrix)
    d = -np.linalg.solve(matrix, g[..., None])[..., 0]
    return np.where((sound & ~singular)[..., None], d, np.nan)


def newton() -> Method:
    """The pure method. What ``step`` is given is `Equations` or a `Local` at ``state.parameters``."""

    def step(state: State, local: Equations | Local) -> State:
        return State(moved(state.parameters, -direction(*local[-2:])), (), state.step + 1)

    return Method(_begin, step)


def damped_newton(F: Callable[[np.ndarray], Reals], *, slope: Real = 1e-4, shrink: Real = 0.5) -> Method:
    """Newton's direction with Armijo's rule: s is the first of 1, β, β², … (β = ``shrink``) that keeps ``slope`` ϑ of what is promised.

    ``F`` gives values alone, (*batch, d) → (*batch), ``step`` a `Local`. Memory: the step length s that was taken, 0 before the first.
    Both numbers must lie in (0, 1); with ϑ < ½ full steps are taken near a minimum, as long as ``F`` is right to a few roundings of its
    own value there: e^v − v − 1 written out is not, and its rounding refuses the last steps. After 60 halvings s is taken as it is.
    Raises ValueError where Newton's direction ascends, or where there is none.
    """
    for name, value in (("slope", slope), ("shrink", shrink)):
        if not 0 < number(name, value) < 1:
            raise ValueError(f"{name} must lie between 0 and 1, got {value}: choose a fraction")

    def init(start: Reals) -> State:
        state = _begin(start)
        return state._replace(memory=(np.zeros(state.parameters.shape[:-1]),))

    def step(state: State, local: Local) -> State:
        w, d = state.parameters, direction(local.gradient, local.hessian)
        promised = np.sum(local.gradient * d, axis=-1)
        if not np.all(promised <= 0):
            worst = np.max(np.where(np.isnan(promised), np.inf, promised))
            raise ValueError(f"Newton's direction must descend, got ∇Fᵀd = {worst}: modify the Hessian, or limit the step to a region")
        noise = 8 * np.finfo(float).eps * np.abs(local.value)
        s = np.ones(promised.shape)
        for _ in range(_HALVINGS):
            with np.errstate(over="ignore", invalid="ignore"):
                passed = F(w + s[..., None] * d) <= local.value + slope * s * promised + noise
            if np.all(passed):
                break
            s = np.where(passed, s, shrink * s)
        return State(moved(w, -s[..., None] * d), (s,), state.step + 1)

    return Method(init, step)


class Basins(NamedTuple):
    """Which root is reached (its place in ``roots``, −1 for none), and after how many steps."""

    roots: Complex[np.ndarray, " degree"]
    reached: Int[np.ndarray, "..."]
    steps: Int[np.ndarray, "..."]


def basins(coefficients: Reals, start: np.ndarray, steps: Integer = 60, *, near: Real = 1e-3) -> Basins:
    """Newton's method for a polynomial (highest power first) in the complex plane, from every point of ``start``.

    A run has reached a root when it is ``near`` to it, and it is counted when that was first so; roots are ordered by their argument.
    """
    coefficients = np.trim_zeros(np.atleast_1d(np.asarray(finite("coefficients", coefficients), dtype=float)), "f")
    if coefficients.ndim != 1 or len(coefficients) < 2:
        raise ValueError(f"coefficients must be those of a polynomial of degree 1 or more, got {coefficients}: highest power first")
    positive_int("steps", steps)
    roots = np.roots(coefficients)
    roots = roots[np.argsort(np.round(np.angle(roots) % (2 * np.pi), 9), kind="stable")]
    z, derivative = np.array(start, dtype=complex), np.polyder(coefficients)
    shape, z = z.shape, z.ravel()
    reached, taken, under_way = np.full(z.shape, -1), np.full(z.shape, int(steps)), np.arange(z.size)
    for k in range(steps + 1):
        with np.errstate(all="ignore"):
            for index, root in enumerate(roots):
                arrived = under_way[np.abs(z - root) < positive("near", near)]
                reached[arrived], taken[arrived] = index, k
            rest = reached[under_way] < 0
            under_way, z = under_way[rest], z[rest]
            z = z - np.polyval(coefficients, z) / np.polyval(derivative, z)
    return Basins(roots, reached.reshape(shape), taken.reshape(shape))


def order(errors: Reals) -> Float[np.ndarray, "..."]:
    """The observed order ln e_{k+1} / ln e_k of errors e_0, e_1, … in (0, 1), first axis: 2 where digits double.

    >>> order([0.1, 0.01, 0.0001]).round(9).tolist()
    [2.0, 2.0]
    """
    errors = np.asarray(non_negative("errors", errors), dtype=float)
    if np.any(errors == 0) or np.any(errors >= 1):
        raise ValueError(f"errors must lie strictly between 0 and 1, got {errors}: leave the others out")
    return np.log(errors[1:]) / np.log(errors[:-1])


def _begin(start: Reals) -> State:
    w = np.asarray(finite("start", start), dtype=float)
    if w.ndim == 0:
        raise ValueError(f"start must be a vector, or an array of vectors along its last axis, got {start}: pass [{start}]")
    return State(w.copy(), (), 0)
