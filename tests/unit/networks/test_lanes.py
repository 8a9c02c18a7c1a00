import numpy as np
import torch

from dlcore.networks.lanes import Adam, Cell, Stack
from dlcore.networks.width_depth import initial

CELLS = [Cell(2, 1), Cell(8, 2), Cell(5, 4), Cell(2, 4), Cell(8, 4), Cell(3, 2, True), Cell(4, 2, True), Cell(2, 5, True)]


def stack_of(cells, batch=5):
    draws = [torch.Generator().manual_seed(k) for k in range(len(cells))]
    return Stack(cells, [initial(cell, one) for cell, one in zip(cells, draws)], batch)


def test_the_gradient_is_autograds(rng):
    stack = stack_of(CELLS)
    x, y = rng.uniform(-3, 3, (2, len(CELLS), 5)).astype(np.float32)
    stack.gradient(x, y)
    slope = stack.gradients.copy()
    layers = stack.layers()
    stack.parameters[:] = slope  # so that layers() reads the gradient by cells
    for k, (cell, given, found) in enumerate(zip(CELLS, layers, stack.layers())):
        parameters = [[torch.tensor(p, dtype=torch.float64, requires_grad=True) for p in layer] for layer in given]
        z = torch.tanh(parameters[0][0] @ torch.tensor(x[k : k + 1]).double() + parameters[0][1][:, None])
        for w, b in parameters[1:-1]:
            z = cell.residual * z + torch.tanh(w @ z + b[:, None])
        ((parameters[-1][0] @ z + parameters[-1][1] - torch.tensor(y[k])) ** 2).mean().backward()
        for layer, mine in zip(parameters, found):
            for p, g in zip(layer, mine):
                np.testing.assert_allclose(g, p.grad, atol=1e-5)


def test_what_belongs_to_no_cell_stays_zero(rng):
    stack = stack_of(CELLS)
    for k in range(len(CELLS)):
        for w, b in stack._parts(k):
            w[...], b[...] = 1, 1
    kept = stack.parameters != 0
    stack = stack_of(CELLS)
    adam = Adam(stack.parameters, 1e-2)
    for _ in range(20):
        stack.gradient(*rng.normal(size=(2, len(CELLS), 5)).astype(np.float32))
        adam.step(stack.gradients)
    assert (~kept).any()
    assert np.all(stack.parameters[~kept] == 0)
    assert np.all(stack.gradients[~kept] == 0)


def test_adam_is_pytorchs(rng):
    start = rng.normal(size=20_000).astype(np.float32)
    mine, theirs = start.copy(), torch.tensor(start.copy(), requires_grad=True)
    adam, other = Adam(mine, 1e-3), torch.optim.Adam([theirs], lr=1e-3)
    for _ in range(5):
        g = rng.normal(size=20_000).astype(np.float32)
        theirs.grad = torch.tensor(g)
        adam.step(g)
        other.step()
    np.testing.assert_allclose(mine, theirs.detach(), atol=1e-6)
