"""Explorers and claims, read out of the HTML that notebook cells have shown."""

import json
import re
from dataclasses import dataclass
from html.parser import HTMLParser

from docutils import nodes


@dataclass(frozen=True)
class Explorer:
    """What the book needs to know of a figure: its name, its store of baked data, its parameters."""

    name: str
    store: str
    parameters: tuple[str, ...]


class _Reader(HTMLParser):
    """Collects explorers and claim records; the JSON of an explorer is the first JSON script inside it."""

    def __init__(self):
        super().__init__()
        self.explorers, self.claims = [], []
        self._figure, self._script = None, None

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "figure" and "data-explorer" in given:
            self._figure = given
        elif tag == "script" and self._figure and given.get("type") == "application/json":
            self._script = ""
        elif "data-claim" in given:
            self.claims.append(json.loads(given["data-claim"]))

    def handle_data(self, data):
        if self._script is not None:
            self._script += data

    def handle_endtag(self, tag):
        if tag == "script" and self._script is not None:
            names = tuple(parameter["name"] for parameter in json.loads(self._script).get("parameters", ()))
            self._finish(names)
        elif tag == "figure" and self._figure:
            self._finish(())

    def _finish(self, parameters):
        self.explorers.append(Explorer(self._figure["data-explorer"], self._figure["data-store"], parameters))
        self._figure, self._script = None, None


def pictures(html: str) -> list[str]:
    """The names of the still pictures in a piece of HTML."""
    return re.findall(r'<figure class="picture" id="figure-\w+" data-picture="(\w+)"', html)


def labels(figure: str) -> list[str]:
    """The labels of a figure's controls."""
    start = figure.index('<script type="application/json">') + len('<script type="application/json">')
    return [parameter["label"] for parameter in json.loads(figure[start : figure.index("</script>", start)]).get("parameters", ())]


def html_nodes(doctree: nodes.document) -> list[nodes.raw]:
    """The raw HTML of a page, in order."""
    return [node for node in doctree.findall(nodes.raw) if "html" in node.get("format", "").split()]


def is_cell(node: nodes.Node) -> bool:
    """Whether a node is a code cell with its outputs."""
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def cell_of(node: nodes.Node) -> nodes.Node:
    """The code cell that has shown a piece of HTML; the piece itself where it stands in prose."""
    cell = node
    while cell is not None and not is_cell(cell):
        cell = cell.parent
    return node if cell is None else cell


def read(html: str) -> tuple[list[Explorer], list[dict]]:
    """The explorers and the claim records in a piece of HTML."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.explorers, reader.claims


def read_page(doctree: nodes.document) -> tuple[tuple[Explorer, ...], tuple[dict, ...], tuple[str, ...]]:
    """The explorers, the claim records, and for each record the title of its section, in order."""
    found = [(*read(node.astext()), _section(node)) for node in html_nodes(doctree)]
    explorers = tuple(explorer for explorers, _, _ in found for explorer in explorers)
    claims = [(record, section) for _, records, section in found for record in records]
    return explorers, tuple(record for record, _ in claims), tuple(section for _, section in claims)


def _section(node: nodes.Node) -> str:
    """The title of the section that a node stands in."""
    while node is not None and not isinstance(node, nodes.section):
        node = node.parent
    return node.next_node(nodes.title).astext() if node is not None and node.next_node(nodes.title) else ""
