"""Expectations over one Gaussian variable, or over two correlated ones, by quadrature.

    E f(√v Z)        = ∫₀^∞ [f(√v t) + f(−√v t)] e^{−t²/2}/√(2π) dt
    E f(U) g(V)      = ∫∫ f(√v r cos θ) g(√v′ r cos(θ − α)) e^{−r²/2} r/(2π) dr dθ,     corr(U, V) = c = cos α

Each half-line is cut into panels that shrink geometrically towards 0, with Gauss–Legendre nodes in each. A kink at 0
(ReLU) is then an end point and costs nothing, and a smooth step (tanh with a large variance) falls into panels of its
own size: the panels go down to a small part of 1/√v. In the plane the same is done along every ray, and the directions are cut
where one of the variables changes its sign, so that kinks at 0 lie on edges whatever c is, ±1 included.

>>> round(float(expectation(np.abs)), 12) == round(float(np.sqrt(2 / np.pi)), 12)
True
>>> bool(abs(correlated_expectation(np.sign, np.sign, 0.5) - 1 / 3) < 1e-11)  # (2/π) arcsin c
True
"""

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from dlcore.checks import Reals, finite, non_negative, positive

Values = Float[np.ndarray, "..."] | float
Function = Callable[[np.ndarray], np.ndarray]

_RATIO = 4.0  # of neighbouring panels; a singularity at 0 then limits n nodes to an error of 3^{−2n}


class _Grading(NamedTuple):
    """Panels on [0, edges[-1]]: those given, and below edges[0] ever shorter ones, down to 1/(finest · √v)."""

    edges: tuple[float, ...]  # e^{−reach²/2} is the tail left out: below rounding for functions of polynomial growth
    nodes: int
    finest: float


_LINE = _Grading((1.0, 2.5, 5.0, 12.0), 18, 32.0)  # rounding alone is left up to √v = 10⁴
_RAY = _Grading((1.0, 3.0, 6.0, 9.5), 12, 8.0)  # there the measure r dr helps; some 1e−12


def expectation(f: Function, variance: Reals = 1.0, *, kinks: Sequence[float] = ()) -> Values:
    """E f(√variance · Z), Z ~ N(0, 1), for each entry of ``variance`` (≥ 0); inf where f overflows.

    ``f`` is elementwise, of at most polynomial growth, and smooth except at 0 and at ±k for k in ``kinks`` (k > 0).
    """
    s = np.sqrt(np.asarray(non_negative("variance", variance), dtype=float))[..., None]
    u, w = _half_line(float(s.max(initial=0)), _LINE)
    with np.errstate(over="ignore", divide="ignore"):  # variance 0: the kinks lie beyond the reach, f(0) remains
        if not len(kinks):
            return (f(s * np.concatenate([u, -u])) @ np.concatenate([w, w]))[()]
        t, w = _pieces(np.sort(np.asarray(positive("kinks", list(kinks)), dtype=float)) / s, u, w, _LINE)
        h = s[..., None] * t
        return np.sum((f(h) + f(-h)) * w, axis=(-2, -1))[()]


def second_moment(phi: Function, q: Reals, *, kinks: Sequence[float] = ()) -> Values:
    """E φ(√q Z)²: the mean square of a neuron's output when its input has variance ``q``."""
    return expectation(lambda h: np.square(phi(h)), q, kinks=kinks)


def correlated_expectation(
    f: Function,
    g: Function,
    c: Reals,
    variance: Reals = 1.0,
    variance_g: Reals | None = None,
    *,
    kinks: Sequence[float] = (),
    kinks_g: Sequence[float] | None = None,
) -> Values:
    """E f(U) g(V) for centred Gaussian U, V of correlation ``c`` ∈ [−1, 1] and variances ``variance``, ``variance_g``.

    What is said of f in :func:`expectation` holds for f and g; ``variance_g`` and ``kinks_g`` are those of f if left
    out. All three numbers may be arrays, which broadcast. ValueError for |c| > 1.
    """
    c = np.asarray(finite("c", c), dtype=float)
    if np.any(np.abs(c) > 1):
        raise ValueError(f"c must lie in [-1, 1], got {c[np.abs(c) > 1].flat[0]}: a correlation is a cosine")
    su = np.sqrt(np.asarray(non_negative("variance", variance), dtype=float))
    sv = su if variance_g is None else np.sqrt(np.asarray(non_negative("variance_g", variance_g), dtype=float))
    ku = [float(k) for k in positive("kinks", list(kinks))] if len(kinks) else []
    kv = ku if kinks_g is None else [float(k) for k in kinks_g]
    c, su, sv = np.broadcast_arrays(c, su, sv)
    states, scale = np.stack([c.ravel(), su.ravel(), sv.ravel()]), float(max(su.max(initial=0), sv.max(initial=0)))
    alike = g is f and variance_g is None and kinks_g is None
    block = 2 if ku or kv else 16  # states at once: the arrays stay in the cache
    with np.errstate(over="ignore"):
        parts = [_plane(f, g, states[:, i : i + block], scale, ku, kv, alike) for i in range(0, c.size, block)]
    return np.concatenate([*parts, []]).reshape(c.shape)[()]


def _plane(f: Function, g: Function, states: np.ndarray, scale: float, ku: list, kv: list, alike: bool) -> np.ndarray:
    """The double integral for the columns (c, √v, √v′) of ``states``; the half-plane U < 0 by f(−u) g(−v).

    If U and V are ``alike`` nothing changes when they are exchanged, θ → α − θ: the sectors are mirrored onto one another, and
    the first half of each of them is enough.
    """
    c, su, sv = states[:, :, None]
    sine, tiny = np.sqrt((1 - c) * (1 + c)), 1e-150
    x, y = su + tiny, sv + tiny
    corners = [np.arctan2(b / y - c * a / x, sine * a / x) for a in ku for b in (*kv, *(-k for k in kv))]
    alpha, quarter = np.arccos(c), np.full_like(c, np.pi / 2)
    edges = np.sort(np.concatenate([-quarter, alpha - quarter, quarter, *corners], axis=-1))
    a, wa = _sector(scale)
    if alike:
        a, wa = a[: len(a) // 2], 2 * wa[: len(a) // 2]
    theta = (edges[:, :-1, None] + np.diff(edges)[..., None] * a).reshape(len(c), -1)
    weight = (np.diff(edges)[..., None] * wa).reshape(len(c), -1)
    u, v = su * np.cos(theta), sv * np.cos(theta - alpha)
    r, wr = _half_line(scale, _RAY)
    if ku or kv:
        with np.errstate(divide="ignore"):
            cuts = [k / np.abs(s) for s, kinks in ((u, ku), (v, kv)) for k in kinks]
        r, wr = (z.reshape(*theta.shape, -1) for z in _pieces(np.sort(np.stack(cuts, axis=-1)), r, wr, _RAY))
    wr = wr * r / np.sqrt(2 * np.pi)
    u, v = u[..., None] * r, v[..., None] * r
    both = f(u) * g(v) + f(-u) * g(-v)
    radial = both @ wr if wr.ndim == 1 else np.einsum("...r,...r", both, wr)
    return np.sum(radial * weight, axis=-1)


def _pieces(cuts: np.ndarray, t: np.ndarray, w: np.ndarray, grading: _Grading) -> tuple[np.ndarray, np.ndarray]:
    """The rule (t, w) repeated on each of the intervals into which ``cuts`` (last axis, sorted) divide the half-line."""
    reach = grading.edges[-1]
    zero = np.zeros_like(cuts[..., :1])
    edges = np.concatenate([zero, np.minimum(cuts, reach), zero + reach], axis=-1)
    share = np.diff(edges)[..., None] / reach
    inside = edges[..., :-1, None] + share * t
    return inside, share * w * np.exp((t**2 - inside**2) / 2)


def _half_line(scale: float, grading: _Grading) -> tuple[np.ndarray, np.ndarray]:
    """Nodes t > 0 and weights, the normal density in them, for functions of √v t with √v ≤ ``scale``."""
    levels = math.ceil(math.log(max(grading.finest * scale, 1), _RATIO))
    splits = math.ceil(min(scale, 16) / 4)  # φ may be a wave
    return _graded_line(min(max(levels, 1), 12), max(splits, 1), grading)


@lru_cache
def _graded_line(levels: int, splits: int, grading: _Grading) -> tuple[np.ndarray, np.ndarray]:
    whole = np.arange(len(grading.edges))
    outer = np.interp(np.arange((len(whole) - 1) * splits + 1) / splits, whole, grading.edges)
    t, w = _gauss(np.concatenate([[0.0], _RATIO ** -np.arange(levels, 0, -1.0), outer]), grading.nodes)
    return t, w * np.exp(-(t**2) / 2) / np.sqrt(2 * np.pi)


def _sector(scale: float) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights on [0, 1] between two directions, graded towards both."""
    return _graded_sector(min(math.ceil(math.log(max(1.5 * scale, 1), 5)), 6))


@lru_cache
def _graded_sector(levels: int) -> tuple[np.ndarray, np.ndarray]:
    half = np.concatenate([[0.0], 0.5 * 5.0 ** -np.arange(levels, -1, -1.0)])
    return _gauss(np.concatenate([half, 1 - half[-2::-1]]), 14)


def _gauss(edges: np.ndarray, nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """Gauss–Legendre with so many nodes in every panel between ``edges``."""
    x, w = np.polynomial.legendre.leggauss(nodes)
    length = np.diff(edges)[:, None]
    return (edges[:-1, None] + length * (1 + x) / 2).ravel(), (length * w / 2).ravel()
