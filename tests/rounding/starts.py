"""Random numbers that differ in the last digits of single precision from those that NumPy draws.

>>> normal = lambda: np.random.default_rng(0).standard_normal(3)
>>> as_drawn = normal()
>>> with moved(1):
...     bool(0 < abs(normal() / as_drawn - 1).max() <= SHIFT), bool((normal() == normal()).all())
(True, True)
"""

import contextlib
from unittest import mock

import numpy as np

SHIFT = 1e-7  # of itself, about a rounding of single precision


class Moved(np.random.Generator):
    """A generator whose real numbers are moved by at most SHIFT of themselves; the same numbers, in the same way."""

    def __init__(self, bits: np.random.BitGenerator, seed: int):
        super().__init__(bits)
        self._seed = seed

    def _moved(self, drawn):
        if not isinstance(drawn, float | np.ndarray) or np.asarray(drawn).dtype.kind != "f":
            return drawn
        moved = drawn * (1 + SHIFT * np.sin(1e5 * drawn + self._seed))
        return moved.astype(drawn.dtype) if isinstance(drawn, np.ndarray) else float(moved)

    def normal(self, *args, **kwargs):
        return self._moved(super().normal(*args, **kwargs))

    def standard_normal(self, *args, **kwargs):
        return self._moved(super().standard_normal(*args, **kwargs))

    def uniform(self, *args, **kwargs):
        return self._moved(super().uniform(*args, **kwargs))

    def random(self, *args, **kwargs):
        return self._moved(super().random(*args, **kwargs))


@contextlib.contextmanager
def moved(seed: int):
    """Meanwhile `np.random.default_rng` gives generators that are moved, each `seed` in another way; 0 leaves them as they are."""
    drawn_by = np.random.default_rng

    def default_rng(given=None):
        return given if isinstance(given, Moved) else Moved(drawn_by(given).bit_generator, seed)

    with mock.patch.object(np.random, "default_rng", default_rng) if seed else contextlib.nullcontext():
        yield
