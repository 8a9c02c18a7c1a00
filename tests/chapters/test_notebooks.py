"""Notebooks are stored as sources: no outputs but those that a test compares, no traces of a run."""

import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "chapters").glob("**/[!.]*.ipynb"))
MARK = "NBVAL_CHECK_OUTPUT"


def traces(notebook) -> list[str]:
    """What a stored notebook should not hold, in words."""
    found = []
    for place, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        checked = MARK in cell.source
        if cell.outputs and not checked:
            found.append(f"cell {place} has outputs; clear them, or mark it # {MARK}")
        if checked and not cell.outputs:
            found.append(f"cell {place} is marked # {MARK}, but has no output to compare with")
        if any(output.output_type == "error" for output in cell.outputs):
            found.append(f"cell {place} ended in an error")
        if cell.execution_count is not None and not checked:  # nbval compares only with a cell that says it has run
            found.append(f"cell {place} has the execution count {cell.execution_count}; clear it")
    if "widgets" in notebook.metadata:
        found.append("the states of widgets are stored; clear them")
    if notebook.metadata.get("kernelspec", {}).get("name") != "python3":
        found.append("its kernel is not python3, the one that is everywhere")
    return found


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_is_stored_as_a_source(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert traces(notebook) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_cells_are_short_enough_to_be_read(path):
    cells = nbformat.read(path, as_version=4).cells
    long = {place: n for place, cell in enumerate(cells) if cell.cell_type == "code" and (n := len(cell.source.splitlines())) > 25}
    assert long == {}


def test_traces_of_a_run_are_found():
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "mine", "display_name": "mine"}, "widgets": {}})
    printed = nbformat.v4.new_output("stream", text="1\n")
    notebook.cells = [
        nbformat.v4.new_code_cell("1", outputs=[printed]),
        nbformat.v4.new_code_cell(f"# {MARK}\n1"),
        nbformat.v4.new_code_cell("1", execution_count=3),
        nbformat.v4.new_code_cell(f"# {MARK}\nprint(1)", outputs=[printed]),
    ]
    assert [trace.split(";")[0] for trace in traces(notebook)] == [
        "cell 0 has outputs",
        f"cell 1 is marked # {MARK}, but has no output to compare with",
        "cell 2 has the execution count 3",
        "the states of widgets are stored",
        "its kernel is not python3, the one that is everywhere",
    ]


def misfolded(notebook) -> list[str]:
    """Cells that JupyterLab folds against the rule: checks and questions, whose code holds the answer, are folded; figures are not."""
    found = []
    for cell in notebook.cells:
        hidden = cell.metadata.get("jupyter", {}).get("source_hidden", False)
        checks, figure = (re.search(pattern, cell.source, re.MULTILINE) for pattern in (r"^(claim|erratum|quiz)\(", r"\bExplorer\("))
        if cell.cell_type == "code" and (checks or figure) and hidden is not bool(checks and not figure):
            found.append(cell.id)
    return found


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_the_code_of_checks_and_questions_is_folded_in_jupyterlab_and_that_of_figures_is_not(path):
    assert misfolded(nbformat.read(path, as_version=4)) == []
