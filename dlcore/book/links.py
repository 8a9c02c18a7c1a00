"""Links from prose to a state of a figure: [double the variance](#explorer-signal?variance=2)."""

from urllib.parse import parse_qsl, unquote

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from dlcore.book import outputs

log = logging.getLogger(__name__)

_PREFIX = "#explorer-"


class ExplorerLinks(SphinxTransform):
    """Keeps such links as they are written, and warns where they lead nowhere.

    MyST takes every `#name` for a heading or a label, so this comes before it does (at 879).
    """

    default_priority = 870

    def apply(self, **kwargs) -> None:
        found = {}
        for link in self.document.findall(nodes.reference):
            if link.get("id_link") and link.get("refuri", "").startswith(_PREFIX):
                del link["id_link"]
                found = found or {explorer.name: explorer for explorer in outputs.read_page(self.document)[0]}
                wrong = trouble(link["refuri"], found)
                if wrong:
                    log.warning(wrong, location=link, type="dlcore", subtype="link")


def trouble(address: str, explorers: dict[str, outputs.Explorer]) -> str | None:
    """What is wrong with a link on a page with these explorers, or None."""
    name, _, state = address.removeprefix(_PREFIX).partition("?")
    name = unquote(name)
    if name not in explorers:
        return f"the link {address} leads to no explorer of this page, which has: {', '.join(explorers) or 'none'}"
    unknown = [key for key, _ in parse_qsl(state, keep_blank_values=True) if key not in explorers[name].parameters]
    if unknown:
        return (
            f"the link {address} sets {', '.join(unknown)}, but explorer {name} "
            f"has the parameters {', '.join(explorers[name].parameters)}"
        )
    return None


def setup(app) -> None:
    """Register the transform."""
    app.add_transform(ExplorerLinks)
