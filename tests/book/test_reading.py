"""What a reader sees first, and what opens: numbers of chapters and figures, checks, proofs, code and errata in their places."""

import re

import pytest

from tests.book.books import WAVE, code, new_book

CHECKS = """from dlcore.claims import claim, erratum
claim("L2.16", "one is one", measured=1, expected=1, within=0, source="Lecture notes CIE6128 §2", by="closed form")
claim("S1.03", "two is two", measured=2, expected=2, within=0, source="Lecture notes CIE6128 §2", by="closed form")
erratum("L2.17", source="notes §2", says="x", correct="y", shown_by="L2.16")"""
MORE = """claim("L2.18", "three is three", measured=3, expected=3, within=0, by="closed form")"""
PICTURE = """from dlcore.explore import picture
picture("chain", lambda axes, ink: axes.plot([0, 1], color=ink.ink), caption="A chain.", alt="A line.")"""
QUIZ = """from dlcore.explore import quiz
quiz("two", "1 + 1", answer=2, within=0.1)"""
SECOND = """## First section

:::{prf:theorem} Two
:label: thm-two
Two is $2$.
:::

$$ c = d $$ (eq-cd)

See {eq}`eq-cd`, {prf:ref}`thm-two` and {prf:ref}`thm-one`.

"""
PROOF = """:::{prf:theorem} One
:label: thm-one
One is $1$.
:::

:::{prf:proof}
By *inspection*, see [](#explorer-wave), [](#figure-chain) and [](08_other.md#explorer-late).
:::
"""
EQUATION = "$$ a = b $$ (eq-ab)\n\nSee {eq}`eq-ab`, {numref}`explorer-wave` and {prf:ref}`thm-one`.\n\n"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A book whose only chapters are 3, which has two pages, and 8, and how its build ended."""
    book = new_book(tmp_path_factory.mktemp("reading") / "book")
    chapter = code("helper = 1") + code(CHECKS) + code(MORE) + "\nProse.\n\n" + code(WAVE) + code('show("wave")') + code(PICTURE)
    other = code(WAVE + 'show("late")\n') + code(QUIZ) + "\nText.\n\n" + code("left = 1")
    first = EQUATION + "## Only section\n\n" + chapter + PROOF
    book.write(**{"03_first": first, "03_more": SECOND + code(WAVE + 'show("again")'), "08_other": other})
    toc = book.root / "_toc.yml"
    text = toc.read_text(encoding="utf-8").replace("chapters:\n", "options: {numbered: true}\nchapters:\n")
    more = "  - file: chapters/03_more\n"
    toc.write_text(text.replace(more, f"    sections:\n    {more}"), encoding="utf-8")
    return book, book.build()


@pytest.fixture(scope="module")
def page(built):
    """The articles of chapter 3 and that of chapter 8."""
    book, result = built
    assert result.ok, result.said
    return {name: book.page(name).split("<article")[1].split("</article>")[0] for name in ("03_first", "03_more", "08_other")}


def folds(article: str) -> list[tuple[str, str, str]]:
    """Kind, line and inside of each fold, in order."""
    found = re.findall(r'<details class="fold fold-(\w+)"[^>]*>\s*<summary>(.*?)</summary>(.*?)</details>', article, re.DOTALL)
    return [(kind, re.sub("<[^>]*>", "", line).strip(), inside) for kind, line, inside in found]


def plain(html: str) -> str:
    """The text of a piece of HTML."""
    return re.sub(r"\s+", " ", re.sub("<[^>]*>", "", html))


def test_checks_that_follow_each_other_are_one_line_with_their_code_and_each_place_once(page):
    kind, line, inside = folds(page["03_first"])[0]
    assert (kind, line) == ("checks", "✔ 3 checks · L2.16, S1.03, L2.18")
    told = plain(inside)
    assert told.index("one is one:") < told.index("Stated in") < told.index("helper") < told.index("three is three:")
    assert told.count("Stated in: Sun, Hong and Wang, lecture notes CIE6128, §2.") == 1
    assert 'id="claim-L2.16"' in inside


def test_an_erratum_is_content_and_leads_to_the_line_that_shows_it(page):
    article = page["03_first"]
    aside = re.search(r'<aside class="erratum margin".*?</aside>', article, re.DOTALL)[0]
    assert "notes §2 says: x." in plain(aside)
    assert "In fact: y (shown by L2.16)" in plain(aside)
    assert 'href="#claim-L2.16"' in aside
    assert article.index(aside) < article.index("<details")


def test_a_figure_comes_before_its_code_in_reading_order(page):
    article = page["03_first"]
    start = article.index('<details class="fold fold-code" data-figures="wave">')
    assert article.index('id="explorer-wave"') < start
    told = plain(article[start : article.index("</details>", start)])
    assert told.index("def wave") < told.index('show("wave")')


def test_a_proof_opens_below_its_statement(page):
    kind, line, inside = folds(page["03_first"])[-1]
    assert (kind, line) == ("proof", "Proof")
    assert plain(inside).strip().startswith("By inspection")
    assert 'id="proof"' not in page["03_first"]  # the same for every proof


def test_figures_theorems_and_equations_are_numbered_by_the_chapters_file(page):
    assert "3 Page 03_first" in plain(page["03_first"])
    assert "Figure 3.1 A wave." in plain(page["03_first"])
    assert "Figure 3.2 A chain." in plain(page["03_first"])
    assert "Theorem 3.1" in plain(page["03_first"])
    assert "See (3.1), Fig. 3.1 and Theorem 3.1" in plain(page["03_first"])
    assert "see Figure 3.1, Figure 3.2 and Figure 8.1" in plain(page["03_first"])
    assert "Figure 8.1 A wave." in plain(page["08_other"])


def test_a_second_page_of_a_chapter_is_its_last_section_and_goes_on_with_its_numbers(page):
    told = plain(page["03_more"])
    assert "3.2 Page 03_more" in told
    assert "3.2.1 First section" in told
    assert "Figure 3.3 A wave." in told
    assert "Theorem 3.2 (Two)" in told
    assert "See (3.2), Theorem 3.2 and Theorem 3.1" in told


def test_what_opens_further_pages_in_the_sidebar_has_a_name(built):
    toggles = re.findall(r"<summary[^>]*><span class=\"toctree-toggle\"", built[0].page("08_other"))
    assert len(toggles) == 1
    assert 'aria-label="More pages of this chapter"' in toggles[0]


def test_a_figures_own_page_has_its_number(built):
    alone = (built[0].html / "figures" / "late.html").read_text(encoding="utf-8")
    assert "Figure 8.1 A wave." in plain(alone)


def test_code_that_nothing_follows_comes_last_and_that_of_a_question_does_not_answer_it(page):
    lines = folds(page["08_other"])
    assert [(kind, line) for kind, line, _ in lines] == [("code", "Code"), ("code", "Code")]
    assert "cell_input" not in page["08_other"].split('<form class="quiz"')[1].split("<details")[0]
    assert plain(lines[-1][2]).index("quiz") < plain(lines[-1][2]).index("left = 1")


def test_numbers_stay_in_a_later_build(built, page):
    book, _ = built
    other = book.root / "chapters" / "08_other.md"
    other.write_text(other.read_text(encoding="utf-8") + "\nMore.\n", encoding="utf-8")
    again = book.build()
    assert again.ok, again.said
    assert "03_first" not in again.written
    assert "Figure 8.1 A wave." in plain(book.page("08_other"))
    assert "See (3.1), Fig. 3.1" in plain(book.page("03_first"))
