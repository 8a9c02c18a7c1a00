"""A lighter page than the theme's own: nothing on it asks another host, and what it loads it uses.

Font Awesome, Bootstrap's script and the search index on every page weigh 730 kB gzipped; the templates
beside this file leave them out. `styles` does the same to the style sheet.
"""

from pathlib import Path

_TEMPLATES = Path(__file__).parent / "templates"
_NO_SUMMARIES = "DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = location.protocol !== 'file:';"


def is_ours(app) -> bool:
    """Whether the pages have the theme that the templates beside this file are for; under another one figures work as they are."""
    return app.config.html_theme == "sphinx_book_theme"


def configure(app, config) -> None:
    """Use the templates beside this file; offer to launch a notebook only where there is a repository."""
    if not is_ours(app):
        return
    config.templates_path.insert(0, str(_TEMPLATES))
    if not config.html_theme_options.get("repository_url"):
        config.html_theme_options.pop("launch_buttons", None)


def flatten_buttons(app, pagename, templatename, context, doctree) -> None:
    """Put the buttons of menus side by side, so that no script has to open a menu.

    Colab opens notebooks only, not pages of text.
    """
    buttons = []
    for button in context.get("header_buttons", ()):
        buttons += button["buttons"] if button["type"] == "group" else [button]
    text_page = context.get("page_source_suffix") == ".md"
    context["header_buttons"] = [
        _icon_only(button) for button in buttons if not (text_page and button.get("text") == "Colab")
    ]


def _icon_only(button: dict) -> dict:
    drawn = button.get("icon", "").startswith("fa")
    return {**button, "text": None} if drawn else button


def name_citations(app, pagename, templatename, context, doctree) -> None:
    """Make the entries of a bibliography items of its list, as a list requires."""
    if "body" in context:
        context["body"] = context["body"].replace('role="doc-biblioentry"', 'role="listitem"')


def name_toggles(app, pagename, templatename, context, doctree) -> None:
    """Name what opens a chapter's further pages in the sidebar: the theme gives it an icon and no text."""
    make = context.get("generate_toctree_html")
    if make is None:
        return

    def named(*arguments, **options):
        made = make(*arguments, **options)
        for toggle in made.find_all("summary") if made else ():
            toggle["aria-label"] = "More pages of this chapter"
        return made

    context["generate_toctree_html"] = named


def spare_search(app, pagename, templatename, context, doctree) -> None:
    """From file:// a browser refuses to fetch pages for summaries: do without, and without an error."""
    if pagename == "search":
        app.add_js_file(None, body=_NO_SUMMARIES, priority=300)


def setup(app) -> None:
    """Connect to the build."""
    app.connect("config-inited", configure)
    app.connect("html-page-context", flatten_buttons, priority=600)
    app.connect("html-page-context", name_citations)
    app.connect("html-page-context", name_toggles, priority=700)  # when the theme has put its functions there
    app.connect("html-page-context", spare_search)
