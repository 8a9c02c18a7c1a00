import numpy as np
import pytest
import torch
from torch import nn

from dlcore.networks.lanes import Cell
from dlcore.networks.width_depth import Data, noisy_sine, output, train


class Skip(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.layer = nn.Linear(width, width)

    def forward(self, z):
        return z + torch.tanh(self.layer(z))


def alone(cell, data, epochs, batch):
    """Newman's program for one cell, word for word: seed, layers, Adam, a random order an epoch; losses after each epoch."""
    with torch.random.fork_rng():
        torch.manual_seed(42)
        layers = [nn.Linear(1, cell.width), nn.Tanh()]
        for _ in range(cell.extra):
            layers += [Skip(cell.width)] if cell.residual else [nn.Linear(cell.width, cell.width), nn.Tanh()]
        net = nn.Sequential(*layers, nn.Linear(cell.width, 1))
        x, y = torch.tensor(data.train_x)[:, None], torch.tensor(data.train_y)[:, None]
        adam = torch.optim.Adam(net.parameters(), lr=1e-3)
        losses = [nn.functional.mse_loss(net(x), y).item()]
        for _ in range(epochs):
            order = torch.randperm(len(x))
            for k in range(len(x) // batch):
                part = order[k * batch : (k + 1) * batch]
                adam.zero_grad()
                nn.functional.mse_loss(net(x[part]), y[part]).backward()
                adam.step()
            losses.append(nn.functional.mse_loss(net(x), y).item())
        return losses, net(torch.linspace(-3, 3, 7)[:, None])[:, 0].detach().numpy()


CELLS = [Cell(2, 1), Cell(8, 2), Cell(5, 4), Cell(2, 4), Cell(8, 4), Cell(3, 2, True), Cell(4, 2, True), Cell(2, 5, True)]


def test_cells_trained_at_once_are_pytorchs_networks_trained_alone():
    data = noisy_sine(200, 20)
    run = train(CELLS, data, epochs=2, frames=1, points=7)
    for k, cell in enumerate(CELLS):
        losses, fit = alone(cell, data, 2, 5)
        np.testing.assert_allclose(run.train[:, k], losses, rtol=2e-4)  # 80 steps of float32
        np.testing.assert_allclose(run.fits[-1, k], fit, atol=2e-4)
        np.testing.assert_allclose(run.fits[-1, k], output(run.layers[k], run.grid, residual=cell.residual), atol=1e-5)
        assert run.val[-1, k] == pytest.approx(
            np.mean((output(run.layers[k], data.val_x, residual=cell.residual) - data.val_y) ** 2), rel=1e-4
        )


def test_the_data_are_newmans():
    with torch.random.fork_rng():
        torch.manual_seed(123)
        x = -3 + 6 * torch.rand(2200)
        y = torch.sin(x) + 0.2 * torch.randn(2200, 1)[:, 0]
        torch.manual_seed(42)
        order = torch.randperm(2200)
    data = noisy_sine()
    np.testing.assert_array_equal(data.train_x, x[order[:2000]])
    np.testing.assert_array_equal(data.val_y, y[order[2000:2100]])


def test_refusals():
    data = noisy_sine(20, 5)
    with pytest.raises(ValueError, match="at least one cell"):
        train([], data)
    with pytest.raises(ValueError, match="divide the 4 steps"):
        train([Cell(2, 1)], data, frames=3)
    with pytest.raises(ValueError, match="divide the 0 steps"):
        train([Cell(2, 1)], Data(*(part[:3] for part in data)), frames=1)
    with pytest.raises(ValueError, match="width must be at least 1"):
        train([Cell(0, 1)], data)
    with pytest.raises(ValueError, match="rate must be positive"):
        train([Cell(2, 1)], data, rate=-1.0)
