"""Notebooks that a build is about to read are run beforehand, as many at a time as there are cores.

Sphinx reads pages one by one, and MyST-NB runs a notebook when its page is read. What is run here lies in MyST-NB's cache
by then. A notebook that fails is not kept: the build meets it in its turn, runs it again, and reports it in its own words.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors.utils import single_nb_execution
from sphinx.util import logging

log = logging.getLogger(__name__)


def run_ahead(app, env, docnames) -> None:
    """Run the notebooks among ``docnames`` that the cache does not hold."""
    if app.config.nb_execution_mode != "cache":
        return
    cache = get_cache(app.config.nb_execution_cache_path)
    waiting = [path for name in docnames if (path := Path(env.doc2path(name))).suffix == ".ipynb" and not _held(cache, path)]

    def run(path: Path):
        notebook = nbformat.read(path, as_version=4)
        timeout = app.config.nb_execution_timeout
        return path, notebook, single_nb_execution(notebook, cwd=str(path.parent), timeout=timeout, allow_errors=False)

    os.environ.setdefault("OMP_NUM_THREADS", "1")  # kernels inherit it: as many threads in all as there are cores
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for path, notebook, result in pool.map(run, waiting):
            if result.err is None:
                log.info("%s: run in %.0f s", path.name, result.time)
                bundle = CacheBundleIn(notebook, str(path), data={"execution_seconds": result.time})
                cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def _held(cache, path: Path) -> bool:
    try:
        cache.match_cache_notebook(nbformat.read(path, as_version=4))
    except KeyError:
        return False
    return True


def setup(app) -> None:
    """Run before Sphinx reads."""
    app.connect("env-before-read-docs", run_ahead)
