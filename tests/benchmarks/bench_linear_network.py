"""The talk's two-layer linear network: ten seeds in one call, against one torch loop a seed.

python -m tests.benchmarks.bench_linear_network

The loops are too many to wait for: a few steps of one seed are timed, and multiplied up.
"""

from collections.abc import Callable

import numpy as np
import torch

from dlcore.landscapes.linear_network import gauss_newton, talk, train
from dlcore.optimizers.adaptive import adam
from dlcore.optimizers.methods import gradient_descent
from tests.benchmarks.timing import seconds

SEEDS, STEPS, SAMPLES, REPEATS = 10, 3000, 1000, 3


def data(inputs: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Targets, inputs and start of seed 0: all the inputs as in the talk, or as few with the same second moments."""
    problem, start = talk(seeds=[0], samples=SAMPLES)
    X = np.linalg.cholesky(problem.S[0])
    if inputs > 6:  # X Q with orthonormal rows of Q: the same second moments
        X = X @ np.linalg.qr(np.random.default_rng(0).standard_normal((inputs, 6)))[0].T
    return torch.tensor(problem.A[0]), torch.tensor(X), torch.tensor(start[0])


def by_gradient(inputs: int, optimizer: type, rate: float, steps: int) -> None:
    """The talk's training loop, with automatic differentiation."""
    A, X, start = data(inputs)
    W2, W1 = (w.clone().requires_grad_() for w in (start[:60].reshape(10, 6), start[60:].reshape(6, 6)))
    method, Y = optimizer([W2, W1], lr=rate), A @ X
    for _ in range(steps):
        method.zero_grad()
        torch.sum((W2 @ (W1 @ X) - Y) ** 2).backward()
        method.step()


def by_least_squares(inputs: int, rate: float, damping: float, steps: int) -> None:
    """The talk's second-order method: a dense Jacobian, and a solver for least squares."""
    A, X, start = data(inputs)
    W2, W1, Y = start[:60].reshape(10, 6), start[60:].reshape(6, 6), A @ X
    for _ in range(steps):
        J = torch.cat([torch.kron((W1 @ X).T.contiguous(), torch.eye(10).double()), torch.kron(X.T.contiguous(), W2)], dim=1)
        residual = (W2 @ W1 @ X - Y).T.reshape(-1)
        if damping:
            J = torch.cat([J, damping**0.5 * torch.eye(96).double()])
            residual = torch.cat([residual, torch.zeros(96).double()])
        step = torch.linalg.lstsq(J, residual[:, None], driver="gelsd").solution[:, 0]
        W2, W1 = W2 - rate * step[:60].reshape(6, 10).T, W1 - rate * step[60:].reshape(6, 6).T


def main() -> None:
    torch.set_num_threads(1)
    problem, start = talk(seeds=range(SEEDS), samples=SAMPLES)
    methods: dict[str, tuple[Callable, Callable, int]] = {
        "gradient descent": (
            lambda: train(problem.gradient, gradient_descent(1e-5), start, [STEPS]),
            lambda n, steps: by_gradient(n, torch.optim.SGD, 1e-5, steps), 200,
        ),
        "Adam": (
            lambda: train(problem.gradient, adam(1e-2), start, [STEPS]),
            lambda n, steps: by_gradient(n, torch.optim.Adam, 1e-2, steps), 200,
        ),
        "Gauss–Newton": (
            lambda: train(gauss_newton(problem), gradient_descent(0.05), start, [STEPS]),
            lambda n, steps: by_least_squares(n, 0.05, 0.0, steps), 3,
        ),
        "damped Gauss–Newton": (
            lambda: train(gauss_newton(problem, 100.0), gradient_descent(0.2), start, [STEPS]),
            lambda n, steps: by_least_squares(n, 0.2, 100.0, steps), 3,
        ),
    }  # fmt: skip
    print(f"{SEEDS} seeds, {STEPS} steps, {SAMPLES} examples. torch: a few steps of one seed are timed, and multiplied up.\n")
    print("| method | all seeds in one call, s | torch, all examples, estimated, s | ratio (≥ 20) | torch, second moments, s | ratio |")
    print("|---|---|---|---|---|---|")
    total = np.zeros(3)
    for name, (together, alone, steps) in methods.items():
        batched = seconds(together, REPEATS)
        full, fair = (seconds(lambda n=n, a=alone, s=steps: a(n, s), REPEATS) / steps * STEPS * SEEDS for n in (SAMPLES, 6))
        total += batched, full, fair
        print(f"| {name} | {batched:.2f} | {full:.0f} | {full / batched:.0f} | {fair:.0f} | {fair / batched:.0f} |")
    print(f"| all four | {total[0]:.2f} | {total[1]:.0f} | {total[1] / total[0]:.0f} | {total[2]:.0f} | {total[2] / total[0]:.0f} |")


if __name__ == "__main__":
    main()
