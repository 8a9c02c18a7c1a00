"""Code cells taken apart: what folds, and what never does."""

import functools

from docutils import nodes

from dlcore import claims
from dlcore.book import folding


def cell(*shown: str) -> nodes.container:
    source = nodes.container("", nodes.literal_block("", "code"), nb_element="cell_code_source")
    output = nodes.container("", *(nodes.raw("", html, format="html") for html in shown), nb_element="cell_code_output")
    return nodes.container("", source, output, nb_element="cell_code", classes=["cell"])


holds, fails = (claims.Claim(("L1.01",), "s", measured, by="closed form", expected=1, within=0) for measured in (1, 2))
claim_of = functools.partial(claims.Claim.html, anchor="claim-L1.01", ledger="ledger.html")


def test_parts_of_a_cell_are_told_apart():
    slip = claims.Erratum(("L1.02",), source="s", says="a", correct="b")
    found = folding.taken_apart(cell(holds.html(), slip.html(), "<table></table>"))
    assert [len(part) for part in (found.code, found.checks, found.errata, found.shown)] == [1, 1, 1, 1]
    assert found.figures == []


def test_a_check_that_fails_is_not_folded():
    right, wrong = (folding.taken_apart(cell(claim_of(entry))) for entry in (holds, fails))
    assert (right.fails, wrong.fails) == (False, True)
    folded, shown = (folding._told(part, part.code) for part in (right, wrong))
    assert [type(node) for node in folded] == [folding.Fold]
    assert [type(node) for node in shown] == [nodes.container, folding.Fold]  # the check in view, the code folded
    assert "✘" in shown[0].astext()


def test_the_line_counts_checks_and_names_each_id_once():
    records = [{"ids": ["L5.34", "L6.03"]}, {"ids": ["L5.34"]}]
    assert "2 checks · L5.34, L6.03" in folding.summary(records)
    assert "1 check · L5.34" in folding.summary(records[1:])
