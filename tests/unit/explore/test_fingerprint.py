"""A fingerprint follows everything that compute reaches, and gives up where it cannot."""

import shutil
import sys
import textwrap

import pytest

from dlcore.explore import reach
from dlcore.explore.declaration import Declaration
from dlcore.explore.figures import lines
from dlcore.explore.fingerprint import fingerprint
from dlcore.explore.stills.colours import palette

SHOW = "def show(value):\n    return {'x': [0.0], 'y': [float(value)]}\n"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The folder of a notebook, which finds its modules there."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # what is written twice in a second is read again
    yield tmp_path
    forget()


def forget():
    for name in ("helpers", "deep", "deep.er"):
        sys.modules.pop(name, None)


def mark(source: str) -> str | None:
    """The fingerprint of an explorer of `curve` that a notebook with this code declares."""
    forget()
    notebook = {"__name__": "__main__"}
    exec(SHOW + textwrap.dedent(source), notebook)
    return fingerprint(Declaration(notebook["curve"], figure=lines("x", "y"), readout="", caption="", parameters={"k": (1, 2)}))


FOLLOWED = {
    "a global": """
        VALUE = NUMBER
        def curve(k):
            return show(VALUE)
        """,
    "containers": """
        VALUE = {"a": [({NUMBER},)]}
        def curve(k):
            return show(sum(VALUE["a"][0][0]))
        """,
    "a long array": """
        import numpy as np
        VALUE = np.append(np.zeros(5000), NUMBER)
        def curve(k):
            return show(VALUE.sum())
        """,
    "a tensor": """
        import torch
        VALUE = torch.tensor([NUMBER])
        def curve(k):
            return show(VALUE[0])
        """,
    "types of numbers": """
        import torch, numpy as np
        TYPES = np.dtype(f"f{4 * NUMBER}"), (torch.float32, torch.float64)[NUMBER - 1]
        def curve(k):
            return show(np.ones(1, TYPES[0])[0] + torch.ones(1, dtype=TYPES[1])[0])
        """,
    "a default": """
        def curve(k, value=NUMBER):
            return show(value)
        """,
    "a default behind a star": """
        def curve(k, *, value=NUMBER):
            return show(value)
        """,
    "a function in a default": """
        def curve(k, f=lambda: NUMBER):
            return show(f())
        """,
    "functions inside functions": """
        def curve(k):
            def inner():
                return lambda: NUMBER
            return show(inner()())
        """,
    "a closure": """
        def make(value):
            return lambda k: show(value)
        curve = make(NUMBER)
        curve.__name__ = "curve"
        """,
    "a cached function": """
        import functools
        @functools.cache
        def f():
            return NUMBER
        def curve(k):
            return show(f())
        """,
    "a partial function": """
        import functools
        f = functools.partial(show, NUMBER)
        def curve(k):
            return f()
        """,
    "a decorator": """
        import functools
        def scaled(f):
            @functools.wraps(f)
            def g():
                return NUMBER * f()
            return g
        @scaled
        def f():
            return 1
        def curve(k):
            return show(f())
        """,
    "an installed decorator": """
        import contextlib, numpy as np
        @contextlib.contextmanager
        @np.errstate(over="ignore")
        def f():
            yield NUMBER
        def curve(k):
            with f() as value:
                return show(value)
        """,
    "an attribute of a function": """
        def curve(k):
            return show(curve.value)
        curve.value = NUMBER
        """,
    "an attribute of a class": """
        class A:
            value = NUMBER
        def curve(k):
            return show(A.value)
        """,
    "a method that is inherited": """
        class B:
            def value(self):
                return NUMBER
        class A(B):
            pass
        def curve(k):
            return show(A().value())
        """,
    "methods of all kinds": """
        class A:
            @property
            def value(self):
                return self.f() + self.g()
            @staticmethod
            def f():
                return NUMBER
            @classmethod
            def g(cls):
                return 1
        def curve(k):
            return show(A().value)
        """,
    "a dataclass of one's own": """
        import dataclasses
        @dataclasses.dataclass
        class A:
            value: int
            def curve(self, k):
                return show(self.value)
        curve = A(NUMBER).curve
        """,
    "what dlcore makes": """
        from dlcore.networks.activations import leaky_relu
        RELU = leaky_relu(1 / (1 + NUMBER))
        def curve(k):
            return show(RELU.phi(-1.0))
        """,
    "what a notebook changes in dlcore": """
        import dlcore.landscapes.chains
        dlcore.landscapes.chains.LIMIT = NUMBER
        def curve(k):
            return show(dlcore.landscapes.chains.LIMIT)
        """,
    "which of two": """
        A, B = [1.0], [2.0]
        BOTH = A, B
        CHOSEN = {"value": BOTH[NUMBER - 1]}
        def curve(k):
            return show(sum(map(sum, BOTH)) + CHOSEN["value"][0])
        """,
}


@pytest.mark.parametrize("source", FOLLOWED.values(), ids=FOLLOWED)
def test_it_changes_with_everything_that_compute_reaches(source):
    one, again, two = (mark(source.replace("NUMBER", str(number))) for number in (1, 1, 2))
    assert one is not None
    assert one == again != two


IMPORTS = {
    "an attribute of a module": "import helpers\ndef curve(k):\n    return show(helpers.scale(k))",
    "a function": "from helpers import scale\ndef curve(k):\n    return show(scale(k))",
    "inside a function": "def curve(k):\n    import helpers\n    return show(helpers.scale(k))",
    "from, inside a function": "def curve(k):\n    from helpers import scale\n    return show(scale(k))",
    "a package": "import deep.er\ndef curve(k):\n    return show(deep.er.scale(k))",
}


@pytest.mark.parametrize("source", IMPORTS.values(), ids=IMPORTS)
def test_it_changes_with_modules_beside_the_notebook_and_with_what_they_import(folder, source):
    (folder / "deep").mkdir()
    (folder / "deep" / "__init__.py").write_text("")
    (folder / "helpers.py").write_text("def scale(x):\n    import deep.er\n    return deep.er.scale(x)")
    marks = []
    for number in (1, 2):
        (folder / "deep" / "er.py").write_text(f"FACTOR = {number}\ndef scale(x):\n    return FACTOR * x")
        marks.append(mark(source))
    assert None not in marks
    assert marks[0] != marks[1]


def test_what_compute_does_not_reach_does_not_count():
    first = mark("import numpy as np\nOTHER = 1\ndef curve(k):\n    return show(k + 1)")
    assert first is not None
    assert first == mark("import numpy as np\nOTHER = 2\n\n# moved, commented\ndef curve(k):\n    return show(k + 1)  # here")


@pytest.mark.parametrize(
    "source",
    [
        "class A:\n    def __init__(self):\n        self.value = 1\nA = A()\ndef curve(k):\n    return show(A.value)",
        "import numpy as np\nRNG = np.random.default_rng(0)\ndef curve(k):\n    return show(RNG.normal())",
        "import numpy as np\nf = np.vectorize(lambda x: 2 * x)\ndef curve(k):\n    return show(f(k))",
        "import numpy as np\nBOX = np.array([print], dtype=object)\ndef curve(k):\n    return show(len(BOX))",
        "def curve(k):\n    return show(eval('k + 1'))",
        "def curve(k):\n    import importlib\n    return show(len(importlib.import_module('math').__name__))",
    ],
    ids=["an object of one's own", "a random state", "an installed object", "an array of anything", "eval", "a computed name"],
)
def test_there_is_none_where_the_trail_ends(source):
    assert mark(source) is None


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A copy of the package, in place of it."""
    shutil.copytree(reach.PACKAGE, tmp_path / "dlcore", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(reach, "PACKAGE", tmp_path / "dlcore")
    return tmp_path / "dlcore"


SCHEDULE = """
    from dlcore.optimizers import schedules
    def curve(k):
        return show(len(schedules.__name__))
    """


@pytest.mark.parametrize(
    ("file", "counts"),
    [
        ("optimizers/schedules.py", True),
        ("checks.py", True),  # which schedules imports
        ("optimizers/__init__.py", True),
        ("explore/encoding.py", True),
        ("explore/parameters.py", True),
        ("optimizers/adaptive.py", False),
        ("spectra/limit_laws.py", False),
        ("claims/stated.py", False),
        ("explore/quiz.py", False),
        ("explore/front/data.js", False),
        ("book/ledger.py", False),
    ],
)
def test_of_dlcore_count_the_files_that_are_reached_and_the_engine(copy, file, counts):
    before = mark(SCHEDULE)
    with open(copy / file, "a", encoding="utf-8") as opened:
        opened.write("\n# edited\n")
    assert before is not None
    assert (mark(SCHEDULE) != before) == counts


def test_versions_count_for_those_who_use_them(monkeypatch):
    def marks():
        return [mark(f"import {name}\ndef curve(k):\n    return show(len({name}.__name__))") for name in ("torch", "math")]

    torch, plain = marks()
    for package, changed in (("torch", [True, False]), ("scipy", [True, True]), ("matplotlib", [True, True]), ("ruff", [False, False])):
        with monkeypatch.context() as patch:
            patch.setattr(reach, "version", lambda name, package=package: "99" if name == package else real(name))
            assert [now != before for now, before in zip(marks(), (torch, plain))] == changed


def test_the_colours_of_stills_count(monkeypatch):
    before = mark("def curve(k):\n    return show(k)")
    palettes = {theme: palette(theme) | {"theory": "#123456"} for theme in ("light", "dark")}
    assert before == mark("def curve(k):\n    return show(k)")
    monkeypatch.setitem(fingerprint.__globals__, "palette", palettes.get)
    assert before != mark("def curve(k):\n    return show(k)")


real = reach.version
