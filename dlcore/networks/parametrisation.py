"""Standard and maximal-update parametrisation, and the check that tells them apart (Yang and Hu 2021; Yang et al. 2022).

Networks f = W³φ(W²φ(W¹x)) with ReLU and hidden layers of n neurons. A rule says how the deviation of the initial weights and
the learning rate of each layer depend on n. Relative to a base width n₀, at which both rules are the same, with r = n/n₀:

    rule       deviation W¹, W², W³      rates, Adam       rates, gradient descent
    standard   1, r^−½, r^−½             1, 1, 1           1, 1, 1
    maximal    1, r^−½, 1/r              1, 1/r, 1/r       r, 1, 1/r

The rows "maximal" are table 3 of Yang et al. 2022. The check of coordinates: after a few steps, how does the root mean square
of h^ℓ − h^ℓ(start) depend on n? Not at all under the maximal rule, for n large. Under the standard one Adam's first steps move h²
like n, and f like n^½ by W¹, n^(3/2) by W² and n by W³.

>>> scales(128, "maximal", base=32).rates, scales(128, "maximal", method="gradient descent").rates
((1.0, 0.25, 0.25), (4.0, 1.0, 0.25))
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float

from dlcore.checks import Integer, Reals, finite, one_of, positive, positive_int
from dlcore.networks.datasets import CLASSES, digits
from dlcore.networks.training import cross_entropy

RULES, METHODS = ("standard", "maximal"), ("adam", "gradient descent")
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
INPUTS = 64


class Scales(NamedTuple):
    """For each of the three layers: deviation of the initial weights, and what the learning rate is multiplied by."""

    deviations: tuple[float, float, float]
    rates: tuple[float, float, float]


def scales(width: Integer, rule: str, *, method: str = "adam", base: Integer = 32) -> Scales:
    """The table above; variance · fan-in is 1, 2 and 1 at the base width, for inputs of 64 numbers."""
    n, n0 = positive_int("width", width), positive_int("base", base)
    one_of("method", method, METHODS)
    r = n / n0
    first, second = 1 / INPUTS**0.5, (2 / n) ** 0.5
    if one_of("rule", rule, RULES) == "standard":
        return Scales((first, second, n**-0.5), (1.0, 1.0, 1.0))
    return Scales((first, second, n0**0.5 / n), (1.0, 1 / r, 1 / r) if method == "adam" else (r, 1.0, 1 / r))


class Row(NamedTuple):
    """One width, all rates: losses along the steps, and how far h¹, h², f have moved (root mean square) after each step."""

    losses: Float[np.ndarray, "steps_plus_1 rates"]
    moved: Float[np.ndarray, "steps_plus_1 layers rates"]


def train_row(
    x: Float[np.ndarray, "examples d"],
    labels: Reals,
    width: Integer,
    rule: str,
    rates: Reals,
    *,
    steps: Integer,
    method: str = "adam",
    base: Integer = 32,
    seed: Integer = 0,
) -> Row:
    """Networks of one width from one start, every rate at once, on the mean cross entropy of all examples, in float32.

    A diverged network has the loss inf. ``labels`` are whole numbers 0 … 9; inputs must have 64 coordinates.
    """
    if np.shape(x)[1] != INPUTS:
        raise ValueError(f"x must have {INPUTS} coordinates an example, got {np.shape(x)[1]}: the scales are those of the digits")
    rule_of = scales(width, rule, method=method, base=base)
    eta = torch.tensor(np.asarray(positive("rates", rates), dtype=np.float32))[:, None, None]
    inputs = torch.tensor(np.asarray(finite("x", x), dtype=np.float32))
    weights = _start(int(width), rule_of, len(eta), int(seed))
    y = torch.tensor(np.asarray(labels, dtype=np.int64))
    step = _Adam(weights) if method == "adam" else _Plain()
    losses, moved, first = [], [], None
    for t in range(positive_int("steps", steps) + 1):
        weights = [w.requires_grad_() for w in weights]
        h1 = inputs @ weights[0].mT
        h2 = torch.relu(h1) @ weights[1].mT
        f = torch.relu(h2) @ weights[2].mT
        loss = cross_entropy(f, y)
        signals = [h.detach() for h in (h1, h2, f)]
        first = first or signals
        losses.append(loss.detach().numpy())
        moved.append(torch.stack([(h - h0).square().mean((-2, -1)).sqrt() for h, h0 in zip(signals, first)]).numpy())
        if t < steps:
            gradients = torch.autograd.grad(loss.sum(), weights)
            with torch.no_grad():
                moves = step(gradients)
                weights = [w.detach() - eta * scale * move for w, scale, move in zip(weights, rule_of.rates, moves)]
    told = np.array(losses, dtype=float)
    told[~np.isfinite(told)] = np.inf
    return Row(told, np.array(moved, dtype=float))


def train_digits(
    rule: str, width: Integer, *, rates: Sequence[float], steps: Integer, examples: Integer, seed: Integer = 0, method: str = "adam"
) -> dict[str, np.ndarray]:
    """One cell of a map over rules and widths (`dlcore.sweeps.sweep`): `train_row` on some of the digits, with all rates."""
    data = digits(np.random.default_rng(0), train=examples)
    return train_row(data.train_x, data.train_y, width, rule, np.array(rates), steps=steps, seed=seed, method=method)._asdict()


def power(widths: Reals, sizes: Reals) -> float:
    """The exponent p of the least-squares fit sizes ≈ c · widths^p, in logarithms.

    >>> round(power([1, 2, 4], [3, 6, 12]), 12)
    1.0
    """
    return float(np.polyfit(np.log(positive("widths", widths)), np.log(positive("sizes", sizes)), 1)[0])


def _start(width: int, rule: Scales, copies: int, seed: int) -> list[torch.Tensor]:
    rng = np.random.default_rng(seed)
    shapes = ((width, INPUTS), (width, width), (CLASSES, width))
    drawn = [deviation * rng.standard_normal(shape) for deviation, shape in zip(rule.deviations, shapes)]
    return [torch.tensor(np.repeat(w[None].astype(np.float32), copies, axis=0)) for w in drawn]


class _Plain:
    def __call__(self, gradients: Sequence[torch.Tensor]) -> Sequence[torch.Tensor]:
        return gradients


class _Adam:
    """The direction of Adam's step, with its corrections of the start."""

    def __init__(self, weights: Sequence[torch.Tensor]):
        self.t = 0
        self.m, self.v = [torch.zeros_like(w) for w in weights], [torch.zeros_like(w) for w in weights]

    def __call__(self, gradients: Sequence[torch.Tensor]) -> Sequence[torch.Tensor]:
        self.t += 1
        moves = []
        for m, v, g in zip(self.m, self.v, gradients):
            m.lerp_(g, 1 - BETA1)
            v.mul_(BETA2).addcmul_(g, g, value=1 - BETA2)
            size = (v / (1 - BETA2**self.t)).sqrt_().add_(EPSILON)
            moves.append(m / (1 - BETA1**self.t) / size)
        return moves
