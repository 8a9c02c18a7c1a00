"""A claim and an erratum as records: what they say, whether the claim holds, and their line of HTML."""

import html
import math
from dataclasses import dataclass

from ..notation import number, typeset
from .shown import Shown, ids_html

_GREEN, _VERMILION, _BLUE = "#009E73", "#D55E00", "#0072B2"  # Okabe-Ito


@dataclass(eq=False, repr=False)
class Claim(Shown):
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
            f'{ids_html(self.ids, ledger)} {typeset(self.statement)}: <span class="claim-numbers">{html.escape(self.numbers)}</span>'
        )
        if self.source and ledger is None:  # a page names each source of a cell once
            body += f" <small>({html.escape(self.source)})</small>"
        return self.box("div", "claim", anchor, body, f"border-left: 3px solid {colour}; padding: 0.1em 0.8em; margin: 0.6em 0")

    def __repr__(self) -> str:
        return f"{'✔' if self.holds else '✘'} {', '.join(self.ids)} {self.statement}: {self.numbers}"


@dataclass(eq=False, repr=False)
class Erratum(Shown):
    """Where a source slips: what it says, what is correct, and the claim that shows it."""

    source: str
    says: str
    correct: str
    shown_by: str | None = None

    def html(self, anchor: str | None = None, ledger: str | None = None, shown_at: str | None = None) -> str:
        """An aside of HTML, as `Claim.html`; `shown_at` is the address of the claim that shows it."""
        shown = ""
        if self.shown_by:
            name = html.escape(self.shown_by)
            shown = f' (shown by <a href="{html.escape(shown_at)}">{name}</a>)' if shown_at else f" (shown by {name})"
        says = f"{html.escape(self.source)} says: {typeset(self.says.rstrip('.'))}."
        body = (
            f"<p><strong>Erratum</strong> {ids_html(self.ids, ledger)} {says}</p>"
            f"<p><strong>In fact:</strong> {typeset(self.correct)}{shown}</p>"
        )
        style = f"border-left: 3px solid {_BLUE}; padding: 0.1em 0.8em" if ledger is None else ""
        return self.box("aside", "erratum" if ledger is None else "erratum margin", anchor, body, style)

    def __repr__(self) -> str:
        return f"Erratum {', '.join(self.ids)}: {self.source} says: {self.says.rstrip('.')}. Correct: {self.correct}"


def from_record(record: dict) -> Claim | Erratum:
    """The claim or erratum that a record was made from."""
    fields = dict(record)
    kind = {"claim": Claim, "erratum": Erratum}[fields.pop("kind")]
    numbers = {"measured", "expected", "within", "at_most", "at_least"} & fields.keys()
    return kind(**{**fields, "ids": tuple(fields["ids"])} | {name: float(fields[name]) for name in numbers})
