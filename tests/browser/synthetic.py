"""A small page of baked explorers, as the built book has them, without a book."""

import os
import pathlib

from dlcore.explore import assets
from dlcore.explore.page import STATIC

_PAGE = """<!doctype html>
<html lang="en" data-theme="light"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Specimens</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="explorer.css"><script defer src="explorer.js"></script></head>
<body style="max-width: 800px; margin: auto"><main><h1>Specimens</h1>
{body}
</main></body></html>
"""


def write_page(directory: pathlib.Path, make_explorers, prose: str = "") -> tuple[pathlib.Path, list]:
    """Bake the explorers that `make_explorers()` returns and write index.html around them."""
    log = directory / "baking.log"
    before = {name: os.environ.get(name) for name in ("DLCORE_BAKE", "DLCORE_LOG")}
    os.environ.update(DLCORE_BAKE=str(directory), DLCORE_LOG=str(log))
    try:
        explorers = list(make_explorers())
        figures = [explorer._repr_mimebundle_()["text/html"] for explorer in explorers]
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
    assets.write(directory)
    page = directory / "index.html"
    body = "\n".join([prose, *figures]).replace(STATIC, "")
    page.write_text(_PAGE.format(body=body), encoding="utf-8")
    return page, explorers
