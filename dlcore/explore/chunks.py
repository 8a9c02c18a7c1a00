"""The text of a chunk: consecutive states as the page fetches them."""

import gzip
import json

import numpy as np

from .declaration import Declaration, State
from .encoding import encode


def films_of(declaration: Declaration) -> frozenset[str]:
    """Names of the arrays whose leading axis is time."""
    return frozenset(name for name, array in declaration.first.arrays.items() if np.ndim(array) > 1 and len(array) == declaration.frames)


def told(state: State) -> str | list[str]:
    """The sentence of a state; of a film one for each frame, or a single one that is true of all of them."""
    return list(state.readouts) if len(set(state.readouts)) > 1 else state.readout


def chunk(index: int, states: list[State], names, films) -> str:
    """A chunk's text: a classic script, so that it loads from file:// as well."""
    content = encode([state.arrays for state in states], names, films) | {"readouts": [told(state) for state in states]}
    return f"dlcoreExplorer.chunk(document.currentScript, {index}, {json.dumps(content, ensure_ascii=False)});\n"


def gzipped(text: str) -> int:
    """How many bytes a text takes as a server sends it."""
    return len(gzip.compress(text.encode(), 6))
