"""Claims hold or raise, say what they measured, and survive the way through a page."""

import functools
import html
import json
import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from dlcore import claims
from dlcore.claims import Claim, ClaimError, erratum, from_record

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


def test_it_says_what_was_measured_and_what_theory_says():
    assert repr(claim("L2.16", "He keeps it", measured=1.00312, expected=1, within=0.02)) == (
        "✔ L2.16 He keeps it: measured 1.003, theory 1 ± 0.02 (closed form)"
    )
    assert repr(claim(["L2.16", "S1.03"], "tiny", measured=3.21e-7, at_most=1e-6)) == (
        "✔ L2.16, S1.03 tiny: measured 3.21×10⁻⁷, theory: at most 10⁻⁶ (closed form)"
    )
    assert repr(claim("D.01", "between", measured=0.5, at_least=0, at_most=1)).endswith("theory: 0 to 1 (closed form)")


def test_the_text_is_escaped_and_its_tex_typeset():
    shown = claim("L1.01", r"$a<b$ & \$5 <b>", measured=1, at_most=1, source="notes <1>").html()
    assert r"\(a&lt;b\)</span> &amp; $5 &lt;b&gt;: " in shown
    assert "<b>" not in shown
    assert "(notes &lt;1&gt;)" in shown


def test_colour_is_not_the_only_sign_of_a_claim_that_fails():
    fails = Claim(("L1.01",), "s", 2.0, "closed form", at_most=1.0)
    assert 'aria-label="does not hold"' in fails.html()
    assert "✘" in fails.html()


def test_its_ids_lead_to_the_ledger():
    shown = claim(["L1.01", "S1.03"], "s", measured=1, at_most=1).html("claim-L1.01", "claim_ledger.html")
    assert 'id="claim-L1.01"' in shown
    assert '<a class="claim-id" href="claim_ledger.html#S1.03">S1.03</a>' in shown


def _through_a_page(entry):
    """The record as a page holds it: JSON in an HTML attribute."""
    attribute = re.search(r'data-claim="([^"]*)"', entry.html())[1]
    return from_record(json.loads(html.unescape(attribute)))


@given(st.floats(allow_nan=False), st.text(min_size=1).filter(str.strip), st.sampled_from([None, "notes §2.3 \"<&'"]))
def test_a_claim_survives_the_way_through_a_page(measured, statement, source):
    entry = claim(["L2.16", "S1.03"], statement, measured=measured, at_least=-math.inf, source=source)
    again = _through_a_page(entry)
    assert again.record() == entry.record()
    assert again.html() == entry.html()
    assert again.holds


def test_an_erratum_survives_the_way_through_a_page():
    entry = erratum("L2.17", source="notes §2.3", says="$a = b$", correct="$a = -b$", shown_by="L2.16")
    again = _through_a_page(entry)
    assert again.html() == entry.html()
    assert "notes §2.3 says: " in again.html()
    assert repr(again) == "Erratum L2.17: notes §2.3 says: $a = b$. Correct: $a = -b$"


def test_an_erratum_needs_its_texts():
    with pytest.raises(ValueError, match="correct is a sentence"):
        erratum("L2.17", source="notes", says="this", correct="")
    with pytest.raises(ValueError, match="ids are entries"):
        erratum("L2.17", source="notes", says="this", correct="that", shown_by="the claim above")


@pytest.fixture
def shown_in():
    """A function that runs cells in a fresh IPython and returns what each displayed."""
    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))

    def run(*cells):
        counts = []
        for cell in cells:
            with pytest.MonkeyPatch.context() as patch:
                published = []
                patch.setattr(shell.display_pub, "publish", lambda data, seen=published, **_: seen.append(data))
                patch.setattr(shell.displayhook, "write_format_data", lambda data, *_, seen=published: seen.append(data))
                shell.run_cell(cell, store_history=True)
            counts.append([data["text/html"].count("data-claim") for data in published])
        return counts

    yield run
    InteractiveShell.clear_instance()


def test_a_claim_is_shown_once_wherever_it_stands_in_its_cell(shown_in):
    make = "claim('L1.01', 's', measured=1, at_most=1, by='closed form')"
    assert shown_in(
        "from dlcore.claims import claim",
        make,
        f"first = {make}\nsecond = {make}",
        "first",
        f"[{make} for _ in range(3)];",
    ) == [[], [1], [1, 1], [1], [1, 1, 1]]


def test_a_claim_that_fails_is_shown_before_it_raises(shown_in):
    assert shown_in("from dlcore.claims import claim\nclaim('L1.01', 's', measured=2, at_most=1, by='closed form')") == [[1]]
