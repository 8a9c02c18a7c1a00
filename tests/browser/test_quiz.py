"""The questions of the built book: each takes its answer, refuses another, and says so aloud."""

import pytest

from dlcore.explore import quiz
from tests.browser import book
from tests.browser.driver import PATIENCE
from tests.explorers import every_chapter

VERDICT = "([id, verdict]) => document.getElementById(id).dataset.verdict === verdict"


def answer(page, form, value) -> None:
    """Enter a number, or choose the answer of that index."""
    if form.locator("input[type=radio]").count():
        form.locator(f"input[type=radio][value='{value}']").check()
    else:
        form.locator("input[name=answer]").fill(str(value))
    form.locator("button[type=submit]").press("Enter")


@pytest.mark.parametrize("path", every_chapter())
def test_every_question_tells_right_from_wrong(read, path):
    page = read(book.address_of(path))
    for form in page.locator("form.quiz").all():
        name = form.get_attribute("id")
        told = page.evaluate("form => JSON.parse(form.dataset.quiz)", form.element_handle())
        wrong = told["answer"] + 2 * told["within"] if told["within"] else (told["answer"] + 1) % form.locator("input").count()
        form.locator("button[type=submit]").press("Enter")
        page.wait_for_function(VERDICT, arg=[name, "missing"], timeout=PATIENCE)
        for value, verdict in ((wrong, "wrong"), (told["answer"], "right")):
            answer(page, form, value)
            page.wait_for_function(VERDICT, arg=[name, verdict], timeout=PATIENCE)
            assert told[verdict] in form.locator("[role=status]").inner_text()


NOTATIONS = {
    "0.000032": "right", "3.2e-5": "right", "3.2×10⁻⁵": "right", "3.2·10^-5": "right", "1/31250": "right", "0,000032": "right",
    "−3.2×10⁻⁵": "wrong", "10⁻⁵": "wrong", "10⁶": "wrong", "3.2×10⁻⁶": "wrong", "": "missing", "small": "missing", "1/2/3": "missing",
}  # fmt: skip


def test_numbers_may_be_written_as_the_book_writes_them(open_page, tmp_path):
    form = quiz("small", "How small?", answer=3.2e-5, within=1e-7)._repr_html_()
    (tmp_path / "page.html").write_text(f'<meta charset="utf-8"><link rel="icon" href="data:,">{form}', encoding="utf-8")
    page = open_page((tmp_path / "page.html").as_uri())
    said = {}
    for text in NOTATIONS:
        answer(page, page.locator("form"), text)
        said[text] = page.locator("form").get_attribute("data-verdict")
    assert said == NOTATIONS
