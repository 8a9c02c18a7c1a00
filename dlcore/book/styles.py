"""The theme's style sheet, cut down to what the pages of this book use: 66 kB gzipped become 16.

A rule stays if the pages, or the scripts that they load, hold a word for each class of one of its
selectors; classes inside parentheses, as in :not(.a), do not count. Font Awesome goes altogether:
icons.css draws the dozen icons in use.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pydata_sphinx_theme

from dlcore.book import theme

_SHEET = "theme/pydata_sphinx_theme/static/styles/pydata-sphinx-theme.css"
_PIECES = re.compile(r"""/\*.*?\*/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[{};]""", re.DOTALL)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_PARENTHESES = re.compile(r"\([^()]*\)")
_CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
_ICONS = re.compile(r"fa[srb]?|fa-.*")


def statements(sheet: str) -> Iterator[str]:
    """The rules and at-rules of a style sheet, or of the inside of a block, one after the other."""
    start = depth = 0
    for piece in _PIECES.finditer(sheet):
        depth += {"{": 1, "}": -1}.get(piece[0], 0)
        if depth == 0 and piece[0] in ("}", ";"):
            yield sheet[start : piece.end()].strip()
            start = piece.end()


def cut(sheet: str, words: set[str]) -> str:
    """The rules of `sheet` that can apply to pages made of `words`."""
    return "".join(_kept(statement, words) for statement in statements(_COMMENT.sub("", sheet)))


def _kept(statement: str, words: set[str]) -> str:
    head, brace, body = statement.partition("{")
    if head.startswith(("@media", "@supports")):
        inside = cut(body[:-1], words)
        return f"{head}{{{inside}}}" if inside else ""
    if head.startswith("@font-face"):
        return "" if "Font Awesome" in body else statement
    if head.startswith("@"):
        return statement
    selectors = [selector for selector in _split(head) if _applies(selector, words)]
    return f"{','.join(selectors)}{brace}{body}" if selectors else ""


def _split(head: str) -> list[str]:
    """Selectors, split at the commas that stand outside parentheses."""
    parts, depth = [""], 0
    for character in head:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _applies(selector: str, words: set[str]) -> bool:
    while _PARENTHESES.search(selector):
        selector = _PARENTHESES.sub("", selector)
    first = _CLASS.match(selector)
    return set(_CLASS.findall(selector)) <= words and not (first and _ICONS.fullmatch(first[1]))


def words_of(built: Path) -> set[str]:
    """The words in the pages of a built book and in the scripts that they load, MathJax and Plotly excepted."""
    words, scripts = set(), set()
    for page in built.rglob("*.html"):
        if "_static" not in page.relative_to(built).parts:
            text = page.read_text(encoding="utf-8")
            words.update(re.findall(r"[\w-]+", text))
            scripts.update((page.parent / address).resolve() for address in re.findall(r'<script[^>]* src="([^"?]+)', text))
    for script in scripts:
        if script.exists() and "mathjax" not in script.parts:
            words.update(re.findall(r"[\w-]+", script.read_text(encoding="utf-8")))
    return words


def note(app, builder) -> None:
    """Remember that pages are written."""
    app.dlcore_writes = True


def write(app, exception) -> None:
    """Write the style sheet that pages load in place of the theme's, if a page was written."""
    if theme.is_ours(app) and exception is None and app.builder.format == "html" and getattr(app, "dlcore_writes", False):
        sheet = (Path(pydata_sphinx_theme.__file__).parent / _SHEET).read_text(encoding="utf-8")
        target = Path(app.outdir, "_static", "styles", "slim.css")
        target.write_text(cut(sheet, words_of(Path(app.outdir))), encoding="utf-8")


def setup(app) -> None:
    """Connect to the build."""
    app.add_css_file("icons.css")
    app.connect("write-started", note)
    app.connect("build-finished", write)
