"""How long something takes."""

import time
from collections.abc import Callable

REPEATS = 5


def seconds(action: Callable[[], object], repeats: int = REPEATS) -> float:
    """The shortest of several runs: what disturbs a measurement only ever lengthens it."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times)
