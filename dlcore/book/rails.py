"""The lines beside a list of chapters that show which leads to which: a picture for each row, drawn like a railway map.

Each chapter that others build on has a lane, from its own row down to the last of them; a branch leaves it in the row of each.
"""

from collections.abc import Sequence

_STEP, _EDGE, _DOT, _RADIUS = 16, 9, 16, 5  # pixels: lane to lane, the first lane, the middle of a dot below the row's top, its size


def lanes(after: dict[int, list[int]]) -> dict[int, int]:
    """The lane of each chapter: the first that is free, where that of a chapter whose last follower it is counts as free."""
    last = _last(after)
    taken: dict[int, int] = {}  # lane → chapter
    found = {}
    for chapter in after:
        taken = {lane: other for lane, other in taken.items() if last[other] > chapter}
        found[chapter] = next(lane for lane in range(len(after)) if lane not in taken)
        taken[found[chapter]] = chapter
    return found


def width(after: dict[int, list[int]]) -> int:
    """How wide the pictures are."""
    return 2 * _EDGE + _STEP * max(lanes(after).values(), default=0)


def pictures(rows: Sequence[int | None], after: dict[int, list[int]]) -> list[str]:
    """An SVG for each row, as high as its row is; a row that is no chapter shows the lanes that pass."""
    last, lane, wide = _last(after), lanes(after), width(after)
    begun: list[int] = []
    drawn = []
    for row in rows:
        passing = [other for other in begun if last[other] > row] if row is not None else begun
        parts = [_line(lane[other], "0", "100%") for other in passing]
        if row is not None:
            parts += [_branch(lane[other], lane[row]) for other in after[row]]
            parts += [_line(lane[row], str(_DOT), "100%")] if last[row] > row else []
            parts.append(f'<circle cx="{_x(lane[row])}" cy="{_DOT}" r="{_RADIUS}"/>')
            begun = [*passing, row] if last[row] > row else passing
        drawn.append(f'<svg class="map-rails" width="{wide}" aria-hidden="true">{"".join(parts)}</svg>')
    return drawn


def _last(after: dict[int, list[int]]) -> dict[int, int]:
    """The last chapter that builds on each, or itself."""
    return {chapter: max([chapter, *(later for later, before in after.items() if chapter in before)]) for chapter in after}


def _x(lane: int) -> int:
    return _EDGE + _STEP * lane


def _line(lane: int, top: str, bottom: str) -> str:
    return f'<line x1="{_x(lane)}" x2="{_x(lane)}" y1="{top}" y2="{bottom}"/>'


def _branch(start: int, end: int) -> str:
    """From a lane, at the top of a row, to the dot of this row."""
    if start == end:
        return _line(end, "0", str(_DOT))
    return f'<path d="M{_x(start)} 0Q{_x(start)} {_DOT} {_x(end)} {_DOT}"/>'
