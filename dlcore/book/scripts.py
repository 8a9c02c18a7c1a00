"""What would be scripts inside pages comes from files, so that a host may forbid scripts inside pages (script-src 'self').

Two would be there: the settings of MathJax, and what answers a quiz. (The theme's own, which only choose the colour mode before
the page is drawn, stay: without them it is light.)
"""

import json
from pathlib import Path

from dlcore.book import outputs

_SETTINGS, _QUIZ = "mathjax-settings.js", "quiz.js"
_LATER = Path(__file__).with_name("front") / "mathjax.js"


def link_quiz(app, pagename, templatename, context, doctree) -> None:
    """Load what answers quizzes on pages that have one."""
    if doctree is not None and any('class="quiz"' in node.astext() for node in outputs.html_nodes(doctree)):
        app.add_js_file(_QUIZ, loading_method="defer")


def write(app) -> None:
    """Write both files where Sphinx looks for what pages load, and take MathJax's settings over from Sphinx.

    MathJax comes in the parts that the settings name. Its file for all of it is a third longer for a menu on every formula, and
    each of a page's formulas then stops the Tab key.
    """
    from dlcore.explore import assets

    folder = Path(app.doctreedir).parent / "scripts"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _QUIZ).write_text(assets.quizzes(), encoding="utf-8")
    settings, app.config.mathjax3_config = app.config.mathjax3_config or {}, None
    app.config.mathjax_path = "mathjax/startup.js"
    given = f"window.MathJax = {json.dumps(settings)};\n" + _LATER.read_text(encoding="utf-8")
    (folder / _SETTINGS).write_text(given, encoding="utf-8")
    app.add_js_file(_SETTINGS, priority=490)  # before MathJax itself
    app.config.html_static_path.append(str(folder))


def setup(app) -> None:
    """Connect to the build."""
    app.connect("builder-inited", write, priority=900)  # MyST has had its say by then
    app.connect("html-page-context", link_quiz)
