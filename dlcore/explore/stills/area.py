"""The area between a picture's margins, and the size of the letters around it."""

import dataclasses

CAP = 0.7  # em: a capital letter
LINE = 1.3  # em: a line of text
ASCENT, DESCENT = 0.93, 0.24  # em: what the letters of a line reach above its foot and below it
MIDDLE = 0.35  # em: from a line's foot to the middle of its letters
FIELDS = ("heatmap", "contour", "surface")


@dataclasses.dataclass(frozen=True)
class Area:
    """Four sides, the width of the whole picture, and the size of its letters, of titles also; in pixels."""

    left: float
    top: float
    right: float
    bottom: float
    whole: float
    size: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def title_size(self) -> float:
        """The size of the letters in titles."""
        return float(int(1.2 * self.size + 0.5))


def title_of(options: dict) -> str:
    """The title of an axis or a colour bar."""
    title = options.get("title", "")
    return title if isinstance(title, str) else title.get("text", "")


def standoff(options: dict, default: float | None) -> float | None:
    """Pixels between labels and title, as far as the options say."""
    title = options.get("title", {})
    return title.get("standoff", default) if isinstance(title, dict) else default
