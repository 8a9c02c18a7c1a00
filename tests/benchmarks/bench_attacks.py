"""What attacking many images with many budgets in one call saves over image by image and budget by budget.

python -m tests.benchmarks.bench_attacks
"""

import numpy as np

from dlcore.robustness import attacks, classifiers
from tests.benchmarks.timing import seconds

BUDGETS, IMAGES, STEPS = np.linspace(0.02, 0.3, 8), 500, 40


def main() -> None:
    data = classifiers.pixels(np.random.default_rng(0))
    net = classifiers.fit(np.random.default_rng(1), data)
    x, y = data.test_x[:IMAGES], data.test_y[:IMAGES]

    def together() -> np.ndarray:
        return attacks.pgd(net.gradient(y), x, BUDGETS, steps=STEPS, rate=0.1)

    def one_by_one() -> np.ndarray:
        each = [
            [attacks.pgd(net.gradient(y[i : i + 1]), x[i : i + 1], budget, steps=STEPS, rate=0.1)[0] for i in range(IMAGES)]
            for budget in BUDGETS
        ]
        return np.array(each)

    fast, slow = seconds(together, repeats=3), seconds(one_by_one, repeats=1)
    same = np.mean(net.labels(together()) == net.labels(one_by_one()))
    assert same > 0.999, same  # where a gradient is 0 up to rounding, its sign may differ
    print(f"{STEPS} projected steps on {IMAGES} digits with {len(BUDGETS)} budgets, network of widths 64, 64, 10, one thread\n")
    print("| quantity | measured | required |")
    print("|---|---|---|")
    print(f"| image by image and budget by budget, s | {slow:.2f} | |")
    print(f"| in one call, s | {fast:.3f} | |")
    print(f"| image by image / one call | {slow / fast:.0f} | ≥ 10 |")


if __name__ == "__main__":
    main()
