"""What Matplotlib writes as SVG, made small and given both themes."""

import base64
import io
import re

import numpy as np

from . import labels
from .colours import dyes, palette

_FONT = "system-ui,'Segoe UI',Roboto,'Helvetica Neue',sans-serif"  # as in front/explorer.css
_PALETTE = 256  # colours of an image


def inside(text: str) -> str:
    """What stands inside Matplotlib's SVG, without comments, metadata and styles."""
    body = text[text.index("<svg") :]
    body = body[body.index(">") + 1 : body.rindex("</svg>")]
    return re.sub(r"<!--.*?-->|<metadata>.*?</metadata>|<style.*?</style>", "", body, flags=re.DOTALL)


def cleaned(text: str, texts: list[dict], images: list[str], width: float, height: float) -> str:
    """Matplotlib's SVG without what nobody needs, its images in few colours, its dyes as properties, with texts."""
    body = inside(text)
    body = re.sub(r'xlink:href="data:image/png;base64,\s*([^"]*)"', lambda found: f'href="{_few_colours(found[1])}"', body)
    classes = iter(images)
    body = re.sub(r'(<image [^>]*?) style="[^"]*"', r"\1", body)
    body = re.sub("<image ", lambda _: f'<image class="{next(classes)}" ', body).replace(' class=""', "")
    body = body.replace("xlink:href", "href")
    body = re.sub(r' id="(?:figure|axes|patch|line2d|image|text|PathCollection|QuadMesh|LineCollection)[\w]*"', "", body)
    body = _rounded(body)
    body = re.sub(r"\s*\n\s*", "\n", body).replace("<g>\n</g>\n", "")
    body = re.sub(r"<defs>\s*</defs>", "", body)
    body += "".join(map(_text, texts))
    used = [role for role, dye in dyes().items() if dye in body]
    for role in used:
        body = body.replace(dyes()[role], f"var(--{role})")
    width, height = f"{width:g}", f"{height:g}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" id="dark" width="{width}" height="{height}" viewBox="0 0 {width} {height}">\n'
        f"<style>{_style(used)}</style>\n{body.strip()}\n</svg>\n"
    )


def _style(used: list[str]) -> str:
    def properties(theme):
        return ";".join(f"--{role}:{palette(theme)[role]}" for role in used)

    return (
        f":root{{{properties('light')}}}:root:target{{{properties('dark')}}}"
        "*{stroke-linejoin:round}.dark,:root:target .light{display:none}:root:target .dark{display:inline}"
        f".sharp{{image-rendering:pixelated}}text{{font-family:{_FONT}}}"
    )


def _rounded(body: str) -> str:
    """Numbers with two digits behind the point; what images hold has no points."""
    return re.sub(r"-?\d+\.\d+", lambda found: f"{round(float(found[0]), 2) + 0.0:g}", body)


def _text(text: dict) -> str:
    (x, y), turned = text["place"], text["turned"]
    x, y = f"{x:.1f}", f"{y:.1f}"
    place = f'transform="translate({x} {y}) rotate({turned})"' if turned else f'x="{x}" y="{y}"'
    anchor = "" if text["anchor"] == "start" else f' text-anchor="{text["anchor"]}"'
    role = text["ink"].removeprefix("$")
    return f'<text {place}{anchor} font-size="{text["size"]:g}" style="fill:{dyes()[role]}">{labels.in_svg(text["line"])}</text>\n'


def _few_colours(data: str) -> str:
    """A PNG with a palette of 256 colours, exactly the same where there are no more; Matplotlib writes four bytes for each pixel."""
    from PIL import Image

    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGBA"))
    table, index = _distinct(pixels)
    if len(table) > _PALETTE:
        opacity = np.where(pixels[..., 3] > 127, pixels[..., 3].max(), 0).astype(np.uint8)
        few = Image.fromarray(pixels[..., :3].copy()).quantize(_PALETTE // 2 - 1, dither=Image.Dither.NONE).convert("RGB")
        table, index = _distinct(np.dstack([few, opacity]) * (opacity[..., None] > 0))
    image = Image.fromarray(index.reshape(pixels.shape[:2]).astype(np.uint8), "P")
    image.putpalette(table[:, :3].tobytes())
    stream = io.BytesIO()
    image.save(stream, "png", optimize=True, transparency=table[:, 3].tobytes() if (table[:, 3] < 255).any() else None)
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()


def _distinct(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different colours (n, 4) of an image of bytes, and which of them each pixel has."""
    whole, index = np.unique(np.ascontiguousarray(pixels).view("<u4"), return_inverse=True)
    return whole.view(np.uint8).reshape(-1, 4), index
