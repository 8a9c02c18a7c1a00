"""Short questions with an answer box that works in the built page and in a kernel alike."""

import html
import json
import math
import os
import re
from collections.abc import Sequence

from ..notation import typeset
from . import assets
from .parameters import is_number

_INPUT = "font: inherit; padding: 0.25em 0.5em; max-width: 9em"
_BOX = "border: 1px solid currentColor; border-radius: 8px; padding: 0.5em 1em; margin: 1em 0"


class Quiz:
    """See `quiz`."""

    def __init__(self, name: str, body: str, data: dict, question: str):
        self.name, self._body, self._data, self._question = name, body, data, question

    def _repr_html_(self) -> str:
        data = html.escape(json.dumps(self._data, ensure_ascii=False), quote=True)
        # In a built page it comes from a file.
        script = "" if "DLCORE_BAKE" in os.environ else f'<script>({assets.quiz()})(document.currentScript.closest("form"));</script>'
        return (
            f'<form class="quiz" id="quiz-{self.name}" data-quiz="{data}" style="{_BOX}" data-lm-suppress-shortcuts="true" novalidate>'
            f'{self._body}<p role="status" aria-live="polite" style="min-height: 1.5em; margin: 0.4em 0 0; font-weight: 600"></p>'
            f"{script}</form>"
        )

    def __repr__(self):
        return f"Quiz({self.name}: {self._question})"


def quiz(
    name: str,
    question: str,
    *,
    answer,
    within: float | None = None,
    choices: Sequence[str] | None = None,
    why: str = "Right.",
    hint: str = "Not yet: try again.",
) -> Quiz:
    """Ask for a number or for one of several choices, and check the answer on the spot.

    Args:
        name: letters, digits and hyphens; the form's id is quiz-NAME.
        question: may hold LaTeX between dollars.
        answer: the right number, or the right one of `choices`.
        within: how far a number may be from `answer`; positive.
        choices: the answers to choose from.
        why: said after a right answer; hint: after a wrong one (plain text).

    Raises:
        ValueError: a bad name, neither or both of `within` and `choices`, or an answer outside the choices.
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", name):
        raise ValueError(f"a quiz's name must be letters, digits and hyphens, got {name!r}; rename it")
    if (within is None) == (choices is None):
        raise ValueError(f"quiz {name} needs either within= (a number) or choices=, got {within=} and {choices=}; give one of them")
    text = f'<p id="quiz-{name}-question" style="margin: 0.2em 0 0.5em"><strong>Question.</strong> {typeset(question)}</p>'
    button = '<button type="submit" style="font: inherit; padding: 0.25em 1em; cursor: pointer">Check</button>'
    if choices is not None:
        if answer not in choices:
            raise ValueError(f"quiz {name}: the answer must be one of the choices {list(choices)}, got {answer!r}; add it")
        radios = "".join(
            f'<label style="display: block; margin: 0.3em 0"><input type="radio" name="answer" value="{k}"> {typeset(choice)}</label>'
            for k, choice in enumerate(choices)
        )
        body = f'{text}<div role="radiogroup" aria-labelledby="quiz-{name}-question">{radios}</div>{button}'
        return Quiz(name, body, {"answer": list(choices).index(answer), "within": None, "right": why, "wrong": hint}, question)
    if not all(is_number(value) for value in (answer, within)):
        raise TypeError(f"quiz {name}: answer and within must be numbers, got {answer!r} within {within!r}; give choices= for words")
    if not (math.isfinite(answer) and math.isfinite(within) and within > 0):
        raise ValueError(f"quiz {name}: answer must be finite and within positive, got {answer} within {within}; state a tolerance")
    field = (
        f'<input type="text" inputmode="decimal" autocomplete="off" name="answer" aria-labelledby="quiz-{name}-question" style="{_INPUT}">'
    )
    return Quiz(name, f"{text}{field} {button}", {"answer": float(answer), "within": float(within), "right": why, "wrong": hint}, question)
