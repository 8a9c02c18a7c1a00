"""Places on a page that are filled in from all pages: `{gallery}`, `{book-map}`, {book-count}`figures`.

A page with such places is written anew whenever what stands there would be other than before.
"""

from collections.abc import Callable

from docutils import nodes

from dlcore.book.pages import Place, all_pages

MAKERS: dict[str, Callable] = {}  # kind → what makes the HTML of a place from (app, page, place)


def fill(app, doctree, docname) -> None:
    """Fill the places of a page; other formats than HTML do without them."""
    for place in list(doctree.findall(Place)):
        place.replace_self(nodes.raw("", MAKERS[place["kind"]](app, docname, place) if app.builder.format == "html" else "", format="html"))


def update(app, env) -> list[str]:
    """The pages that must be written because a place on them would be filled with something else."""
    if app.builder.format != "html":
        return []
    made = {name: _made(app, env, name) for name, page in all_pages(env).items() if page.places}
    before, env.dlcore_generated = getattr(env, "dlcore_generated", {}), made
    for name, texts in made.items():
        env.get_domain("math").data["has_equations"][name] |= any('class="math ' in text for text in texts)
    return [name for name, texts in made.items() if before.get(name) != texts]


def _made(app, env, name: str) -> list[str]:
    return [MAKERS[place["kind"]](app, name, place) for place in env.get_doctree(name).findall(Place)]


def link_files(app, pagename, templatename, context, doctree) -> None:
    """Load the style of such places, and the filter, where they are."""
    page = all_pages(app.env).get(pagename)
    if page and page.places:
        app.add_css_file("places.css")
    if page and "gallery" in page.places:
        app.add_js_file("filter.js", loading_method="defer")


def setup(app) -> None:
    """Connect to the build."""
    app.add_node(Place)
    app.connect("env-updated", update)
    app.connect("doctree-resolved", fill)
    app.connect("html-page-context", link_files)
