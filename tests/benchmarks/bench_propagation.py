"""What the conditional law saves over drawing the matrices, and what the products cost beside a bare np.matmul.

python -m tests.benchmarks.bench_propagation
"""

from unittest import mock

import numpy as np

from dlcore.signals import propagation
from tests.benchmarks.timing import seconds

DEPTH, WIDTH, NETWORKS = 100, 512, 64
SETTING = {"depth": DEPTH, "width": WIDTH, "networks": NETWORKS, "sigma_w2": 2.0, "activation": "relu"}


def by_law() -> np.ndarray:
    return propagation.energies(np.random.default_rng(0), **SETTING)


def by_matrices() -> np.ndarray:
    return propagation.energies_from_matrices(np.random.default_rng(0), **SETTING)


def bare_products(w: np.ndarray) -> None:
    z = np.ones((NETWORKS, WIDTH, 1))
    for _ in range(DEPTH):
        np.matmul(w, z)


def main() -> None:
    law, matrices = seconds(by_law), seconds(by_matrices, repeats=1)
    w = np.random.default_rng(0).standard_normal((NETWORKS, WIDTH, WIDTH)) * np.sqrt(2 / WIDTH)
    with mock.patch.object(propagation, "draw", return_value=w):  # the same loop, its random numbers already there
        products = seconds(by_matrices)
    bare = seconds(lambda: bare_products(w))
    operations = 2 * DEPTH * NETWORKS * WIDTH**2
    print(f"forward energies, depth {DEPTH}, width {WIDTH}, {NETWORKS} networks, float64\n")
    print("| quantity | measured | required |")
    print("|---|---|---|")
    print(f"| conditional law, s | {law:.4f} | |")
    print(f"| matrices, s | {matrices:.2f} | |")
    print(f"| matrices / conditional law | {matrices / law:.0f} | ≥ 50 |")
    print(f"| products of the matrix path, GFLOP/s | {operations / products / 1e9:.2f} | |")
    print(f"| bare np.matmul of the same products, GFLOP/s | {operations / bare / 1e9:.2f} | |")
    print(f"| matrix path / bare np.matmul | {bare / products:.2f} | ≥ 0.5 |")


if __name__ == "__main__":
    main()
