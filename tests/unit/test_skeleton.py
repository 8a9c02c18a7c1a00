"""The first notebook of a chapter, and its place in the table of contents."""

import nbformat
import pytest
import yaml

from dlcore.book import skeleton
from tests.chapters.test_notebooks import misfolded, traces

TOC = """format: jb-book
root: chapters/intro
parts:
  - caption: Trainability
    chapters:
      - file: chapters/03_explosion
        sections:
          - file: chapters/03_more
      # what comes next
      - file: chapters/05_isometry
  - caption: "Landscape"
    chapters:
      - file: chapters/08_landscapes
  - caption: Reference
    chapters:
      - file: chapters/errata
"""
ENTRY = "# Book\n\n```{book-map}\n03: One.\n08 after 03: Two.\n```\n\nMore.\n"


def parts(toc: str) -> list[tuple[str, list[str]]]:
    found = yaml.safe_load(toc)["parts"]
    return [(part["caption"], [chapter["file"].removeprefix("chapters/") for chapter in part["chapters"]]) for part in found]


@pytest.fixture
def book(tmp_path):
    (tmp_path / "chapters").mkdir()
    (tmp_path / "_toc.yml").write_text(TOC)
    (tmp_path / "chapters" / "intro.md").write_text(ENTRY)  # the entry page
    return tmp_path


@pytest.mark.parametrize(
    ("name", "part", "trainability", "landscape"),
    [
        ("04_mean", None, ["03_explosion", "04_mean", "05_isometry"], ["08_landscapes"]),
        ("06_norm", None, ["03_explosion", "05_isometry", "06_norm"], ["08_landscapes"]),
        ("07_res", "Landscape", ["03_explosion", "05_isometry"], ["07_res", "08_landscapes"]),
        ("01_first", None, ["01_first", "03_explosion", "05_isometry"], ["08_landscapes"]),
        ("12_rep", None, ["03_explosion", "05_isometry"], ["08_landscapes", "12_rep"]),
    ],
)
def test_a_chapter_takes_its_place_by_number(name, part, trainability, landscape):
    toc, found = skeleton.with_chapter(TOC, name, part)
    assert parts(toc) == [("Trainability", trainability), ("Landscape", landscape), ("Reference", ["errata"])]
    assert name in dict(parts(toc))[found]
    assert "# what comes next" in toc


@pytest.mark.parametrize(("name", "at"), [("12_rep", 2), ("06_rep", 1), ("01_rep", 0)])
def test_a_new_part_comes_after_that_of_the_chapter_before(name, at):
    toc, found = skeleton.with_chapter(TOC, name, "Power")
    assert found == "Power"
    expected = parts(TOC)
    expected.insert(at, ("Power", [name]))
    assert parts(toc) == expected


def test_a_flat_table_has_no_parts():
    flat = "format: jb-book\nroot: intro\nchapters:\n  - file: chapters/03_a\n"
    assert skeleton.with_chapter(flat, "04_b") == (flat + "  - file: chapters/04_b\n", "")
    with pytest.raises(ValueError, match="has no parts"):
        skeleton.with_chapter(flat, "04_b", "Power")


def test_a_chapter_is_a_notebook_as_it_is_stored(book):
    said = skeleton.add(book, "12_deep_nets", "Deep nets: why?")
    assert "make test CHAPTER=12" in said
    made = nbformat.read(book / "chapters" / "12_deep_nets.ipynb", as_version=4)
    nbformat.validate(made)
    assert traces(made) == []
    assert misfolded(made) == []
    text = "\n".join(cell.source for cell in made.cells)
    assert text.startswith("# Deep nets: why?\n")
    assert "@" not in text
    for part in ("able to", "Explorer(", "guess=", "claim(", "{prf:theorem}", "{prf:proof}", "{exercise}", "{solution}", "quiz(", "{cite"):
        assert part in text
    assert made.cells[-1].source.startswith("## Summary")
    assert "12_deep_nets" in dict(parts((book / "_toc.yml").read_text()))["Landscape"]


@pytest.mark.parametrize(
    ("name", "title", "part", "trouble"),
    [
        ("representation", "R", None, "two digits and a name in small letters"),
        ("12_Representation", "R", None, "two digits and a name in small letters"),
        ("12_a/../b", "R", None, "two digits and a name in small letters"),
        ("12_representation", " ", None, "a title of one line"),
        ("08_other", "R", None, "a number belongs to one chapter"),
        ("12_there", "R", None, "overwrites nothing"),
        ("12_rep", "R", "Reference", "has none with a number"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(book, monkeypatch, capsys, name, title, part, trouble):
    (book / "chapters" / "12_there.ipynb").write_text("mine")
    monkeypatch.chdir(book)
    assert skeleton.main([name, title, *(["--part", part] if part else [])]) == 1
    assert trouble in capsys.readouterr().err
    assert (book / "_toc.yml").read_text() == TOC
    assert {path.name: path.read_text() for path in (book / "chapters").iterdir()} == {"12_there.ipynb": "mine", "intro.md": ENTRY}


def test_a_chapter_has_its_line_on_the_entry_page(book):
    skeleton.add(book, "06_isometry_again", "Isometry")
    entry = (book / "chapters" / "intro.md").read_text()
    assert entry == ENTRY.replace("08 after", "06: Isometry.\n08 after")
    assert skeleton.with_line("no map", "06_x", "X") == "no map"
