"""A sheet in pixels that Matplotlib draws on: lines, areas, marks, images and texts, then SVG or PNG."""

import contextlib
import io

import numpy as np

from . import labels
from .cleaning import cleaned
from .colours import colour, dyes, palette

Box = tuple[float, float, float, float]  # left, top, right, bottom


class Canvas:
    """A sheet of `width` × `height` pixels; later things cover earlier ones, texts cover everything.

    For SVG (vector) colours are dyes; otherwise they are those of the light theme.
    """

    def __init__(self, width: float, height: float, *, vector: bool):
        from matplotlib.figure import Figure

        self.width, self.height, self.vector = width, height, vector
        self.colours = dyes() if vector else palette("light")
        self.texts: list[dict] = []
        self.images: list[str] = []  # the classes of each, in the order in which they are drawn
        self._order = 0
        self._figure = Figure(figsize=(width / 72, height / 72), dpi=72)
        self.sheet = self._figure.add_axes((0, 0, 1, 1))
        self.sheet.set(xlim=(0, width), ylim=(height, 0))
        self.sheet.set_axis_off()

    def colour(self, text: str) -> dict:
        """The colour and opacity of a role, as Matplotlib takes them."""
        name, opacity = colour(text, self.colours)
        return {"color": name, "alpha": None if opacity == 1 else opacity}

    def _add(self, artist, clip: Box | None):
        from matplotlib.patches import Rectangle

        self._order += 1
        artist.set_zorder(self._order)
        if clip is None:
            artist.set_clip_on(False)
        else:
            left, top, right, bottom = clip
            artist.set_clip_path(Rectangle((left, top), right - left, bottom - top, transform=self.sheet.transData))
        return artist

    def line(self, x, y, ink: str, width: float = 1.0, dash: str = "solid", clip: Box | None = None) -> None:
        """A line through points; it has gaps where one is not finite."""
        from matplotlib.lines import Line2D

        style = {"linewidth": width, "linestyle": _dashes(dash, width), "solid_capstyle": "butt", "dash_capstyle": "butt"}
        self._add(self.sheet.add_line(Line2D(x, y, **style, **self.colour(ink))), clip)

    def area(self, x, y, ink: str, clip: Box | None = None) -> None:
        """A polygon without an edge."""
        from matplotlib.patches import Polygon

        patch = Polygon(np.column_stack([x, y]), closed=True, linewidth=0, **self.colour(ink))
        self._add(self.sheet.add_patch(patch), clip)

    def boxes(self, boxes: list[Box], ink: str, clip: Box | None = None) -> None:
        """Rectangles, as one shape."""
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        corners = [[(a, b), (c, b), (c, d), (a, d), (a, b)] for a, b, c, d in boxes]
        if corners:
            codes = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY] * len(corners)
            patch = PathPatch(Path(np.concatenate(corners), codes), linewidth=0, **self.colour(ink))
            self._add(self.sheet.add_patch(patch), clip)

    def strokes(self, segments: list, ink: str, width: float = 1.0, clip: Box | None = None) -> None:
        """Separate straight lines, as one shape: a list of ((x0, y0), (x1, y1))."""
        x = [v for (x0, _), (x1, _) in segments for v in (x0, x1, np.nan)]
        y = [v for (_, y0), (_, y1) in segments for v in (y0, y1, np.nan)]
        self.line(x, y, ink, width, clip=clip)

    def marks(self, x, y, marker: dict, clip: Box | None = None) -> None:
        """A mark at every point."""
        from matplotlib.lines import Line2D

        name = marker.get("symbol", "circle")
        symbol, opened = name.removesuffix("-open"), name.endswith("-open")
        face, opacity = colour(marker.get("color", "$series0"), self.colours)
        edge = marker.get("line", {})
        edge_colour = face if opened else colour(edge.get("color", "#444444"), self.colours)[0]
        line = Line2D(
            x, y, linestyle="none", marker=_SYMBOLS.get(symbol, "o"), markersize=marker.get("size", 6) * _LARGER.get(symbol, 1),
            markerfacecolor="none" if opened else face, markeredgecolor=edge_colour,
            markeredgewidth=edge.get("width", 1 if opened else 0), alpha=_or_none(opacity * marker.get("opacity", 1)),
        )  # fmt: skip
        self._add(self.sheet.add_line(line), clip)

    def image(self, pixels: np.ndarray, box: Box, *, smooth: bool, clip: Box | None = None, theme: str = "") -> None:
        """Bytes (rows, columns, 4), the first row on top; with a theme it is seen in that one alone."""
        from matplotlib.image import AxesImage

        left, top, right, bottom = box
        kind = "none" if self.vector else "bilinear" if smooth else "nearest"
        image = AxesImage(self.sheet, extent=(left, right, bottom, top), origin="upper", interpolation=kind)
        image.set_data(pixels)
        self.images.append(f"{'' if smooth else 'sharp'} {theme}".strip())
        self._add(self.sheet.add_image(image), clip)

    def shell(self, polygons: np.ndarray, colours: np.ndarray, opacity: float, sharp: float) -> None:
        """Polygons (n, corners, 2), the last on top, as one image with `sharp` samples of a pixel's side."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.collections import PolyCollection
        from matplotlib.figure import Figure

        if not len(polygons):
            return
        left, top = np.floor(polygons.min(axis=(0, 1)) - 1)
        right, bottom = np.ceil(polygons.max(axis=(0, 1)) + 1)
        figure = Figure(figsize=((right - left) / 72, (bottom - top) / 72), dpi=72 * sharp)
        figure.patch.set_visible(False)
        sheet = figure.add_axes((0, 0, 1, 1))
        sheet.set(xlim=(left, right), ylim=(bottom, top))
        sheet.set_axis_off()
        sheet.add_collection(PolyCollection(polygons, facecolors=colours, edgecolors=colours, linewidths=0.4), autolim=False)
        agg = FigureCanvasAgg(figure)
        agg.draw()
        pixels = np.array(agg.buffer_rgba())
        pixels[..., 3] = (pixels[..., 3] * opacity).round()
        self.image(pixels, (left, top, right, bottom), smooth=True)

    def text(self, x: float, y: float, label: str, size: float, *, ink: str = "$text", anchor: str = "start", turned: int = 0) -> None:
        """A label whose first line's foot is at (x, y), turned clockwise by degrees."""
        for number, line in enumerate(labels.lines(label)):
            down = 1.3 * size * number
            angle = np.deg2rad(turned)
            place = (x - down * np.sin(angle), y + down * np.cos(angle))
            self.texts.append({"place": place, "line": line, "size": size, "ink": ink, "anchor": anchor, "turned": turned})

    # ---- output ---------------------------------------------------------------------------------

    def svg(self) -> str:
        """One SVG for both themes."""
        from matplotlib.backends.backend_svg import FigureCanvasSVG

        stream = io.StringIO()
        FigureCanvasSVG(self._figure)
        self._figure.patch.set_visible(False)
        self._figure.savefig(stream, format="svg", metadata={"Date": None})
        return cleaned(stream.getvalue(), self.texts, self.images, self.width, self.height)

    def png(self) -> bytes:
        """The light theme, two pixels for one."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from PIL import Image

        for text in self.texts:
            alignment = {"start": "left", "middle": "center", "end": "right"}[text["anchor"]]
            self.sheet.text(
                *text["place"], labels.in_matplotlib(text["line"]), size=text["size"], ha=alignment, va="baseline",
                rotation=-text["turned"], rotation_mode="anchor", zorder=self._order + 1, **self.colour(text["ink"]),
            )  # fmt: skip
        self._figure.set_dpi(144)
        canvas = FigureCanvasAgg(self._figure)
        canvas.draw()
        image = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
        stream = io.BytesIO()
        image.quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(stream, "png", optimize=True)
        return stream.getvalue()


_SYMBOLS = {"circle": "o", "square": "s", "diamond": "D", "cross": "P", "x": "X", "triangle-up": "^", "triangle-down": "v", "star": "*"}
_LARGER = {"x": 1.3, "cross": 1.2, "star": 1.4}  # as large as Plotly's of the same size


def _or_none(opacity: float) -> float | None:
    return None if opacity == 1 else opacity


def _dashes(dash: str, width: float):
    unit = max(width, 3)
    parts = {"dot": (1, 1), "dash": (3, 3), "longdash": (5, 5), "dashdot": (3, 1, 1, 1), "longdashdot": (5, 1, 1, 1)}.get(dash)
    return (0, tuple(part * unit for part in parts)) if parts else "solid"


@contextlib.contextmanager
def settings():
    """Matplotlib's defaults, whatever a notebook has set, and what makes small files that are always the same."""
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams |= {
            "svg.fonttype": "none", "svg.hashsalt": "dlcore", "path.simplify": True, "path.simplify_threshold": 0.3,
            "lines.scale_dashes": False, "image.composite_image": False,
        }  # fmt: skip
        yield
