"""How long every explorer of the book thinks in a kernel: CPU seconds a state, at random values and at first touch.

    python -m tests.benchmarks.bench_latency [CHAPTER …]

Each state is computed once, in the order in which a reader might meet it, so that what has to be trained first counts.
"""

import sys

import numpy as np

from tests.explorers import chapters, cpu_seconds, declarations_of, some_states

HEAD = f"{'explorer':24s} {'states':>6s} {'median ms':>10s} {'worst ms':>9s}  slowest at"


def main(wanted: list[str]) -> None:
    """Print one line an explorer, the slowest states named."""
    for path in chapters():
        if wanted and not path.stem.startswith(tuple(wanted)):
            continue
        print(f"\n{path.stem}\n{HEAD}")
        for declaration in declarations_of(path):
            states = some_states(declaration)
            seconds = np.array([cpu_seconds(declaration, values) for values in states])
            slowest = states[int(seconds.argmax())]
            where = ", ".join(f"{name}={value:.3g}" if isinstance(value, float) else f"{name}={value}" for name, value in slowest.items())
            mark = " !" if np.median(seconds) > 0.1 or seconds.max() > 1 else ""
            print(f"{declaration.name:24s} {len(states):6d} {1e3 * np.median(seconds):10.1f} {1e3 * seconds.max():9.0f}  {where}{mark}")


if __name__ == "__main__":
    main(sys.argv[1:])
