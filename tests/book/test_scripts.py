"""A host may forbid scripts inside pages: formulas are set, questions answer."""

import re

from tests.book.books import code

QUIZ = 'from dlcore.explore import quiz\nquiz("half", "Half of one?", answer=0.5, within=0.01)'


def test_questions_and_formulas_need_no_script_inside_the_page(book):
    built = book.write(asked=code(QUIZ) + "\nA formula $x^2$.", plain="No question.").build()
    assert built.ok, built.said
    page = book.page("asked")
    inside = [text for attributes, text in re.findall(r"<script([^>]*)>(.*?)</script>", page, re.DOTALL) if "src=" not in attributes]
    assert not any("MathJax" in text or "quiz" in text for text in inside)
    assert "_static/quiz.js" in page and "_static/quiz.js" not in book.page("plain")
    scripts = re.findall(r'src="([^"?]+)', page)
    order = [next(k for k, address in enumerate(scripts) if name in address) for name in ("mathjax-settings.js", "mathjax/startup.js")]
    assert order == sorted(order)
    assert "window.MathJax" in (book.html / "_static" / "mathjax-settings.js").read_text(encoding="utf-8")
    assert "form.quiz" in (book.html / "_static" / "quiz.js").read_text(encoding="utf-8")
