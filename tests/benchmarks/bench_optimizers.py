"""A grid of starts × learning rates, all runs of a method in one call, against one torch.optim loop a run.

python -m tests.benchmarks.bench_optimizers

The loops are far too many to wait for: a sample of the runs is timed, and multiplied up.
"""

from collections.abc import Callable

import numpy as np
import torch

from dlcore.landscapes.surfaces import surface
from dlcore.optimizers.adaptive import adafom, adagrad, adam, amsgrad, rmsprop
from dlcore.optimizers.methods import Method, gradient_descent, heavy_ball, nesterov, run
from tests.benchmarks.timing import seconds

SIDE, STEPS, REPEATS, SAMPLE = 15, 200, 3, 3
RATES = np.geomspace(1e-3, 3e-2, 12)
VALLEY = surface("valley")

METHODS: dict[str, tuple[Callable[[np.ndarray], Method], type, dict]] = {
    "gradient descent": (gradient_descent, torch.optim.SGD, {}),
    "heavy ball": (lambda eta: heavy_ball(eta, 0.9), torch.optim.SGD, {"momentum": 0.9}),
    "Nesterov": (lambda eta: nesterov(eta, 0.9), torch.optim.SGD, {"momentum": 0.9, "nesterov": True}),
    "AdaGrad": (adagrad, torch.optim.Adagrad, {}),
    "RMSProp": (rmsprop, torch.optim.RMSprop, {}),
    "Adam": (adam, torch.optim.Adam, {}),
    "AMSGrad": (amsgrad, torch.optim.Adam, {"amsgrad": True}),
    "AdaFom": (adafom, None, {}),  # PyTorch has none: Adam, which does as much work, is timed in its place
}


def by_torch(optimizer: type, options: dict, start: np.ndarray, rate: float) -> np.ndarray:
    """One run of torch.optim with the same gradient in NumPy, so that no automatic differentiation is paid for."""
    w = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    method = optimizer([w], lr=rate, **options)
    for _ in range(STEPS):
        w.grad = torch.from_numpy(VALLEY.gradient(w.detach().numpy()))
        method.step()
    return w.detach().numpy()


def main() -> None:
    torch.set_num_threads(1)
    low, high = np.transpose(VALLEY.domain)
    starts = np.stack(np.meshgrid(*np.linspace(low, high, SIDE).T), axis=-1)
    rates = RATES[:, None, None, None]
    runs = len(RATES) * SIDE**2
    print(f"{SIDE} × {SIDE} starts × {len(RATES)} rates × {STEPS} steps on the valley: {runs} runs of each method.")
    print(f"torch.optim: {SAMPLE} of the runs are timed, and multiplied up.\n")
    print("| method | all in one call, s | torch.optim, estimated, s | ratio (≥ 20) | largest difference in the sample |")
    print("|---|---|---|---|---|")
    chosen = [(r, i, j) for r, (i, j) in zip((0, 5, 11), ((7, 7), (5, 9), (8, 6)), strict=True)]
    for name, (make, optimizer, options) in METHODS.items():
        together = run(make(rates), VALLEY.gradient, starts, STEPS)[-1]
        batched = seconds(lambda m=make: run(m(rates), VALLEY.gradient, starts, STEPS), REPEATS)
        oracle = optimizer or torch.optim.Adam
        sample = lambda o=oracle, k=options: [by_torch(o, k, starts[i, j], RATES[r]) for r, i, j in chosen]  # noqa: E731
        looped = seconds(sample, REPEATS) / SAMPLE * runs
        apart = max(np.abs(together[r, i, j] - w).max() for (r, i, j), w in zip(chosen, sample(), strict=True)) if optimizer else np.nan
        difference = f"{apart:.0e}" if optimizer else "–"
        print(f"| {name} | {batched:.3f} | {looped:.0f} | {looped / batched:.0f} | {difference} |")


if __name__ == "__main__":
    main()
