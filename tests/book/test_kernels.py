"""Forked kernels: what they find loaded, what they are told, how they end."""

import os
import subprocess
import sys

import pytest
from jupyter_client.manager import KernelManager
from jupyter_client.provisioning import KernelProvisionerFactory

from dlcore.book.kernels import use_forked

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere kernels are started as usual")
LOADED = "import sys; print('torch' in sys.modules, 'matplotlib.figure' in sys.modules, 'dlcore.explore' in sys.modules)"

# In a process of its own, for what kernels are forked from is started once in a process: other tests here have theirs.
AFRESH = f"""
from jupyter_client.manager import start_new_kernel
from dlcore.book.kernels import Forked, use_forked

use_forked()
manager, client = start_new_kernel()
assert isinstance(manager.provisioner, Forked)
client.execute_interactive({LOADED!r}, timeout=60)
client.stop_channels()
manager.shutdown_kernel(now=True)
"""


@pytest.fixture
def kernel(monkeypatch, tmp_path):
    """The manager and a client of a forked kernel that works in `tmp_path`."""
    factory = KernelProvisionerFactory.instance()
    monkeypatch.setattr(factory, "default_provisioner_name", factory.default_provisioner_name)  # as it was, afterwards
    use_forked()
    manager = KernelManager()
    manager.start_kernel(cwd=str(tmp_path), env=os.environ | {"TOLD": "so"})
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    assert not manager.is_alive()


def said(client, code: str) -> str:
    """What code prints."""
    texts = []
    client.execute_interactive(code, timeout=60, output_hook=lambda message: texts.append(message["content"].get("text", "")))
    return "".join(texts).strip()


def test_the_large_libraries_are_loaded_and_the_books_own_are_not():
    done = subprocess.run([sys.executable, "-c", AFRESH], capture_output=True, text=True, check=True, timeout=300)
    assert done.stdout.strip() == "True True False"


def test_a_kernel_works_where_it_is_told_to_and_finds_its_variables(kernel, tmp_path):
    _, client = kernel
    assert said(client, "import os; print(os.getcwd(), os.environ['TOLD'])") == f"{tmp_path} so"


def test_a_kernel_is_interrupted_and_started_again(kernel):
    manager, client = kernel
    client.execute("import time; print('asleep'); time.sleep(300)", stop_on_error=False)
    while client.get_iopub_msg(timeout=60)["content"].get("text") != "asleep\n":
        pass
    manager.interrupt_kernel()
    assert said(client, "x = 1; print('awake')") == "awake"
    manager.restart_kernel(now=True)
    client.wait_for_ready(timeout=60)
    assert said(client, "print('x' in globals())") == "False"
