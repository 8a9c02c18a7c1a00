"""Shortened paths lead where the long ones led."""

import re

import numpy as np
import pytest

from dlcore.explore.stills.paths import from_point_to_point, shortened


def points(path: str) -> list[tuple[float, float]]:
    """Where a path of M, l and z leads, read as the standard says."""
    at, found, command = (0.0, 0.0), [], ""
    for token in re.findall(r"[Mlz]|-?\d*\.?\d+ -?\d*\.?\d+", path):
        if token in "Mlz":
            command = token
            continue
        x, y = map(float, token.split())
        at = (x, y) if command == "M" else (at[0] + x, at[1] + y)
        found.append(at)
    return found


def test_every_point_is_where_it_was_to_a_twentieth():
    walk = np.cumsum(np.random.default_rng(0).standard_normal((500, 2)), axis=0)
    text = "\n".join(f"{'L' if k else 'M'} {x:.3f} {y:.3f}" for k, (x, y) in enumerate(walk))
    short = from_point_to_point(text)
    assert len(short) < 0.7 * len(text)
    np.testing.assert_allclose(points(short), walk, rtol=0, atol=0.05 + 0.0005 + 1e-9)  # half a tenth, and what the text had lost


def test_a_path_of_several_parts():
    assert from_point_to_point("M 0 0 L 1 0 L 1 1 z M 5 5 L 5.5 4") == "M0 0l1 0 0 1zM5 5l.5 -1"
    assert points("M0 0l1 0 0 1zM5 5l.5 -1") == [(0, 0), (1, 0), (1, 1), (5, 5), (5.5, 4)]


@pytest.mark.parametrize("path", ["M 0 0 Q 1 1 2 0", "M 0 0 L 1 0 z L 2 2", "M 0 0 C 1 1 2 2 3 3 z", ""])
def test_what_is_no_polygon_stays(path):
    assert from_point_to_point(path) == path


def test_only_paths_are_touched():
    svg = '<g id="d"><path d="M 0.04 0 L 10 10" style="fill: none"/><text>L 1 1</text></g>'
    assert shortened(svg) == '<g id="d"><path d="M0 0l10 10" style="fill: none"/><text>L 1 1</text></g>'
