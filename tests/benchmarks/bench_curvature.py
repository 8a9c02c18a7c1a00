"""What products with a Hessian save over the matrix: extreme eigenvalues at 5,000 parameters, and the seconds of a step.

python -m tests.benchmarks.bench_curvature
"""

from time import process_time

import numpy as np
import torch

from dlcore.networks.curvature import fisher_product, gauss_newton_product, hessian_product
from dlcore.networks.datasets import digits
from dlcore.networks.kronecker import factors, kfac, shampoo, signals
from dlcore.networks.training import cross_entropy, dense, train
from dlcore.optimizers.adaptive import adam
from dlcore.optimizers.lanczos import lanczos
from dlcore.optimizers.methods import gradient_descent, heavy_ball
from dlcore.optimizers.orthogonal import muon
from tests.benchmarks.timing import seconds

HIDDEN, EXAMPLES, STEPS = 68, 200, 40  # 64·68 + 68·10 = 5032 parameters
SHAPES = [(16, 64), (16, 16), (16, 16), (10, 16)]  # of the race in chapter 10


def main() -> None:
    torch.set_num_threads(1)
    data, rng = digits(np.random.default_rng(0)), np.random.default_rng(1)
    x, y = torch.tensor(data.train_x[:EXAMPLES]), torch.tensor(data.train_y[:EXAMPLES])
    start = [rng.standard_normal((1, HIDDEN, 64)) / 8, rng.standard_normal((1, 10, HIDDEN)) / HIDDEN**0.5]
    size = sum(w.size for w in start)

    def outputs(p: list[torch.Tensor]) -> torch.Tensor:
        return dense(p, x, torch.tanh)

    def loss(p: list[torch.Tensor], batch: None) -> torch.Tensor:
        return cross_entropy(outputs(p), y)

    def alone(v: torch.Tensor) -> torch.Tensor:
        return loss([v[: HIDDEN * 64].reshape(1, HIDDEN, 64), v[HIDDEN * 64 :].reshape(1, 10, HIDDEN)], None)[0]

    flat, v = torch.tensor(np.concatenate([w.ravel() for w in start])), rng.standard_normal((1, size))
    made: dict[str, torch.Tensor] = {}
    dense_seconds = seconds(lambda: made.update(H=torch.autograd.functional.hessian(alone, flat)), repeats=1)
    H = made["H"].numpy()
    solved_seconds = seconds(lambda: made.update(e=torch.linalg.eigvalsh(made["H"])), repeats=1)
    one = seconds(lambda: hessian_product(loss, start, torch.float64)(v))
    found = {}
    extremes = seconds(lambda: found.update(r=lanczos(hessian_product(loss, start, torch.float64), v, STEPS)), repeats=2)
    product = hessian_product(loss, start, torch.float64)
    print(f"64-{HIDDEN}-10 network, {size} parameters, {EXAMPLES} examples, float64, one thread\n")
    print("| quantity | measured | required |\n|---|---|---|")
    error = np.abs(product(v)[0] - H @ v[0]).max() / np.abs(H @ v[0]).max()
    print(f"| one product against the dense matrix, relative | {error:.1e} | ≤ 1e-10 |")
    print(f"| torch's dense Hessian, s | {dense_seconds:.1f} | |\n| its eigenvalues, s | {solved_seconds:.1f} | |")
    print(f"| one product, graph and all, s | {one:.4f} | |\n| dense / one product | {dense_seconds / one:.0f} | ≥ 20 |")
    print(f"| Lanczos, {STEPS} products, s | {extremes:.3f} | |\n| dense Hessian alone / Lanczos | {dense_seconds / extremes:.0f} | ≥ 20 |")
    e = made["e"].numpy()
    print(f"| largest eigenvalue, relative error | {abs(found['r'].values[0, -1] / e[-1] - 1):.1e} | |")
    print(f"| smallest eigenvalue, relative error | {abs(found['r'].values[0, 0] / e[0] - 1):.1e} | |")
    for name, make in (("Gauss–Newton", lambda: gauss_newton_product(outputs, lambda f: cross_entropy(f, y), start)),
                       ("Fisher", lambda: fisher_product(outputs, start))):  # fmt: skip
        ready = make()
        print(f"| {name} product, ms | {1e3 * seconds(lambda r=ready: r(v)):.1f} | |")
    steps(data)


def steps(data: object) -> None:
    """Seconds of a step of the methods that race, one network."""
    rng, x, y = np.random.default_rng(1), torch.tensor(data.train_x[:500]).float(), torch.tensor(data.train_y[:500])
    start = [rng.standard_normal((1, *shape)) / shape[1] ** 0.5 for shape in SHAPES]
    methods = {
        "gradient descent": gradient_descent(1e-3), "heavy ball": heavy_ball(1e-3, 0.9), "Adam": adam(1e-3),
        "K-FAC": kfac(1e-3, lambda w: [factors(s) for s in signals(w, x, torch.tanh)], SHAPES, damping=1e-2, momentum=0.9),
        "Shampoo": shampoo(1e-3, SHAPES, momentum=0.9), "Muon": muon(1e-3, SHAPES, 0.9),
    }  # fmt: skip
    print("\n| method | ms a step, processor time | in steps of gradient descent |\n|---|---|---|")
    times: dict[str, list[float]] = {name: [] for name in methods}
    for _ in range(15):  # in turn, so that whatever else the machine does disturbs all of them alike
        for name, method in methods.items():
            began = process_time()
            train(lambda p, b: cross_entropy(dense(p, x, torch.tanh), y), start, method, steps=20)
            times[name].append((process_time() - began) / 20)
    base = min(times["gradient descent"])
    for name, runs in times.items():
        print(f"| {name} | {1e3 * min(runs):.2f} | {min(runs) / base:.1f} |")


if __name__ == "__main__":
    main()
