"""What the book says of each figure: its title, the question before it, and where it stands; and the chapters in their order."""

import json
import re
from dataclasses import dataclass

from docutils import nodes
from sphinx import addnodes

from dlcore.book.numbers import number_of

_SPEC = re.compile(r'<figure class="explorer"[^>]*>\s*<script type="application/json">(.*?)</script>', re.DOTALL)
_ASKING = "Before you"  # slide, choose, kick: how the paragraph with the question begins
_SENTENCE = re.compile(r"(?:\$[^$]*\$|[^$])+?[.?!](?=\s|$)")  # its end is not inside TeX
_ELSEWHERE = "\N{OBJECT REPLACEMENT CHARACTER}"  # a reference to something that only its page has


@dataclass(frozen=True)
class Card:
    """A figure by its name, its store of baked data, its title, caption and question ($…$ is TeX), and all words to find it by."""

    name: str
    store: str
    title: str
    caption: str
    question: str
    words: str


def read(doctree: nodes.document) -> tuple[Card, ...]:
    """The cards of a page's figures. The question is that of the last paragraph "Before you slide. …" of the same section."""
    cards, asked = [], None
    for node in doctree.findall():
        if isinstance(node, nodes.paragraph) and node.astext().startswith(_ASKING):
            asked = node
        elif isinstance(node, nodes.raw) and "html" in node.get("format", "").split():
            for spec in _SPEC.findall(node.astext()):
                here = section_of(node)
                cards.append(_card(json.loads(spec), here, asked if asked and section_of(asked) is here else None))
                asked = None
    return tuple(cards)


def _card(spec: dict, section: nodes.section | None, asked: nodes.paragraph | None) -> Card:
    heading = tex(section.next_node(nodes.title)) if section else spec["name"]
    words = tex(asked).partition(". ")[2] if asked else ""
    labels = [parameter["label"] for parameter in spec["parameters"]]
    told = [spec["title"] or heading, heading, spec["caption"], words, *spec["presets"], *labels, *(step["text"] for step in spec["steps"])]
    return Card(spec["name"], spec["store"]["name"], told[0], spec["caption"], question_in(words), " ".join(told))


def question_in(words: str) -> str:
    """The first question, with the sentences that lead to it; not those that refer to something that only its page has."""
    sentences = [re.sub(r"^\(\d\) ", "", sentence.strip()) for sentence in _SENTENCE.findall(words)]
    first = next((k for k, sentence in enumerate(sentences) if sentence.endswith("?")), -1)
    return " ".join(sentence for sentence in sentences[: first + 1] if _ELSEWHERE not in sentence)


def section_of(node: nodes.Node) -> nodes.section | None:
    """The section that a node stands in."""
    while node is not None and not isinstance(node, nodes.section):
        node = node.parent
    return node


def tex(node: nodes.Node) -> str:
    r"""A node's text in one line, its mathematics between dollars; a dollar is \$."""
    if isinstance(node, addnodes.pending_xref) and not node.get("refexplicit"):
        return _ELSEWHERE
    if isinstance(node, nodes.math):
        return f"${node.astext()}$"
    if isinstance(node, nodes.Text):
        return re.sub(r"\s+", " ", node.astext()).replace("$", r"\$")
    return "".join(tex(child) for child in node.children)


def contents(env, name: str | None = None) -> list[str]:
    """The pages of the book, or of the part that begins with a page, in the order of its contents."""
    name = name or env.config.root_doc
    return [name, *(page for inside in env.toctree_includes.get(name, ()) for page in contents(env, inside))]


def title_of(env, name: str) -> str:
    """A page's title, with its number if it belongs to a chapter."""
    title = env.titles[name]
    number = title.get("secnumber") if number_of(name) is not None else None
    return f"{'.'.join(map(str, number))} {title.astext()}" if number else title.astext()


def chapters(env) -> list[str]:
    """The first pages of the chapters, in the order of the contents."""
    firsts: dict[int, str] = {}
    for name in contents(env):
        if number_of(name) is not None:
            firsts.setdefault(number_of(name), name)
    return [*firsts.values()]
