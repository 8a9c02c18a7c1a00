"""What must stop a build stops it, with a message that names the file."""

import pytest

from tests.book.books import WAVE, code


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (code("1 / 0"), "ZeroDivisionError: division by zero"),
        (
            code('from dlcore.claims import claim\nclaim("L2.16", "two is one", measured=2, expected=1, within=0.5, by="closed form")'),
            "ClaimError: ✘ L2.16 two is one: measured 2, theory 1 ± 0.5",
        ),
    ],
    ids=["failing cell", "failing claim"],
)
def test_a_cell_that_fails_stops_the_build(book, text, message):
    built = book.write(planted=text).build()
    assert not built.ok
    assert message in built.said
    assert built.warnings_about("planted.md"), built.said


def test_a_broken_reference_fails_the_build(book):
    built = book.write(planted="See {ref}`nowhere`.").build()
    assert not built.ok
    assert "undefined label: 'nowhere'" in built.warnings_about("planted.md")[0]


def test_a_warning_fails_the_build_and_fails_it_again(book):
    book.write(planted="```{nothing}\n```")
    for _ in range(2):  # Sphinx reads an unchanged page only once, but its warning must not be gone for that
        built = book.build()
        assert not built.ok
        assert "Unknown directive type: 'nothing'" in built.warnings_about("planted.md")[0]


def test_links_figures_and_errata_are_checked(book):
    built = book.write(
        link="See [this](#nowhere), [set](there.md#explorer-here?k=2) and [not](there.md#explorer-there).",
        citation="See {cite}`nobody1900`.",
        twice=code(f'{WAVE}\ndisplay(show("same"), show("same"))'),
        there=code(f'{WAVE}\nshow("here")') + "\n[there](#explorer-there?k=2)\n[set](#explorer-here?depth=2)\n[](#figure-none)",
        unproven=code('from dlcore.claims import erratum\nerratum("L2.1", source="notes", says="a", correct="b", shown_by="L9.99")'),
    ).build()
    assert not built.ok
    said = {name: " ".join(built.warnings_about(f"chapters/{name}")) for name in ("link", "citation", "twice", "there", "unproven")}
    assert "cross-reference target not found: 'nowhere'" in said["link"]
    assert "chapters/there#explorer-there leads to no explorer: that page has here" in said["link"]
    assert 'href="there.html#explorer-here?k=2"' in book.page("link")
    assert 'could not find bibtex key "nobody1900"' in said["citation"]
    assert "2 explorers on this page are named 'same'" in said["twice"]
    assert "#explorer-there?k=2 leads to no explorer: that page has here" in said["there"]
    assert "#explorer-here?depth=2 sets depth, but explorer here has the parameters k" in said["there"]
    assert "the link #figure-none leads to no picture: that page has none" in said["there"]
    assert "the erratum L2.1 is shown by L9.99, but no claim" in said["unproven"]
