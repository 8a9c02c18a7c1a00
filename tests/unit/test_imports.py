import subprocess
import sys


def test_the_numerics_load_neither_torch_nor_plotly():
    code = "import sys; from dlcore import propagation, landscapes; print(*{'torch', 'plotly'} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == ""
