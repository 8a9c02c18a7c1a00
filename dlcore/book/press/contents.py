"""The title page and the table of contents: parts and chapters as they stand beside every page, with the numbers of their pages."""

import html
from collections.abc import Mapping
from urllib.parse import quote

from .joined import ELSEWHERE, Page

_FRONT = """<!doctype html>
<html lang="{language}" data-theme="light" data-mode="light"><head><meta charset="utf-8"><title>{title}</title></head>
<body class="paper"><header class="paper-title"><p>{title}</p><p>{author}</p>
<p>In the book's pages every figure moves, and the code of all figures and of all lines marked ✔ opens.</p></header>
<nav class="paper-contents"><h1>Contents</h1>
{entries}</nav></body></html>
"""


def title(first: Page) -> str:
    """The title of the book."""
    return first.soup.title.get_text().rpartition(" — ")[2]


def author(first: Page) -> str:
    """Who wrote the book, as its pages say."""
    found = first.soup.select_one(".component-author")
    return found.get_text(" ", strip=True).removeprefix("By ") if found else ""


def front(first: Page, pages: Mapping[str, Page], numbers: Mapping[str, int]) -> str:
    """The first sheet. `pages` are those of the book by their addresses, `numbers` the page on which each begins, by its name."""
    entries = []
    for tag in first.soup.select("nav.bd-links :is(.caption, a)"):
        words = html.escape(" ".join(tag.get_text(" ", strip=True).split()))
        if tag.name != "a":
            entries.append(f'<p class="paper-part">{words}</p>')
            continue
        name = pages[first.target(tag["href"])[0]].name
        entries.append(f'<p><a href="{ELSEWHERE}{quote(name)}">{words}</a><span>{numbers[name]}</span></p>')
    return _FRONT.format(
        language=first.soup.html.get("lang", "en"), title=html.escape(title(first)), author=html.escape(author(first)),
        entries="\n".join(entries),
    )  # fmt: skip
