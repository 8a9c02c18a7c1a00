"""Links from prose to a state of a figure, [double the variance](#explorer-signal?variance=2), on this page or another; and
[](#figure-chain) to a still picture.

MyST takes what follows the # for a heading or a label. Both transforms here come before it does.
"""

from urllib.parse import parse_qsl, unquote

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from dlcore.book import only, outputs
from dlcore.book.pages import all_pages

log = logging.getLogger(__name__)

_PREFIX, _PICTURE = "#explorer-", "#figure-"


class LinksOnThePage(SphinxTransform):
    """Keeps links to a figure of the same page as they are written, and warns where they lead nowhere."""

    default_priority = 870  # MyST: 879

    def apply(self, **kwargs) -> None:
        """Called by Sphinx when a page has been read, before MyST resolves its links."""
        links = [node for node in self.document.findall(nodes.reference) if node.get("id_link")]
        links = [node for node in links if node["refuri"].startswith((_PREFIX, _PICTURE))]
        found = outputs.read_page(self.document)[0] if links else ()
        shown = [f"#figure-{name}" for node in outputs.html_nodes(self.document) for name in outputs.pictures(node.astext())]
        for link in links:
            del link["id_link"]
            if only.is_run(self.env.docname):
                _warn(link["refuri"], found, shown, link)


class LinksToAnotherPage(SphinxPostTransform):
    """Does the same for [text](other.md#explorer-signal?variance=2), once all pages are read."""

    default_priority = 8  # MyST: 9

    def run(self, **kwargs) -> None:
        """Called by Sphinx before a page is written, when all have been read."""
        for link in list(self.document.findall(addnodes.pending_xref)):
            fragment = f"#{link.get('reftargetid')}"
            if fragment.startswith((_PREFIX, _PICTURE)):
                page = all_pages(self.env).get(link["reftarget"])
                shown = [f"#{name}" for name in self.env.toc_fignumbers.get(link["reftarget"], {}).get("figure", {})]
                if only.is_run(link["reftarget"]):
                    _warn(f"{link['reftarget']}{fragment}", page.explorers if page else (), shown, link)
                address = self.app.builder.get_relative_uri(self.env.docname, link["reftarget"]) + fragment
                link.replace_self(nodes.reference("", "", *link.children, refuri=address, internal=True))


def _warn(address: str, explorers, pictures: list[str], link) -> None:
    if _PICTURE in address:
        there = any(address.endswith(picture) for picture in pictures)
        wrong = None if there else f"the link {address} leads to no picture: that page has {', '.join(pictures) or 'none'}"
    else:
        wrong = trouble(address, {explorer.name: explorer for explorer in explorers})
    if wrong:
        log.warning(wrong, location=link, type="dlcore", subtype="link")


def trouble(address: str, explorers: dict[str, outputs.Explorer]) -> str | None:
    """What is wrong with a link to a page with these explorers, or None."""
    name, _, state = address.partition(_PREFIX)[2].partition("?")
    name = unquote(name)
    if name not in explorers:
        return f"the link {address} leads to no explorer: that page has {', '.join(explorers) or 'none'}"
    unknown = [key for key, _ in parse_qsl(state, keep_blank_values=True) if key not in explorers[name].parameters]
    if unknown:
        return (
            f"the link {address} sets {', '.join(unknown)}, but explorer {name} "
            f"has the parameters {', '.join(explorers[name].parameters)}"
        )
    return None


def setup(app) -> None:
    """Register the transforms."""
    app.add_transform(LinksOnThePage)
    app.add_post_transform(LinksToAnotherPage)
