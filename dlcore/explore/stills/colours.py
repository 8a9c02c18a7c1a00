"""Colours by role, "$theory" or "$text@0.2", as the style sheet has them; and the scales that turn numbers into colours.

While a still is drawn each role has a colour of its own that nothing else has, its *dye*: two roles may have one colour in the
light, and another in the dark. Afterwards every dye becomes a property of the style sheet.
"""

import functools
import re

import numpy as np

from ..assets import FRONT

ROLE = re.compile(r"\$([\w-]+)(?:@([\d.]+))?")
_DYE = 0xFD0300  # and the number of the role

# Plotly's scales that Matplotlib has not, or has otherwise.
_SCALES = {"RdBu": [[0, "#050aac"], [0.35, "#6a89f7"], [0.5, "#bebebe"], [0.6, "#dcaa84"], [0.7, "#e6915a"], [1, "#b20a1c"]]}
_LEVELS = 255  # and one for gaps: an image with a palette has 256


@functools.cache
def palette(theme: str) -> dict[str, str]:
    """Role → colour in the theme "light" or "dark"."""
    selector = {"light": ".explorer, .picture", "dark": '.explorer[data-theme="dark"], html[data-theme="dark"] .picture'}[theme]
    text = (FRONT / "explorer.css").read_text(encoding="utf-8")
    (block,) = re.findall(rf"^{re.escape(selector)} \{{(.*?)^\}}", text, re.MULTILINE | re.DOTALL)
    return dict(re.findall(r"--explorer-([\w-]+): (#\w{6});", block))


@functools.cache
def dyes() -> dict[str, str]:
    """Role → its dye."""
    return {role: f"#{_DYE + number:06x}" for number, role in enumerate(palette("light"))}


def colour(text: str, colours: dict[str, str]) -> tuple[str, float]:
    """(colour, opacity) of a role among `colours`, or of a colour that Matplotlib knows."""
    found = ROLE.fullmatch(text)
    return (colours[found[1]], float(found[2] or 1)) if found else (text, 1.0)


def has_roles(scale) -> bool:
    """Whether a colour scale depends on the theme."""
    return not isinstance(scale, str) and any(ROLE.fullmatch(text) for _, text in scale)


def colours_of(values: np.ndarray, limits: tuple[float, float], scale, theme: str) -> np.ndarray:
    """Bytes (…, 4) of red, green, blue and opacity; nothing is seen where a value is not finite.

    `scale` is a name, or a list of [place, colour] with places from 0 to 1.
    """
    low, high = limits
    share = (np.asarray(values, dtype=float) - low) / ((high - low) or 1.0)
    finite = np.isfinite(share)
    level = np.round(np.clip(np.where(finite, share, 0.0), 0, 1) * (_LEVELS - 1)).astype(int)
    pixels = _table(scale, theme)[level]
    pixels[~finite] = 0
    return pixels


def _table(scale, theme: str) -> np.ndarray:
    """The colours of a scale, bytes (levels, 4)."""
    from matplotlib import colormaps
    from matplotlib.colors import to_rgba

    places = np.linspace(0, 1, _LEVELS)
    stops = _SCALES.get(scale) if isinstance(scale, str) else scale
    if stops is None:
        table = colormaps[scale.lower() if scale.lower() in colormaps else scale](places)
    else:
        channels = np.array([to_rgba(*colour(text, palette(theme))) for _, text in stops])
        table = np.stack([np.interp(places, [place for place, _ in stops], channel) for channel in channels.T], axis=1)
    return (table * 255).round().astype(np.uint8)
