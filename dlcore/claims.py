"""Claims: statements of the book that are checked whenever the book is run.

    claim("L2.16", "He's variance keeps the mean square of a ReLU layer", measured=ratio, expected=1, within=0.02,
          by="closed form; four standard errors")

shows "✔ L2.16 He's variance … measured 1.003, theory 1 ± 0.02", and raises `ClaimError` when it does
not hold, so that a wrong statement stops the notebook, its test and the build of the book. Three
forms of a check: `expected` with `within`, `at_most`, `at_least` (the last two together: an interval).

A claim answers a reader's doubt. It is as strong as the sentence beside it, compares two things that were obtained in
different ways, takes its tolerance from theory, and fails when the code behind either of them is wrong. `by` says how
what is expected was obtained and what the tolerance is:

    "closed form"                   a formula, where `measured` comes from running the thing; rounding is the tolerance
    "theorem's bound"               an inequality that was proved, where `measured` could have broken it
    "Monte Carlo, n = 4000"         a sample's mean against theory, within four standard errors
    "independent program"           automatic differentiation, SciPy, another algorithm; say which
    "paper"                         a number that somebody else measured, in the same setting

No claims are: the formula on both sides ("max|λ| ≥ largest entry", a variance set and then read back); what holds by the
way it was built (a running maximum that never falls); a bound so wide that the opposite would pass ("≥ 0" for a rate 1/k;
"at least 0.05" where 0.9 is meant); a tolerance taken from the measured values; what only exercises this project's own
code. The last is a unit test and stands in tests/; the others say nothing and go.

`erratum` states where a source slips, without a number. Text may hold TeX between dollars.
"""

import html
import json
import math
import re
import sys
from dataclasses import asdict, dataclass, field

import numpy as np

from dlcore.notation import number, typeset

Number = float | int | np.generic

_IDS = re.compile(r"[A-Z]+\d*\.\d+[a-z]?")
_GREEN, _VERMILION, _BLUE = "#009E73", "#D55E00", "#0072B2"  # Okabe-Ito


class ClaimError(AssertionError):
    """A claim of the book does not hold."""


@dataclass(eq=False)
class _Shown:
    """Something that shows itself when it is made, and not again as the value of the same cell."""

    ids: tuple[str, ...]
    _shown_by: int | None = field(default=None, init=False, repr=False)

    def show(self) -> None:
        """Show this in the running notebook; outside IPython nothing happens."""
        shell = _shell()
        if shell is not None:
            self._ipython_display_()
            self._shown_by = shell.execution_count

    def _ipython_display_(self) -> None:
        from IPython.display import display

        if self._shown_by is None or self._shown_by != getattr(_shell(), "execution_count", None):
            display({"text/html": self.html(), "text/plain": repr(self)}, raw=True)

    def _repr_html_(self) -> str:
        return self.html()

    def record(self) -> dict:
        """Everything about this as JSON values; non-finite numbers as strings."""
        fields = {name: value for name, value in asdict(self).items() if name != "_shown_by" and value is not None}
        plain = {name: str(v) if isinstance(v, float) and not math.isfinite(v) else v for name, v in fields.items()}
        return {"kind": type(self).__name__.lower(), **plain}

    def _box(self, colour: str, anchor: str | None, body: str) -> str:
        data = html.escape(json.dumps(self.record(), ensure_ascii=False, sort_keys=True), quote=True)
        place = f' id="{html.escape(anchor, quote=True)}"' if anchor else ""
        return (
            f'<div class="claim"{place} data-claim="{data}" '
            f'style="border-left: 3px solid {colour}; padding: 0.1em 0.8em; margin: 0.6em 0">{body}</div>'
        )


@dataclass(eq=False, repr=False)
class Claim(_Shown):
    """A statement, the number measured for it, and what theory allows that number to be."""

    statement: str
    measured: float
    by: str  # how what is expected was obtained
    expected: float | None = None
    within: float | None = None
    at_most: float | None = None
    at_least: float | None = None
    source: str | None = None

    @property
    def holds(self) -> bool:
        """Whether the measured number is allowed; never for NaN."""
        if self.expected is not None:
            return self.measured == self.expected or abs(self.measured - self.expected) <= self.within
        low = -math.inf if self.at_least is None else self.at_least
        high = math.inf if self.at_most is None else self.at_most
        return low <= self.measured <= high

    @property
    def theory(self) -> tuple[str, str]:
        """What theory says, as texts: the value or bound, and the tolerance ("" for a bound)."""
        if self.expected is not None:
            return number(self.expected, 4), number(self.within, 2)
        if self.at_most is None:
            return f"at least {number(self.at_least, 4)}", ""
        if self.at_least is None:
            return f"at most {number(self.at_most, 4)}", ""
        return f"{number(self.at_least, 4)} to {number(self.at_most, 4)}", ""

    @property
    def numbers(self) -> str:
        """What was measured and what theory says, as one text."""
        value, tolerance = self.theory
        theory = f"theory {value} ± {tolerance}" if tolerance else f"theory: {value}"
        return f"measured {number(self.measured, 4)}, {theory} ({self.by})"

    def html(self, anchor: str | None = None, ledger: str | None = None) -> str:
        """One line of HTML; in the built book with an anchor, and the ids linked to the page `ledger`."""
        mark, word, colour = ("✔", "holds", _GREEN) if self.holds else ("✘", "does not hold", _VERMILION)
        body = (
            f'<span class="claim-mark" role="img" aria-label="{word}" style="color: {colour}">{mark}</span> '
            f'{_ids(self.ids, ledger)} {typeset(self.statement)}: <span class="claim-numbers">{html.escape(self.numbers)}</span>'
        )
        if self.source:
            body += f" <small>({html.escape(self.source)})</small>"
        return self._box(colour, anchor, body)

    def __repr__(self) -> str:
        return f"{'✔' if self.holds else '✘'} {', '.join(self.ids)} {self.statement}: {self.numbers}"


@dataclass(eq=False, repr=False)
class Erratum(_Shown):
    """Where a source slips: what it says, what is correct, and the claim that shows it."""

    source: str
    says: str
    correct: str
    shown_by: str | None = None

    def html(self, anchor: str | None = None, ledger: str | None = None) -> str:
        """One paragraph of HTML, as `Claim.html`."""
        body = (
            f"<strong>Erratum</strong> {_ids(self.ids, ledger)} {html.escape(self.source)} says: "
            f"{typeset(self.says.rstrip('.'))}. Correct: {typeset(self.correct)}"
        )
        if self.shown_by:
            body += f" (shown by {html.escape(self.shown_by)})"
        return self._box(_BLUE, anchor, body)

    def __repr__(self) -> str:
        return f"Erratum {', '.join(self.ids)}: {self.source} says: {self.says.rstrip('.')}. Correct: {self.correct}"


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
    by: how what is expected was obtained, and what the tolerance is (see above).
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


def from_record(record: dict) -> Claim | Erratum:
    """The claim or erratum that a record was made from."""
    fields = dict(record)
    kind = {"claim": Claim, "erratum": Erratum}[fields.pop("kind")]
    numbers = {"measured", "expected", "within", "at_most", "at_least"} & fields.keys()
    return kind(**{**fields, "ids": tuple(fields["ids"])} | {name: float(fields[name]) for name in numbers})


def _ids(ids: tuple[str, ...], ledger: str | None) -> str:
    if ledger is None:
        return f'<span class="claim-id">{", ".join(ids)}</span>'
    return ", ".join(f'<a class="claim-id" href="{html.escape(ledger)}#{name}">{name}</a>' for name in ids)


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


def _shell():
    """The running IPython shell, or None; where IPython has not been imported, none is running."""
    return sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
