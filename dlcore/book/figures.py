"""Where a figure's still lies, seen from its page; and a page of its own for every figure, figures/NAME.html."""

from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.util import logging

from dlcore.book import numbers, outputs
from dlcore.book.pages import all_pages

log = logging.getLogger(__name__)

_FOLDER = "figures"


def resolve(app, doctree, docname) -> None:
    """Put in where the front end's files lie, and write the page of each figure."""
    from dlcore.explore import page

    if app.builder.format != "html":
        return
    here = "../" * docname.count("/") + "_static/explorers/"
    first = True
    for node in outputs.html_nodes(doctree):
        html = node.astext()
        if "<figure" not in html:
            continue
        for name in outputs.pictures(html):
            html = page.numbered(html, f"figure-{name}", numbers.caption(app.env, docname, f"figure-{name}"))
        for explorer in outputs.read(html)[0]:
            html = page.numbered(html, f"explorer-{explorer.name}", numbers.caption(app.env, docname, f"explorer-{explorer.name}"))
            _write(app, docname, explorer.name, html)
        if first and page.LATER in html:
            html, first = html.replace(page.LATER, page.AT_ONCE, 1), False
        parent, at = node.parent, node.parent.index(node)
        parent[at] = nodes.raw("", html.replace(page.STATIC, here), format="html")


def _write(app, docname: str, name: str, html: str) -> None:
    from dlcore.explore import page

    start = html.index(f'<figure class="explorer" id="explorer-{name}"')
    figure = html[start : html.index("</figure>", start) + len("</figure>")]
    title = app.env.titles[docname].astext() if docname in app.env.titles else docname
    address = f"../{app.builder.get_target_uri(docname)}#explorer-{name}"
    back = f'<p class="explorer-from"><a target="_top" href="{address}">{escape(title)}</a></p>'
    folder = Path(app.outdir) / _FOLDER
    folder.mkdir(exist_ok=True)
    math = "../_static/mathjax/tex-chtml.js" if any("$" in label for label in outputs.labels(figure)) else ""
    text = page.alone(f"{name}: {title}", figure + back, "../_static/explorers/", math)
    (folder / f"{name}.html").write_text(text, encoding="utf-8")


def tidy(app, env) -> list[str]:
    """Remove the pages of figures that are gone; warn of figures on different pages that share a name."""
    pages: dict[str, str] = {}
    for docname, held in all_pages(env).items():
        for explorer in held.explorers:
            other = pages.setdefault(explorer.name, docname)
            if other != docname:
                log.warning(
                    "the explorer %r is on %s as well, and figures/%s.html can show one alone; give one of them another name=",
                    explorer.name, other, explorer.name, location=docname, type="dlcore", subtype="explorer",
                )  # fmt: skip
    for path in (Path(app.outdir) / _FOLDER).glob("*.html"):
        if path.stem not in pages:
            path.unlink()
    return []


def setup(app) -> None:
    """Connect to the build."""
    app.connect("doctree-resolved", resolve)
    app.connect("env-updated", tidy)
