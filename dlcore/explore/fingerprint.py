"""What a state's numbers depend on, as one hash: the declaration, the code it runs, the versions.

Two explorers with the same fingerprint have the same states, so an unchanged one is not baked
again. Code is followed from compute through the functions and constants of its own notebook; all
of `dlcore`'s numerics count as one.
"""

import dataclasses
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
    stops = [[name, list(values), declaration.start[name]] for name, values in declaration.stops.items()]  # their order counts
    readout = declaration.readout if isinstance(declaration.readout, str) else ""
    digest.update(json.dumps([declaration.name, stops, declaration.figure, readout], default=repr).encode())
    functions = [f for f in (declaration.compute, declaration.batch, declaration.readout) if callable(f)]
    try:
        for part in _followed(functions):
            digest.update(part)
    except (TypeError, OSError):
        return None
    return digest.hexdigest()


def _followed(functions: list) -> list[bytes]:
    """Sources of the functions and of what they use from their own module, each once."""
    parts, todo, done = [], list(functions), {}
    while todo:
        value = todo.pop()
        value = inspect.unwrap(value) if callable(value) else value
        if id(value) in done:
            continue
        done[id(value)] = value  # kept alive, so that no later value can take its id
        part, uses = _described(value)
        parts.append(part)
        todo += uses
    return parts


def _described(value) -> tuple[bytes, list]:
    """What a value is, and what else it uses; TypeError if that cannot be told."""
    match value:
        case types.MethodType():
            return b"method", [value.__func__, value.__self__]
        case functools.partial():
            return b"partial", [value.func, value.args, value.keywords]
        case types.FunctionType() | type() if _is_own(value):
            return inspect.getsource(value).encode(), _used(value)
        case np.ndarray() if value.dtype != object:
            return f"{value.dtype} {value.shape}".encode() + value.tobytes(), []
        case list() | tuple() | set() | frozenset():
            return f"{type(value).__name__} {len(value)}".encode(), list(value)
        case dict():
            return repr(list(value)).encode(), list(value.values())
        case str() | bytes() | int() | float() | complex() | None | np.generic():
            return repr(value).encode(), []
        case types.ModuleType():
            return value.__name__.encode(), []
    if callable(value) and hasattr(value, "__name__") and hasattr(value, "__module__"):
        return f"{value.__module__}.{value.__name__}".encode(), []
    if dataclasses.is_dataclass(value) and type(value).__module__.startswith("dlcore."):
        return type(value).__name__.encode(), [getattr(value, f.name) for f in dataclasses.fields(value)]
    raise TypeError(f"cannot tell what {value!r} depends on")


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
