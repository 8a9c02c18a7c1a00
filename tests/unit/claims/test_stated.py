"""A claim holds or raises; one that says nothing is refused, as is an erratum without its texts."""

import functools
import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcore import claims
from dlcore.claims import ClaimError, erratum

claim = functools.partial(claims.claim, by="closed form")
finite = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    "check",
    [
        {"measured": 1.003, "expected": 1, "within": 0.02},
        {"measured": 3, "expected": 3, "within": 0},
        {"measured": np.float32(2), "at_most": 2},
        {"measured": np.array([2.5]), "at_least": 2},
        {"measured": math.inf, "at_least": 1e300},
        {"measured": math.inf, "expected": math.inf, "within": 0},
        {"measured": np.True_, "expected": 1, "within": 0},
        {"measured": 0.5, "at_least": 0, "at_most": 1},
    ],
)
def test_what_theory_allows_holds(check):
    assert claim("L1.01", "it holds", **check).holds


@pytest.mark.parametrize(
    "check",
    [
        {"measured": 1.03, "expected": 1, "within": 0.02},
        {"measured": 2.001, "at_most": 2},
        {"measured": 1.999, "at_least": 2},
        {"measured": 1.5, "at_least": 0, "at_most": 1},
        {"measured": -math.inf, "at_least": -1e300},
        {"measured": math.nan, "expected": 1, "within": 0.02},
        {"measured": math.nan, "at_most": math.inf},
        {"measured": math.nan, "at_least": -math.inf},
        {"measured": math.inf, "expected": 1, "within": 0.02},
    ],
)
def test_anything_else_raises(check):
    with pytest.raises(ClaimError, match="✘ L1.01 it holds: measured"):
        claim("L1.01", "it holds", **check)


@given(finite, finite, st.floats(0, 1e300))
def test_a_claim_raises_exactly_when_it_is_off_by_more_than_its_tolerance(measured, expected, within):
    if abs(measured - expected) <= within:
        claim("L1.01", "s", measured=measured, expected=expected, within=within)
    else:
        with pytest.raises(AssertionError):
            claim("L1.01", "s", measured=measured, expected=expected, within=within)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({}, "got none of them"),
        ({"expected": 1}, "got expected"),
        ({"within": 1}, "got within"),
        ({"expected": 1, "within": 1, "at_most": 1}, "got expected, within, at_most"),
        ({"expected": 1, "within": -0.1}, "tolerance ≥ 0, got -0.1"),
        ({"expected": 1, "within": math.inf}, "tolerance ≥ 0, got inf"),
        ({"expected": math.nan, "within": 1}, "theory says is a number"),
        ({"at_most": math.nan}, "theory says is a number"),
        ({"at_least": 2, "at_most": 1}, "exchange them"),
        ({"at_most": 1, "measured": [1.0, 2.0]}, "measured is one number"),
        ({"at_most": 1, "measured": "1"}, "measured is one number"),
        ({"at_most": 1, "measured": 1j}, "measured is one number"),
        ({"at_most": 1, "ids": "2.16"}, "ids are entries"),
        ({"at_most": 1, "ids": []}, "ids are entries"),
        ({"at_most": 1, "statement": " "}, "statement is a sentence"),
        ({"at_most": 1, "by": ""}, "by is a sentence"),
    ],
)
def test_a_check_that_says_nothing_is_refused(wrong, says):
    arguments = {"ids": "L1.01", "statement": "s", "measured": 1.0} | wrong
    with pytest.raises(ValueError, match=re.escape(says)):
        claim(arguments.pop("ids"), arguments.pop("statement"), **arguments)


def test_an_erratum_needs_its_texts():
    with pytest.raises(ValueError, match="correct is a sentence"):
        erratum("L2.17", source="notes", says="this", correct="")
    with pytest.raises(ValueError, match="ids are entries"):
        erratum("L2.17", source="notes", says="this", correct="that", shown_by="the claim above")
