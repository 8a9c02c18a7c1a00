"""Explorers: figures with controls, declared once in Python, alive in kernels and in the built page.

    parameters ──► compute(**values) ──► named arrays ──► figure template ──► picture

    parameters    what a reader can turn, and which values are offered; Choice, Toggle
    slider        Slider
    film          Time, the frames of a film
    story         Step, Guess, and what a click in the picture sets
    abbreviations (1, 200) for a Slider, ["relu", "tanh"] for a Choice
    figures       lines, histogram, heatmap, surface, path_on_contour, two of them beside each other: one visual language
    marks         points and ticks that chapters add to a template
    template      what a template refers to, arrays and colours
    frames        the ranges that keep its axes still
    checked       what a declaration is given, checked
    declaration   the declaration, and the one place where a state is computed
    spec          what the front end is told
    page          a figure as it stands in the built page
    explorer      Explorer, the widget
    fingerprint   what a state's numbers depend on, as one hash
    reach         the source files and packages that code imports
    encoding      arrays of many states in few bytes
    stills        a figure as a picture that needs no browser: SVG in both themes, PNG
    baking        all states computed beforehand, within budgets
    chunks        the text of some of them, as the page fetches it
    progress      a bar for long work
    picture       still pictures in the page's colours
    quiz          short questions with an answer box
    assets        the front end's files (front/), put together for both homes

This package imports none of dlcore's numerics.
"""

from .figures import beside, heatmap, histogram, lines, path_on_contour, surface
from .film import Time
from .parameters import Choice, Toggle
from .picture import picture
from .progress import progress
from .quiz import quiz
from .slider import Slider
from .story import Guess, Step

__all__ = [
    "Choice", "Explorer", "Guess", "Slider", "Step", "Time", "Toggle",
    "beside", "heatmap", "histogram", "lines", "path_on_contour", "picture", "progress", "quiz", "surface",
]  # fmt: skip


def __getattr__(name: str):
    """Explorer, when it is asked for: a build of the book uses the rest, and need not load the widgets."""
    if name != "Explorer":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .explorer import Explorer

    return Explorer
