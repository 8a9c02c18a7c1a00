"""Figures in other homes than this book: a plain Sphinx project, a page under a sub-path, an application made by Voila."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.book.conftest import HEAD, ROOT
from tests.browser.book import served
from tests.browser.driver import Figure
from tests.browser.exercise import exercise
from tests.browser.specimens import film

PAGE = HEAD + """
# Bare

```{code-cell}
from tests.browser.specimens import film
film()
```
"""


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """A project that asks for nothing but the extensions; the folder above its pages."""
    folder = tmp_path_factory.mktemp("bare")
    (folder / "conf.py").write_text('project = "Bare"\nextensions = ["myst_nb", "dlcore.book"]\n')
    (folder / "index.md").write_text(PAGE)
    command = [Path(sys.executable).with_name("sphinx-build"), "-W", "-b", "html", folder, folder / "out" / "under" / "html"]
    subprocess.run(command, check=True, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True)
    return folder / "out"


def test_a_plain_project_has_living_figures_under_any_path(bare, open_page):
    declaration = film().declaration
    with served(bare) as address:
        for page in ("index.html", "figures/fall.html"):
            exercise(Figure(open_page(f"{address}/under/html/{page}"), "fall"), declaration, brief=True)
    exercise(Figure(open_page((bare / "under" / "html" / "index.html").as_uri()), "fall"), declaration, brief=True)
