"""Notebooks are run side by side before the pages are read, and those that fail are reported as ever."""

import os

import nbformat
import pytest
import yaml

STAMPS = """import pathlib, time
start = time.time()
time.sleep(4)
pathlib.Path({name!r} + ".time").write_text(f"{{start}} {{time.time()}}")"""


def add_notebooks(book, **sources):
    """Put notebooks of one cell each into a book, and into its table of contents."""
    for name, source in sources.items():
        notebook = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
        notebook.cells = [nbformat.v4.new_markdown_cell(f"# {name}"), nbformat.v4.new_code_cell(source)]
        nbformat.write(notebook, book.root / "chapters" / f"{name}.ipynb")
    toc = yaml.safe_load((book.root / "_toc.yml").read_text(encoding="utf-8"))
    toc["chapters"] += [{"file": f"chapters/{name}"} for name in sources]
    (book.root / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")
    return book


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="on one core they take turns")
def test_notebooks_run_side_by_side_and_once(book):
    names = ("first", "second")
    built = add_notebooks(book, **{name: STAMPS.format(name=name) for name in names}).build()
    assert built.ok, built.said
    (a, b), (c, d) = (map(float, (book.root / "chapters" / f"{name}.time").read_text().split()) for name in names)
    assert max(a, c) < min(b, d)
    for name in names:
        (book.root / "chapters" / f"{name}.time").unlink()
    (book.root / "chapters" / "intro.md").write_text("# Another entry\n", encoding="utf-8")
    assert book.build().ok
    assert not list((book.root / "chapters").glob("*.time"))  # what is in the cache is not run again


def test_a_notebook_that_fails_is_named(book):
    built = add_notebooks(book, good="1 + 1", bad="1 / 0").build()
    assert not built.ok
    assert "ZeroDivisionError: division by zero" in built.said
    assert built.warnings_about("bad.ipynb"), built.said
