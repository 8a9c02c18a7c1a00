"""An axis: from values to pixels, its ticks, and the room that its labels and its title take."""

import dataclasses
import itertools
import math
from collections.abc import Iterator

import numpy as np

from . import labels
from .area import ASCENT, CAP, DESCENT, LINE, MIDDLE, Area, standoff, title_of
from .ticks import Tick, ticks


@dataclasses.dataclass
class Axis:
    """An axis with its place; `low` and `high` are exponents if it is logarithmic."""

    name: str  # "x2"
    options: dict
    low: float
    high: float
    start: float  # where `low` is drawn
    stop: float  # where `high` is drawn
    across: float = 0.0  # where the axis line is drawn
    ticks: list[Tick] = dataclasses.field(default_factory=list)
    turned: int = 0  # degrees by which its labels are turned, so that they do not meet
    gap: float = 0.0  # from the axis line to its labels
    depth: float = 0.0  # to their ends

    @property
    def vertical(self) -> bool:
        return self.name[0] == "y"

    @property
    def side(self) -> str:
        return self.options.get("side", "left" if self.vertical else "bottom")

    @property
    def visible(self) -> bool:
        return self.options.get("visible", True)

    @property
    def log(self) -> bool:
        return self.options.get("type") == "log"

    def places(self, values) -> np.ndarray:
        """Values, or their exponents, as the axis counts."""
        values = np.asarray(values, dtype=float)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(values > 0, np.log10(values), np.nan) if self.log else values

    def at(self, places) -> np.ndarray:
        """Pixels of what `places` returns."""
        return self.start + (np.asarray(places) - self.low) * ((self.stop - self.start) / (self.high - self.low))

    def pixels(self, values) -> np.ndarray:
        """Pixels of values; NaN where a value cannot be drawn."""
        found = self.at(self.places(values))
        return np.where(np.isfinite(found), found, np.nan)

    def stand(self, other: "Axis", size: float) -> None:
        """Take the place beside the axis that it is anchored to: ticks, labels in letters of `size`."""
        self.across = sorted((other.start, other.stop))[self.side in ("bottom", "right")]
        found = ticks(self.options, self.low, self.high, abs(self.stop - self.start), self.vertical) if self.visible else []
        labelled = self.options.get("showticklabels", True)
        self.ticks = [(place, text if labelled else "", large) for place, text, large in found]
        outside = self.options.get("ticklen", 5) if self.options.get("ticks") == "outside" else 0
        self.gap = outside + 0.2 * size + 0.5
        sizes = [(labels.width(text, size * large), size * large) for _, text, large in self.ticks]
        self.turned = 0 if self.vertical else self._turn(size, [wide / 2 for wide, _ in sizes])
        angle = math.radians(self.turned)
        upright = [wide * math.sin(angle) + tall * (1 + DESCENT) * math.cos(angle) for wide, tall in sizes]
        self.depth = self.gap + max([wide for wide, _ in sizes] if self.vertical else upright, default=0.0)

    def _turn(self, size: float, halves: list[float]) -> int:
        """Labels that would meet are turned by 30 degrees, or by 90 where that is not enough."""
        spans = sorted((float(self.at(at)), half) for (at, *_), half in zip(self.ticks, halves))
        pairs = list(itertools.pairwise(spans))
        if all(x + half + 1 < y - other for (x, half), (y, other) in pairs):
            return 0
        apart = min(y - x for (x, _), (y, _) in pairs)
        return 30 if math.cos(math.radians(30)) <= apart / math.hypot(apart, 1.25 * size) else 90

    def push(self, area: Area) -> dict[str, tuple[float, float]]:
        """The room it takes: for each side a place in the area, from 0 to 1, and pixels beyond it."""
        sizes = dict.fromkeys("lrtb", 0.0)
        sizes[self.side[0]] = self.depth if self.visible else 0.0
        if self.visible and (title := title_of(self.options)):
            away = standoff(self.options, None)
            letters = (1.0 if away is None else CAP) + LINE * title.count("<br")
            sizes[self.side[0]] += area.title_size * letters + (away or 0.0)
        if self.vertical:
            low, high, place = "b", "t", (self.across - area.left) / area.width
        else:
            low, high, place = "l", "r", (area.bottom - self.across) / area.height
        for before, behind in self._overhang(area.size):
            sizes[low], sizes[high] = max(sizes[low], before), max(sizes[high], behind)
        return {side: ({low: 0.0, high: 1.0}.get(side, place), sizes[side]) for side in "lrtb"}

    def _overhang(self, size: float) -> Iterator[tuple[float, float]]:
        """How far each label reaches beyond the axis's start, and beyond its end."""
        for place, text, large in self.ticks:
            at = float(self.at(place))
            if self.vertical:
                yield at + (DESCENT + MIDDLE) * size * large - self.start, self.stop - at + (ASCENT - MIDDLE) * size * large
            else:
                half = 0.5 * labels.width(text, size * large) * math.cos(math.radians(self.turned))
                yield self.start - at + half, at + half - self.stop
