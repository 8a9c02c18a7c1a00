"""Networks of many widths and depths, plain and residual, trained at once on a noisy sine.

A cell of the map is a network of one input, one output and ``extra`` square layers behind the first:

    z⁰ = tanh(w x + b),   z^{ℓ+1} = s z^ℓ + tanh(W^ℓ z^ℓ + b^ℓ),   f = aᵀ z^extra + c,     s = 0 plain, s = 1 residual

Setting of the map: Newman, DNN101 (notebook "Ablation Study of DNN Architectures"), draw for draw: 2000 examples of
sin on [−3, 3] with noise 0.2, PyTorch's initial weights, mean squares, Adam with 10⁻³, batches of 5.

>>> run = train([Cell(2, 1), Cell(4, 3, residual=True)], noisy_sine(), epochs=1, frames=2)
>>> run.train.shape, bool((run.train[-1] < run.train[0]).all())
((3, 2), True)
"""

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float

from dlcore.checks import Integer, Real, positive, positive_int
from dlcore.networks.lanes import Adam, Cell, Stack

NOISE, EDGE = 0.2, 3.0


class Data(NamedTuple):
    """Inputs and noisy targets to train on and to validate with."""

    train_x: Float[np.ndarray, " train"]
    train_y: Float[np.ndarray, " train"]
    val_x: Float[np.ndarray, " val"]
    val_y: Float[np.ndarray, " val"]


class Run(NamedTuple):
    """Mean squares on both sets and f on a grid, frame by frame, cell by cell; the layers (W, b) of each cell at the end."""

    epochs: Float[np.ndarray, " frames"]
    train: Float[np.ndarray, "frames cells"]
    val: Float[np.ndarray, "frames cells"]
    grid: Float[np.ndarray, " points"]
    fits: Float[np.ndarray, "frames cells points"]
    layers: list[list[tuple[np.ndarray, np.ndarray]]]


def noisy_sine(train: Integer = 2000, val: Integer = 100, *, seed: Integer = 123, split: Integer = 42) -> Data:
    """y = sin x + 0.2 · normal at uniform x in [−3, 3]; as many examples again as in ``val`` are drawn for a test and left out."""
    train, count = positive_int("train", train), positive_int("train", train) + 2 * positive_int("val", val)
    draws = torch.Generator().manual_seed(int(seed))
    x = -EDGE + 2 * EDGE * torch.rand(count, generator=draws)
    y = torch.sin(x) + NOISE * torch.randn((count, 1), generator=draws)[:, 0]
    order = torch.randperm(count, generator=torch.Generator().manual_seed(int(split)))
    parts = order[:train], order[train : train + val]
    return Data(*(a[part].numpy() for part in parts for a in (x, y)))


def initial(cell: Cell, draws: torch.Generator) -> list[tuple[np.ndarray, np.ndarray]]:
    """The layers (W, b) as torch.nn.Linear draws them: all entries uniform between ∓1/√fan_in."""
    fans = [1, *[positive_int("width", cell.width)] * (positive_int("extra", cell.extra) + 1), 1]
    return [
        tuple(torch.empty(shape).uniform_(-(n**-0.5), n**-0.5, generator=draws).numpy() for shape in ((m, n), (m,)))
        for n, m in itertools.pairwise(fans)
    ]


def output(layers: Sequence[tuple[np.ndarray, np.ndarray]], x: Float[np.ndarray, " examples"], *, residual: bool = False) -> np.ndarray:
    """f at each x, for the (W, b) of one network."""
    z = np.tanh(layers[0][0] @ x[None] + layers[0][1][:, None])
    for w, b in layers[1:-1]:
        z = residual * z + np.tanh(w @ z + b[:, None])
    return (layers[-1][0] @ z + layers[-1][1][:, None])[0]


def train(
    cells: Sequence[Cell], data: Data, *, epochs: Integer = 10, frames: Integer = 2, batch: Integer = 5, rate: Real = 1e-3,
    seed: Integer = 42, points: Integer = 61,
) -> Run:  # fmt: skip
    """Train all cells, each with its own draws and order of the examples as if alone; ``frames`` an epoch are kept.

    Raises:
        ValueError: no cells; an epoch that cannot be divided into so many frames of whole batches.
    """
    if not cells:
        raise ValueError("cells must hold at least one cell, got none: name a width and a depth")
    steps = len(data.train_x) // positive_int("batch", batch)
    if steps % positive_int("frames", frames) or steps == 0:
        raise ValueError(f"frames must divide the {steps} steps of an epoch, got {frames}: choose a divisor")
    draws = [torch.Generator().manual_seed(int(seed)) for _ in cells]
    stack = Stack(cells, [initial(cell, one) for cell, one in zip(cells, draws)], batch)
    adam = Adam(stack.parameters, float(positive("rate", rate)))
    grid = np.linspace(-EDGE, EDGE, positive_int("points", points), dtype=np.float32)
    shots = [_look(stack, data, grid)]
    for _ in range(positive_int("epochs", epochs)):
        orders = [torch.randperm(len(data.train_x), generator=one).numpy() for one in draws]
        orders = np.stack(orders)[:, : steps * batch].reshape(len(cells), steps, batch).swapaxes(0, 1)
        for k in range(steps):
            stack.gradient(data.train_x[orders[k]], data.train_y[orders[k]])
            adam.step(stack.gradients)
            if (k + 1) % (steps // frames) == 0:
                shots.append(_look(stack, data, grid))
    train_loss, val_loss, fits = map(np.stack, zip(*shots))
    return Run(np.arange(len(shots)) / frames, train_loss, val_loss, grid, fits, stack.layers())


def _look(stack: Stack, data: Data, grid: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean squares of all cells on both sets, and what they are on the grid."""
    f = stack.outputs(np.concatenate([data.train_x, data.val_x, grid]))
    a, b = len(data.train_x), len(data.train_x) + len(data.val_x)
    return ((f[:, :a] - data.train_y) ** 2).mean(1), ((f[:, a:b] - data.val_y) ** 2).mean(1), f[:, b:]
