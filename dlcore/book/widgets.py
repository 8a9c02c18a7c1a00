"""Widgets other than explorers live in a kernel alone: a page that shows one is warned of, and no page asks a CDN for their sake."""

from docutils import nodes
from sphinx.util import logging

log = logging.getLogger(__name__)

VIEW = "application/vnd.jupyter.widget-view+json"


def configure(app, config) -> None:
    """Load none of the scripts that would draw widgets: they come from other hosts, and draw controls that do nothing."""
    config.nb_ipywidgets_js = {}


def warn(app, doctree) -> None:
    """Warn of outputs that nothing on a page without a kernel can show."""
    for bundle in doctree.findall(lambda node: isinstance(node, nodes.container) and node.get("nb_element") == "mime_bundle"):
        kinds = {child.get("mime_type") for child in bundle.children}
        if VIEW in kinds and "text/html" not in kinds:
            shown = next((child.astext() for child in bundle.children if child.get("mime_type") == "text/plain"), "a widget")
            log.warning(
                "the page shows %s, which does nothing without a kernel; make it a parameter of an explorer, or tag the cell remove-output",
                shown.strip().partition("(")[0], location=app.env.docname, type="dlcore", subtype="widget",
            )  # fmt: skip


def setup(app) -> None:
    """Connect to the build."""
    app.connect("config-inited", configure)
    app.connect("doctree-read", warn)
