"""A first notebook of a chapter: `python -m dlcore.book.skeleton 12_representation "Representation"`.

The cells stand in skeleton.md, a text notebook. Each part that a chapter has is there with an example that passes the tests.
"""

import argparse
import re
import sys
from pathlib import Path

import nbformat
from myst_nb.core.read import read_myst_markdown_notebook

_CELLS = Path(__file__).with_name("skeleton.md")
_KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
_NAME = re.compile(r"(\d\d)_([a-z][a-z0-9]*(?:_[a-z0-9]+)*)")
_ENTRY = re.compile(r"( *)- file: chapters/(\d\d)_")
_PART = re.compile(r"( *)- caption: (.*)")


def notebook(name: str, title: str) -> nbformat.NotebookNode:
    """The notebook of a chapter that is called `name`, such as 12_representation.

    Raises:
        ValueError: the name is not two digits, an underscore and a word of small letters, or the title is empty.
    """
    parts = _NAME.fullmatch(name)
    if not parts:
        raise ValueError(f"a chapter is called by two digits and a name in small letters, NAME=12_representation, got {name!r}; rename it")
    if not title.strip() or "\n" in title:
        raise ValueError(f'a chapter has a title of one line, TITLE="Representation", got {title!r}; name one')
    given = {"TITLE": title.strip(), "NUMBER": parts[1], "SLUG": parts[2], "LABEL": parts[2].replace("_", "-")}
    text = re.sub(r"@([A-Z]+)@", lambda found: given[found[1]], _CELLS.read_text(encoding="utf-8"))
    made = read_myst_markdown_notebook(text)
    for place, cell in enumerate(made.cells):
        cell.id = f"{given['LABEL']}-{place}"
    made.metadata = {"kernelspec": _KERNEL, "language_info": {"name": "python"}}
    made.nbformat, made.nbformat_minor = 4, 5
    return made


def with_chapter(toc: str, name: str, part: str | None = None) -> tuple[str, str]:
    """A table of contents, the text of _toc.yml, with a chapter in its place by number; and the part that it is in now.

    Without a part it is that of the chapter before it. A part that is not there yet comes after the part of that chapter.

    Raises:
        ValueError: a chapter has that number already, or there is no chapter to put it beside.
    """
    lines = toc.splitlines()
    parts = {k: found for k, line in enumerate(lines) if (found := _PART.fullmatch(line))}
    entries = {k: found for k, line in enumerate(lines) if (found := _ENTRY.match(line))}
    captions = {k: max((p for p in parts if p < k), default=None) for k in entries}
    if taken := [lines[k].strip() for k, found in entries.items() if found[2] == name[:2]]:
        raise ValueError(f"a number belongs to one chapter, and _toc.yml has {taken[0]!r}; choose another one than {name[:2]}")
    if not entries:
        raise ValueError("a chapter is put beside another one, and _toc.yml has none that begins with two digits; add it there by hand")
    called = {k: found[2].strip("\"'") for k, found in parts.items()}
    known = part in called.values()
    beside = {k: found for k, found in entries.items() if not known or called.get(captions[k]) == part}
    if not beside:
        raise ValueError(f"a chapter is put beside another one, and the part {part!r} has none with a number; add it to _toc.yml by hand")
    before = max((k for k in beside if beside[k][2] < name[:2]), key=lambda k: beside[k][2], default=None)
    near = min(beside, key=lambda k: beside[k][2]) if before is None else before
    if part is None or known:
        at = near if before is None else _end(lines, near)
        added = [f"{entries[near][1]}- file: chapters/{name}"]
        part = called.get(captions[near], "")
    elif captions[near] is None:
        raise ValueError(f"this _toc.yml has no parts, got PART={part!r}; leave it out")
    else:
        caption = captions[near]
        at, indent = caption if before is None else _end(lines, caption), parts[caption][1]
        entry = f"{entries[near][1]}- file: chapters/{name}"
        added = [f"{indent}- caption: {part}", f"{indent}  numbered: true", f"{indent}  chapters:", entry]
    return "\n".join([*lines[:at], *added, *lines[at:]]) + "\n", part


def _end(lines: list[str], start: int) -> int:
    """The first line after an item of a list and all that is deeper."""
    depth = len(lines[start]) - len(lines[start].lstrip())
    following = range(start + 1, len(lines))
    return next((k for k in following if lines[k].strip() and len(lines[k]) - len(lines[k].lstrip()) <= depth), len(lines))


def with_line(entry: str, name: str, title: str) -> str:
    """An entry page, the text of intro.md, with a line for the chapter in its {book-map}, in its place by number."""
    found = re.search(r"(```\{book-map\}\n)(.*?)(^```)", entry, re.DOTALL | re.MULTILINE)
    if not found:
        return entry
    lines = sorted([*found[2].splitlines(), f"{name[:2]}: {title.strip()}."], key=lambda line: line[:2])
    return entry[: found.start(2)] + "\n".join(lines) + "\n" + entry[found.end(2) :]


def add(root: Path, name: str, title: str, part: str | None = None) -> str:
    """Write the notebook of a new chapter, and name it in _toc.yml and on the entry page of the book in `root`; says what was done.

    Raises:
        ValueError: see `notebook` and `with_chapter`; or there is such a file already.
    """
    made, path = notebook(name, title), root / "chapters" / f"{name}.ipynb"
    if path.exists():
        raise ValueError(f"a new chapter overwrites nothing, and {path} is there; choose another NAME, or move the file away")
    toc, part = with_chapter((root / "_toc.yml").read_text(encoding="utf-8"), name, part)
    nbformat.write(made, path)
    (root / "_toc.yml").write_text(toc, encoding="utf-8")
    entry = root / "chapters" / "intro.md"
    entry.write_text(with_line(entry.read_text(encoding="utf-8"), name, title), encoding="utf-8")
    return f"{path} is there, in the part {part!r} of _toc.yml, and has a line in {entry}; now: make test CHAPTER={name[:2]}"


def main(arguments: list[str] | None = None) -> int:
    """Add a chapter to the book in this folder."""
    parser = argparse.ArgumentParser(description="Start a chapter.")
    parser.add_argument("name", help="such as 12_representation")
    parser.add_argument("title", help='such as "Representation"')
    parser.add_argument("--part", help="the part of the book it belongs to; a new one, or that of the chapter before it")
    options = parser.parse_args(arguments)
    try:
        print(add(Path(), options.name, options.title, options.part or None))
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
