"""Two-dimensional slices of a loss around a point in a space of many parameters.

    S(α, β) = F(θ + α d_1 + β d_2)

Here parameters are lists of arrays of *one* network, without the axis of models; ``plane`` puts the points of the slice
into that axis, so that a loss that ``training.train`` takes gives a whole slice in one call.

Scaling a direction stretches the picture, and a ReLU network is the same function for other sizes of its weights. Filter
normalisation ties the size of each row of a direction to that of the same row of θ, so that two pictures can be compared.

>>> centre = [np.array([[3.0, 4.0], [0.0, 2.0]])]
>>> filter_normalized([np.array([[1.0, 0.0], [5.0, 0.0]])], centre)[0].tolist()
[[5.0, 0.0], [2.0, 0.0]]

Source: H. Li et al., Visualizing the Loss Landscape of Neural Nets, NeurIPS 2018.
"""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float

from dlcore.checks import Integer, generator, positive_int
from dlcore.landscapes.paths import losses_along
from dlcore.networks.training import Loss

Parameters = Sequence[np.ndarray]
Values = Sequence[float] | Sequence[int] | np.ndarray


def random_directions(rng: np.random.Generator, parameters: Parameters, count: Integer = 2) -> list[list[np.ndarray]]:
    """``count`` directions with independent standard normal entries, each a list of arrays of the shapes of ``parameters``."""
    generator("rng", rng)
    return [[rng.standard_normal(np.shape(p)) for p in parameters] for _ in range(positive_int("count", count))]


def filter_normalized(direction: Parameters, parameters: Parameters) -> list[np.ndarray]:
    """d_i ← d_i ‖θ_i‖/‖d_i‖ for every row i (first axis: the weights of one neuron, of one filter).

    Arrays of one axis (biases, scales) have no rows; as in the paper, the direction is set to 0 there. A row of zeros in the
    direction stays 0.
    """
    _same_shapes(direction, parameters)
    return [_rows_scaled(np.asarray(d, dtype=float), np.asarray(p, dtype=float)) for d, p in zip(direction, parameters)]


def trajectory_directions(
    trajectory: Sequence[Float[np.ndarray, "steps ..."]], count: Integer = 2
) -> tuple[list[list[np.ndarray]], Float[np.ndarray, " directions"]]:
    """The ``count`` principal directions of θ_t − θ_T, orthonormal, and the share of Σ_t ‖θ_t − θ_T‖² that each explains.

    ``trajectory`` holds one array per parameter, with the steps as first axis; the last step θ_T is the centre.
    """
    shapes = [p.shape[1:] for p in trajectory]
    flat = np.concatenate([np.reshape(p - p[-1], (len(p), -1)) for p in trajectory], axis=1)
    if positive_int("count", count) > min(flat.shape):
        raise ValueError(f"count must be at most min(steps, parameters) = {min(flat.shape)}, got {count}: record more steps")
    _, s, rows = np.linalg.svd(flat, full_matrices=False)
    total = np.sum(s**2)
    share = s[:count] ** 2 / total if total > 0 else np.zeros(count)
    return [_unflattened(row, shapes) for row in rows[:count]], share


def coordinates(
    trajectory: Sequence[Float[np.ndarray, "steps ..."]], centre: Parameters, directions: Sequence[Parameters]
) -> Float[np.ndarray, "steps directions"]:
    """Least-squares coordinates of θ_t − θ in the span of the directions, for each step."""
    flat = np.concatenate([np.reshape(p - c, (len(p), -1)) for p, c in zip(trajectory, centre)], axis=1)
    basis = np.stack([np.concatenate([np.ravel(d) for d in direction]) for direction in directions], axis=1)
    return np.linalg.lstsq(basis, flat.T, rcond=None)[0].T


def plane(centre: Parameters, directions: Sequence[Parameters], alphas: Values, betas: Values) -> list[np.ndarray]:
    """θ + α d_1 + β d_2 for every α and β, as one leading axis of len(alphas)·len(betas) points, β fastest."""
    if len(directions) != 2:
        raise ValueError(f"a plane needs two directions, got {len(directions)}: pass two lists of arrays")
    for direction in directions:
        _same_shapes(direction, centre)
    a, b = (grid.ravel() for grid in np.meshgrid(alphas, betas, indexing="ij"))
    return [c + _outer(a, d) + _outer(b, e) for c, d, e in zip(centre, *directions)]


def slice_loss(
    loss: Loss,
    centre: Parameters,
    directions: Sequence[Parameters],
    alphas: Values,
    betas: Values,
    *,
    dtype: torch.dtype = torch.float32,
    chunk: Integer = 256,
) -> Float[np.ndarray, "alphas betas"]:
    """S(α, β) on a grid, ``chunk`` points of it at a time. ``loss`` is one that ``train`` takes, without batches."""
    return losses_along(loss, plane(centre, directions, alphas, betas), dtype=dtype, chunk=chunk).reshape(len(alphas), len(betas))


def _outer(t: np.ndarray, direction: np.ndarray) -> np.ndarray:
    return t.reshape(-1, *[1] * np.ndim(direction)) * direction


def _rows_scaled(d: np.ndarray, p: np.ndarray) -> np.ndarray:
    if d.ndim < 2:
        return np.zeros_like(d)
    rows = (len(d), -1, *[1] * (d.ndim - 2))
    size, own = (np.linalg.norm(v.reshape(len(v), -1), axis=1).reshape(rows) for v in (p, d))
    return d * np.divide(size, own, out=np.zeros_like(size), where=own > 0)


def _same_shapes(direction: Parameters, parameters: Parameters) -> None:
    shapes, own = [np.shape(p) for p in parameters], [np.shape(d) for d in direction]
    if own != shapes:
        raise ValueError(f"a direction must have the shapes of the parameters, {shapes}, got {own}: draw it with random_directions")


def _unflattened(row: np.ndarray, shapes: list[tuple[int, ...]]) -> list[np.ndarray]:
    ends = np.cumsum([0, *(int(np.prod(shape)) for shape in shapes)])
    return [row[a:b].reshape(shape) for a, b, shape in zip(ends, ends[1:], shapes)]
