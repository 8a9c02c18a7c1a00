"""What share of planted faults the units notice: `make mutate`, or `python -m tests.mutation.run [--seed 1] [--each 12] [MODULE …]`.

cosmic-ray plants them, one at a time, in a copy of the repository; a module's own tests (tests/unit/<wing>/test_<module>.py,
and the examples in its docstrings) then run until one fails. A fault that hangs, or eats the memory, is noticed.

Places are drawn per module, so that a long module weighs as much as a short one, and one fault in each. Not counted are faults
in what an error or a `__repr__` says, in docstrings, annotations and aliases of types, caches taken away, a forgotten
encoding= or dtype=float, and the sizes and distances of the figures' style. Among those that pass are some that change
nothing, x < y for x ≤ y of random numbers, say: the shares are lower bounds.
"""

import argparse
import contextlib
import difflib
import gc
import importlib
import os
import pathlib
import random
import resource
import shutil
import signal
import sys
import tempfile
import time

import pytest

from tests.mutation.sampling import Mutant, mutants

ROOT = pathlib.Path(__file__).resolve().parents[2]
WINGS = "networks optimizers signals spectra landscapes approximation generalization games robustness"
GROUPS = {"numerics": "gaussian checks statistics " + " ".join(f"{wing}/*" for wing in WINGS.split()), "explore": "explore/*"}
GOALS = {"numerics": 0.90, "explore": 0.85}
HEAVY = (  # what a child finds already imported
    "numpy scipy.integrate scipy.optimize scipy.special scipy.stats scipy.linalg scipy.signal sklearn.datasets torch torch.nn.functional "
    "torch.utils.data hypothesis.strategies hypothesis.extra.numpy jaxtyping beartype anywidget ipywidgets comm tqdm joblib IPython plotly"
)
STYLED = ("figures.py",)
TESTED_WITH = {  # modules whose tests are in a file of another name
    "explore/abbreviations": "parameters", "explore/checked": "declaration", "explore/frames": "template", "explore/page": "explorer",
    "explore/slider": "parameters", "explore/spec": "explorer",
    "robustness/margins": "classification_margins", "robustness/training": "robust_training",
}  # fmt: skip
UNSHRUNK = """
from hypothesis import Phase
settings.register_profile("unshrunk", settings.get_profile("repeatable"), phases=[Phase.explicit, Phase.generate])
settings.load_profile("unshrunk")
"""  # an example that fails is as good as the smallest one
MEMORY = 12 << 30  # bytes of address space, most of which PyTorch only reserves


def modules(group: str) -> list[pathlib.Path]:
    """The modules of a group, relative to dlcore; a wing's map is no module."""
    found = (path for pattern in GROUPS[group].split() for path in sorted((ROOT / "dlcore").glob(f"{pattern}.py")))
    return [path.relative_to(ROOT / "dlcore") for path in found if path.stem != "__init__"]


def tests_of(module: pathlib.Path) -> list[str]:
    """The tests that a fault in `module` has to get past."""
    name = TESTED_WITH.get(str(module.with_suffix("")), module.stem)
    mirrored = str(pathlib.Path("tests", "unit", module.parent, f"test_{name}.py"))
    if module.parts[0] == "explore":
        return [mirrored]
    dotted = ".".join(("dlcore", *module.with_suffix("").parts))
    return [mirrored, f"tests/unit/test_doctests.py::test_the_examples_in_the_docstrings_hold[{dotted}]"]


def passes(tests: list[str], seconds: int) -> tuple[bool, float]:
    """Whether the tests, run in a child of this process from the present directory, pass, and the processor time it took.

    The child ends after so many ``seconds`` of processor time, and at the latest after ten times as long by the clock.
    """
    child = os.fork()
    if child == 0:
        os._exit(_run(tests, seconds))
    ended, deadline = 0, time.monotonic() + 10 * seconds
    try:
        while not ended and time.monotonic() < deadline:
            time.sleep(0.01)
            ended, status, used = os.wait4(child, os.WNOHANG)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)  # and whatever it started itself
    if not ended:
        os.waitpid(child, 0)
        return False, seconds
    code = os.waitstatus_to_exitcode(status)
    if code in (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise RuntimeError(f"there must be tests to run, got none in {tests}: mend the path")
    return code == pytest.ExitCode.OK, used.ru_utime + used.ru_stime


def _run(tests: list[str], seconds: int) -> int:
    """In the child: no output, and an end to its time and its memory."""
    os.setsid()
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    return int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *tests]))


def survivors(module: pathlib.Path, planted: list[Mutant]) -> list[Mutant]:
    """Those of the `planted` faults that no test notices; the present directory is the copy."""
    path, tests = pathlib.Path("dlcore") / module, tests_of(module)
    source = path.read_text(encoding="utf-8")
    fine, usual = passes(tests, 600)
    if not fine:
        raise RuntimeError(f"the tests must pass without a fault, but {tests} do not: run them")
    patience = 10 + round(5 * usual)
    found = []
    for mutant in planted:
        path.write_text(mutant.code, encoding="utf-8")
        if passes(tests, patience)[0]:
            found.append(mutant)
    path.write_text(source, encoding="utf-8")
    return found


def shown(module: pathlib.Path, source: str, mutant: Mutant) -> str:
    """Where the fault is, and the lines it changes."""
    lines = difflib.unified_diff(source.splitlines(), mutant.code.splitlines(), lineterm="", n=0)
    changed = [f"    {line[0]} {line[1:].strip()}" for line in lines if line[0] in "+-" and line[:3] not in ("+++", "---")]
    return "\n".join([f"  dlcore/{module}:{mutant.line} {mutant.operator}", *changed])


def copy_of_the_repository(directory: str) -> pathlib.Path:
    """What the tests read, without bytecode: faults of one length in one second would share it."""
    left_out = shutil.ignore_patterns(".*", "_build", "__pycache__", "*.egg-info")
    copy = pathlib.Path(shutil.copytree(ROOT, pathlib.Path(directory) / "copy", ignore=left_out))
    with open(copy / "tests" / "conftest.py", "a", encoding="utf-8") as file:
        file.write(UNSHRUNK)
    return copy


def main() -> int:
    """Print the survivors of each module and the share noticed in each group; fail below the goals."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    parser.add_argument("--each", type=int, default=12, help="places drawn in a module")
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="explore/baking.py, say; all if left out")
    options = parser.parse_args()
    sys.dont_write_bytecode = True
    for name in HEAVY.split():
        importlib.import_module(name)
    counts = {group: [0, 0] for group in GROUPS}
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(copy_of_the_repository(directory))
        os.environ |= {"PYTHONPATH": os.getcwd(), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # the units need none, and some are slow
        gc.freeze()  # what is shared with the children stays shared
        sys.path = [os.getcwd(), *(entry for entry in sys.path if pathlib.Path(entry or ".").resolve() != ROOT)]
        for group, module in [(name, module) for name in GROUPS for module in modules(name)]:
            if options.modules and str(module) not in options.modules:
                continue
            source = (ROOT / "dlcore" / module).read_text(encoding="utf-8")
            planted = mutants(source, options.each, random.Random(f"{options.seed} {module}"), styled=module.name in STYLED)
            begun = time.monotonic()
            passed = survivors(module, planted)
            counts[group][0] += len(planted) - len(passed)
            counts[group][1] += len(planted)
            print(f"{module}: {len(planted) - len(passed)} of {len(planted)} noticed, {time.monotonic() - begun:.0f} s", flush=True)
            for mutant in passed:
                print(shown(module, source, mutant), flush=True)
        os.chdir(ROOT)
    low = False
    for group, (noticed, of) in counts.items():
        if of:
            print(f"{group}: {noticed} of {of} noticed, {noticed / of:.0%} (goal {GOALS[group]:.0%})")
            low = low or noticed < GOALS[group] * of
    return int(low)


if __name__ == "__main__":
    sys.exit(main())
