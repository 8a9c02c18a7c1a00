"""What a state's numbers depend on, as one hash: the declaration, the code it runs, the versions.

Two explorers with the same fingerprint have the same states, so an unchanged one is not baked again. Code is followed
from compute: a notebook's functions and values one by one, modules by their files and what these import, installed
packages by their versions. Where the trail ends there is no fingerprint.
"""

import dataclasses
import dis
import enum
import functools
import hashlib
import json
import operator
import pathlib
import sys
import types
from collections.abc import Iterator

import numpy as np

from .reach import Reach, home_of, is_fixed, is_installed, reach_of_modules
from .stills.colours import palette

_ENGINE = ("dlcore.explore.baking",)  # what it imports decides which bytes a state becomes
_ALWAYS = frozenset({"numpy", "scipy", "matplotlib", "contourpy", "pillow"})  # dlcore's ground and scikit-learn; the others draw stills
_OPAQUE = {"eval", "exec", "globals", "__import__"}  # as globals: `model.eval()` is something else
_PLAIN = (str, bytes, int, float, complex, bool, type(None), type(...), range)
_PLAIN_IN_TORCH = ("torch.dtype", "torch.device")
_DESCRIPTORS = (types.GetSetDescriptorType, types.MemberDescriptorType)  # __dict__, __weakref__ and slots
_NO_MEMBERS = ("__module__", "__doc__", "__annotations__", "__firstlineno__", "__dataclass_fields__", "__dataclass_params__")


@dataclasses.dataclass(frozen=True)
class _Module:
    """A module, or something in it, that code names, whether or not it is loaded yet."""

    name: str


def fingerprint(declaration) -> str | None:
    """Hexadecimal hash of everything the states depend on; None if compute uses something that cannot be followed."""
    stops = [[name, list(values), declaration.start[name]] for name, values in declaration.stops.items()]  # their order counts
    readout = declaration.readout if isinstance(declaration.readout, str) else ""
    functions = [f for f in (declaration.compute, declaration.batch, declaration.readout) if callable(f)]
    try:
        parts, modules = _followed(functions)
        drawn = [declaration.figure, declaration.roomy, palette("light"), palette("dark")]
        parts.append(json.dumps([declaration.name, stops, readout, *drawn]))
    except (TypeError, RecursionError):
        return None
    digest = hashlib.sha256(_reached(modules).digest().encode())
    for part in parts:
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()


def _reached(modules: set[str]) -> Reach:
    """The files and packages behind modules, and behind this engine."""
    here = pathlib.Path.cwd()  # kernels run beside their notebook
    found = Reach(reach_of_modules(_ENGINE, here).files, _ALWAYS)
    for name in modules:
        found |= reach_of_modules([name], home_of(name) or here)
    return found


def _followed(values: list) -> tuple[list[str], set[str]]:
    """What the values are and what they use, each once and by number, and the modules among it; TypeError where the trail ends."""
    parts, modules, numbers, queue = [], set(), {}, []

    def number(value) -> int:
        key = (type(value), repr(value)) if _is_plain(value) else id(value)
        if key not in numbers:
            numbers[key] = len(numbers)
            queue.append(value)  # kept alive, so that no later value can take its id
        return numbers[key]

    list(map(number, values))
    for value in queue:  # grows meanwhile
        text, uses = _described(value)
        modules |= {use.name for use in uses if isinstance(use, _Module)}
        parts.append(f"{text} {[number(use) for use in uses if not isinstance(use, _Module)]}")
    return parts, modules


def _is_plain(value) -> bool:
    """Whether a value's text says all about it."""
    return type(value) in _PLAIN or isinstance(value, (np.generic, np.dtype)) or _kind(value) in _PLAIN_IN_TORCH


def _kind(value) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}"


def _described(value) -> tuple[str, list]:
    """What a value is, and what else it uses."""
    match value:
        case value if _is_plain(value):
            return f"{type(value).__name__} {value!r}", []
        case enum.Enum():
            return f"member {value.name}", [type(value)]
        case types.ModuleType():
            return f"module {value.__name__}", [_Module(value.__name__)]
        case types.CodeType():
            return _code(value)
        case types.FunctionType():
            return _function(value)
        case type():
            return _class(value)
        case types.MethodType():
            return "method", [value.__func__, value.__self__]
        case functools.partial():
            return "partial", [value.func, value.args, value.keywords]
        case functools._lru_cache_wrapper():
            return "cached", [value.__wrapped__]
        case staticmethod() | classmethod():
            return type(value).__name__, [value.__func__]
        case property():
            return "property", [value.fget, value.fset, value.fdel]
    return _data(value)


def _data(value) -> tuple[str, list]:
    """Containers, arrays, dataclasses, and what an installed module has under its own name."""
    kind = type(value)
    if kind in (list, tuple):
        return kind.__name__, list(value)
    if kind in (set, frozenset):
        return kind.__name__, sorted(value, key=repr)
    if kind in (dict, types.MappingProxyType):
        return kind.__name__, [part for pair in value.items() for part in pair]
    if kind is np.ndarray and value.dtype != object:
        return f"array {value.dtype.str} {value.shape} {hashlib.sha256(value.tobytes()).hexdigest()}", []
    if _kind(value) == "torch.Tensor":
        return f"tensor {value.requires_grad}", [value.detach().cpu().numpy()]
    if isinstance(value, tuple):
        return "named tuple", [kind, *value]
    if dataclasses.is_dataclass(value):
        return "dataclass", [kind, *(getattr(value, field.name) for field in dataclasses.fields(value)), getattr(value, "__dict__", None)]
    if isinstance(value, np.ufunc):
        return f"ufunc {value.__name__}", []
    if isinstance(value, np.errstate):
        return "errstate", []  # how trouble is reported changes no number
    if _stands(value):
        return f"{value.__module__}.{value.__qualname__}", [_Module(value.__module__)]
    raise TypeError(f"cannot tell what {value!r} depends on")


def _stands(value) -> bool:
    """Whether a module of dlcore or an installed one has this very value under its own name."""
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if not (isinstance(module, str) and isinstance(name, str) and module in sys.modules and is_fixed(module)):
        return False
    try:
        return operator.attrgetter(name)(sys.modules[module]) is value
    except AttributeError:
        return False


def _function(function: types.FunctionType) -> tuple[str, list]:
    """A function: its code in a notebook or beside it, else its module; and in any case what it holds."""
    name = function.__globals__.get("__name__", "__main__")
    if _stands(function):
        return f"{function.__module__}.{function.__qualname__}", [_Module(function.__module__)]
    module = [] if name == "__main__" else [_Module(name)]
    held = [*(cell.cell_contents for cell in function.__closure__ or ()), function.__defaults__, function.__kwdefaults__, vars(function)]
    if is_fixed(name):
        return f"function {name}.{function.__qualname__}", [*module, *held]
    return "function", [*module, function.__code__, *_globals(function), *held]


def _globals(function: types.FunctionType) -> list:
    """The globals that a function names, and what it names of modules among them."""
    names = sorted({name for code in _codes(function.__code__) for name in code.co_names})
    found = [function.__globals__[name] for name in names if name in function.__globals__]
    for value in found:  # grows meanwhile
        if isinstance(value, types.ModuleType) and not is_installed(value.__name__):
            named = [vars(value)[name] for name in names if name in vars(value)]
            found += [inner for inner in named if not any(inner is known for known in found)]
    return found


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    """A code object and those of the functions inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)


def _code(code: types.CodeType) -> tuple[str, list]:
    """What code does, wherever it stands, and the modules that it imports."""
    uses, before = list(code.co_consts), None
    for step in dis.get_instructions(code):
        if (step.opname == "LOAD_GLOBAL" and step.argval in _OPAQUE) or step.argval == "import_module":
            raise TypeError(f"cannot tell what {step.argval} leads to")
        if step.opname == "IMPORT_NAME":
            uses += [_Module(step.argval), *(_Module(f"{step.argval}.{name}") for name in before.argval or ())]
        before = step
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    return f"code {code.co_code.hex()} {code.co_exceptiontable.hex()} {code.co_flags} {names}", uses


def _class(kind: type) -> tuple[str, list]:
    """A class: its members in a notebook or beside it, else its module."""
    name = kind.__module__
    if _stands(kind):
        return f"class {name}.{kind.__qualname__}", [_Module(name)]
    if is_fixed(name):
        raise TypeError(f"cannot tell what {kind!r} depends on")
    members = {key: value for key, value in vars(kind).items() if key not in _NO_MEMBERS and not isinstance(value, _DESCRIPTORS)}
    return f"class {list(members)}", [*([] if name == "__main__" else [_Module(name)]), *kind.__bases__, *members.values()]
