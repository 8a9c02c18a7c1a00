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

The files:

    stated    claim and erratum, and what they refuse
    records   Claim and Erratum: what they say, whether a claim holds
    shown     how both show themselves, in a notebook and in the page
"""

from .records import Claim, Erratum, from_record
from .stated import ClaimError, claim, erratum

__all__ = ["Claim", "ClaimError", "Erratum", "claim", "erratum", "from_record"]
