"""What Sphinx does not know of: when it must read or write pages although none was edited, and what it may leave undone.

Sphinx reads again what was edited, and writes nothing at all if that is nothing. But pages are made by the code of this
extension, static files belong to a book, and a build may have ended halfway. (What a notebook reaches is up to `execution`.)
"""

import filecmp
from pathlib import Path

from dlcore.explore.reach import reach_of_modules


def begin(app, config) -> None:
    """Read all pages if the last build did not end well: its warnings would be gone, and what it did not write missing."""
    unfinished = _unfinished(app)
    if unfinished.exists():
        Path(app.doctreedir, "environment.pickle").unlink(missing_ok=True)
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    unfinished.touch()


def end(app, exception) -> None:
    """Note that a build ended well."""
    if exception is None and not app._warncount:
        _unfinished(app).unlink(missing_ok=True)


def _unfinished(app) -> Path:
    """The file that is there while a build runs, and stays if it ends otherwise than well."""
    return Path(app.doctreedir, "unfinished")


def pages_of_other_code(app, env, added, changed, removed) -> set[str]:
    """All pages, if this extension was another one when they were read."""
    here = Path(__file__).parent
    code = reach_of_modules([f"dlcore.book.{path.stem}" for path in here.glob("*.py")], here).digest()
    before, env.dlcore_book = getattr(env, "dlcore_book", code), code
    return set() if before == code else env.found_docs - added


def remember_removed(app, env, added, changed, removed) -> list[str]:
    """Note whether pages have gone."""
    app.dlcore_removed = bool(removed)
    return []


# What is made anew in every build out of all pages, and remembered from the last one: event → the module that does it.
_REMEMBERED = {"env-updated": "sphinxcontrib.bibtex", "env-get-updated": "sphinx.environment.collectors.toctree"}


def spare_what_is_remembered(app, env, docnames) -> None:
    """Where no page is read and none has gone, format no references and number no figures: that takes seconds."""
    if docnames or app.dlcore_removed:
        return
    for event, module in _REMEMBERED.items():
        for listener in list(app.events.listeners[event]):
            if listener.handler.__module__ == module:
                app.disconnect(listener.id)


def page_for_static_files(app, env) -> list[str]:
    """One page to write if a static file has changed: Sphinx copies them when it writes."""
    folders = [Path(app.confdir, folder) for folder in app.config.html_static_path]
    files = {path.relative_to(folder): path for folder in folders for path in sorted(folder.rglob("[!.]*")) if path.is_file()}
    built = Path(app.outdir, "_static")
    there = all((built / name).is_file() and filecmp.cmp(path, built / name) for name, path in files.items() if not _is_filled_in(name))
    return [] if there or app.builder.format != "html" else [env.config.root_doc]


def _is_filled_in(name: Path) -> bool:
    """Whether Sphinx takes a static file for a template, and writes another one."""
    return name.suffix == ".jinja" or name.suffix.endswith("_t")


def setup(app) -> None:
    """Connect to the build."""
    app.connect("config-inited", begin)
    app.connect("env-get-outdated", pages_of_other_code)
    app.connect("env-get-outdated", remember_removed)
    app.connect("env-before-read-docs", spare_what_is_remembered)
    app.connect("env-updated", page_for_static_files)
    app.connect("build-finished", end, priority=900)  # when nobody can warn any more
