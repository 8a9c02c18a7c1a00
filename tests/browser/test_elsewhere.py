"""Figures in other homes than this book: a plain Sphinx project, a page under a sub-path, an unpacked zip, an application made by Voila."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dlcore.book.press import archive
from tests.book.books import HEAD, ROOT
from tests.browser import lab
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
            opened = open_page(f"{address}/under/html/{page}", tolerated=("status of 404",))  # such a project has no icon
            exercise(Figure(opened, "fall"), declaration, brief=True)
    exercise(Figure(open_page((bare / "under" / "html" / "index.html").as_uri()), "fall"), declaration, brief=True)


def test_the_zip_of_a_book_opens_from_any_folder(bare, open_page, tmp_path):
    archive.pack(bare / "under" / "html", tmp_path / "book.zip")
    shutil.unpack_archive(tmp_path / "book.zip", tmp_path / "a folder")
    exercise(Figure(open_page((tmp_path / "a folder" / "book" / "index.html").as_uri()), "fall"), film().declaration, brief=True)


def test_a_notebook_served_by_voila_has_living_figures(tmp_path, browser):
    """Voila's own page asks a CDN for icons: what it asks for besides the figure is its own affair."""
    lab.write_notebook(tmp_path / "app.ipynb", "from tests.browser.specimens import film\nfilm()")
    port = lab.free_port()
    command = [sys.executable, "-m", "voila", "app.ipynb", "--no-browser", f"--port={port}", "--Voila.ip=127.0.0.1"]
    with open(tmp_path / "voila.log", "wb") as log:
        server = subprocess.Popen(command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=log, stderr=log)
    try:
        lab.wait_for(f"http://127.0.0.1:{port}/static/", server, tmp_path / "voila.log")
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{port}/", timeout=lab.RUN_MILLISECONDS)
        exercise(Figure(page, "fall"), film().declaration, grows=True, brief=True)
        page.close()
    finally:
        lab.ended(server)
