"""One chapter alone: while the variable DLCORE_CHAPTER holds what its notebooks' names begin with, a build runs no other notebook.

08 stands for the chapter with all its pages, 08_landscapes for that page.

The other pages are there with their code, so that links and references to them resolve; what they would show is not, and
nothing that needs it is checked.
"""

import os
from pathlib import Path


def chapter() -> str | None:
    """What the names of the only notebooks to run begin with; None if all are run."""
    return os.environ.get("DLCORE_CHAPTER") or None


def is_run(docname: str) -> bool:
    """Whether this build runs the notebook of a page."""
    return Path(docname).name.startswith(chapter() or "")


def leave_out(app, config) -> None:
    """Run no notebook but the one wanted."""
    if chapter():
        others = sorted({path.name for kind in ("*.ipynb", "*.md") for path in Path(app.srcdir, "chapters").glob(kind)})
        config.nb_execution_excludepatterns = [name for name in others if not is_run(name.partition(".")[0])]


def setup(app) -> None:
    """Connect to the build."""
    app.connect("config-inited", leave_out)
