"""dlcore's own wheel in the built book, at _static/dlcore-VERSION-py3-none-any.whl, for notebooks that a reader takes along.

The directive `{install-dlcore}` shows the line that installs it; a page with it is where the notebooks' pages send readers.
The wheel is built from the source tree that the package lies in, and again when a file of it has changed.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).resolve().parents[2]

_PARTS = ("pyproject.toml", "README.md", "dlcore")
_BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
_SCRIPT = "install.js"


def name(root: Path) -> str:
    """The file name of the wheel of a source tree.

    Raises:
        FileNotFoundError: there is no pyproject.toml: it is not a source tree.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return f"{project['name']}-{project['version']}-py3-none-any.whl"


def build(root: Path, folder: Path) -> Path:
    """Build the wheel of the source tree `root` into `folder`, the same bytes from the same files.

    In a copy, since setuptools leaves a folder behind, and would take up files from it that are gone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as copy:
        for part in _PARTS[:-1]:
            shutil.copy(root / part, copy)
        shutil.copytree(root / _PARTS[-1], Path(copy, _PARTS[-1]), ignore=shutil.ignore_patterns("__pycache__"))
        environment = os.environ | {"SOURCE_DATE_EPOCH": "315532800"}  # 1980, where the dates of zip files begin
        command = [sys.executable, "-c", _BUILD, folder.resolve()]
        done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"setuptools builds the wheel of {root}, and it failed: {done.stderr[-2000:]}")
    return folder / name(root)


def current(root: Path, cache: Path) -> Path:
    """The wheel of a source tree, out of `cache` unless a file has changed."""
    digest = hashlib.sha256()
    files = [path for part in _PARTS for path in sorted([root / part, *(root / part).rglob("*")]) if path.is_file()]
    for path in files:
        if path.suffix != ".pyc":
            digest.update(f"\0{path.relative_to(root)}\0".encode() + path.read_bytes())
    folder = cache / digest.hexdigest()[:16]
    if not (folder / name(root)).exists():
        shutil.rmtree(cache, ignore_errors=True)
        build(root, folder)
    return folder / name(root)


class InstallDlcore(SphinxDirective):
    """`{install-dlcore}`: a link to the wheel, and the cell that installs it from wherever the book is."""

    def run(self):
        """The link and the cell; a script puts in the page's own address."""
        if not (ROOT / "pyproject.toml").exists():
            raise self.error(f"the wheel is built from dlcore's source tree, and {ROOT} has no pyproject.toml; install dlcore with pip -e")
        pages_with_it(self.env).add(self.env.docname)
        wheel = name(ROOT)
        address = "../" * self.env.docname.count("/") + f"_static/{wheel}"
        link = nodes.raw("", f'<p><a class="wheel" href="{address}" download>{wheel}</a></p>', format="html")
        line = f"%pip install https://…/_static/{wheel}"
        return [link, nodes.literal_block(line, line, classes=["wheel-line"], language="text")]


def pages_with_it(env) -> set[str]:
    """The pages that hold the directive."""
    if not hasattr(env, "dlcore_wheel"):
        env.dlcore_wheel = set()
    return env.dlcore_wheel


def forget(app, env, docname) -> None:
    """A page is read again, or is gone."""
    pages_with_it(env).discard(docname)


def put(app, env) -> list[str]:
    """Put the wheel into the built book if a page links to it."""
    if pages_with_it(env) and app.builder.format == "html":
        wheel = current(ROOT, Path(app.doctreedir).parent / "wheel")
        (Path(app.outdir) / "_static").mkdir(parents=True, exist_ok=True)
        shutil.copy2(wheel, Path(app.outdir) / "_static")
    return []


def link(app, pagename, templatename, context, doctree) -> None:
    """Beside the download of a notebook, a button that leads to how it runs; on the page that says so, the script."""
    pages = pages_with_it(app.env)
    if pagename in pages:
        app.add_js_file(_SCRIPT, loading_method="defer")
    elif pages and context.get("page_source_suffix") == ".ipynb":
        buttons = context.get("header_buttons", [])
        place = next((k for k, button in enumerate(buttons, 1) if button.get("label") == "download-source-button"), 0)
        address = context["pathto"](min(pages))
        how = {"type": "link", "url": address, "tooltip": "How to run this notebook yourself", "icon": "fas fa-play", "label": "run-button"}
        buttons.insert(place, how)


def setup(app) -> None:
    """Connect to the build."""
    app.add_directive("install-dlcore", InstallDlcore)
    app.connect("env-purge-doc", forget)
    app.connect("env-updated", put)
    app.connect("html-page-context", link, priority=700)  # when the theme has put its buttons side by side
