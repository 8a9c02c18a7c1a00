"""A Firefox driven by Marionette, the protocol that it speaks itself: no driver has to be fetched.

Messages are lists of JSON with their length in front; https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
"""

import base64
import contextlib
import json
import pathlib
import shutil
import socket
import subprocess
import time

from tests.browser.lab import ended, free_port

START_SECONDS, SCRIPT_SECONDS = 120, 120
NAMES = ("firefox-esr", "firefox")
_SETTINGS = {
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.reportingpolicy.firstRun": False,
    "full-screen-api.transition-duration.enter": "0 0",
    "full-screen-api.transition-duration.leave": "0 0",
    "full-screen-api.warning.timeout": 0,
}


def find() -> str | None:
    """The path of a Firefox; None where there is none."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


class Firefox:
    """One window."""

    def __init__(self, connection: socket.socket):
        self._stream = connection.makefile("rwb")
        self._count = 0
        self._read()  # it introduces itself
        self.do("WebDriver:NewSession", {})
        self.do("WebDriver:SetTimeouts", {"script": SCRIPT_SECONDS * 1000})

    def _read(self):
        length = b""
        while not length.endswith(b":"):
            length += self._stream.read(1)
        return json.loads(self._stream.read(int(length[:-1])))

    def do(self, command: str, parameters: dict):
        """What Firefox answers to a command; RuntimeError with its own words where it refuses."""
        self._count += 1
        text = json.dumps([0, self._count, command, parameters]).encode()
        self._stream.write(str(len(text)).encode() + b":" + text)
        self._stream.flush()
        _, _, error, result = self._read()
        if error:
            raise RuntimeError(f"{command}: {error['error']}: {error['message']}")
        return result

    def open(self, address: str) -> None:
        self.do("WebDriver:Navigate", {"url": address})

    def run(self, script: str, *args):
        """What the body of an async function returns."""
        wrapped = f"""const done = arguments[arguments.length - 1];
            const run = async (...args) => {{ {script} }};
            run(...arguments).then(value => done([value ?? null, null]), error => done([null, String(error)]));"""
        value, error = self.do("WebDriver:ExecuteAsyncScript", {"script": wrapped, "args": list(args)})["value"]
        if error:
            raise AssertionError(error)
        return value

    def click(self, x: float, y: float) -> None:
        """A click of the mouse at a point of the window."""
        moves = [
            {"type": "pointerMove", "x": round(x), "y": round(y), "duration": 0},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        mouse = {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": moves}
        self.do("WebDriver:PerformActions", {"actions": [mouse]})

    def press(self, key: str) -> None:
        """A key, by its code in the protocol."""
        strokes = [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        self.do("WebDriver:PerformActions", {"actions": [{"type": "key", "id": "keys", "actions": strokes}]})

    def printed(self) -> bytes:
        """The page on paper, as PDF."""
        return base64.b64decode(self.do("WebDriver:Print", {})["value"])


@contextlib.contextmanager
def launched(folder: pathlib.Path):
    """A Firefox whose profile lies in `folder`."""
    port = free_port()
    settings = _SETTINGS | {"marionette.port": port}
    (folder / "user.js").write_text("".join(f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in settings.items()))
    command = [find(), "--headless", "--marionette", "--profile", str(folder), "--no-remote", "--width=1100", "--height=900"]
    with open(folder / "firefox.log", "wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        with contextlib.closing(_connected(port, process)) as connection:
            yield Firefox(connection)
    finally:
        ended(process)


def _connected(port: int, process) -> socket.socket:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            return socket.create_connection(("127.0.0.1", port), timeout=SCRIPT_SECONDS + 30)
        time.sleep(0.2)
    raise RuntimeError(f"Firefox did not answer within {START_SECONDS} s")
