"""dlcore's wheel and the zip of the book: what is in them, and the same bytes from the same files."""

import zipfile
from pathlib import Path

import pytest

from dlcore.book import wheel
from dlcore.book.press import archive
from tests.passed import sources


def test_the_wheel_holds_every_file_of_the_package_and_is_always_the_same(tmp_path):
    one, two = (wheel.build(wheel.ROOT, tmp_path / folder) for folder in ("one", "two"))
    with zipfile.ZipFile(one) as opened:
        held = {name for name in opened.namelist() if name.startswith("dlcore/")}
    assert held == {name for name in sources(wheel.ROOT) if name.startswith("dlcore/")}
    assert one.read_bytes() == two.read_bytes()


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A source tree, and a count of how often its wheel was built."""
    (tmp_path / "dlcore").mkdir()
    for name, text in (("pyproject.toml", '[project]\nname = "dlcore"\nversion = "1.2"'), ("README.md", ""), ("dlcore/a.py", "")):
        (tmp_path / name).write_text(text)
    built = []

    def build(root: Path, folder: Path) -> Path:
        folder.mkdir(parents=True)
        (folder / wheel.name(root)).write_bytes(b"wheel")
        built.append(folder)
        return folder / wheel.name(root)

    monkeypatch.setattr(wheel, "build", build)
    return tmp_path, built


def test_the_wheel_is_built_again_when_a_file_has_changed(tree, tmp_path):
    root, built = tree
    first = wheel.current(root, tmp_path / "cache")
    assert first.name == "dlcore-1.2-py3-none-any.whl"
    assert wheel.current(root, tmp_path / "cache") == first and len(built) == 1
    (root / "dlcore" / "a.py").write_text("x = 1")
    assert wheel.current(root, tmp_path / "cache") != first and len(built) == 2
    assert not first.exists()


def test_the_zip_holds_the_pages_in_a_folder_with_the_index_on_top(tmp_path):
    html = tmp_path / "html"
    for name in ("index.html", "chapters/a.html", "_static/x.whl", ".buildinfo", ".doctrees/a"):
        (html / name).parent.mkdir(parents=True, exist_ok=True)
        (html / name).write_text(name)
    assert archive.pack(html, tmp_path / "one.zip") == 3
    with zipfile.ZipFile(tmp_path / "one.zip") as opened:
        assert opened.namelist() == ["book/_static/x.whl", "book/chapters/a.html", "book/index.html"]
        assert opened.read("book/chapters/a.html") == b"chapters/a.html"
    (html / "index.html").touch()
    archive.pack(html, tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
