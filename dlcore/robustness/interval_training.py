"""Networks trained on the worst margins that interval bounds allow, one for each budget ε, all at once (Gowal et al. 2018).

The loss of an example is the mean of the cross entropies of f(x) and of the worst scores: the lower bound of f_y − f_k instead of
the margin, for each k. ε and the weight of the second grow from 0 in the first half of training. With ε = 0 both are the same,
and training is standard.

>>> net = train(np.random.default_rng(0), np.array([[0.0], [1.0]]), np.array([0, 1]), (1, 4, 2), [0.0, 0.2], steps=200, size=2)[1]
>>> [w.shape for w in net.weights]
[(4, 1), (2, 4)]
"""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float, Int

from dlcore.checks import Integer, Real, layer_widths, non_negative, number, positive, positive_int, samples
from dlcore.networks.training import cross_entropy, minibatches
from dlcore.networks.training import train as train_networks
from dlcore.optimizers.adaptive import adam
from dlcore.robustness.classifiers import Classifier, initial, logits, separated


def train(
    rng: np.random.Generator, x: Float[np.ndarray, "n d"], labels: Int[np.ndarray, " n"], widths: Sequence[int],
    epsilons: Sequence[Real], *, steps: Integer, size: Integer = 100, rate: Real = 3e-3, inside: tuple[Real, Real] = (0.0, 1.0),
) -> list[Classifier]:  # fmt: skip
    """One network for each budget, from one draw (He's variance) and the same batches, by Adam with a rate that falls to 0.

    Inputs lie in the range ``inside``, and so do the boxes.
    """
    widths, steps = layer_widths(widths), positive_int("steps", steps)
    samples("x", x)
    budgets = torch.tensor(np.asarray(non_negative("epsilons", list(epsilons)), dtype=np.float32))[:, None, None]
    number("rate", positive("rate", rate))
    start = initial(rng, widths, len(budgets))
    inputs, targets, layers = torch.tensor(x, dtype=torch.float32), torch.tensor(labels), len(widths) - 1
    calls = iter(range(steps + 1))

    def loss(parameters: Sequence[torch.Tensor], batch: np.ndarray) -> torch.Tensor:
        share, (w, b) = min(1.0, 2 * next(calls) / steps), (parameters[:layers], parameters[layers:])
        chosen, y = inputs[batch].expand(len(budgets), -1, -1), targets[batch]
        low, high = (chosen - share * budgets).clamp_min(inside[0]), (chosen + share * budgets).clamp_max(inside[1])
        worst = cross_entropy(worst_scores(w, b, low, high, y), y)
        return (1 - share / 2) * cross_entropy(logits(parameters, chosen), y) + share / 2 * worst

    method = adam(lambda step: rate * (1 - step / steps))
    return separated(train_networks(loss, start, method, steps=steps, batches=minibatches(rng, len(x), size)).parameters)


def worst_scores(
    w: Sequence[torch.Tensor], b: Sequence[torch.Tensor], low: torch.Tensor, high: torch.Tensor, labels: torch.Tensor
) -> torch.Tensor:
    """For each k the upper bound of f_k − f_y over the box, shape (models, examples, classes); 0 for k = y.

    The last layer is taken into the difference before it is bounded.
    """
    centre, radius = (low + high) / 2, (high - low) / 2
    for weight, bias in zip(w[:-1], b[:-1], strict=True):
        centre, radius = centre @ weight.mT + bias, radius @ weight.abs().mT
        low, high = torch.relu(centre - radius), torch.relu(centre + radius)
        centre, radius = (low + high) / 2, (high - low) / 2
    count, classes, width = w[-1].shape
    apart = w[-1][:, None] - w[-1][:, :, None]  # models, y, k, width: the rows W_k − W_y
    widest = (radius @ apart.abs().reshape(count, classes**2, width).mT).reshape(count, -1, classes, classes)
    own, scores = torch.arange(len(labels)), centre @ w[-1].mT + b[-1]
    return scores - scores[:, own, labels][..., None] + widest[:, own, labels]
