"""Where long work tells how far it is: the terminal of a build, or a bar below the running cell."""

import os
import sys
from collections.abc import Iterable, Iterator

from tqdm import tqdm
from tqdm.auto import tqdm as tqdm_of_the_home


def log():
    """Where progress goes during a build: its own terminal, which a kernel's stderr is not."""
    path = os.environ.get("DLCORE_LOG")
    return open(path, "a", encoding="utf-8") if path else open(os.dup(sys.__stderr__.fileno()), "w", encoding="utf-8")


def progress(items: Iterable, what: str) -> Iterator:
    """Yield `items` behind a progress bar named `what`, which is gone when they are done.

    For what a chapter computes once, before its figures can answer soon: `for depth in progress(DEPTHS, "training")`.
    """
    if "DLCORE_LOG" not in os.environ:
        yield from tqdm_of_the_home(items, desc=what, leave=False)
        return
    with log() as terminal:
        yield from tqdm(items, desc=what, file=terminal, leave=False, mininterval=1)
