"""One thread, explicit seeds, shapes checked, and property tests that try the same examples every time."""

import os
import pkgutil

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")  # before NumPy is loaded: small products are slower on many threads

import numpy as np  # noqa: E402
import pytest  # noqa: E402
from hypothesis import settings  # noqa: E402
from jaxtyping import install_import_hook  # noqa: E402

import dlcore  # noqa: E402

# The annotations of the numerics state shapes, and every call in a test is held to them. (What takes whatever a user gives,
# figures, claims and the book, answers for it itself.)
_OTHERS = {"dlcore.book", "dlcore.claims", "dlcore.explore"}
_NUMERICS = sorted({f"dlcore.{found.name}" for found in pkgutil.iter_modules(dlcore.__path__)} - _OTHERS)
install_import_hook(_NUMERICS, "beartype.beartype")

settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=50)
settings.load_profile("repeatable")


def pytest_addoption(parser):
    parser.addoption("--short-pages", action="store_true", help="leave out the tests that open the long page of a chapter")


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20190901)
