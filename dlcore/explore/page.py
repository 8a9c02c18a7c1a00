"""A figure as it stands in the built page, before the front end brings it to life; and boxes of figures."""

import html
import json
import pathlib
import sys

import ipywidgets

from .declaration import Declaration
from .spec import in_page


def figure(declared: Declaration, store: pathlib.Path) -> str:
    """The HTML of a figure whose states lie in `store`."""
    spec = in_page(declared) | {
        "store": {"name": store.name, **json.loads((store / "store.json").read_text(encoding="utf-8"))}
    }
    text = json.dumps(spec, ensure_ascii=False).replace("<", "\\u003c")
    return (
        f'<figure class="explorer" id="explorer-{declared.name}" data-explorer="{declared.name}" data-store="{store.name}">\n'
        f'<script type="application/json">{text}</script>\n'
        '<div class="explorer-plot"></div>\n'
        f'<p class="explorer-readout" role="status" aria-live="polite">{html.escape(declared.first.readout)}</p>\n'
        f"<figcaption>{html.escape(declared.caption)} "
        "<noscript>This figure moves when the browser may run JavaScript.</noscript></figcaption>\n"
        "</figure>"
    )


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
