"""Networks trained on the worst margins that interval bounds allow, one for each budget ε, all at once (Gowal et al. 2018).

The loss of an example is the mean of the cross entropies of f(x) and of the worst scores: the lower bound of f_y − f_k instead of
the margin, for each k. ε and the weight of the second grow from 0 in the first half of training. With ε = 0 both are the same,
and training is standard.

>>> net = train(np.random.default_rng(0), np.array([[0.0], [1.0]]), np.array([0, 1]), (1, 4, 2), [0.0, 0.2], steps=200, size=2)[1]
>>> [w.shape for w in net.weights]
[(4, 1), (2, 4)]
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
from jaxtyping import Float, Int

from dlcore.checks import Integer, Real, generator, layer_widths, non_negative, positive, positive_int, samples
from dlcore.networks.training import minibatches
from dlcore.robustness.classifiers import Classifier


def train(
    rng: np.random.Generator, x: Float[np.ndarray, "n d"], labels: Int[np.ndarray, " n"], widths: Sequence[int],
    epsilons: Sequence[Real], *, steps: Integer, size: Integer = 100, rate: Real = 3e-3, inside: tuple[Real, Real] = (0.0, 1.0),
) -> list[Classifier]:  # fmt: skip
    """One network for each budget, from one draw (He's variance) and the same batches, by Adam with a rate that falls to 0.

    Inputs lie in the range ``inside``, and so do the boxes.
    """
    widths, steps = layer_widths(widths), positive_int("steps", steps)
    samples("x", x)
    budgets = torch.tensor(np.asarray(non_negative("epsilons", epsilons), dtype=np.float32))[:, None, None]
    generator("rng", rng)
    draws = [rng.standard_normal((b, a)) * np.sqrt(2 / a) for a, b in pairwise(widths)]
    w = [torch.tensor(np.tile(d, (len(budgets), 1, 1)), dtype=torch.float32, requires_grad=True) for d in draws]
    b = [torch.zeros(len(budgets), 1, n, requires_grad=True) for n in widths[1:]]
    adam = torch.optim.Adam([*w, *b], lr=float(positive("rate", rate)))
    inputs, targets = torch.tensor(x, dtype=torch.float32), torch.tensor(labels)
    for step, batch in zip(range(steps), minibatches(rng, len(x), size), strict=False):
        share = min(1.0, 2 * step / steps)
        adam.param_groups[0]["lr"] = rate * (1 - step / steps)
        chosen = inputs[batch].expand(len(budgets), -1, -1)
        low = (chosen - share * budgets).clamp(min=inside[0])
        high = (chosen + share * budgets).clamp(max=inside[1])
        worst, plain = worst_scores(w, b, low, high, targets[batch]), _scores(w, b, chosen)
        loss = (1 - share / 2) * _entropy(plain, targets[batch]) + share / 2 * _entropy(worst, targets[batch])
        adam.zero_grad()
        loss.backward()
        adam.step()
    kept = [[p.detach().numpy().astype(float) for p in part] for part in (w, b)]
    return [Classifier([p[k] for p in kept[0]], [p[k, 0] for p in kept[1]]) for k in range(len(budgets))]


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
    apart = w[-1][:, None] - w[-1][:, labels][:, :, None]  # models, examples, classes, width
    shift = b[-1] - b[-1][:, 0][:, labels][:, :, None]
    return (apart @ centre[..., None] + apart.abs() @ radius[..., None])[..., 0] + shift


def _scores(w, b, x):
    for weight, bias in zip(w[:-1], b[:-1], strict=True):
        x = torch.relu(x @ weight.mT + bias)
    return x @ w[-1].mT + b[-1]


def _entropy(scores, labels):
    """The sum over models of the mean cross entropy."""
    taken = torch.log_softmax(scores, dim=-1)[:, torch.arange(len(labels)), labels]
    return -taken.mean(dim=1).sum()
