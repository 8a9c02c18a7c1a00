"""Find the browser that the tests drive, or install one: `python tests/chromium.py`; `--path` ends with its path alone.

A Chromium or Chrome that is there; else Playwright's own; else, on Debian as root, the one of the distribution.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.browser import firefox

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
FLAGS = (
    "--no-sandbox",  # tests may run as root in a container
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",  # without a graphics card its emulation only slows the page down
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",  # 3-D figures without a graphics card
)


def find(playwright) -> str | None:
    """The path of a browser, the one that CHROMIUM names first; None where there is none."""
    candidates = [os.environ.get("CHROMIUM"), *map(shutil.which, _NAMES), *_PLACES, playwright.chromium.executable_path]
    return next((path for path in candidates if path and Path(path).exists()), None)


def install() -> None:
    """Install a browser by the first means that works; if none does, say why."""
    try:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True, timeout=600)
    except subprocess.SubprocessError:
        if not shutil.which("apt-get") or os.geteuid() != 0:
            raise
        print("Playwright could not install its Chromium; trying the distribution's", flush=True)
        subprocess.run(["apt-get", "update"], check=True)
        subprocess.run(["apt-get", "install", "-y", "--no-install-recommends", "chromium"], check=True)


def _firefox() -> str | None:
    """A Firefox that is there, or that the distribution gives."""
    if firefox.find() is None and shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run(["apt-get", "install", "-y", "--no-install-recommends", "firefox-esr"], check=False)
    return firefox.find()


def main() -> None:
    """Install a browser unless there is one, and say which the tests will drive."""
    with sync_playwright() as playwright:
        if find(playwright) is None:
            install()
        if "--path" in sys.argv[1:]:
            print(find(playwright))
            return
        print(f"Browser for the tests: {find(playwright)}")
    print(f"and for what may differ there: {_firefox() or 'no Firefox, so those few tests are left out'}")


if __name__ == "__main__":
    main()
