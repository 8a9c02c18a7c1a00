"""What makes the book trustworthy does not stand between it and its reader: checks and code fold into one quiet line.

A cell of checks becomes "✔ 5 checks · L5.34, L6.03", which opens to the numbers, where they are stated, and the code.
A figure comes first, and its code below it, opened by *Code*. Code that shows nothing belongs to what is shown next.
A check that fails is never folded. A proof opens below its statement; on paper it is open.
Errata are content: asides before the line, in the margin where the window is wide.
A cell tagged `show-input` is left as it is: where the code is what the text talks about.
"""

from dataclasses import dataclass, field
from html import escape

from docutils import nodes
from sphinx_proof.nodes import proof_node

from dlcore import claims
from dlcore.book import outputs
from dlcore.book.sources import cited

SHOWN = "tag_show-input"


class Fold(nodes.General, nodes.Element):
    """Opens to its children; `line` is the HTML of its summary, `classes` say of what kind it is, `figures` whose code it holds."""


@dataclass
class Cell:
    """A code cell taken apart."""

    code: list[nodes.Node] = field(default_factory=list)
    checks: list[nodes.Node] = field(default_factory=list)
    errata: list[nodes.Node] = field(default_factory=list)
    shown: list[nodes.Node] = field(default_factory=list)  # what its reader should see: figures, questions, pictures
    figures: list[str] = field(default_factory=list)
    asks: bool = False  # nothing is shown but questions: the code would answer them
    records: list[dict] = field(default_factory=list)  # of the checks

    @property
    def fails(self) -> bool:
        """Whether a check does not hold."""
        return not all(claims.from_record(record).holds for record in self.records)


def taken_apart(node: nodes.container) -> Cell:
    """The parts of a code cell, by kind."""
    cell = Cell()
    for part in node.children:
        if part.get("nb_element") == "cell_code_output":
            for output in part.children:
                _sort(cell, output)
        else:
            cell.code.append(part)
    cell.asks = bool(cell.shown) and all(map(_asks, cell.shown))
    return cell


def _asks(output: nodes.Node) -> bool:
    return any('<form class="quiz"' in node.astext() for node in outputs.html_nodes(output))


def _sort(cell: Cell, output: nodes.Node) -> None:
    html = "".join(node.astext() for node in outputs.html_nodes(output))
    explorers, records = outputs.read(html)
    kinds = {record["kind"] for record in records}
    cell.figures += [explorer.name for explorer in explorers]
    cell.records += [record for record in records if record["kind"] == "claim"]
    {"claim": cell.checks, "erratum": cell.errata}.get(kinds.pop() if len(kinds) == 1 else "", cell.shown).append(output)


def summary(records: list[dict]) -> str:
    """The quiet line of some checks: ✔ 5 checks · L5.34, L6.03."""
    names = dict.fromkeys(name for record in records for name in record["ids"])
    count = f"{len(records)} check{'s' if len(records) > 1 else ''}"
    return f'<span class="fold-mark" aria-hidden="true">✔</span> {count} · {escape(", ".join(names))}'


def stated(records: list[dict]) -> list[nodes.Node]:
    """Where the checked statements stand, each place named once."""
    places = dict.fromkeys(cited(record["source"]) for record in records if record.get("source"))
    if not places:
        return []
    return [nodes.raw("", f'<p class="fold-sources">Stated in: {escape("; ".join(places))}.</p>', format="html")]


def fold(app, doctree, docname) -> None:
    """Rearrange the code cells of a page."""
    if app.builder.format != "html":
        return
    waiting: list[nodes.Node] = []  # code that has shown nothing yet
    silent: list[nodes.Node] = []  # where it stood
    for node in [*doctree.findall(outputs.is_cell)]:
        if SHOWN in node["classes"]:
            continue
        cell = taken_apart(node)
        waiting += cell.code
        if cell.checks or (cell.shown and not cell.asks):
            node.parent[node.parent.index(node) : node.parent.index(node) + 1] = _told(cell, waiting)
            waiting = []
        elif cell.errata or cell.asks:
            node.parent[node.parent.index(node) : node.parent.index(node) + 1] = _told(cell, [])
        else:
            silent.append(node)
    if waiting:  # nothing is shown after it
        doctree.next_node(nodes.section).append(_code(waiting))
    for node in silent:
        node.parent.remove(node)
    _join(doctree)
    for proof in [*doctree.findall(proof_node)]:
        proof.parent[proof.parent.index(proof)] = _proof(proof.children[0])


def _proof(proof: nodes.admonition) -> Fold:
    """A proof as a line; the word that it begins with is the line's."""
    first = proof.next_node(nodes.Text)
    if first is not None and first.startswith("Proof. "):
        first.parent.replace(first, nodes.Text(first.removeprefix("Proof. ")))
    return Fold("", *proof.children, classes=["fold-proof"], line="Proof")


def _told(cell: Cell, code: list[nodes.Node]) -> list[nodes.Node]:
    """What stands in the place of a cell: errata, what it shows, then the line that opens to its code."""
    told = [nodes.container("", *cell.errata, classes=["errata"])] if cell.errata else []
    if cell.shown:
        told.append(_output(cell.shown))
    if cell.fails:
        return [*told, _output(cell.checks), _code(code)]
    if cell.records and not cell.figures:
        inside = [_output(cell.checks), *stated(cell.records), *code]
        return [*told, Fold("", *inside, classes=["fold-checks"], line=summary(cell.records), records=cell.records)]
    if cell.records:
        told.append(Fold("", _output(cell.checks), *stated(cell.records), classes=["fold-checks"], line=summary(cell.records)))
    return [*told, _code(code, cell.figures)] if code else told


def _output(shown: list[nodes.Node]) -> nodes.container:
    return nodes.container("", nodes.container("", *shown, classes=["cell_output"]), classes=["cell"])


def _code(code: list[nodes.Node], figures=()) -> Fold:
    return Fold("", *code, classes=["fold-code"], line="Code", figures=[*figures])


def _join(doctree) -> None:
    """Make one line of lines of checks that follow each other, whatever errata stand between them."""
    for line in [*doctree.findall(Fold)]:
        before = line.previous_sibling()
        while isinstance(before, nodes.container) and "errata" in before["classes"]:
            before = before.previous_sibling()
        if isinstance(before, Fold) and before.get("records") and line.get("records"):
            before["records"] = before["records"] + line["records"]
            before["line"] = summary(before["records"])
            before.extend(line.children)
            line.parent.remove(line)


def _open(translator, node) -> None:
    whose = f' data-figures="{escape(" ".join(node["figures"]))}"' if node.get("figures") else ""
    translator.body.append(f'<details class="fold {" ".join(node["classes"])}"{whose}>\n<summary>{node["line"]}</summary>\n')


def _close(translator, node) -> None:
    translator.body.append("</details>\n")


def no_other_hiding(app, doctree) -> None:
    """Cells that ask to be hidden are folded like all others."""
    if app.builder.format == "html":
        for node in doctree.findall(outputs.is_cell):
            node["hide_mode"] = None


def load(app, pagename, templatename, context, doctree) -> None:
    """Load what opens folds on pages that have any."""
    if doctree is not None and any(True for _ in doctree.findall(Fold)):
        app.add_js_file("reading.js", loading_method="defer")


def setup(app) -> None:
    """Connect to the build."""
    app.add_node(Fold, html=(_open, _close))
    app.add_css_file("reading.css")
    app.connect("doctree-read", no_other_hiding)
    app.connect("doctree-resolved", fold, priority=700)  # when claims have their anchors, and figures their stills
    app.connect("html-page-context", load)
