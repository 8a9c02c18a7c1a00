"""Numbers as the field writes them, and sentences made of them.

Three significant digits, powers of ten as 3.2×10⁻⁵. All text that a reader sees next to a
figure is formatted here, in Python, once; the page only shows it.
"""

import html
import math
import re
import string

import numpy as np

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_TEX = re.compile(r"(?<!\\)\$(.+?)(?<!\\)\$", re.DOTALL)
_DIGITS = re.compile(r"\.([1-9]\d*)g")
_EXPONENT = re.compile(r"e([+-]?\d+)")


def powers(text: str) -> str:
    """A formatted number in print: '3.2e-05' → '3.2×10⁻⁵', '1e+06' → '10⁶', '-1' → '−1'."""
    text = _EXPONENT.sub(lambda found: "×10" + str(int(found[1])).translate(_SUPERSCRIPT), text).replace("-", "−")
    return re.sub(r"(?<![\d.])1×", "", text)


def number(value: float | int | np.generic, digits: int = 3) -> str:
    """Format a number with at most `digits` significant digits; integers below a million in full."""
    if isinstance(value, (bool, np.bool_)):
        return "on" if value else "off"
    if isinstance(value, (int, np.integer)) and abs(int(value)) < 1_000_000:
        return powers(str(int(value)))
    value = float(value)
    if math.isnan(value):
        return "undefined"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    if -3 <= int(exponent) < 5:
        plain = f"{float(f'{mantissa}e{exponent}'):.{max(digits - 1 - int(exponent), 0)}f}"
        return powers(plain.rstrip("0").rstrip(".") if "." in plain else plain)
    return powers((mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa) + f"e{exponent}")


class _Sentence(string.Formatter):
    """str.format in which numbers without a format come out in the book's notation."""

    def format_field(self, value, spec):
        if isinstance(value, np.ndarray):
            if value.size != 1:
                raise ValueError(
                    f"a readout can only show single numbers, but got an array of shape {value.shape}; "
                    "return the number itself from compute under a name of its own"
                )
            value = value.item()
        if isinstance(value, (bool, np.bool_)) or (not spec and isinstance(value, (int, float, np.number))):
            return number(value)
        if isinstance(value, (float, np.floating)) and not math.isfinite(value):
            return number(value)
        if (digits := _DIGITS.fullmatch(spec)) and isinstance(value, (int, float, np.number)):
            return number(float(value), int(digits[1]))
        text = format(value, spec)
        return powers(text) if isinstance(value, (int, float, np.number)) else text


def sentence(template, fields: dict) -> str:
    """Fill `template`, a format string or a callable of the fields, with parameters and data."""
    if callable(template):
        return str(template(fields))
    return _Sentence().vformat(template, (), fields)


def fields_of(template: str) -> set[str]:
    """The names whose values a format string takes; those of `{x[2]}` and `{x.real}` is x, and `{x:{digits}}` takes digits too."""
    found = set()
    for _, field, spec, _ in string.Formatter().parse(template):
        if field is not None:
            found |= {re.split(r"[.\[]", field, maxsplit=1)[0]} | fields_of(spec or "")
    return found


def typeset(text: str) -> str:
    r"""Text as HTML, with TeX between dollars as \(…\) for MathJax; \$ is a dollar."""
    pieces = _TEX.split(text)
    pieces[::2] = [html.escape(piece.replace(r"\$", "$")) for piece in pieces[::2]]
    pieces[1::2] = [rf'<span class="math notranslate nohighlight">\({html.escape(tex)}\)</span>' for tex in pieces[1::2]]
    return "".join(pieces)
