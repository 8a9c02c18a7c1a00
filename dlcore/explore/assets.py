"""The files of the front end, put together for its two homes, and Plotly.js from its Python package."""

import functools
import importlib.util
import pathlib
import shutil

FRONT = pathlib.Path(__file__).parent / "front"
_SHARED = (
    "data.js", "turn.js", "panels.js", "picture.js", "controls.js", "film.js", "pick.js", "story.js", "guess.js", "tools.js", "present.js",
    "explorer.js",
)  # fmt: skip


def _joined(home: str) -> str:
    return "\n".join((FRONT / name).read_text(encoding="utf-8") for name in (*_SHARED, home))


@functools.cache
def module() -> str:
    """The front end as an ES module that answers to anywidget, for kernels."""
    return _joined("kernel.js")


def script() -> str:
    """The front end as a classic script that wakes the figures of a built page."""
    return f"(() => {{\n{_joined('page.js')}\n}})();\n"


def quiz() -> str:
    """A function of a question's form that makes it answer."""
    return (FRONT / "quiz.js").read_text(encoding="utf-8").rstrip()


def quizzes() -> str:
    """A classic script that makes all questions of a built page answer."""
    return f'document.querySelectorAll("form.quiz").forEach(\n{quiz()}\n);\n'


def style() -> pathlib.Path:
    """The style sheet of both homes."""
    return FRONT / "explorer.css"


def plotly() -> pathlib.Path:
    """plotly.min.js as the Python package `plotly` ships it, found without importing the package."""
    (root,) = importlib.util.find_spec("plotly").submodule_search_locations
    return pathlib.Path(root) / "package_data" / "plotly.min.js"


def write(directory) -> None:
    """Write explorer.js, explorer.css and plotly.min.js, what every page with an explorer shares."""
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "explorer.js").write_text(script(), encoding="utf-8")
    shutil.copyfile(style(), directory / "explorer.css")
    target = directory / "plotly.min.js"
    if not target.exists() or target.stat().st_size != plotly().stat().st_size:
        shutil.copyfile(plotly(), target)
