"""Notebooks are run side by side before Sphinx reads their pages, and again only when something that they reach has changed.

Sphinx reads pages one by one, and MyST-NB runs a notebook when its page is read. What is run here lies in MyST-NB's cache
by then, under a key of all that decides what it shows. A notebook that fails is not kept: the build meets it in its turn,
runs it again, and reports it in its own words.
"""

import hashlib
import json
import os
import re
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors.utils import single_nb_execution
from myst_nb.core.read import create_nb_reader
from nbformat import NotebookNode
from sphinx.util import logging

from dlcore.book.kernels import use_forked
from dlcore.explore.reach import Reach, reach_of_code
from dlcore.explore.stills.colours import palette

log = logging.getLogger(__name__)

_ALWAYS = Reach({}, frozenset({"numpy", "scipy", "torch", "sklearn"}))
_NOT_PYTHON = re.compile(r"^\s*[%!?]|=\s*[%!]|\?\s*$", re.MULTILINE)  # or perhaps not: IPython decides


@dataclass(frozen=True)
class Notebook:
    """A page that is run: its file, what the file holds, and a key of all that decides what it shows."""

    path: Path
    content: NotebookNode
    key: str


def notebooks(env) -> dict[str, Notebook]:
    """The notebooks of the book, text notebooks among them, by the names of their pages."""
    found = {}
    for name in sorted(env.found_docs):
        path = Path(env.doc2path(name))
        text = path.read_text(encoding="utf-8")
        reader = create_nb_reader(str(path), env.myst_config, env.mystnb_config, text)
        if reader:
            content = reader.read(text)
            found[name] = Notebook(path, content, key_of(content, path.parent))
    return found


def key_of(content: NotebookNode, home: Path) -> str:
    """A hash of a notebook's code, the files that it reaches from the folder `home`, the versions of what it imports, the colours."""
    cells = [cell.source for cell in content.cells if cell.cell_type == "code"]
    reach = reach_of_code(map(_python, cells), home) | _ALWAYS
    colours = [palette("light"), palette("dark")]  # in the stills of its figures
    return hashlib.sha256(json.dumps([reach.digest(), content.metadata.get("kernelspec"), cells, colours]).encode()).hexdigest()


def _python(cell: str) -> str:
    """A cell without IPython's magic; what is in another language altogether imports nothing."""
    if not _NOT_PYTHON.search(cell):
        return cell
    from IPython.core.inputtransformer2 import TransformerManager

    return TransformerManager().transform_cell(re.sub(r"\A\s*%%.*\n", "", cell))


def changed_pages(app, env, added, changed, removed) -> list[str]:
    """The pages that were read when their notebooks had another key."""
    app.dlcore_notebooks = notebooks(env)
    before = getattr(env, "dlcore_keys", {})
    env.dlcore_keys = {name: notebook.key for name, notebook in app.dlcore_notebooks.items()}
    return [name for name, key in env.dlcore_keys.items() if before.get(name) != key and name not in added]


def run_ahead(app, env, docnames) -> None:
    """Run the notebooks among ``docnames`` that the cache does not hold; drop from it what no notebook would show today."""
    config = env.mystnb_config
    if config.execution_mode != "cache":
        return
    cache = get_cache(config.execution_cache_path)
    seconds = {record.uri: record.data.get("execution_seconds") for record in cache.list_cache_records()}
    held = _keep(cache, {notebook.key for notebook in app.dlcore_notebooks.values()})
    wanted = [app.dlcore_notebooks[name] for name in docnames if name in app.dlcore_notebooks]
    waiting = [notebook for notebook in wanted if notebook.key not in held and not _is_left_out(notebook.path, config)]

    if waiting:
        _run(cache, longest_first(waiting, seconds), config.execution_timeout)


def _run(cache, waiting: list[Notebook], timeout: float) -> None:
    """Run notebooks, as many at once as there are cores, and put those that do not fail into the cache."""
    import joblib

    def run(notebook: Notebook):
        folder = str(notebook.path.parent)
        return notebook, single_nb_execution(notebook.content, cwd=folder, timeout=timeout, allow_errors=False)

    use_forked()
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # kernels inherit it: as many threads in all as there are cores
    with ThreadPoolExecutor(joblib.cpu_count()) as pool:
        for done in as_completed([pool.submit(run, notebook) for notebook in waiting]):
            notebook, result = done.result()
            if result.err is None:
                log.info("%s: run in %.0f s", notebook.path.name, result.time)
                data = {"execution_seconds": result.time, "key": notebook.key}
                cache.cache_notebook_bundle(CacheBundleIn(result.nb, str(notebook.path), data=data), check_validity=False, overwrite=True)


def longest_first(waiting: list[Notebook], seconds: dict[str, float | None]) -> list[Notebook]:
    """In the order in which to start them: what was never run comes first, the largest file before the others."""

    def length(notebook: Notebook):
        return seconds.get(str(notebook.path)) or float("inf"), notebook.path.stat().st_size

    return sorted(waiting, key=length, reverse=True)


def _keep(cache, keys: set[str]) -> set[str]:
    """Remove from the cache what has none of the keys; those that are left."""
    kept = set()
    for record in cache.list_cache_records():
        if record.data.get("key") in keys:
            kept.add(record.data["key"])
        else:
            cache.remove_cache(record.pk)
    return kept


def _is_left_out(path: Path, config) -> bool:
    return any(PurePosixPath(path.as_posix()).match(pattern) for pattern in config.execution_excludepatterns)


def setup(app) -> None:
    """Look for what changed, and run before Sphinx reads."""
    app.connect("env-get-outdated", changed_pages)
    app.connect("env-before-read-docs", run_ahead)
