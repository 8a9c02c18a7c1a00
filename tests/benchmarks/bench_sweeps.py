"""A sweep on a Dask cluster: two workers against one, and both against a loop here."""

import os

os.environ["OMP_NUM_THREADS"] = "1"  # before NumPy is loaded: what is compared is one core, and two

import numpy as np
from distributed import Client, LocalCluster

from dlcore.sweeps import sweep
from tests.benchmarks.timing import seconds

GRID = {"width": (64, 96), "seed": tuple(range(8))}
STEPS = 1500


def trained(width: int, seed: int) -> dict:
    """A small network fitted by gradient descent to a sine, on one core."""
    rng = np.random.default_rng(seed)
    x = np.linspace(-3, 3, 256)[:, None]
    y, w, v = np.sin(x), rng.normal(size=(1, width)), rng.normal(size=(width, 1)) / width**0.5
    for _ in range(STEPS):
        z = np.tanh(x @ w)
        error = (z @ v - y) / len(x)
        w, v = w - x.T @ ((error @ v.T) * (1 - z * z)) / width, v - z.T @ error / width
    return {"loss": np.mean((np.tanh(x @ w) @ v - y) ** 2)}


def main() -> None:
    """Print seconds and their ratios."""
    here = seconds(lambda: sweep(trained, GRID, bar=None), repeats=2)
    times = {}
    for workers in (1, 2):
        with (
            LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster,
            Client(cluster) as client,
            client.get_executor(pure=False) as executor,
        ):
            sweep(trained, GRID, executor=executor, bar=None)  # imports, once
            times[workers] = seconds(lambda executor=executor: sweep(trained, GRID, executor=executor, bar=None), repeats=2)
    print(f"sweep of {len(GRID['seed']) * len(GRID['width'])} networks: here {here:.2f} s, Dask with 1 worker {times[1]:.2f} s,")
    print(f"  with 2 workers {times[2]:.2f} s: × {times[1] / times[2]:.2f} from one worker to two")


if __name__ == "__main__":
    main()
