"""Normalisation: subtract a mean, divide by a deviation, scale and shift; forward, backward and in evaluation.

    η = (h − μ)/s,   s = √(σ² + ε),   z = γ η + β
    ∂F/∂h = (1/s) (g − mean(g) − η mean(g η)),   g = γ ∂F/∂z

μ and σ² (the sum of squares divided by the number of values, not by one less) are those of all entries that share them.
Batch, layer, instance and group normalisation differ in nothing but this choice:

    "batch"     one channel of all examples and positions            (N, space)
    "layer"     all channels and positions of one example            (C, space)
    "instance"  one channel of one example, all positions            (space)
    "group"     C/G neighbouring channels of one example             (C/G, space)

A tensor has the shape (N, C, …): examples, channels (features), and any axes of space. ε is 0 unless one is given, so
that the formulas hold to rounding; then a constant input is an error. PyTorch's default is ε = 1e-5.
Sources: Ioffe & Szegedy 2015, Ba, Kiros & Hinton 2016, Ulyanov et al. 2016, Wu & He 2018.

>>> normalize(np.array([[1.0, 5.0], [3.0, 5.5]]), "batch").eta.tolist()
[[-1.0, -1.0], [1.0, 1.0]]
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from dlcore.checks import Integer, Real, Reals, finite, non_negative, number, one_of, positive, positive_int

NORMS = ("batch", "layer", "instance", "group")
_ROUNDING = 8  # values that differ by so many units of rounding, relative to their size, are one and the same

Tensor = Float[np.ndarray, "N C *space"]
Channels = Reals  # one number for all channels, or an array of shape (C,)


class Normalized(NamedTuple):
    """η in the shape of the input; mean μ and deviation s = √(σ² + ε) with axes of length 1 where they were taken."""

    eta: np.ndarray
    mean: np.ndarray
    std: np.ndarray


class Gradients(NamedTuple):
    """∂F/∂h, and ∂F/∂γ and ∂F/∂β of shape (C,)."""

    h: np.ndarray
    gamma: np.ndarray
    beta: np.ndarray


class Running(NamedTuple):
    """Averages over the batches seen so far, of shape (C,): what stands for the batch's own statistics in evaluation."""

    mean: Float[np.ndarray, " C"]
    var: Float[np.ndarray, " C"]


# ---- over any axes --------------------------------------------------------------------------------------------------


def standardize(h: Float[np.ndarray, "..."], axes: Integer | tuple = -1, eps: Real = 0.0) -> Normalized:
    """η = (h − μ)/√(σ² + ε) with mean and variance over ``axes``.

    ValueError for an empty input, for fewer than two values over the axes (η would be 0 whatever h is), and, where
    ε = 0, for values that are equal up to rounding: their deviation cannot be divided by.
    """
    h = np.asarray(finite("h", h))
    unit = np.finfo(h.dtype).eps if h.dtype.kind == "f" else np.finfo(float).eps
    eps = number("eps", non_negative("eps", eps))
    count = int(np.prod([h.shape[a] for a in np.atleast_1d(axes)]))
    if h.size == 0 or count < 2:
        raise ValueError(
            f"a mean and a deviation need at least 2 values, got {count if h.size else 0} (shape {h.shape}, axes {axes}): "
            "pass a larger batch, or evaluate with running statistics"
        )
    _, power = np.frexp(np.abs(h).max(axis=axes, keepdims=True))
    h = np.ldexp(h, -power)  # exactly, so that the largest value is near 1: squares neither overflow nor vanish
    mean = h.mean(axis=axes, keepdims=True)
    centred = h - mean
    deviation = np.sqrt(np.square(centred).mean(axis=axes, keepdims=True))
    same = np.ptp(h, axis=axes, keepdims=True) <= _ROUNDING * unit
    if eps == 0 and np.any(same):
        raise ValueError(
            f"the values over the axes {axes} must differ where eps = 0, got {np.ldexp(mean, power)[same].flat[0]:g} throughout: "
            "pass eps > 0 (then they become 0), or leave the constant feature out"
        )
    std = np.hypot(deviation, np.ldexp(np.sqrt(eps), -power))
    return Normalized(centred / std, np.ldexp(mean, power), np.ldexp(std, power))


def pullback(g: Float[np.ndarray, "..."], done: Normalized, axes: Integer | tuple = -1) -> Float[np.ndarray, "..."]:
    """The vector–Jacobian product of :func:`standardize`: ∂F/∂h from g = ∂F/∂η."""
    along = np.mean(g * done.eta, axis=axes, keepdims=True)
    return (g - np.mean(g, axis=axes, keepdims=True) - done.eta * along) / done.std


def jacobian(h: Float[np.ndarray, "*batch n"], eps: Real = 0.0) -> Float[np.ndarray, "*batch n n"]:
    """∂η/∂h = (1/s)(I − 11ᵀ/n − ηηᵀ/n) over the last axis; with ε = 0 a projection divided by σ, of rank n − 2."""
    done, n = standardize(h, -1, eps), h.shape[-1]
    return (np.eye(n) - 1 / n - done.eta[..., :, None] * done.eta[..., None, :] / n) / done.std[..., None]


# ---- layers ---------------------------------------------------------------------------------------------------------


def normalize(h: Tensor, norm: str, *, groups: Integer | None = None, eps: Real = 0.0) -> Normalized:
    """η of a tensor under one of ``NORMS``; ``groups`` = G is needed by "group" only, and must divide C."""
    shape, axes = _view(h.shape, norm, groups)
    done = standardize(h.reshape(shape), axes, eps)
    return done._replace(eta=done.eta.reshape(h.shape))


def forward(
    h: Tensor, norm: str, *, gamma: Channels = 1.0, beta: Channels = 0.0, groups: Integer | None = None, eps: Real = 0.0
) -> tuple[Tensor, Normalized]:
    """z = γ η + β, with γ and β for each channel, and the normalisation that :func:`backward` needs."""
    done = normalize(h, norm, groups=groups, eps=eps)
    return _per_channel("gamma", gamma, h) * done.eta + _per_channel("beta", beta, h), done


def backward(dz: Tensor, done: Normalized, norm: str, *, gamma: Channels = 1.0, groups: Integer | None = None) -> Gradients:
    """Gradients by h, γ and β from ``dz`` = ∂F/∂z, exactly, with the dependence of μ and s on h."""
    if dz.shape != done.eta.shape:
        raise ValueError(f"dz must have the shape of the input {done.eta.shape}, got {dz.shape}: pass ∂F/∂z")
    shape, axes = _view(dz.shape, norm, groups)
    dh = pullback((_per_channel("gamma", gamma, dz) * dz).reshape(shape), done._replace(eta=done.eta.reshape(shape)), axes)
    others = (0, *range(2, dz.ndim))
    return Gradients(dh.reshape(dz.shape), np.sum(dz * done.eta, axis=others), np.sum(dz, axis=others))


def sharing(shape: tuple[int, ...], norm: str, groups: Integer | None = None) -> Int[np.ndarray, "..."]:
    """Labels 0, 1, … of the given shape (N, C, …): entries with the same label share mean and deviation."""
    view, axes = _view(shape, norm, groups)
    kept = [1 if a in axes else n for a, n in enumerate(view)]
    return np.broadcast_to(np.arange(np.prod(kept)).reshape(kept), view).reshape(shape)


# ---- evaluation -----------------------------------------------------------------------------------------------------


def init_running(channels: Integer) -> Running:
    """Mean 0 and variance 1, as PyTorch starts them."""
    return Running(np.zeros(positive_int("channels", channels)), np.ones(channels))


def step_running(state: Running, h: Tensor, momentum: Real = 0.1) -> Running:
    """r ← (1 − α) r + α · (statistic of the batch), α = ``momentum``, for the means and the variances of the channels.

    As in PyTorch, the variance that enters here is the unbiased one, m/(m − 1) times the one that training divides by.
    """
    if not 0 < number("momentum", momentum) <= 1:
        raise ValueError(f"momentum must lie in (0, 1], got {momentum}: it is the weight of the newest batch")
    done = normalize(h, "batch", eps=1.0)  # for its checks; any positive ε
    axes = (0, *range(2, h.ndim))
    mean, var = np.ravel(done.mean), h.var(axis=axes, ddof=1)
    return Running((1 - momentum) * state.mean + momentum * mean, (1 - momentum) * state.var + momentum * var)


def evaluate(h: Tensor, running: Running, *, gamma: Channels = 1.0, beta: Channels = 0.0, eps: Real = 0.0) -> Tensor:
    """Batch normalisation in evaluation: γ (h − mean)/√(var + ε) + β with the running statistics, affine in h."""
    scale = np.sqrt(_per_channel("running.var", running.var, h) + non_negative("eps", eps))
    eta = (finite("h", h) - _per_channel("running.mean", running.mean, h)) / positive("running.var + eps", scale)
    return _per_channel("gamma", gamma, h) * eta + _per_channel("beta", beta, h)


def _view(shape: tuple[int, ...], norm: str, groups: Integer | None) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The shape in which entries that share statistics lie along whole axes, and these axes."""
    one_of("norm", norm, NORMS)
    if len(shape) < 2:
        raise ValueError(f"h must have the axes (N, C, …), got shape {shape}: add an axis")
    examples, channels, *space = shape
    if norm == "batch":
        return tuple(shape), (0, *range(2, len(shape)))
    if norm == "group" and (positive_int("groups", groups) > channels or channels % groups):
        raise ValueError(f"groups must divide the number of channels {channels}, got {groups}: choose a divisor")
    number = {"layer": 1, "instance": channels, "group": groups}[norm]
    return (examples, number, channels // max(number, 1), *space), tuple(range(2, len(shape) + 1))


def _per_channel(name: str, value: Channels, h: np.ndarray) -> np.ndarray:
    array = np.asarray(finite(name, value), dtype=float)
    if array.shape not in ((), (h.shape[1],)):
        raise ValueError(f"{name} must be one number or one for each of the {h.shape[1]} channels, got shape {array.shape}")
    return array.reshape(-1, *[1] * (h.ndim - 2)) if array.ndim else array
