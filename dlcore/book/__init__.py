"""The Sphinx extension that makes a Jupyter Book of notebooks with explorers and claims.

    outputs   reads explorers and claims out of HTML outputs
    pages     remembers, for each page, what it holds; duplicates are warnings
    figures   a page of its own for every figure, and where its still lies
    baking    where explorers put their data while notebooks run, what they say meanwhile, what the book keeps
    execution runs notebooks side by side before Sphinx reads them one by one
    kernels   forked from a process that has loaded the large libraries
    incremental when pages are read or written although none was edited
    only      one chapter alone, for whoever is writing it
    links     [text](#explorer-NAME?depth=50) in prose
    numbers   numbers of chapters and figures
    folding   checks and code as one quiet line that opens
    cards     what the book says of each figure: its title, its question; and the chapters in their order
    generated places that are filled in from all pages
    gallery   the page of all figures
    counts    numbers of chapters, figures, checks, exercises in prose
    chart     the map of the chapters
    rails     its lines, which show what leads to what
    finder    the filter above the gallery and the tables
    ledger    the pages Claim ledger and Errata, and claims.json
    sources   whose ledger ids are whose, and one name for each source
    table     the tables of these pages
    widgets   other widgets than explorers
    theme     a lighter page, no request to another host, launch buttons only with a repository
    styles    the theme's style sheet, cut down to what the pages use
    scripts   settings of MathJax and answers of quizzes as files
    downloads the PDF of the book, linked where it has been made
    wheel     dlcore's own wheel in the book, for notebooks that are taken along
    skeleton  the first notebook of a chapter
    press     the finished book as one PDF, and as one zip
    serve     `python dlcore/book/serve.py`: the built book on this machine
"""

from importlib import import_module
from pathlib import Path

FRONT = Path(__file__).parent / "front"
_PARTS = (
    *("pages", "incremental", "only", "baking", "figures", "execution", "numbers", "links", "ledger", "folding"),
    *("theme", "styles", "widgets", "scripts", "generated", "gallery", "counts", "chart", "downloads", "wheel"),
)


def setup(app) -> dict:
    """Connect every part to Sphinx."""
    app.connect("builder-inited", _add_front_files)
    app.connect("env-updated", _write_side_by_side)
    for part in _PARTS:
        import_module(f"dlcore.book.{part}").setup(app)
    return {"version": "1", "env_version": 2, "parallel_read_safe": False, "parallel_write_safe": True}


def _add_front_files(app) -> None:
    app.config.html_static_path.append(str(FRONT))


def _write_side_by_side(app, env) -> None:
    """Pages are written by as many processes as there are cores (Jupyter Book asks Sphinx for one), but read by one."""
    from joblib import cpu_count

    app.parallel = max(app.parallel, cpu_count())
