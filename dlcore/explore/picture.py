"""Still pictures that Matplotlib draws in the page's colours: a network, a map, a proof without words."""

import html
import io
import os
import re
from collections.abc import Callable
from types import SimpleNamespace

from .stills.cleaning import inside
from .stills.colours import dyes, palette
from .stills.paths import shortened

_WIDTH, _NARROW, _DOTS = 694, 342, 100  # pixels, of which an inch of Matplotlib's has so many
_LESS = 0.7  # as wide on a telephone, where it does not lose its room
_STYLE = "margin: 1.25em 0; background: var(--explorer-paper, #ffffff)"  # readable in a dark notebook, which has no such property
_SETTINGS = {
    "svg.fonttype": "path", "mathtext.fontset": "cm", "font.size": 12, "axes.labelsize": 13,
    "axes.spines.top": False, "axes.spines.right": False,
}  # fmt: skip
_INKED = ("axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color", "text.color", "legend.labelcolor")


class Picture:
    """See `picture`."""

    def __init__(self, name: str, caption: str, alt: str, drawings: str):
        self.name, self.caption, self.alt, self._drawings = name, caption, alt, drawings

    def _repr_html_(self) -> str:
        return (
            f'<figure class="picture" id="figure-{self.name}" data-picture="{self.name}" style="{_STYLE}">{self._drawings}'
            f'<figcaption style="font-size: 0.85em; margin-top: 0.35em">{html.escape(self.caption)}</figcaption></figure>'
        )

    def __repr__(self):
        return f"Picture({self.name}: {self.alt})"


def picture(
    name: str, draw: Callable, *, caption: str, alt: str, height: float = 2.6, width: float = _WIDTH / _DOTS, **subplots
) -> Picture:
    """A still picture in the page's colours, light and dark; on a telephone drawn anew, panels that stood side by side below each other.

        def draw(axes, ink):
            axes.plot(x, y, color=ink.series0)

        picture("chain", draw, caption="A chain of five weights.", alt="Five circles in a row, joined by arrows.")

    Args:
        name: letters, digits and underscores; [](#figure-NAME) cites the picture by its number.
        draw: gets the axes (an array of them if `subplots` asks for several) and the colours: ink.text, quiet, line, grid, theory,
            ink, warning, accent, paper, series0 to series6.
        caption: a sentence, as it stands below the picture.
        alt: what is to be seen, for those who do not see it.
        height, width: in inches; as wide as a page's text is 6.94.
        subplots: of a picture with several axes, what `matplotlib.figure.Figure.subplots` takes, such as ncols=2.

    Raises:
        ValueError: a bad name, or no caption or description.
    """
    if not re.fullmatch(r"\w+", name):
        raise ValueError(f"a picture's name must be letters, digits and underscores, got {name!r}; rename it")
    if not caption.strip() or not alt.strip():
        raise ValueError(f"the picture {name} needs a caption and a description, got {caption!r} and {alt!r}; write a sentence each")
    wide = _drawn(name, draw, alt, (width, height), subplots)
    if "DLCORE_BAKE" not in os.environ:  # a notebook has no style sheet to choose between the two
        return Picture(name, caption, alt, wide)
    size, stacked = _stacked(height, width, subplots)
    narrow = _drawn(f"{name}-narrow", draw, alt, size, stacked)
    return Picture(name, caption, alt, f'<div class="picture-wide">{wide}</div><div class="picture-narrow">{narrow}</div>')


def _stacked(height: float, width: float, subplots: dict) -> tuple[tuple[float, float], dict]:
    """Size and axes of a picture on a telephone: a row of panels becomes a column; other pictures are drawn less wide and shrink less."""
    panels = subplots.get("ncols", 1) if subplots.get("nrows", 1) == 1 else 1
    if panels == 1:
        return (_LESS * width, height), subplots
    stacked = {"height_ratios" if name == "width_ratios" else name: value for name, value in subplots.items()}
    return (_NARROW / _DOTS, 0.85 * height * panels), stacked | {"nrows": panels, "ncols": 1}


def _drawn(name: str, draw: Callable, alt: str, size: tuple[float, float], subplots: dict) -> str:
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    ink, stream = dyes(), io.StringIO()
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams |= _SETTINGS | {"svg.hashsalt": name} | dict.fromkeys(_INKED, ink["text"])
        figure = Figure(figsize=size, layout="constrained")
        FigureCanvasSVG(figure)
        figure.patch.set_visible(False)
        axes = figure.subplots(**subplots)
        for one in figure.axes:
            one.patch.set_visible(False)
        draw(axes, SimpleNamespace(**ink))
        figure.savefig(stream, format="svg", metadata={"Date": None})
    return _inline(name, stream.getvalue(), alt, size[0] * _DOTS)


def _inline(name: str, text: str, alt: str, pixels: float) -> str:
    """Matplotlib's SVG as part of a page, as wide as there is room, its dyes as the properties that the style sheet sets."""
    box = re.search(r'viewBox="([^"]*)"', text)[1]
    body = inside(text).replace("xlink:href", "href")
    named = set(re.findall(r'(?:href="#|url\(#)([^")]+)', body))
    body = re.sub(r' id="([^"]*)"', lambda found: f' id="{name}-{found[1]}"' if found[1] in named else "", body)
    body = re.sub(r'(href="#|url\(#)', rf"\1{name}-", body)
    body = re.sub(r"-?\d+\.\d+", lambda found: f"{float(found[0]) + 0.0:.5g}", body)
    body = re.sub(r"\s*\n\s*", "\n", body).strip()
    body = shortened(body)
    for role, dye in dyes().items():
        body = body.replace(dye, f"var(--explorer-{role}, {palette('light')[role]})")
    size = f'style="width: {pixels:.0f}px; max-width: 100%; height: auto; display: block; stroke-linejoin: round"'
    return f'<svg viewBox="{box}" role="img" aria-label="{html.escape(alt)}" {size}>\n{body}\n</svg>'
