"""Which statements of the notebooks hang on last digits: `make rounding`, or `python -m tests.rounding.run [--chapter 07] [--moves 4]`.

Another processor adds in another order, and a training that amplifies rounding is another training there. So every notebook is
run as it is, with the instructions of older processors, and with every random start moved by 1e-7 of itself, some times over; each
statement by itself, so that one that fails does not hide the next. What fails in any of these runs is false on somebody's machine:
its sentence has to say less, or to speak of a state that rounding leaves in peace. PyTorch's own random numbers are not moved.
"""

import argparse
import ast
import contextlib
import io
import os
import subprocess
import sys
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

import joblib
from IPython.core.interactiveshell import InteractiveShell
from tqdm import tqdm
from traitlets.config import Config

from tests.explorers import code_cells
from tests.rounding.starts import moved
from tests.run import ROOT, notebooks

OLDER = {
    "OPENBLAS_CORETYPE": "Nehalem",
    "ATEN_CPU_CAPABILITY": "default",
    "MKL_CBWR": "COMPATIBLE",
    "NPY_DISABLE_CPU_FEATURES": "X86_V3,X86_V4",
}
MARK = "\x1e"  # before every statement that failed, in what a run prints


def failures(path: Path) -> list[str]:
    """The statements of a notebook that fail, each with its error's last line, when they are run one after the other."""
    shell = InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}), user_ns={})
    shell.display_pub.publish = lambda *args, **kwargs: None
    os.chdir(path.parent)  # as kernels do
    found = []
    for cell in code_cells(path):
        for statement in ast.parse(shell.transform_cell(cell)).body:
            code = compile(ast.Module([statement], []), path.name, "exec")
            try:
                with contextlib.redirect_stdout(io.StringIO()):
                    exec(code, shell.user_ns)
            except Exception as error:
                found.append(f"{ast.unparse(statement)[:300]}\n    {type(error).__name__}: {str(error)[:600]}")
    return found


def run(path: Path, seed: int, older: bool) -> list[str]:
    """The failures of a notebook in a process of its own."""
    command = [sys.executable, "-m", "tests.rounding.run", "--run", str(path), "--seed", str(seed)]
    variables = os.environ | {"OMP_NUM_THREADS": "1", "MPLBACKEND": "agg"} | (OLDER if older else {})
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{path.name} could not be run:\n{done.stderr[-3000:]}")
    return done.stdout.split(MARK)[1:]


def main() -> int:
    """Run the notebooks in all ways, and print what fails in any."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chapter", default=None, help="the number of a chapter, 07 say")
    parser.add_argument("--moves", type=int, default=4, help="how often the random starts are moved")
    parser.add_argument("--run", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        with moved(options.seed):
            print("".join(MARK + text for text in failures(options.run)), end="")
        return 0
    jobs = list(product(notebooks(options.chapter), range(options.moves + 1), (False, True)))
    fragile = defaultdict(list)
    with ThreadPoolExecutor(joblib.cpu_count()) as pool:
        for (path, seed, older), failed in zip(jobs, tqdm(pool.map(lambda job: run(*job), jobs), total=len(jobs), unit="run")):
            for text in failed:
                fragile[path.name, text.splitlines()[0]].append((seed, older, text.splitlines()[-1].strip()))
    for (name, statement), hits in fragile.items():
        print(f"\n{name}: {statement}")
        for seed, older, error in hits:
            print(f"    start {seed}{', older instructions' if older else ''}: {error}")
    print(f"\n{len(fragile)} statements hang on last digits, of {len(jobs)} runs")
    return bool(fragile)


if __name__ == "__main__":
    sys.exit(main())
