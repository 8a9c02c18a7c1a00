"""One thread, explicit seeds, shapes checked, and property tests that try the same examples every time."""

import os
import pathlib

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")  # before NumPy is loaded: small products are slower on many threads

import numpy as np  # noqa: E402
import pytest  # noqa: E402
from hypothesis import settings  # noqa: E402
from jaxtyping import install_import_hook  # noqa: E402

import dlcore  # noqa: E402

# The flat modules are the numerics: their annotations state shapes, and every call in a test is held to them.
# (dlcore.explore and dlcore.book take whatever a user gives and answer for it themselves.)
_FLAT = [f"dlcore.{path.stem}" for path in pathlib.Path(dlcore.__path__[0]).glob("[a-z]*.py")]
install_import_hook(_FLAT, "beartype.beartype")

settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=50)
settings.load_profile("repeatable")


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20190901)
