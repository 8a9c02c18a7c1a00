"""Stills: a figure at one state, drawn by Matplotlib from the template and the arrays that Plotly draws in the page.

    drawing       a figure, from its background to its legend
    filled        the template with numbers in it
    panels        side by side, or one above the other
    layout        where everything stands: Plotly's rules
    area          the area between the margins
    axis          an axis: from values to pixels, and the room of its labels
    legend        the entries above the area
    bars          colour bars beside it
    ticks         where axes have ticks, and their labels
    labels        texts with <i>, <sub>, <sup>
    colours       roles and scales of colours
    canvas        a sheet in pixels, as SVG or PNG
    cleaning      Matplotlib's SVG made small, for both themes
    furniture     grid, axes, legend, colour bars
    marks         lines, marks, areas, bars
    fields        heat maps and contours
    scene         surfaces and paths in three dimensions

Matplotlib is imported when something is drawn.
"""

from .canvas import Canvas, settings
from .drawing import drawn
from .panels import side_by_side

WIDE = (694, 384)  # width and height, in pixels, as the style sheet has them
_NARROW, _NARROW_PANELS, _ROOMY_PANELS = (342, 232), (342, 296), (342, 352)


def sizes(figure: dict, roomy: bool = False) -> dict[str, tuple[int, int]]:
    """The stills of a figure, and how wide and high they are: for a wide page and for a telephone, `roomy` or not (see `Declaration`)."""
    panels = _ROOMY_PANELS if roomy else _NARROW_PANELS
    return {"wide": WIDE, "narrow": panels if side_by_side(figure["layout"]) else _NARROW}


def svg(figure: dict, arrays: dict, ranges: list[dict], *, width: float = WIDE[0], height: float = WIDE[1], frame: int = 0) -> str:
    """The picture as one SVG; with the fragment #dark in its address it is dark.

    Args:
        figure: a template of `dlcore.explore.figures`.
        arrays: what `dlcore.explore.template.shipped` takes out of what compute returned.
        ranges: what `dlcore.explore.frames.Extents.ranges` returns.
        width, height: in pixels.
        frame: of a film.
    """
    with settings():
        return drawn(figure, arrays, ranges, Canvas(width, height, vector=True), frame).svg()


def png(figure: dict, arrays: dict, ranges: list[dict], *, width: float = WIDE[0], height: float = WIDE[1], frame: int = 0) -> bytes:
    """The same in the light theme as PNG, with two pixels for one."""
    with settings():
        return drawn(figure, arrays, ranges, Canvas(width, height, vector=False), frame).png()
