"""The source files that code reaches through import statements, and the installed packages that it names.

Only what is reached can change what the code does. dlcore's files and those beside the code are followed; of an
installed package its version is all that counts. Imports inside functions are seen, computed names are not.
"""

import ast
import contextlib
import functools
import hashlib
import importlib.metadata
import importlib.util
import os
import pathlib
import platform
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

PACKAGE = pathlib.Path(__file__).resolve().parent.parent
# Asking which distribution a package belongs to takes half a second.
_DISTRIBUTIONS = {"sklearn": "scikit-learn", "PIL": "pillow", "bs4": "beautifulsoup4"}
_INSTALLED = {"site-packages", "dist-packages"}


@dataclass(frozen=True)
class Reach:
    """Module name → its file, and the top-level names of installed packages."""

    files: dict[str, pathlib.Path]
    packages: frozenset[str]

    def __or__(self, other: "Reach") -> "Reach":
        return Reach(self.files | other.files, self.packages | other.packages)

    def digest(self) -> str:
        """A hash of all files, of Python's version and of the packages' versions."""
        digest = hashlib.sha256(platform.python_version().encode())
        for name, path in sorted(self.files.items()):
            digest.update(f"\0{name}\0".encode() + path.read_bytes())
        for name in sorted(self.packages):
            digest.update(f"\0{name}=={version(name)}".encode())
        return digest.hexdigest()


def reach_of_code(pieces: Iterable[str], home: pathlib.Path) -> Reach:
    """What pieces of code reach if they run in the folder `home`; one that is no Python reaches nothing."""
    return reach_of_modules((name for code in pieces for name in _imported(code, "")), home)


def reach_of_modules(names: Iterable[str], home: pathlib.Path) -> Reach:
    """What modules, or names inside them, reach if `home` is the folder where they are found."""
    files: dict[str, pathlib.Path] = {}
    packages, followed, seen, todo = set(), set(), set(), list(names)
    file_of = functools.cache(lambda name: find(name, home))
    while todo:
        full = todo.pop()
        if full in seen:
            continue
        seen.add(full)
        leads = [full.rsplit(".", k)[0] for k in range(full.count(".") + 1)]  # a.b.name, a.b, a
        name = next((lead for lead in leads if file_of(lead)), None)
        if name is None:
            packages.add(leads[-1])
        elif name not in followed:
            followed.add(name)
            files |= {lead: path for lead in leads[leads.index(name) :] if (path := file_of(lead))}
            package = name if files[name].name == "__init__.py" else name.rpartition(".")[0]
            todo += _imported(files[name].read_text(encoding="utf-8"), package)
    return Reach(files, frozenset(packages - sys.stdlib_module_names))


def find(name: str, home: pathlib.Path) -> pathlib.Path | None:
    """The file of a module of dlcore, or of one below `home`; None if it is installed, or part of Python."""
    root = PACKAGE.parent if name.partition(".")[0] == PACKAGE.name else home
    base = os.path.join(root, *name.split("."))
    return next((pathlib.Path(path) for path in (os.path.join(base, "__init__.py"), f"{base}.py") if os.path.isfile(path)), None)


def is_installed(name: str) -> bool:
    """Whether a loaded module is part of Python or of an installed package, dlcore excepted."""
    top = name.partition(".")[0]
    if top in (PACKAGE.name, "__main__"):
        return False
    files = [getattr(sys.modules.get(module), "__file__", None) for module in (name, top)]
    path = pathlib.Path(files[0] or files[1] or "")  # a module made of no file belongs to its package, or was made by hand
    return top in sys.stdlib_module_names or not _INSTALLED.isdisjoint(path.parts)


def is_fixed(name: str) -> bool:
    """Whether a loaded module's version or, in dlcore, its files say all about it: no notebook changes it."""
    return name.partition(".")[0] == PACKAGE.name or is_installed(name)


def home_of(name: str) -> pathlib.Path | None:
    """The folder where a loaded module was found, or the packages around it; None if it is not loaded, or installed."""
    path = getattr(sys.modules.get(name), "__file__", None)
    if path is None or is_installed(name):
        return None
    path = pathlib.Path(path).resolve()
    return path.parents[name.count(".") + (path.name == "__init__.py")]


def _imported(source: str, package: str) -> Iterator[str]:
    """What the import statements of a source in `package` name; `import a.b` gives access to a as well."""
    for module, name in _imports(source, package):
        yield module if name is None else f"{module}.{name}"
        if name is None and "." in module:
            yield from (module.rsplit(".", k)[0] for k in range(1, module.count(".") + 1))


@functools.cache
def _imports(source: str, package: str) -> tuple[tuple[str, str | None], ...]:
    """(module, name) for each `from module import name`, (module, None) for each `import module`; none if it is no Python."""
    found: list[tuple[str, str | None]] = []
    if "import" not in source:  # most cells of a notebook
        return ()
    with contextlib.suppress(SyntaxError, ImportError):  # ImportError: more dots than there are packages
        for node in _statements(ast.parse(source).body):
            if isinstance(node, ast.Import):
                found += [(alias.name, None) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                module = importlib.util.resolve_name("." * node.level + (node.module or ""), package)
                found += [(module, alias.name) for alias in node.names]
    return tuple(found)


def _statements(body: Iterable) -> Iterator:
    """All statements, those inside others among them; expressions hold none."""
    for statement in body:
        yield statement
        for inner in ("body", "orelse", "finalbody", "handlers", "cases"):
            yield from _statements(getattr(statement, inner, ()))


@functools.cache
def version(package: str) -> str:
    """The version of an installed package; "" for what has none."""
    try:
        return importlib.metadata.version(_DISTRIBUTIONS.get(package, package))
    except importlib.metadata.PackageNotFoundError:
        return ",".join(map(importlib.metadata.version, importlib.metadata.packages_distributions().get(package, ())))
