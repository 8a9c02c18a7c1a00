"""The built book as one zip to be opened offline: `python -m dlcore.book.press.archive`. The same pages give the same bytes."""

import argparse
import zipfile
from pathlib import Path

from dlcore.book.downloads import landing_page

_BEGINNING = (1980, 1, 1, 0, 0, 0)  # of time, for a zip
_MODE = 0o100644 << 16


def pack(html: Path, target: Path, folder: str = "book") -> int:
    """Write the built book in `html` into the zip file `target`, all of it inside `folder`; returns the number of files.

    What begins with a full stop is for the next build or for a host, and stays out.

    Raises:
        ValueError: there is no built book.
    """
    landing_page(html)
    files = [(path.relative_to(html), path) for path in html.rglob("*") if path.is_file()]
    files = sorted((name.as_posix(), path) for name, path in files if not any(part.startswith(".") for part in name.parts))
    with zipfile.ZipFile(target, "w") as archive:
        for name, path in files:
            entry = zipfile.ZipInfo(f"{folder}/{name}", _BEGINNING)
            entry.external_attr, entry.compress_type = _MODE, zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())
    return len(files)


def main(arguments: list[str] | None = None) -> None:
    """Pack the book, and say what became of it."""
    parser = argparse.ArgumentParser(description="Pack the built book into one zip.")
    parser.add_argument("--html", type=Path, default=Path("_build/html"))
    parser.add_argument("--to", type=Path, default=Path("_build/book.zip"))
    options = parser.parse_args(arguments)
    count = pack(options.html, options.to)
    print(f"{options.to}: {count} files, {options.to.stat().st_size / 1e6:.1f} MB; unpacked, book/index.html opens the book")


if __name__ == "__main__":
    main()
