"""Numbers of chapters and of figures: chapter 3 is the one in 03_….ipynb, whatever stands before it; its figures are 3.1, 3.2, …

Sphinx numbers the chapters in the order of the table of contents, and with them sections, theorems, exercises and equations.
Here the first part of each number becomes the one in the file's name. A figure is numbered by Sphinx as well, since a
`FigurePlace` marks where it stands, so that {numref}`explorer-NAME` cites it, or {numref}`figure-NAME` a still picture; an empty
link, [](#explorer-NAME), is filled in.
"""

import re
from pathlib import PurePath

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from dlcore.book import outputs

log = logging.getLogger(__name__)


class FigurePlace(nodes.General, nodes.Element):
    """Marks where a figure stands, for Sphinx to count; it shows nothing."""


class MarkFigures(SphinxTransform):
    """Puts a mark before each cell that shows figures, and lets prose cite them by name."""

    default_priority = 860

    def apply(self, **kwargs) -> None:
        """Called by Sphinx when a page has been read."""
        labels, anonymous = (self.env.get_domain("std").data[kind] for kind in ("labels", "anonlabels"))
        for node in outputs.html_nodes(self.document):
            html, cell = node.astext(), outputs.cell_of(node)
            names = [f"explorer-{explorer.name}" for explorer in outputs.read(html)[0]]
            for name in [*names, *(f"figure-{name}" for name in outputs.pictures(html))]:
                if labels.get(name.lower(), (self.env.docname,))[0] != self.env.docname:
                    log.warning(
                        "%s stands on %s as well, and a citation finds one alone; give one of them another name",
                        name, labels[name.lower()][0], location=self.env.docname, type="dlcore", subtype="figure",
                    )  # fmt: skip
                place = FigurePlace("", ids=[name])
                self.document.set_id(place)
                cell.parent.insert(cell.parent.index(cell), place)
                labels[name.lower()] = (self.env.docname, name, name)  # a text that no reader sees: see fill_links
                anonymous[name.lower()] = (self.env.docname, name)


def number_of(docname: str) -> int | None:
    """The number of a chapter, which its file's name begins with."""
    found = re.match(r"\d+", PurePath(docname).name)
    return int(found[0]) if found else None


def caption(env, docname: str, anchor: str) -> str:
    """The number of a figure as its caption says it: "Figure 3.2"; "" where chapters have no numbers."""
    number = env.toc_fignumbers.get(docname, {}).get("figure", {}).get(anchor)
    return f"Figure {'.'.join(map(str, number))}" if number else ""


def as_sphinx_had_them(app, env) -> list[str]:
    """Before Sphinx compares its new numbers with the old ones: give it back its own."""
    if hasattr(env, "dlcore_numbers"):
        env.toc_secnumbers, env.toc_fignumbers = env.dlcore_numbers
    return []


def as_files_say(app, env) -> list[str]:
    """Put the number in each chapter's name in the place of its number in the table of contents."""
    env.dlcore_numbers = env.toc_secnumbers, env.toc_fignumbers
    env.toc_secnumbers = {
        name: {anchor: _renumbered(name, number) for anchor, number in numbers.items()} for name, numbers in env.toc_secnumbers.items()
    }
    env.toc_fignumbers = {
        name: {kind: {of: _renumbered(name, number) for of, number in numbers.items()} for kind, numbers in kinds.items()}
        for name, kinds in env.toc_fignumbers.items()
    }
    for name in env.toc_secnumbers:
        for holder in (env.titles[name], *env.tocs[name].findall(nodes.reference)):
            if holder.get("secnumber"):
                holder["secnumber"] = _renumbered(name, holder["secnumber"])
    return []


def _renumbered(docname: str, number):
    first = number_of(docname)
    return number if first is None or not number else (first, *number[1:])


def fill_links(app, doctree, docname) -> None:
    """Give links to figures that have no text the figure's number: [](#explorer-signal) becomes Figure 3.2."""
    for link in doctree.findall(nodes.reference):
        anchor = link.get("refid") or link.get("refuri", "").partition("#")[2].partition("?")[0]
        if anchor.startswith(("explorer-", "figure-")) and link.astext() in ("", anchor):
            owners = [page for page, kinds in app.env.toc_fignumbers.items() if anchor in kinds.get("figure", {})]
            link.children = []
            link += nodes.Text(caption(app.env, (owners or [docname])[0], anchor) or anchor)


def setup(app) -> None:
    """Register the mark and connect to the build."""
    nothing = (lambda translator, node: None, lambda translator, node: None)
    app.add_enumerable_node(FigurePlace, "figure", lambda place: place["ids"][0], html=nothing, latex=nothing, text=nothing)
    app.add_transform(MarkFigures)
    app.connect("env-get-updated", as_sphinx_had_them, priority=100)
    app.connect("env-get-updated", as_files_say, priority=900)
    app.connect("doctree-resolved", fill_links)
