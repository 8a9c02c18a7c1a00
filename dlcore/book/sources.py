"""The sources of the book: which ledger ids are whose, and one name for each however a chapter cites it."""

import re

SOURCES = {
    "L": "Sun, Hong and Wang, lecture notes CIE6128",
    "S1": "Jelenković, slides of lecture 1",
    "S2": "Notes after the blog of Desh Raj",
    "S4": "Newman, slides Diving into Deep Learning",
    "D": "The package dnn101",
    "B": "Beyond these sources",
}
# How chapters begin to cite them; the rest of a citation is the place.
_CITED = {
    "L": ("Lecture notes CIE6128",),
    "S1": ("Columbia slides, lecture 1", "Slides of Lecture 1, Columbia", "Slides of lecture 1, Columbia", "Columbia slides"),
    "S2": ("Notes Deep Learning Theory", "Notes on Deep Learning Theory", "Deep Learning Theory"),
    "S4": ("Newman, Diving into Deep Learning, part 1", "Newman, Diving into Deep Learning", "Diving into Deep Learning"),
}


def source_of(name: str) -> str:
    """The key of SOURCES that a ledger id belongs to: 'L2.16' and 'LA.01' → 'L', 'S1.03' → 'S1'."""
    return max((key for key in SOURCES if name.startswith(key)), key=len, default="B")


def cited(source: str) -> str:
    """A citation with the one name of its source: 'Lecture notes CIE6128 §2.1' → 'Sun, Hong and Wang, … CIE6128, §2.1'."""
    for key, beginnings in _CITED.items():
        for beginning in beginnings:
            if source.startswith(beginning):
                place = source.removeprefix(beginning).strip(" ,:")
                return f"{SOURCES[key]}, {place}" if place else SOURCES[key]
    return source


def order(name: str) -> tuple:
    """The place of an id among all: by source, chapter and number, 'L2.16' before 'L10.02' before 'LA.01'."""
    key = source_of(name)
    parts = re.findall(r"\d+|[A-Za-z]+", name.removeprefix(key))
    return list(SOURCES).index(key), [(not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts]
