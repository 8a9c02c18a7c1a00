"""A figure, from its background to its legend."""

from . import furniture, marks
from .canvas import Canvas
from .filled import NARROW, filled
from .layout import Layout
from .panels import pair_up, stack
from .scene import draw as draw_scene

_FIELDS_FIRST = ("heatmap", "contour", "bar")  # Plotly draws lines and marks over them
_FLAT = ("scatter", *_FIELDS_FIRST)


def drawn(figure: dict, arrays: dict, ranges: list[dict], canvas: Canvas, frame: int) -> Canvas:
    """The canvas with the figure on it."""
    figure = filled(figure, arrays, ranges, frame)
    if canvas.width < NARROW:
        stack(figure)
        pair_up(figure)
    layout = Layout(figure, canvas.width, canvas.height)
    canvas.boxes([(0, 0, canvas.width, canvas.height)], figure["layout"].get("paper_bgcolor", "$paper"))
    shown = [trace for trace in figure["data"] if trace.get("visible", True) is True]
    flat = [trace for trace in shown if trace["type"] in _FLAT]
    for name in dict.fromkeys((trace.get("xaxis", "x"), trace.get("yaxis", "y")) for trace in flat):
        axes = tuple(layout.axes[part] for part in name)
        furniture.grid(canvas, axes)
        own = [trace for trace in flat if (trace.get("xaxis", "x"), trace.get("yaxis", "y")) == name]
        for kind in (*_FIELDS_FIRST, "scatter"):
            same = [trace for trace in own if trace["type"] == kind]
            for before, trace in zip([None, *same], same):
                marks.draw(canvas, trace, axes, before, layout.area.size)
    scene = figure["layout"].get("scene", {})
    draw_scene(canvas, layout.area, scene, [trace for trace in shown if trace["type"] in ("surface", "scatter3d")])
    for axis in layout.axes.values():
        furniture.sides(canvas, layout.area, axis)
    for bar in layout.bars:
        furniture.colour_bar(canvas, layout.area, bar)
    for entry in layout.entries:
        furniture.entry(canvas, layout.area, entry)
    return canvas
