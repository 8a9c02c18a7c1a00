"""What a state's numbers depend on, as one hash: the declaration, the code it runs, the versions.

Two explorers with the same fingerprint have the same states, so an unchanged one is not baked
again. Code is followed from compute through the functions and constants of its own notebook; all
of `dlcore`'s numerics count as one.
"""

import functools
import hashlib
import inspect
import json
import pathlib
import sys
import types

import numpy as np

PACKAGE = pathlib.Path(__file__).resolve().parent.parent


@functools.cache
def package_digest() -> str:
    """Hash of dlcore's sources that can change a baked number: the numerics and this engine's Python."""
    digest = hashlib.sha256(f"{sys.version_info[:2]} numpy {np.__version__}".encode())
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.parent.name != "book":
            digest.update(path.relative_to(PACKAGE).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def fingerprint(declaration) -> str | None:
    """Hexadecimal hash of everything the states depend on; None if compute uses something unreadable."""
    digest = hashlib.sha256(package_digest().encode())
    stops = {name: list(values) for name, values in declaration.stops.items()}
    readout = declaration.readout if isinstance(declaration.readout, str) else ""
    digest.update(json.dumps([declaration.name, stops, declaration.figure, readout], sort_keys=True, default=repr).encode())
    functions = [f for f in (declaration.compute, declaration.batch, declaration.readout) if callable(f)]
    try:
        for part in _followed(functions):
            digest.update(part)
    except (TypeError, OSError):
        return None
    return digest.hexdigest()


def _followed(functions: list) -> list[bytes]:
    """Sources of the functions and of what they use from their own module, each once."""
    parts, todo, done = [], list(functions), set()
    while todo:
        value = todo.pop()
        value = inspect.unwrap(value) if callable(value) else value
        if id(value) in done:
            continue
        done.add(id(value))
        if isinstance(value, (types.FunctionType, type)) and _is_own(value):
            parts.append(inspect.getsource(value).encode())
            todo += _used(value)
        elif isinstance(value, np.ndarray):
            parts.append(value.tobytes() + str(value.dtype).encode())
        elif isinstance(value, types.ModuleType) or (hasattr(value, "__module__") and callable(value)):
            parts.append(f"{getattr(value, '__module__', '')}.{getattr(value, '__name__', value)!s}".encode())
        elif isinstance(value, (str, bytes, int, float, complex, bool, type(None), tuple, list, dict)):
            parts.append(repr(value).encode())
        elif dataclass_like(value):
            parts.append(repr(value).split(" at 0x")[0].encode())
        else:
            raise TypeError(f"cannot tell what {value!r} depends on")
    return parts


def dataclass_like(value) -> bool:
    """Values of dlcore's own classes are described by their type and the package's hash."""
    return type(value).__module__.split(".")[0] == "dlcore"


def _is_own(value) -> bool:
    return getattr(value, "__module__", "") == "__main__" or not (value.__module__ or "").startswith(("dlcore", "numpy", "scipy", "torch"))


def _used(function) -> list:
    """The globals and closed-over values that a function's code names."""
    if isinstance(function, type):
        return []
    codes, names = [function.__code__], set()
    while codes:
        code = codes.pop()
        names.update(code.co_names)
        codes += [c for c in code.co_consts if isinstance(c, types.CodeType)]
    used = [function.__globals__[name] for name in sorted(names) if name in function.__globals__]
    closed = [cell.cell_contents for cell in function.__closure__ or ()]
    return used + closed + list(function.__defaults__ or ()) + list((function.__kwdefaults__ or {}).values())
