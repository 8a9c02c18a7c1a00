"""Notebooks are run side by side before pages are read, once, and again when what they reach is edited; failures stay failures."""

import shutil

import joblib
import nbformat
import pytest
import yaml

from dlcore.explore.reach import PACKAGE
from tests.book.books import WAVE, code

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


@pytest.mark.skipif(joblib.cpu_count() < 2, reason="on one core they take turns")
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


def test_a_notebook_that_fails_is_named_each_time(book):
    add_notebooks(book, good="1 + 1", bad="1 / 0")
    for _ in range(2):
        built = book.build()
        assert not built.ok
        assert "ZeroDivisionError: division by zero" in built.said
        assert built.warnings_about("bad.ipynb"), built.said


def test_what_is_edited_runs_the_notebooks_that_reach_it(book, tmp_path):
    """In order: a module beside the notebooks, two modules, the engine, another file of its package, this extension and the front end."""
    book.package = tmp_path / "site"
    dlcore = book.package / "dlcore"
    shutil.copytree(PACKAGE, dlcore, ignore=shutil.ignore_patterns("__pycache__"))
    helpers = book.root / "chapters" / "helpers.py"
    helpers.write_text("SECRET = 'the number is 1'")
    book.write(text=code("import helpers\nprint(helpers.SECRET)"), wave=code(f'{WAVE}\nshow("wave")'))
    for name in ("reached", "unreached"):
        (dlcore / f"{name}.py").write_text("")
    add_notebooks(book, rates="from dlcore import reached")

    def after(*paths, text="\n# edited\n"):
        for path in paths:
            path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
        built = book.build()
        assert built.ok, built.said
        return built

    assert after().run() == {"text", "wave", "rates"}
    assert "the number is 1" in book.page("text")
    built = after(helpers, text="\nSECRET = 'the number is 2'")
    assert built.run() == built.written - {"intro"} == {"text"}
    assert "the number is 2" in book.page("text")
    assert after(dlcore / "reached.py", dlcore / "unreached.py").run() == {"rates"}
    built = after(dlcore / "explore" / "encoding.py")
    assert built.run() == {"wave"}
    assert "explorer wave: 3 states in" in built.said
    built = after(dlcore / "explore" / "quiz.py")
    assert built.run() == {"wave"}
    assert "explorer wave: unchanged, 3 states kept" in built.said
    built = after(dlcore / "book" / "outputs.py", dlcore / "explore" / "front" / "data.js", text="\n")
    assert built.run() == set()
    assert built.written >= {"text", "wave", "rates", "claim_ledger", "intro"}
    assert len(list((book.root / "_build" / ".jupyter_cache" / "executed").glob("*"))) == 3  # what is stale is gone


def test_a_front_end_that_changes_is_copied_and_runs_nothing(book, tmp_path):
    book.package = tmp_path / "site"
    shutil.copytree(PACKAGE, book.package / "dlcore", ignore=shutil.ignore_patterns("__pycache__"))
    assert book.write(wave=code(f'{WAVE}\nshow("wave")')).build().ok
    style = book.package / "dlcore" / "explore" / "front" / "explorer.css"
    style.write_text(style.read_text(encoding="utf-8") + "/* edited */", encoding="utf-8")
    built = book.build()
    assert (built.ok, built.run(), built.written) == (True, set(), {"intro"})
    assert (book.html / "_static" / "explorers" / "explorer.css").read_text(encoding="utf-8").endswith("/* edited */")
