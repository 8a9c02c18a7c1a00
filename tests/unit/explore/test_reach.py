"""What code reaches: files through import statements of all kinds, packages by name and version."""

import sys
import types

import pytest

from dlcore.explore import reach
from dlcore.explore.reach import reach_of_code, reach_of_modules


@pytest.fixture
def home(tmp_path):
    """A folder with a few modules beside a notebook."""
    for name, text in {
        "helpers.py": "import numpy as np\nfrom inner.deep import depth\nSCALE = 2",
        "inner/__init__.py": "from . import unused",
        "inner/deep.py": "from .beside import x\ndef depth():\n    if x:\n        import torch.nn\n    return 1",
        "inner/beside.py": "from .. import helpers\nx = 1",
        "inner/unused.py": "from dlcore import claims",
        "broken.py": "def (",
        "other.py": "",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_imports_are_followed_through_modules_and_into_functions(home):
    found = reach_of_code(["def f():\n    try:\n        from helpers import SCALE\n    finally:\n        pass"], home)
    assert set(found.files) == {"helpers", "inner", "inner.deep", "inner.beside"}  # packages themselves, not what else they import
    assert found.packages == {"numpy", "torch"}


@pytest.mark.parametrize(
    ("code", "modules"),
    [
        ("import inner.deep", {"inner", "inner.deep", "inner.beside", "inner.unused"}),  # gives access to `inner` too
        ("from inner import deep", {"inner", "inner.deep", "inner.beside"}),
        ("from inner import depth", {"inner", "inner.unused"}),
        ("import broken, math", {"broken"}),
        ("% no import of Python", set()),
        ("import inner_not_there.deep", set()),
    ],
)
def test_what_an_import_statement_names(home, code, modules):
    assert {name for name in reach_of_code(["1 + 1", code], home).files if not name.startswith("dlcore")} == modules


def test_dlcore_is_reached_file_by_file(home):
    found = set(reach_of_code(["from dlcore.optimizers import schedules"], home).files)
    assert {"dlcore", "dlcore.optimizers", "dlcore.optimizers.schedules", "dlcore.checks"} <= found
    assert not {name for name in found if name.startswith(("dlcore.explore", "dlcore.spectra", "dlcore.networks"))}


def test_no_part_of_dlcore_is_reached_by_itself_alone_but_the_ground(home):
    assert set(reach_of_modules(["dlcore.checks"], home).files) == {"dlcore", "dlcore.checks"}


def test_the_digest_changes_with_files_and_with_versions(home, monkeypatch):
    def digest():
        return reach_of_code(["import helpers"], home).digest()

    before = digest()
    (home / "other.py").write_text("not reached")
    assert digest() == before
    (home / "inner" / "beside.py").write_text("x = 2")
    assert digest() != before
    before = digest()
    monkeypatch.setattr(reach, "version", {"numpy": "99", "torch": "1"}.get)
    assert digest() != before


def test_versions_are_those_of_the_distribution():
    import numpy
    import sklearn
    import yaml

    assert [reach.version(name) for name in ("numpy", "sklearn")] == [numpy.__version__, sklearn.__version__]
    assert reach.version("yaml") == yaml.__version__  # the distribution is called PyYAML
    assert reach.version("nothing_of_that_name") == ""


def test_what_dlcore_imports_is_found_without_a_search_through_all_distributions(monkeypatch):
    """The search takes half a second, in every kernel that bakes."""
    files = reach.PACKAGE.rglob("*.py")
    modules = [".".join(path.relative_to(reach.PACKAGE.parent).with_suffix("").parts) for path in files]
    monkeypatch.setattr(reach.importlib.metadata, "packages_distributions", dict)  # a search that finds nothing
    reach.version.cache_clear()
    assert [name for name in reach_of_modules(modules, reach.PACKAGE).packages if not reach.version(name)] == []


def test_installed_modules_are_told_from_ones_own(home, monkeypatch):
    monkeypatch.syspath_prepend(home)
    import inner.unused

    assert reach.home_of("inner") == reach.home_of(inner.unused.__name__) == home.resolve()
    assert [reach.is_installed(name) for name in ("inner.unused", "dlcore.checks", "__main__")] == [False] * 3
    assert [reach.is_installed(name) for name in ("math", "json.decoder", "numpy.linalg")] == [True] * 3
    assert reach.home_of("math") is None
    for name in ("numpy.made_by_hand", "by_hand", "by_hand.inside"):  # modules of no file
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    assert [reach.is_installed(name) for name in ("numpy.made_by_hand", "by_hand", "by_hand.inside")] == [True, False, False]


def test_two_reaches_are_all_that_either_reaches(home):
    one, other = reach_of_code(["import other, numpy"], home), reach_of_code(["from inner import beside"], home)
    both = one | other
    assert both == reach_of_code(["import other, numpy", "from inner import beside"], home)
    assert both.files.keys() == one.files.keys() | other.files.keys() > one.files.keys()
    assert both.packages == {"numpy"}
