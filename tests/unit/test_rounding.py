import nbformat
import numpy as np

from tests.rounding.run import run
from tests.rounding.starts import SHIFT, moved

STATEMENTS = """
import numpy as np
start = np.random.default_rng(0).random()
x = start
for _ in range(60):
    x = 4 * x * (1 - x)  # every step doubles a small difference
assert abs(x - HERE) < 1e-3, "the sixtieth step of a chaotic map"
assert 0.63696 < start < 0.63697, "what it starts from"
assert start == np.random.default_rng(0).random(), "the same start again"
"""


def test_the_same_numbers_are_moved_in_the_same_way_and_by_a_rounding():
    def draw():
        return np.random.default_rng(3).standard_normal(100)

    plain = draw()
    with moved(1):
        one, again = draw(), draw()
    with moved(2):
        other = draw()
    assert (one == again).all()
    assert (one != other).any()
    assert 0 < np.abs(one / plain - 1).max() <= 1.001 * SHIFT
    assert (draw() == plain).all()
    with moved(0):
        assert (draw() == plain).all()


def test_what_hangs_on_last_digits_is_found_and_nothing_else(tmp_path):
    x = np.random.default_rng(0).random()
    for _ in range(60):
        x = 4 * x * (1 - x)
    cells = [nbformat.v4.new_code_cell(STATEMENTS.replace("HERE", repr(float(x)))), nbformat.v4.new_code_cell("assert x != start")]
    path = tmp_path / "chaos.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    assert run(path, seed=0, older=False) == []
    (failed,) = run(path, seed=1, older=False)
    assert failed.endswith("AssertionError: the sixtieth step of a chaotic map")
