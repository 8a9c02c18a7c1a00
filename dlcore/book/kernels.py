"""Kernels forked from one process that has loaded the large libraries: a notebook need not load them for itself.

PyTorch, SciPy and Matplotlib take four seconds, again in every notebook. A name that a notebook uses is still imported by its
own lines, and what it uses of dlcore is loaded anew, from the files of the day.
"""

import multiprocessing
import os
import sys
from importlib.metadata import EntryPoint

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner

_NAME = "forked-provisioner"
_PROCESSES = multiprocessing.get_context("forkserver")
_PRELOADED = (
    *("__main__", "ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.zmqshell", "anywidget", "ipywidgets", "plotly.graph_objects"),
    *("torch", "scipy.integrate", "scipy.optimize", "scipy.stats", "matplotlib.figure", "matplotlib.backends.backend_svg"),
)


def use_forked() -> None:
    """From now on the kernels that this process starts are forked, where forking is safe once such libraries are loaded."""
    if sys.platform == "linux":
        factory = KernelProvisionerFactory.instance()
        factory.provisioners[_NAME] = EntryPoint(_NAME, f"{__name__}:Forked", factory.GROUP_NAME)
        factory.default_provisioner_name = _NAME
        _PROCESSES.set_forkserver_preload(list(_PRELOADED))


class Forked(LocalProvisioner):
    """Starts the kernel's command as a fork."""

    async def launch_kernel(self, cmd: list[str], **kwargs) -> KernelConnectionInfo:
        """Fork where others would run ``python -m ipykernel_launcher …``."""
        self.process = _Popen(cmd[cmd.index("ipykernel_launcher") + 1 :], kwargs.get("cwd"), kwargs["env"])
        self.pid = self.process.pid
        return self.connection_info


class _Popen:
    """What `LocalProvisioner` asks of `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, words: list[str], cwd: str | None, env: dict[str, str]):
        self._process = _PROCESSES.Process(target=_be_kernel, args=(words, cwd or os.getcwd(), env))
        self._process.start()
        self.pid, self.terminate, self.kill = self._process.pid, self._process.terminate, self._process.kill

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self) -> int:
        self._process.join()
        return self._process.exitcode

    def send_signal(self, signum: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, signum)


def _be_kernel(words: list[str], cwd: str, env: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    os.setsid()
    from ipykernel.kernelapp import launch_new_instance

    launch_new_instance([*words, f"--IPKernelApp.parent_handle={os.getppid()}"])
