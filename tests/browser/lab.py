"""A real JupyterLab on this machine, and notebooks opened in it."""

import contextlib
import os
import pathlib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import nbformat

START_SECONDS = 60
RUN_MILLISECONDS = 180_000
_NOTEBOOK = "window.jupyterapp?.shell.currentWidget"
KERNEL = f"{_NOTEBOOK}.sessionContext.session.kernel"
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# What JupyterLab and its MyST extension say by themselves: the extension reports links to figures, which it sets
# correctly, as references without a target, and JupyterLab cannot measure the extension's Markdown.
THEIRS = ("No target for internal reference", "Cross reference target was not found", "_markdownOverlapsToolbar")
HOMES = (
    "JUPYTER_CONFIG_DIR",
    "JUPYTER_DATA_DIR",
    "JUPYTER_RUNTIME_DIR",
    "JUPYTERLAB_SETTINGS_DIR",
    "JUPYTERLAB_WORKSPACES_DIR",
    "IPYTHONDIR",
)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def jupyter_lab(folder: pathlib.Path, private: pathlib.Path):
    """Serve `folder` in a JupyterLab whose settings all lie in `private`; yields its address."""
    port = free_port()
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--ServerApp.port={port}", "--ServerApp.ip=127.0.0.1",
        "--IdentityProvider.token=", "--ServerApp.password=", f"--ServerApp.root_dir={folder}", "--LabApp.expose_app_in_browser=True",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--LabApp.news_url=None",
    ]  # fmt: skip
    variables = {name: str(private / name.lower()) for name in HOMES} | {"PYTHONPATH": str(ROOT)}
    _ask_nothing(private / "jupyterlab_settings_dir")
    with open(private / "jupyterlab.log", "wb") as log:
        server = subprocess.Popen(command, env=os.environ | variables, stdout=log, stderr=log)
        try:
            wait_for(f"http://127.0.0.1:{port}/api", server, private / "jupyterlab.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            ended(server)


def ended(server) -> None:
    """End a server, by force if it is busy with its kernels: nothing of them is wanted any more."""
    server.terminate()
    try:
        server.wait(timeout=20)
    except subprocess.TimeoutExpired:
        server.kill()


def _ask_nothing(settings: pathlib.Path) -> None:
    """Keep JupyterLab from asking whether it may fetch news, in a box that covers the page's corner."""
    file = settings / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    file.parent.mkdir(parents=True)
    file.write_text('{"fetchNews": "false"}')


def wait_for(address: str, server, log: pathlib.Path) -> None:
    """Until a server that was started answers at an address, if only to say that nothing is there."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(OSError):
            with contextlib.suppress(urllib.error.HTTPError):
                urllib.request.urlopen(address, timeout=1).close()
            return
        time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start within {START_SECONDS} s:\n{log.read_text()[-2000:]}")


def write_notebook(path: pathlib.Path, *code: str, prose: str = "") -> None:
    """A notebook of code cells, with a cell of prose at the end."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    cells = [*map(nbformat.v4.new_code_cell, code), *([nbformat.v4.new_markdown_cell(prose)] if prose else [])]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(notebook, path)


class Traffic:
    """What comes out of the websockets of a page: sizes of all frames, and how many answer an explorer's question."""

    def __init__(self, page):
        self.sizes: list[int] = []
        self.answers = 0
        page.on("websocket", lambda socket: socket.on("framereceived", self._received))

    def _received(self, payload) -> None:
        data = payload.encode() if isinstance(payload, str) else payload
        self.sizes.append(len(data))
        self.answers += b'"ticket"' in data and b'"readout"' in data


def open_notebook(open_page, server: str, name: str):
    """Open a notebook of the server in a page, run all its cells, and note the page's traffic."""

    def prepare(page):
        page.traffic = Traffic(page)

    page = open_page(f"{server}/lab/tree/{name}?reset", prepare, THEIRS)
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=RUN_MILLISECONDS)
    idle = f"{_NOTEBOOK}?.sessionContext.session?.kernel?.status === 'idle'"
    page.wait_for_function(idle, timeout=RUN_MILLISECONDS)
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells').then(() => undefined)")
    page.wait_for_function(idle, timeout=RUN_MILLISECONDS)
    assert page.locator("[data-mime-type='application/vnd.jupyter.error']").count() == 0, "a cell failed"
    return page


def run_code(page, code: str) -> None:
    """Run code in the notebook's kernel, outside any cell, and wait until it has run, but not for ever."""
    late = f"new Promise((_, reject) => setTimeout(reject, {RUN_MILLISECONDS}, new Error('the kernel has not answered')))"
    page.evaluate(f"code => Promise.race([{KERNEL}.requestExecute({{ code }}).done, {late}]).then(() => undefined)", code)


def active_cell(page) -> int:
    """Index of the notebook's active cell: keys that the notebook steals would move it."""
    return page.evaluate(f"{_NOTEBOOK}.content.activeCellIndex")
