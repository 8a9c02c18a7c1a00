"""Claims and errata say what was measured, in words and in HTML, and survive the way through a page."""

import functools
import html
import json
import math
import re

from hypothesis import given
from hypothesis import strategies as st

from dlcore import claims
from dlcore.claims import Claim, erratum, from_record

claim = functools.partial(claims.claim, by="closed form")


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
