import doctest
import importlib
import pathlib

import pytest

import dlcore

OTHERS = {"claims", "notation"}  # no numerics
MODULES = sorted({path.stem for path in pathlib.Path(dlcore.__path__[0]).glob("[a-z]*.py")} - OTHERS)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_docstrings_hold(name):
    result = doctest.testmod(importlib.import_module(f"dlcore.{name}"))
    assert result.attempted > 0
    assert result.failed == 0
