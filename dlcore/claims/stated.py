"""To state a claim, which is checked on the spot, or an erratum."""

import math
import re

import numpy as np

from .records import Claim, Erratum

Number = float | int | np.generic

_IDS = re.compile(r"[A-Z]+\d*\.\d+[a-z]?")


class ClaimError(AssertionError):
    """A claim of the book does not hold."""


def claim(
    ids: str | list[str],
    statement: str,
    *,
    measured,
    expected: Number | None = None,
    within: Number | None = None,
    at_most: Number | None = None,
    at_least: Number | None = None,
    source: str | None = None,
    by: str,
) -> Claim:
    """Check a statement with a number, show it, and return the record.

    ids: the entries of the claim ledger it settles, such as "L2.16" or ["L2.16", "S1.03"].
    measured: one number. Either |measured − expected| ≤ within, or at_least ≤ measured ≤ at_most.
    source: where it is stated; where the source slips, say so with `erratum` beside the claim.
    by: how what is expected was obtained, and what the tolerance is (see `help(dlcore.claims)`).
    Raises ClaimError when it does not hold, ValueError for a check that says nothing.
    """
    checked = Claim(
        _checked_ids(ids),
        _checked_text("statement", statement),
        _one_number("measured", measured),
        **_checked_bounds(expected=expected, within=within, at_most=at_most, at_least=at_least),
        source=source,
        by=_checked_text("by", by),
    )
    checked.show()
    if not checked.holds:
        raise ClaimError(repr(checked))
    return checked


def erratum(ids: str | list[str], *, source: str, says: str, correct: str, shown_by: str | None = None) -> Erratum:
    """State where a source slips, show it, and return the record; `shown_by` is the id of a claim."""
    stated = Erratum(
        _checked_ids(ids),
        _checked_text("source", source),
        _checked_text("says", says),
        _checked_text("correct", correct),
        shown_by=None if shown_by is None else _checked_ids(shown_by)[0],
    )
    stated.show()
    return stated


def _checked_ids(ids) -> tuple[str, ...]:
    names = (ids,) if isinstance(ids, str) else tuple(ids)
    if not names or not all(isinstance(name, str) and _IDS.fullmatch(name) for name in names):
        raise ValueError(f"ids are entries of the claim ledger, got {ids!r}; write for example 'L2.16' or ['L2.16', 'S1.03']")
    return names


def _checked_text(name: str, text) -> str:
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"{name} is a sentence, got {text!r}; write what is true")
    return text


def _one_number(name: str, value) -> float:
    array = np.asarray(value)
    if array.size != 1 or array.dtype.kind not in "biuf":
        raise ValueError(f"{name} is one number, got {value!r}; reduce it first, for example to its largest deviation")
    return float(array.reshape(()))


def _checked_bounds(**bounds) -> dict[str, float]:
    given = {name: _one_number(name, value) for name, value in bounds.items() if value is not None}
    if given.keys() not in ({"expected", "within"}, {"at_most"}, {"at_least"}, {"at_most", "at_least"}):
        got = ", ".join(given) or "none of them"
        raise ValueError(f"a claim is checked by expected with within, by at_most, by at_least, or by both bounds; got {got}")
    if any(math.isnan(value) for value in given.values()):
        raise ValueError(f"what theory says is a number, got {given}; correct the theory")
    if not 0 <= given.get("within", 0) < math.inf:
        raise ValueError(f"within is a tolerance ≥ 0, got {given['within']}; derive it from a standard error or a rate")
    if given.get("at_least", -math.inf) > given.get("at_most", math.inf):
        raise ValueError(f"at_least is below at_most, got {given}; exchange them")
    return given
