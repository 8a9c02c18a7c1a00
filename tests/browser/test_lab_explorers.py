"""The explorers of the chapters in JupyterLab: every one draws what its kernel computes, away from its start as well."""

import pytest

from tests.browser import lab
from tests.browser.driver import Figure
from tests.browser.exercise import check
from tests.explorers import chapters, code_cells, declaration_of, every_explorer, needed_cells


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebooks")
    for path in chapters():
        lab.write_notebook(folder / f"{path.stem}.ipynb", *needed_cells(code_cells(path)))
    with lab.jupyter_lab(folder, tmp_path_factory.mktemp("jupyter")) as address:
        yield address


@pytest.fixture(scope="module")
def opened(server, keep_page):
    """opened(path) → a notebook with the cells of a chapter that its explorers need."""
    pages = {}

    def of(path):
        if path not in pages:
            pages[path] = lab.open_notebook(keep_page, server, f"{path.stem}.ipynb")
        return pages[path]

    return of


@pytest.mark.parametrize(("path", "name"), every_explorer())
def test_the_chapters_explorers_work(opened, path, name):
    figure, declaration = Figure(opened(path), name), declaration_of(path, name)
    figure.root.scroll_into_view_if_needed(timeout=lab.RUN_MILLISECONDS)
    seen = [check(figure.settled(), declaration)]
    seen += [check(figure.press(name, "End"), declaration) for name in declaration.parameters]
    seen += [check(figure.preset(preset), declaration) for preset in list(declaration.presets)[:1]]
    assert len({view.picture + view.places for view in seen}) > 1
    assert check(figure.action("reset"), declaration).state == declaration.start
