"""A figure as it stands in the built page, before the front end brings it to life; on a page of its own; in one file; boxes of figures."""

import base64
import html
import json
import pathlib
import re
import sys

import ipywidgets

from . import assets
from .declaration import Declaration
from .spec import in_page

STATIC = "dlcore-static:"  # stands for the folder of the front end, wherever the page lies; whoever writes the page puts it in
LATER, AT_ONCE = 'loading="lazy"', 'loading="eager" fetchpriority="high"'  # when a still is fetched; the first of a page at once
_CALL = re.compile(r"dlcoreExplorer\.chunk\(document\.currentScript, \d+, (.*)\);\n", re.DOTALL)
_ALONE = """<!doctype html>
<html lang="en" data-theme="auto"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><link rel="icon" href="data:,">
{head}</head>
<body class="explorer-alone"><main><h1 class="explorer-title">{title}</h1>
{body}
</main></body></html>
"""


def figure(declared: Declaration, store: pathlib.Path) -> str:
    """The HTML of a figure whose states lie in `store`: its still, its sentence and what the front end needs."""
    spec = in_page(declared) | {"store": {"name": store.name, **json.loads((store / "store.json").read_text(encoding="utf-8"))}}
    return (
        f'<figure class="explorer" id="explorer-{declared.name}" data-explorer="{declared.name}" data-store="{store.name}">\n'
        f'<script type="application/json">{_json(spec)}</script>\n'
        f'<div class="explorer-picture">{_still(declared, store)}</div>\n'
        f'<p class="explorer-readout" role="status" aria-live="polite">{html.escape(declared.first.readout)}</p>\n'
        f"<figcaption>{html.escape(declared.caption)} "
        "<noscript>This figure moves when the browser may run JavaScript.</noscript></figcaption>\n"
        "</figure>"
    )


def numbered(page: str, anchor: str, number: str) -> str:
    """A page in which the caption of the figure with this id begins with its number, "Figure 3.2"."""
    if not number:
        return page
    caption = page.index("<figcaption", page.index(f' id="{anchor}"'))
    start = page.index(">", caption) + 1
    return f'{page[:start]}<span class="explorer-number">{html.escape(number)}</span> {page[start:]}'


def _json(content) -> str:
    """Data inside a script element, which no `<` may end."""
    return json.dumps(content, ensure_ascii=False).replace("<", "\\u003c")


def _still(declared: Declaration, store: pathlib.Path) -> str:
    """The picture at the start, for a wide and a narrow page."""
    wide, narrow = (f"{STATIC}{store.name}/{name}.svg#light" for name in ("wide", "narrow"))
    told = html.escape(f"{declared.caption} {declared.first.readout}")
    return (
        f'<picture class="explorer-still"><source media="(max-width: 480px)" srcset="{narrow}">'
        f'<img src="{wide}" alt="{told}" {LATER}></picture>'
    )


def alone(title: str, figure: str, static: str, math: str = "") -> str:
    """A page that holds one figure and fits the frame that it is shown in; `math` is the address of MathJax, if its labels need it."""
    head = f'<link rel="stylesheet" href="{static}explorer.css"><script defer src="{static}explorer.js"></script>\n'
    head += f'<script defer src="{math}"></script>\n' if math else ""
    return _ALONE.format(title=html.escape(title), head=head, body=figure.replace(STATIC, static))


def one_file(declared: Declaration, store: pathlib.Path) -> str:
    """A page with everything inside: the figure, its states, the front end and the drawing library."""
    chunks = ""
    for path in sorted(store.glob("*.js")):
        content = json.loads(_CALL.fullmatch(path.read_text(encoding="utf-8"))[1])
        chunks += f'<script type="application/json" data-chunk="{store.name}/{path.name}">{_json(content)}</script>\n'
    head = f"<style>{assets.style().read_text(encoding='utf-8')}</style>\n<script>{assets.plotly().read_text(encoding='utf-8')}</script>\n"
    body = figure(declared, store)
    for path in store.glob("*.svg"):
        body = body.replace(
            f"{STATIC}{store.name}/{path.name}", f"data:image/svg+xml;base64,{base64.b64encode(path.read_bytes()).decode()}"
        )
    title = html.escape(declared.title or declared.name)
    return _ALONE.format(title=title, head=head, body=f"{body}\n{chunks}<script>{assets.script()}</script>")


def show_boxes() -> None:
    """Have IPython show a box of explorers as the page's figures, one after the other."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None:
        shell.display_formatter.formatters["text/html"].for_type(ipywidgets.Box, _boxed)


def _boxed(box: ipywidgets.Box) -> str | None:
    """The HTML of a box's explorers; None if something else stands among them."""
    parts = [_boxed(child) if isinstance(child, ipywidgets.Box) else _page_of(child) for child in box.children]
    return None if None in parts else "\n".join(parts)


def _page_of(widget) -> str | None:
    return widget.page() if hasattr(widget, "declaration") else None
