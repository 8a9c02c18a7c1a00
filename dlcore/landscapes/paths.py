"""Paths between the parameters of networks, and the loss along them, at many points at once.

    the straight line   θ(t) = (1 − t) θ_a + t θ_b
    the Bézier curve    θ(t) = (1 − t)² θ_a + 2 t (1 − t) θ_c + t² θ_b

Parameters are lists of arrays as in ``training``, with or without leading axes; t adds one axis of points in front of
them, the axis that ``training`` calls models. So one call of a loss gives its values along the whole path.

>>> [p.tolist() for p in line([np.array([0.0])], [np.array([2.0])], [0.0, 0.5, 1.0])]
[[[0.0], [1.0], [2.0]]]
>>> [p.tolist() for p in bezier([np.array([0.0])], [np.array([4.0])], [np.array([2.0])], [0.0, 0.5])]
[[[0.0], [2.5]]]

Source: T. Garipov et al., Loss Surfaces, Mode Connectivity, and Fast Ensembling of DNNs, NeurIPS 2018.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from jaxtyping import Float

from dlcore.checks import Integer, generator, positive_int
from dlcore.networks.training import Loss, Training, train
from dlcore.optimizers.methods import Method

Array = np.ndarray | torch.Tensor
Parameters = Sequence[Array]
Points = Sequence[float] | Sequence[int] | np.ndarray | torch.Tensor


def line(start: Parameters, end: Parameters, t: Points) -> list[Array]:
    """(1 − t) θ_a + t θ_b, with the points t as a new first axis."""
    return _mixture([start, end], lambda s: [1 - s, s], t)


def bezier(start: Parameters, control: Parameters, end: Parameters, t: Points) -> list[Array]:
    """(1 − t)² θ_a + 2 t (1 − t) θ_c + t² θ_b, with the points t as a new first axis; a straight line if θ_c is the middle."""
    return _mixture([start, control, end], lambda s: [(1 - s) ** 2, 2 * s * (1 - s), s**2], t)


def losses_along(
    loss: Loss, path: Sequence[np.ndarray], *, dtype: torch.dtype = torch.float32, chunk: Integer = 512
) -> Float[np.ndarray, " points"]:
    """The loss at every point of a path (first axis), ``chunk`` points at a time; ``loss`` is one that ``train`` takes."""
    points = {len(p) for p in path}
    if len(points) != 1:
        raise ValueError(f"path must hold arrays with one first axis of points, got the lengths {sorted(points)}: use line or bezier")
    values = []
    with torch.no_grad():
        for first in range(0, points.pop(), positive_int("chunk", chunk)):
            part = [torch.as_tensor(p[first : first + chunk], dtype=dtype) for p in path]
            values.append(torch.as_tensor(loss(part, None)).double().numpy())
    return np.concatenate(values)


def barrier(values: Float[np.ndarray, "points *batch"]) -> Float[np.ndarray, "*batch"] | Float[np.ndarray, ""] | np.floating:
    """How far a path rises above its higher end: max_t F(θ(t)) − max(F(θ_a), F(θ_b)), 0 if nowhere."""
    return np.max(values, axis=0) - np.maximum(values[0], values[-1])


def stratified(rng: np.random.Generator, count: Integer) -> Iterator[Float[np.ndarray, " count"]]:
    """Endless draws of t, one uniform in each of ``count`` equal parts of [0, 1]."""
    generator("rng", rng)
    left = np.arange(positive_int("count", count)) / count
    while True:
        yield left + rng.random(count) / count


def train_bezier(
    loss: Loss,
    start: Sequence[np.ndarray],
    end: Sequence[np.ndarray],
    method: Method,
    *,
    rng: np.random.Generator,
    steps: Integer,
    points: Integer = 8,
    control: Sequence[np.ndarray] | None = None,
    dtype: torch.dtype = torch.float32,
) -> Training:
    """Bend the line between θ_a and θ_b: minimise E_t F(θ(t)), t uniform in [0, 1], over the control point θ_c.

    ``start`` and ``end`` have a leading axis of pairs, as in ``train``; all pairs are trained at once, from the straight
    line θ_c = (θ_a + θ_b)/2, or from ``control`` (of an earlier call, to go on with it). Each step draws ``points``
    stratified values of t. ``losses`` are the means over these values, ``parameters`` the control points of all pairs.
    ``loss(parameters, None)`` must take any leading axis.
    """
    ends = [[torch.as_tensor(p, dtype=dtype) for p in side] for side in (start, end)]

    def mean_loss(control: list[torch.Tensor], t: np.ndarray) -> torch.Tensor:
        path = bezier(ends[0], control, ends[1], t)
        return loss([p.flatten(0, 1) for p in path], None).unflatten(0, (len(t), -1)).mean(0)

    first = [(np.asarray(a) + np.asarray(b)) / 2 for a, b in zip(start, end)] if control is None else control
    return train(mean_loss, first, method, steps=steps, batches=stratified(rng, points), dtype=dtype)


def _mixture(corners: list[Parameters], weights: Callable, t: Points) -> list[Array]:
    """Σ_k weights_k(t) θ_k, with t as a new first axis."""
    if len({len(side) for side in corners}) != 1:
        raise ValueError(f"the ends of a path must have as many arrays, got {[len(side) for side in corners]}: take networks of one shape")
    mixed = []
    for arrays in zip(*corners):
        shapes = {tuple(a.shape) for a in arrays}
        if len(shapes) != 1:
            raise ValueError(f"the ends of a path must have one shape, got {sorted(shapes)}: take networks of one shape")
        s = torch.as_tensor(t, dtype=arrays[0].dtype) if isinstance(arrays[0], torch.Tensor) else np.asarray(t, dtype=float)
        s = s.reshape(-1, *[1] * arrays[0].ndim)
        mixed.append(sum(weight * a for weight, a in zip(weights(s), arrays)))
    return mixed
