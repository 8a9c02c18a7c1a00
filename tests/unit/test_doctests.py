import doctest
import importlib

import pytest

LEVELS = (
    ("activations", "checks", "gaussian"),
    ("meanfield", "networks", "optimizers"),
    ("backprop", "initialization"),
    ("landscapes", "propagation"),
)


@pytest.mark.parametrize("name", [name for level in LEVELS for name in level])
def test_the_examples_in_the_docstrings_hold(name):
    result = doctest.testmod(importlib.import_module(f"dlcore.{name}"))
    assert result.attempted > 0
    assert result.failed == 0
