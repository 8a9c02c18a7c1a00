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
import pathlib
import platform
import sys
from collections.abc import Iterable
from dataclasses import dataclass

PACKAGE = pathlib.Path(__file__).resolve().parent.parent
_DISTRIBUTIONS = {"sklearn": "scikit-learn"}  # asking which distribution has a package takes half a second


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
        for name in sorted(self.packages - sys.stdlib_module_names):
            digest.update(f"\0{name}=={version(name)}".encode())
        return digest.hexdigest()


def reach_of_code(code: str, home: pathlib.Path) -> Reach:
    """What a piece of code reaches if it runs in the folder `home`; SyntaxError if it is no Python."""
    return _reach(_imports(code, ""), home)


def reach_of_modules(names: Iterable[str], home: pathlib.Path) -> Reach:
    """What modules reach, themselves included, if `home` is where they are found."""
    return _reach(((name, None) for name in names), home)


def find(name: str, home: pathlib.Path) -> pathlib.Path | None:
    """The file of a module of dlcore, or of one below `home`; None if it is installed, or part of Python."""
    root = PACKAGE.parent if name.partition(".")[0] == PACKAGE.name else home
    base = root.joinpath(*name.split("."))
    return next((path for path in (base / "__init__.py", base.parent / f"{base.name}.py") if path.is_file()), None)


@functools.cache
def version(package: str) -> str:
    """The version of an installed package; "" for what has none."""
    for name in (_DISTRIBUTIONS.get(package, package), *importlib.metadata.packages_distributions().get(package, ())):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            return importlib.metadata.version(name)
    return ""


def _reach(imports: Iterable[tuple[str, str | None]], home: pathlib.Path) -> Reach:
    files: dict[str, pathlib.Path] = {}
    packages, followed, todo = set(), set(), list(imports)
    while todo:
        for name in _meant(*todo.pop(), home):
            path = find(name, home)
            if path is None:
                packages.add(name.partition(".")[0])
            elif name not in followed:
                followed.add(name)
                files |= {name: path} | _parents(name, home)
                package = name if path.name == "__init__.py" else name.rpartition(".")[0]
                todo += _imports(path.read_text(encoding="utf-8"), package)
    local = {name.partition(".")[0] for name in files}
    return Reach(files, frozenset(packages - local))


def _meant(module: str, name: str | None, home: pathlib.Path) -> list[str]:
    """The modules that `from module import name` names, or `import module`, which gives access to all that lead to it."""
    if name is None:
        parts = module.split(".")
        return [".".join(parts[: k + 1]) for k in range(len(parts))]
    inside = f"{module}.{name}"
    return [inside if find(inside, home) else module]


def _parents(name: str, home: pathlib.Path) -> dict[str, pathlib.Path]:
    """The packages around a module: they are run before it, but what else they import is not used for that."""
    parts = name.split(".")
    found = {parent: find(parent, home) for parent in (".".join(parts[:k]) for k in range(1, len(parts)))}
    return {parent: path for parent, path in found.items() if path}


@functools.cache
def _imports(source: str, package: str) -> tuple[tuple[str, str | None], ...]:
    """(module, name) for each `from module import name` in a source, and (module, None) for each `import module`."""
    found: list[tuple[str, str | None]] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [(alias.name, None) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = importlib.util.resolve_name("." * node.level + (node.module or ""), package)
            found += [(module, alias.name) for alias in node.names]
    return tuple(found)
