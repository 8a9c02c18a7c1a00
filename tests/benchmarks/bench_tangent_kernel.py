"""What contraction saves over one backward pass a sample.

python -m tests.benchmarks.bench_tangent_kernel
"""

from itertools import pairwise

import numpy as np
import torch

from dlcore.networks import tangent_kernel
from tests.benchmarks.timing import seconds

WIDTHS, EXAMPLES = (64, 256, 256, 256, 1), 256


def network() -> tuple[list[np.ndarray], np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.standard_normal((b, a)) * a**-0.5 for a, b in pairwise(WIDTHS)], rng.standard_normal((EXAMPLES, WIDTHS[0]))


def function(parameters: dict[str, torch.Tensor], x: torch.Tensor) -> torch.Tensor:
    *hidden, last = parameters.values()
    for w in hidden:
        x = torch.relu(w @ x)
    return last @ x


def a_pass_a_sample(ws: list[np.ndarray], x: np.ndarray) -> np.ndarray:
    leaves = {str(k): torch.tensor(w, requires_grad=True) for k, w in enumerate(ws)}
    rows = [torch.cat([g.ravel() for g in torch.autograd.grad(function(leaves, one), list(leaves.values()))]) for one in torch.tensor(x)]
    J = torch.stack(rows)
    return (J @ J.T).numpy()


def main() -> None:
    torch.set_num_threads(1)
    ws, x = network()
    parameters, inputs = {str(k): torch.tensor(w) for k, w in enumerate(ws)}, torch.tensor(x)
    slow = seconds(lambda: a_pass_a_sample(ws, x), repeats=3)
    fast = seconds(lambda: tangent_kernel.contracted(ws, x, "relu"))
    general = seconds(lambda: tangent_kernel.of_function(function, parameters, inputs), repeats=3)
    assert np.allclose(a_pass_a_sample(ws, x), tangent_kernel.contracted(ws, x, "relu"))
    print(f"tangent kernel of {EXAMPLES} examples, ReLU network of widths {WIDTHS}, float64, one thread\n")
    print("| quantity | measured | required |")
    print("|---|---|---|")
    print(f"| one backward pass a sample, and JJᵀ, s | {slow:.3f} | |")
    print(f"| contraction of signals, s | {fast:.4f} | |")
    print(f"| one pass a sample / contraction | {slow / fast:.0f} | ≥ 10 |")
    print(f"| torch.func, contracted parameter by parameter, s | {general:.3f} | |")
    print(f"| one pass a sample / torch.func | {slow / general:.1f} | |")


if __name__ == "__main__":
    main()
