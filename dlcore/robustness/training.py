"""Classifiers trained on attacked images, one for each budget, all of them at once.

    minimise over θ    mean_i  max_{‖δ‖_∞ ≤ ε, x_i + δ in the box}  ℓ(θ; x_i + δ, y_i)

Each step draws a minibatch, moves its images up the loss by projected steps with gradient signs (each network its own images,
inside its own budget), and takes one step of Adam on the loss at the images where they have arrived: where the maximiser is
unique, Danskin's theorem makes that the gradient of the maximum (Madry, Makelov, Schmidt, Tsipras & Vladu 2018). The budget grows
linearly over the first half of the steps.

`errors` measures what came out: the share of images that are read wrongly, attacked with each of several budgets.

>>> from dlcore.robustness.classifiers import pixels
>>> data = pixels(np.random.default_rng(0), train=200)
>>> plain, robust = adversarial(np.random.default_rng(1), data, [0.0, 0.1], steps=120, batch=25)
>>> (errors([plain, robust], data.test_x[:100], data.test_y[:100], [0.1])[:, 0] > 0.4).tolist()
[True, False]
"""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float, Int

from dlcore.checks import Integer, Real, non_negative, number, positive, positive_int
from dlcore.networks.datasets import Digits
from dlcore.networks.training import cross_entropy, minibatches, train
from dlcore.optimizers.adaptive import adam
from dlcore.robustness.attacks import pgd
from dlcore.robustness.classifiers import Classifier, Parameters, initial, logits, separated, widths_of


def attacked(
    parameters: Parameters, x: torch.Tensor, y: torch.Tensor, radii: torch.Tensor, start: torch.Tensor, *, steps: Integer, rate: Real
) -> torch.Tensor:
    """Images (models, n, d) after ``steps`` projected sign steps of length ``rate`` · radius from x + radius · ``start``."""
    fixed = [p.detach() for p in parameters]
    low, high = (x - radii).clamp_min(0), (x + radii).clamp_max(1)
    here = torch.clamp(x + radii * start, low, high)
    for _ in range(steps):
        here = here.detach().requires_grad_()
        (slope,) = torch.autograd.grad(cross_entropy(logits(fixed, here), y).sum(), here)
        here = torch.clamp(here.detach() + rate * radii * slope.sign(), low, high)
    return here.detach()


def adversarial(
    rng: np.random.Generator,
    data: Digits,
    budgets: Sequence[Real],
    *,
    hidden: Sequence[Integer] = (64,),
    steps: Integer = 600,
    batch: Integer = 100,
    climbs: Integer = 4,
    rate: Real = 0.5,
) -> list[Classifier]:
    """One network of the widths 64, *hidden, 10 for each budget; all start at the same weights and see the same minibatches.

    ``climbs`` and ``rate`` are those of the attack in each step, which starts at a uniform draw from the ball. A budget of 0 is
    ordinary training. Adam has the rate 0.003.
    """
    radii = np.asarray(non_negative("budgets", list(budgets)), dtype=np.float32)[:, None, None]
    positive_int("climbs", climbs)
    number("rate", positive("rate", rate))
    start = initial(rng, widths_of(data, hidden), len(radii))
    x, y = torch.tensor(data.train_x, dtype=torch.float32), torch.tensor(data.train_y)
    order, noise = rng.spawn(2)
    calls = iter(range(steps + 1))

    def loss(parameters: Parameters, chosen: np.ndarray) -> torch.Tensor:
        grown = torch.tensor(radii * min(1.0, 2 * next(calls) / steps))
        begin = torch.tensor(noise.uniform(-1, 1, (len(chosen), x.shape[1])), dtype=torch.float32)
        worst = attacked(parameters, x[chosen], y[chosen], grown, begin, steps=climbs, rate=rate)
        return cross_entropy(logits(parameters, worst), y[chosen])

    steps = positive_int("steps", steps)
    return separated(train(loss, start, adam(0.003), steps=steps, batches=minibatches(order, len(x), batch)).parameters)


def errors(
    classifiers: Sequence[Classifier],
    x: Float[np.ndarray, "n d"],
    y: Int[np.ndarray, " n"],
    budgets: Sequence[Real],
    *,
    steps: Integer = 10,
    rate: Real = 0.25,
) -> Float[np.ndarray, "classifiers budgets"]:
    """Share of images that each classifier reads wrongly after projected gradient steps on its own loss, for each budget."""
    return np.array([(c.labels(pgd(c.gradient(y), x, budgets, steps=steps, rate=rate)) != y).mean(axis=-1) for c in classifiers])
