"""Questions: what they need, and what stands in their form."""

import html
import json
import re

import pytest

from dlcore.explore import quiz


def data_of(form):
    return json.loads(html.unescape(re.search('data-quiz="(.*?)"', form._repr_html_())[1]))


def test_a_number_is_asked_for_with_its_tolerance():
    form = quiz("drift", "What is $E \\ln r$ for L < 3?", answer=-0.5, within=0.01, why="Yes.")
    assert data_of(form) == {"answer": -0.5, "within": 0.01, "right": "Yes.", "wrong": "Not yet: try again."}
    assert 'σ' in quiz("drift", "?", answer=1, within=1, hint="σ")._repr_html_()
    page = form._repr_html_()
    assert "\\(E \\ln r\\)" in page and "L &lt; 3" in page and 'aria-labelledby="quiz-drift-question"' in page


def test_a_choice_is_known_by_its_place():
    assert data_of(quiz("sign", "Up or down?", answer="down", choices=["up", "down"]))["answer"] == 1


@pytest.mark.parametrize(
    ("how", "match"),
    [
        ({"answer": 1}, "either within= .* or choices="),
        ({"answer": 1, "within": 0}, "within positive, got 1 within 0"),
        ({"answer": float("inf"), "within": 1}, "must be finite"),
        ({"answer": "c", "choices": ["a", "b"]}, "one of the choices"),
        ({"answer": 1, "within": 1, "name": "two words"}, "letters, digits and hyphens"),
    ],
)
def test_wrong_questions_are_refused(how, match):
    with pytest.raises(ValueError, match=match):
        quiz(how.pop("name", "q"), "?", **how)


def test_an_answer_in_words_needs_choices():
    with pytest.raises(TypeError, match="answer and within must be numbers, got '3' within 1; give choices="):
        quiz("q", "?", answer="3", within=1)
