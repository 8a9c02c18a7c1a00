"""What has passed and is unchanged since: it need not be run again, as make leaves alone what is newer than its sources.

A key stands for all that a test may depend on: files, Python, every installed package, the browsers. It is noted in a file
once the test has passed; as long as the key is the same, so is the outcome.
"""

import functools
import hashlib
import importlib.metadata
import os
import platform
import shutil
import subprocess
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests import chromium
from tests.browser import firefox

_MADE = {"__pycache__", "node_modules"}  # and what begins with _build or a full stop
_REMEMBERED = 20  # keys of a test: an edit that is taken back costs nothing


def sources(root: Path) -> list[str]:
    """The files below `root` that git tracks or would track; where it cannot say, all but those that are made of others."""
    if (root / ".git").exists() and shutil.which("git"):
        command = ["git", "ls-files", "-coz", "--exclude-standard"]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True)
        if done.returncode == 0:
            return sorted({name for name in done.stdout.split("\0") if (root / name).is_file()})
    found = []
    for folder, inner, names in os.walk(root):
        inner[:] = [name for name in inner if not _is_made(Path(folder, name))]
        found += [Path(folder, name).relative_to(root).as_posix() for name in names]
    return sorted(found)


def _is_made(folder: Path) -> bool:
    return folder.name in _MADE or folder.name.startswith((".", "_build")) or (folder / "pyvenv.cfg").exists()


def read(names: Iterable[str], unread: Iterable[str]) -> list[str]:
    """The names that no pattern in `unread` matches; its * stands for folders too."""
    patterns = tuple(unread)
    return [name for name in names if not any(fnmatch(name, pattern) for pattern in patterns)]


def key(root: Path, names: Iterable[str], *others: str) -> str:
    """A hash of the files of these names below `root`, of the environment, and of `others`."""
    digest = hashlib.sha256(environment().encode())
    for other in others:
        digest.update(f"\0{other}".encode())
    for name in names:
        digest.update(f"\0{name}\0".encode() + hashlib.sha256((root / name).read_bytes()).digest())
    return digest.hexdigest()


@functools.cache
def environment() -> str:
    """Python, every installed package, and the browsers, with their versions or when they last changed."""
    packages = sorted(f"{found.name}=={found.version}" for found in importlib.metadata.distributions())
    with sync_playwright() as playwright:
        browsers = [chromium.find(playwright), firefox.find()]
    found = [f"{path} {os.stat(path).st_mtime_ns}" for path in browsers if path]
    return "\n".join([platform.platform(), platform.python_version(), *packages, *found])


class Passed:
    """The keys with which tests passed, a file for each test in `folder`."""

    def __init__(self, folder: Path):
        self.folder = folder

    def _keys(self, name: str) -> list[str]:
        file = self._file(name)
        return file.read_text(encoding="utf-8").split() if file.exists() else []

    def _file(self, name: str) -> Path:
        return self.folder / name.replace("/", ".")

    def holds(self, name: str, key: str) -> bool:
        """Whether the test of that name has passed with this key."""
        return key in self._keys(name)

    def note(self, name: str, key: str) -> None:
        """Remember that it has."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._file(name).write_text("\n".join([*self._keys(name), key][-_REMEMBERED:]), encoding="utf-8")
