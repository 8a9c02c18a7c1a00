"""Networks of one input and one output, of many widths and depths, side by side: their common gradient, and Adam in place.

Cells of one depth and kind share a *lane* as wide as the widest cell: one network with block-diagonal matrices, whose gradient is
kept inside the blocks. A neuron that belongs to no cell starts with zero weights on both sides; its signal and all its gradients
are then 0, and so they stay. Lanes are aligned at their outputs and sorted by depth, so that a level of all lanes that reach so
far is one product of stacks of matrices. Used by ``dlcore.networks.width_depth``.

>>> layers = [(np.ones((3, 1)), np.zeros(3)), *[(np.eye(3), np.zeros(3))] * 2, (np.ones((1, 3)), np.ones(1))]
>>> stack = Stack([Cell(3, 2)], [layers], batch=1)
>>> len(stack.layers()[0]), stack.outputs(np.zeros(4, dtype=np.float32)).tolist()
(4, [[1.0, 1.0, 1.0, 1.0]])
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float


class Cell(NamedTuple):
    """A network of the map: neurons in each hidden layer, square layers after the first, with skip connections or without."""

    width: int
    extra: int
    residual: bool = False


class Stack:
    """All parameters in one flat array, and views of it: level by level the matrices, each with its bias as last column."""

    def __init__(self, cells: Sequence[Cell], layers: list, batch: int):
        self.cells, self.size = cells, max(cell.width for cell in cells)
        self.lanes = _lanes(cells, self.size)
        depths = [extra for extra, _, _ in self.lanes]
        self.active = [sum(d >= level for d in depths) for level in range(depths[0] + 2)]  # lanes that have this level
        self.skip = np.array([[[residual]] for _, residual, _ in self.lanes], dtype=np.float32)
        n, most = len(self.lanes), max(len(places) for _, _, places in self.lanes)
        shapes = [(a, self.size, self.size + 1) for a in self.active[1:-1]] + [(n, self.size, 2), (n, self.size, 1), (n, most, 1)]
        ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
        self.parameters, self.gradients = np.zeros((2, int(ends[-1])), dtype=np.float32)
        self.inner = [np.ones((a, self.size + 1, batch), dtype=np.float32) for a in self.active[1:-1]]

        def views(flat):
            return [part.reshape(shape) for part, shape in zip(np.split(flat, ends[:-1]), shapes)]

        *self.w, self.first, self.last, self.shift = views(self.parameters)
        *self.dw, self.dfirst, self.dlast, self.dshift = views(self.gradients)
        self.owner = np.zeros((n, self.size), dtype=int)  # the cell of a neuron
        self.sums = np.zeros((n, most, self.size), dtype=np.float32)  # from neurons to outputs
        self.place = {}
        for lane, (_, _, places) in enumerate(self.lanes):
            for slot, (cell, begin) in enumerate(places):
                part = slice(begin, begin + cells[cell].width)
                self.place[cell] = lane, slot, part
                self.owner[lane, part], self.sums[lane, slot, part] = cell, 1
        self.blocks = np.concatenate([self.sums.swapaxes(1, 2) @ self.sums, self.sums.sum(1)[:, :, None]], axis=2)
        for cell, given in enumerate(layers):
            for (w, b), (mine, bias) in zip(given, self._parts(cell), strict=True):
                mine[:], bias[:] = w, b

    def _parts(self, cell: int) -> list[tuple[np.ndarray, np.ndarray]]:
        """Views of the weights and biases of a cell, layer by layer."""
        lane, slot, part = self.place[cell]
        inner = [self.w[level - 1][lane, part] for level in range(self.cells[cell].extra, 0, -1)]
        ends = (self.first[lane, part, :1], self.first[lane, part, 1]), (self.last[lane, part].T, self.shift[lane, slot])
        return [ends[0], *((w[:, part], w[:, -1]) for w in inner), ends[1]]

    def layers(self) -> list[list[tuple[np.ndarray, np.ndarray]]]:
        """The (W, b) of every cell, layer by layer."""
        return [[(w.copy(), b.copy()) for w, b in self._parts(cell)] for cell in range(len(self.cells))]

    def forward(self, x: np.ndarray) -> tuple[list, list, np.ndarray, np.ndarray, np.ndarray]:
        """From inputs (lanes, neurons, examples): all that enters a level, and its tanh, last level first; outputs; first, last signals."""
        first = np.tanh(self.first[..., :1] * x + self.first[..., 1:])
        inners = self.inner
        if x.shape[-1] != inners[0].shape[-1]:
            inners = [np.ones((*old.shape[:2], x.shape[-1]), dtype=np.float32) for old in self.inner]
        entered, bent, z = [], [], first[:0]
        for level in range(len(self.w), 0, -1):
            a = self.active[level]
            inner = inners[level - 1]
            inner[: len(z), :-1], inner[len(z) :, :-1] = z, first[len(z) : a]
            t = self.w[level - 1] @ inner
            np.tanh(t, out=t)
            z = self.skip[:a] * inner[:, :-1]
            z += t
            entered.append(inner), bent.append(t)
        return entered[::-1], bent[::-1], self.sums @ (self.last * z) + self.shift, first, z

    def gradient(self, x: np.ndarray, y: np.ndarray) -> None:
        """Put the gradient of the sum of all cells' mean squares, x and y of shape (cells, batch), into ``gradients``."""
        x = x[self.owner]
        entered, bent, f, first, z = self.forward(x)
        error = np.zeros_like(f)
        for cell, (lane, slot, _) in self.place.items():
            error[lane, slot] = f[lane, slot] - y[cell]
        error *= 2 / y.shape[1]
        back = self.sums.swapaxes(1, 2) @ error
        self.dshift[:], self.dlast[:] = error.sum(-1, keepdims=True), (back * z).sum(-1, keepdims=True)
        g = self.last * back
        for level in range(1, len(self.w) + 1):
            a, inner, t = self.active[level], entered[level - 1], bent[level - 1]
            dh = (1 - t * t) * g[:a]
            np.matmul(dh, inner.swapaxes(1, 2), out=self.dw[level - 1])
            self.dw[level - 1] *= self.blocks[:a]
            g[:a] = self.skip[:a] * g[:a] + self.w[level - 1][..., :-1].swapaxes(1, 2) @ dh
        g *= 1 - first * first
        self.dfirst[..., 0], self.dfirst[..., 1] = (g * x).sum(-1), g.sum(-1)

    def outputs(self, x: Float[np.ndarray, " examples"]) -> Float[np.ndarray, "cells examples"]:
        """f of every cell at each x."""
        f = np.concatenate([self.forward(part[None, None])[2] for part in np.array_split(x, -(-len(x) // 100))], axis=-1)
        return np.stack([f[self.place[cell][:2]] for cell in range(len(self.cells))])


class Adam:
    """Adam (Kingma and Ba 2015) with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸ in place, piece by piece, so that a piece stays in the cache."""

    def __init__(self, parameters: np.ndarray, rate: float, piece: int = 8192):
        self.parts = [slice(k, k + piece) for k in range(0, len(parameters), piece)]
        self.parameters, self.rate, self.steps = parameters, rate, 0
        self.mean, self.square = np.zeros((2, len(parameters)), dtype=np.float32)
        self.a, self.b = np.empty((2, min(piece, len(parameters))), dtype=np.float32)

    def step(self, gradients: np.ndarray) -> None:
        """One step."""
        self.steps += 1
        length, root = self.rate / (1 - 0.9**self.steps), (1 - 0.999**self.steps) ** 0.5
        for part in self.parts:
            g, m, v = gradients[part], self.mean[part], self.square[part]
            a, b = self.a[: len(g)], self.b[: len(g)]
            np.subtract(g, m, out=a)
            a *= 0.1
            m += a
            np.multiply(g, g, out=a)
            a -= v
            a *= 0.001
            v += a
            np.sqrt(v, out=b)
            b *= 1 / root
            b += 1e-8
            np.divide(m, b, out=a)
            a *= length
            self.parameters[part] -= a


def _lanes(cells: Sequence[Cell], size: int) -> list[tuple[int, bool, list[tuple[int, int]]]]:
    """(extra, residual, [(cell, its first neuron), …]): cells of one depth and kind side by side, the deepest first."""
    lanes, room = [], []
    for cell in sorted(range(len(cells)), key=lambda k: (-cells[k].extra, cells[k].residual, -cells[k].width)):
        width, extra, residual = cells[cell]
        fits = [k for k, lane in enumerate(lanes) if lane[:2] == (extra, residual) and room[k] >= width]
        if not fits:
            lanes.append((extra, residual, []))
            room.append(size)
            fits = [len(lanes) - 1]
        lanes[fits[0]][2].append((cell, size - room[fits[0]]))
        room[fits[0]] -= width
    return lanes
