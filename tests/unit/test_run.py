"""What has passed is left alone until something changes that it may read; what failed, or changed meanwhile, is run again."""

import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from dlcore.book import only
from tests import passed, run
from tests.passed import Passed, key, sources

ALL = run.parts(None, 1, False)[0]
RUNS = 'import pathlib, sys; open("runs", "a").write(" ".join(sys.argv[1:]) + "\\n"); sys.exit("bad" in pathlib.Path("source").read_text())'


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-C", folder, *words], check=True, capture_output=True)


def write(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def part(tmp_path, monkeypatch):
    """A part of two targets that read one file each, the first of them `source` too; it fails where that is bad."""
    monkeypatch.setattr(run, "ROOT", write(tmp_path, source="good", one="1", two="1"))
    files = {"tests/one": ("source", "one"), "tests/two": ("two",)}
    keys = {target: partial(key, tmp_path, names) for target, names in files.items()}
    return run.Part("part", [[sys.executable, "-c", RUNS]], keys)


def outcome(part, everything=False) -> tuple[bool, str, str]:
    """Whether a part passed, what is said of it, and on what it was run."""
    runs = run.ROOT / "runs"
    runs.unlink(missing_ok=True)
    failed, said = run.run(part, Passed(run.ROOT / "passed"), everything, {})
    return not failed, said, runs.read_text(encoding="utf-8").strip() if runs.exists() else ""


def test_what_has_passed_is_left_alone_until_it_changes(part):
    both = (True, "", "tests/one tests/two")
    kept = (True, "unchanged since it passed", "")
    assert outcome(part) == both
    assert outcome(part) == kept
    assert outcome(part, everything=True) == both
    write(run.ROOT, two="2")
    assert outcome(part) == (True, "1 of 2 unchanged since passed", "tests/two")
    write(run.ROOT, two="1")
    assert outcome(part) == kept  # an edit that is taken back


def test_what_failed_is_run_again(part):
    assert outcome(part)[0]
    write(run.ROOT, source="bad")
    for _ in range(2):
        assert outcome(part) == (False, "failed", "tests/one")


def test_what_changes_while_it_runs_has_not_passed(part):
    changing = run.Part("part", [[sys.executable, "-c", 'open("one", "a").write("more")']], part.targets)
    assert outcome(changing) == (True, "", "")
    assert outcome(part) == (True, "1 of 2 unchanged since passed", "tests/one")


def test_a_part_without_targets_is_always_run(part):
    always = run.Part("build", part.commands)
    assert [outcome(always)[:2] for _ in range(2)] == [(True, "")] * 2
    assert not (run.ROOT / "passed").exists()


def test_a_key_stands_for_names_contents_and_the_environment(tmp_path, monkeypatch):
    write(tmp_path, a="1", b="1")
    keys = [key(tmp_path, names, *others) for names, others in (("a", ()), ("b", ()), ("ab", ()), ("a", ("-x",)))]
    write(tmp_path, a="2")
    keys.append(key(tmp_path, "a"))
    monkeypatch.setattr(passed, "environment", lambda: "another browser")
    keys.append(key(tmp_path, "a"))
    assert len(set(keys)) == len(keys)


def test_the_environment_names_packages_and_browsers(tmp_path, monkeypatch):
    lines = []
    for name in ("chromium", "firefox"):
        path = write(tmp_path, **{name: ""}) / name
        monkeypatch.setattr(getattr(passed, name), "find", lambda *_, path=path: str(path))
        lines.append(f"{path} {path.stat().st_mtime_ns}")
    found = passed.environment.__wrapped__().splitlines()
    assert f"pytest=={pytest.__version__}" in found
    assert found[-2:] == lines


def test_sources_are_what_git_has_or_would_have_and_all_files_without_it(tmp_path):
    write(tmp_path, tracked="", removed="", fresh="", ignored="", **{".gitignore": "ignored\n_build\n"})
    for made in ("_build", ".venv", "env"):
        (tmp_path / made).mkdir()
        write(tmp_path / made, made="")
    write(tmp_path / "env", **{"pyvenv.cfg": ""})
    assert sources(tmp_path) == [".gitignore", "fresh", "ignored", "removed", "tracked"]
    git(tmp_path, "init")
    git(tmp_path, "add", "tracked", "removed", ".gitignore")
    (tmp_path / "removed").unlink()
    assert [name for name in sources(tmp_path) if "/" not in name] == [".gitignore", "fresh", "tracked"]


def readers(name: str, monkeypatch) -> set[str]:
    """The targets whose keys a file of the repository is part of."""
    monkeypatch.setattr(run, "key", lambda root, names, *others: set(names))
    return {target for part in ALL for target, found in part.targets.items() if name in found()}


OWN = {*run.OF_A_CHAPTER, *run.OF_ALL_CHAPTERS}
UNITS, STORED = {"tests/unit"}, {"tests/chapters/test_notebooks.py"}
ENGINE = {"tests/book", *run.OF_THE_ENGINE}
NOTEBOOKS = {f"chapters/{path.name}" for path in run.notebooks(None)}


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("chapters/08_landscapes.ipynb", {"chapters/08_landscapes.ipynb"} | STORED | OWN),
        ("chapters/intro.md", STORED | OWN),
        ("chapters/errata.md", UNITS | STORED | OWN | ENGINE),
        ("dlcore/optimizers/methods.py", UNITS | STORED | OWN),  # and the notebooks that reach it
        ("dlcore/explore/reach.py", UNITS | STORED | OWN | ENGINE),
        ("dlcore/explore/front/explorer.css", UNITS | STORED | OWN | ENGINE | NOTEBOOKS),
        ("requirements.txt", UNITS | STORED | OWN | ENGINE | NOTEBOOKS),
        ("tests/browser/test_quiz.py", {"tests/browser/test_quiz.py"}),
        ("tests/browser/specimens.py", UNITS | STORED | OWN | ENGINE - {"tests/book"}),
        ("tests/unit/test_run.py", UNITS),
        ("tests/book/books.py", UNITS | STORED | OWN | ENGINE),  # some build books of their own
        ("README.md", set()),
    ],
)
def test_an_edit_reaches_all_that_may_read_it(name, wanted, monkeypatch):
    assert name in sources(run.ROOT)
    assert readers(name, monkeypatch) == wanted


def test_a_notebook_is_run_again_when_a_module_that_it_reaches_changes(monkeypatch):
    found = {path.name: run.key_of_notebook(path) for path in run.notebooks(None)}
    quadratic = Path(run.ROOT, "dlcore", "landscapes", "quadratic.py")
    original = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: original(path) + (b"# edited" if path == quadratic else b""))
    again = {path.name: run.key_of_notebook(path) for path in run.notebooks(None)}
    changed = {name for name in found if found[name] != again[name]}
    assert "08_many_examples_many_neurons.ipynb" in changed
    assert "03_explosion_and_vanishing.ipynb" not in changed


TWO_PAGES = ["08_landscapes", "08_many_examples_many_neurons"]


@pytest.mark.parametrize("chapter", ["08", "08_landscapes", "03", ""])
def test_the_notebooks_of_a_chapter_are_those_that_its_build_runs(chapter, monkeypatch):
    found, variables = run.notebooks(chapter), run.parts(chapter, 1, False)[1]
    monkeypatch.setenv("DLCORE_CHAPTER", variables["DLCORE_CHAPTER"])
    assert [path for path in run.notebooks(None) if only.is_run(f"chapters/{path.stem}")] == found
    assert only.is_run("chapters/errata") == (not chapter)


def test_a_chapter_may_have_two_pages():
    assert [path.stem for path in run.notebooks("08")] == TWO_PAGES
    assert [path.stem for path in run.notebooks("08_landscapes")] == TWO_PAGES[:1]


def test_with_a_chapter_all_its_pages_and_the_units_of_all_their_wings_are_run():
    _, units, *_ = run.parts("08", 1, False)[0]
    notebooks = {f"chapters/{path.name}" for path in run.notebooks("08")}
    folders = {f"tests/unit/{wing}" for wing in ("landscapes", "networks", "optimizers", "explore", "claims")}
    assert notebooks | folders <= units.targets.keys()
    assert not any(target.startswith("chapters/") for target in units.targets.keys() - notebooks)
