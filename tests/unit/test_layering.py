"""Imports point one way only; `import dlcore` is quick; the heavy libraries come in only where they are used."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"


def run(code: str, directory: Path = ROOT) -> subprocess.CompletedProcess:
    """Run Python code in a process of its own."""
    return subprocess.run([sys.executable, "-c", code], cwd=directory, capture_output=True, text=True, timeout=120)


@pytest.fixture
def copy(tmp_path):
    """A copy of the package and of its rules, to be broken."""
    shutil.copytree(ROOT / "dlcore", tmp_path / "dlcore", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_imports_point_one_way(copy):
    done = run(LINT, copy)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("checks.py", "import dlcore.networks.forward"),
        ("optimizers/methods.py", "from dlcore.networks import training"),
        ("networks/forward.py", "from dlcore.signals import propagation"),
        ("signals/propagation.py", "from dlcore.spectra import jacobians"),
        ("explore/figures.py", "from ..gaussian import expectation"),
        ("claims/stated.py", "from dlcore.signals import meanfield"),
        ("landscapes/chains.py", "def late():\n    from dlcore.claims import claim\n    return claim"),
        ("book/links.py", "import dlcore.statistics"),
    ],
)
def test_an_import_that_points_the_other_way_is_found(copy, module, line):
    with open(copy / "dlcore" / module, "a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    done = run(LINT, copy)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "dlcore." + module.removesuffix(".py").replace("/", ".") in done.stdout


def test_a_new_module_needs_no_entry_and_a_new_wing_does(copy):
    for module in ("signals/another.py", "elsewhere.py"):
        (copy / "dlcore" / module).write_text("answer = 42\n", encoding="utf-8")
        done = run(LINT, copy)
        assert (done.returncode == 0) == (module != "elsewhere.py"), done.stdout
    assert "dlcore.elsewhere" in done.stdout + done.stderr


def test_the_rules_name_the_same_numerics_twice():
    levels, forbidden = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    named = {name for level in levels["layers"] for name in re.findall(r"\w+", level)}
    others = {name.removeprefix("dlcore.") for name in forbidden["source_modules"]}
    assert {name.removeprefix("dlcore.") for name in forbidden["forbidden_modules"]} == named - others


def test_the_maps_name_every_room():
    """help(dlcore) lists the wings, each wing's docstring its files."""
    for init in (ROOT / "dlcore").rglob("__init__.py"):
        rooms = {path.stem for path in init.parent.glob("*.py")} | {path.parent.name for path in init.parent.glob("*/__init__.py")}
        text = ast.get_docstring(ast.parse(init.read_text(encoding="utf-8")))
        assert {room for room in rooms - {"__init__"} if not re.search(rf"\b{room}\b", text)} == set(), init


def test_no_room_of_the_numerics_is_too_large():
    wings = [path.parent for path in (ROOT / "dlcore").glob("*/__init__.py") if path.parent.name not in ("explore", "book")]
    files = [path for wing in wings for path in wing.glob("*.py")]
    assert files
    assert {path.name: n for path in files if (n := len(path.read_text(encoding="utf-8").splitlines())) > 200} == {}


def test_importing_the_numerics_of_signals_loads_neither_torch_nor_plotly():
    imports = "import sys; from dlcore.signals import propagation; from dlcore.landscapes import chains"
    done = run(f"{imports}; print(*{{'torch', 'plotly', 'matplotlib'}} & set(sys.modules))")
    assert (done.stdout.strip(), done.returncode) == ("", 0), done.stderr


def test_importing_dlcore_is_quick_and_light():
    code = (
        "import sys, time; start = time.perf_counter(); import dlcore; "
        "print(time.perf_counter() - start, *{'torch', 'plotly', 'scipy', 'IPython', 'matplotlib'} & set(sys.modules))"
    )
    answers = [run(code).stdout.split() for _ in range(3)]
    assert min(float(seconds) for seconds, *_ in answers) < 0.3
    assert all(heavy == [] for _, *heavy in answers)


@pytest.mark.parametrize("module", ["dlcore.explore", "dlcore.claims", "dlcore.signals.propagation", "dlcore.book"])
def test_neither_torch_nor_plotly_is_imported_before_it_is_used(module):
    done = run(f"import sys, {module}; print(*{{'torch', 'plotly', 'matplotlib'}} & set(sys.modules))")
    assert (done.stdout.strip(), done.returncode) == ("", 0), done.stderr


def test_the_book_loads_no_widgets():
    done = run("import sys, dlcore.book.incremental, dlcore.explore.assets; print(*{'anywidget', 'ipywidgets'} & set(sys.modules))")
    assert (done.stdout.strip(), done.returncode) == ("", 0), done.stderr
