"""Polygonal lines in few letters.

>>> from_point_to_point("M 54.406 51.64 L 56.3 52.55 L 58.25 50 z")
'M54.4 51.6l1.9 1 1.9 -2.6z'
"""

import re

_POINT = r"\s*-?[\d.]+\s+-?[\d.]+\s*"
_POLYGONAL = re.compile(rf"(?:M{_POINT}(?:L{_POINT})*(?:z\s*)?)+")


def shortened(body: str) -> str:
    """An SVG with its polygonal lines told from point to point; curves, as letters have them, stay."""
    return re.sub(r' d="([^"]*)"', lambda found: f' d="{from_point_to_point(found[1])}"', body)


def from_point_to_point(path: str) -> str:
    """The same path in tenths of its unit, after each M relative; its points are rounded, so that errors do not add up."""
    if not _POLYGONAL.fullmatch(path):
        return path
    told, at, relative = "", (0, 0), False
    for end, command, x, y in re.findall(r"(z)|([ML])\s*(\S+)\s+(\S+)", path):
        if end:
            told, relative = told + "z", False
            continue
        point = round(10 * float(x)), round(10 * float(y))
        if command == "M":
            told, relative = f"{told}M{_pair(point)}", False
        else:
            told, relative = f"{told}{' ' if relative else 'l'}{_pair((point[0] - at[0], point[1] - at[1]))}", True
        at = point
    return told


def _pair(tenths: tuple[int, int]) -> str:
    return " ".join(re.sub(r"^(-?)0\.", r"\1.", f"{value / 10:g}") for value in tenths)
