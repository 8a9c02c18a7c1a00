"""Plotly's texts, with <i>, <b>, <sub>, <sup> and <br>: how wide they are, and what they are in SVG and in Matplotlib."""

import dataclasses
import functools
import html
import re

_TAGS = re.compile(r"<(/?)(i|b|sub|sup|em|strong)>|<(br) ?/?>")
_SMALL = 0.7  # of the letters around, above or below the line
_SHIFT = {"sub": 0.3, "sup": -0.6}  # em of the small letters, downwards


@dataclasses.dataclass(frozen=True)
class Run:
    """Letters in one style; `level` is "", "sub" or "sup"."""

    text: str
    italic: bool = False
    bold: bool = False
    level: str = ""


@functools.cache
def lines(label: str) -> tuple[tuple[Run, ...], ...]:
    """The runs of each line."""
    found, style, position = [[]], {"italic": False, "bold": False, "level": ""}, 0

    def add(text):
        if text:
            found[-1].append(Run(html.unescape(text), **style))

    for tag in _TAGS.finditer(label):
        add(label[position : tag.start()])
        position = tag.end()
        closing, name = tag[1] == "/", tag[2]
        if tag[3]:
            found.append([])
        elif name in _SHIFT:
            style["level"] = "" if closing else name
        else:
            style["italic" if name in ("i", "em") else "bold"] = not closing
    add(label[position:])
    return tuple(map(tuple, found))


def width(label: str, size: float) -> float:
    """The width in pixels of a label's longest line, in the font that Matplotlib brings along; hardly any other is wider."""
    return size * max(sum(_width(run.text) * (_SMALL if run.level else 1) for run in line) for line in lines(label))


@functools.cache
def _width(text: str) -> float:
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    return text_to_path.get_text_width_height_descent(text, FontProperties(size=100), ismath=False)[0] / 100


def in_svg(line: tuple[Run, ...]) -> str:
    """A line as the content of SVG's <text>."""
    parts, above = [], 0.0  # how far the letters before stand too low, in em of the line's
    for run in line:
        styles = ["font-style:italic"] * run.italic + ["font-weight:bold"] * run.bold
        drop = _SHIFT.get(run.level, 0.0) * _SMALL  # em of the line's
        size = _SMALL if run.level else 1
        attributes = f' dy="{(drop - above) / size:.2f}em"' if drop != above else ""
        if run.level:
            styles.append(f"font-size:{_SMALL:.0%}")
        if styles:
            attributes += f' style="{";".join(styles)}"'
        text = html.escape(run.text, quote=False)
        parts.append(f"<tspan{attributes}>{text}</tspan>" if attributes else text)
        above = drop
    return "".join(parts)


def in_matplotlib(line: tuple[Run, ...]) -> str:
    """A line as a text of Matplotlib; what is no plain letter becomes its mathematics."""
    if all(run == Run(run.text) for run in line):
        return "".join(run.text for run in line).replace("$", r"\$")
    return f"${''.join(map(_mathematics, line))}$"


def _mathematics(run: Run) -> str:
    font = "mathit" if run.italic else "mathbf" if run.bold else "mathrm"
    text = re.sub(r"([\\{}$%#&_^])", r"\\\1", run.text).replace(" ", r"\ ").replace("-", "{-}")
    return {"": "{}", "sub": "_{{{}}}", "sup": "^{{{}}}"}[run.level].format(rf"\{font}{{{text}}}")
