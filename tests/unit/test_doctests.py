import doctest
import importlib
import pkgutil

import pytest

import dlcore

OTHERS = ("dlcore.book", "dlcore.claims", "dlcore.explore", "dlcore.notation")  # no numerics
FOUND = pkgutil.walk_packages(dlcore.__path__, "dlcore.")
MODULES = [found.name for found in FOUND if not found.ispkg and not found.name.startswith(OTHERS)]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_docstrings_hold(name):
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted > 0
    assert result.failed == 0
