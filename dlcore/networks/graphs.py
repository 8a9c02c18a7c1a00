"""Networks as directed graphs without cycles: what they compute node by node, and how deep and how large they are.

    a[v] = Σ over u → v of w[u → v] o[u],   o[v] = φ(a[v]),   o = x at the input nodes (Shalev-Shwartz and Ben-David 2014, §20.1)

A graph is a dict {(u, v): weight}. A bias is the weight of an edge from a node whose value is 1.

>>> edges = {("x", "h"): 2.0, ("h", "y"): 1.0, ("x", "y"): -1.0}
>>> outputs(edges, {"x": 3.0}, phi=abs)["y"], depth(edges)
(3.0, 2)
"""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from math import comb

import numpy as np

from dlcore.checks import Integer, layer_widths, positive_int

Edges = Mapping[tuple[Hashable, Hashable], float]


def order(edges: Edges) -> list:
    """All nodes, each after those that it listens to; ValueError where there is a cycle."""
    before: dict = {}  # lists, not sets: their order is the same in every run
    for u, v in edges:
        before.setdefault(u, [])
        before.setdefault(v, []).append(u)
    try:
        return list(TopologicalSorter(before).static_order())
    except CycleError as error:
        raise ValueError(f"the graph of a network must have no cycle, got {error.args[1]}: take an edge of it away") from None


def inputs(edges: Edges) -> list:
    """The nodes without incoming edges, in order."""
    reached = {v for _, v in edges}
    return [node for node in order(edges) if node not in reached]


def depth(edges: Edges) -> int:
    """The number of edges on a longest path: where the layers of a network are numbered from 0, the number of the last."""
    longest: dict = dict.fromkeys(order(edges), 0)
    for v in longest:
        longest[v] = max((longest[u] + 1 for u, w in edges if w == v), default=0)
    return max(longest.values(), default=0)


def outputs(
    edges: Edges, given: Mapping, *, phi: Callable[[float], float], linear: Collection = ()
) -> dict[Hashable, float]:  # fmt: skip
    """The value of every node, in topological order; φ acts at all nodes that are neither inputs nor in ``linear``."""
    if set(given) != set(inputs(edges)):
        raise ValueError(f"values must be given at the input nodes {inputs(edges)}, got them at {list(given)}: no more and no fewer")
    value = dict(given)
    for v in order(edges):
        if v not in value:
            pre = sum(weight * value[u] for (u, w), weight in edges.items() if w == v)
            value[v] = pre if v in linear else phi(pre)
    return value


def layered(weights: Sequence[np.ndarray], biases: Sequence[np.ndarray] | None = None) -> dict:
    """The graph of a layered network; node (ℓ, i) is neuron i of layer ℓ, and "1" the constant node of the biases.

    >>> len(layered([np.ones((4, 4)), np.ones((2, 4))], [np.ones(4), np.ones(2)]))
    30
    """
    edges: dict = {}
    for layer, w in enumerate(weights, start=1):
        for (i, j), weight in np.ndenumerate(np.asarray(w)):
            edges[(layer - 1, j), (layer, i)] = float(weight)
        for i, weight in enumerate(biases[layer - 1] if biases else ()):
            edges["1", (layer, i)] = float(weight)
    return edges


def parameters(widths: Sequence[Integer], *, bias: bool = True) -> int:
    """Σ n_ℓ (n_{ℓ−1} + 1) weights and biases of a layered network; without ``bias`` Σ n_ℓ n_{ℓ−1}.

    >>> parameters([2, 3, 1]), parameters([2, 3, 1], bias=False)
    (13, 9)
    """
    n = layer_widths(widths)
    return sum(after * (before + bool(bias)) for before, after in pairwise(n))


def layer_choices(nodes: Integer, layers: Integer) -> int:
    """How many lists of ``layers`` positive widths have the sum ``nodes``: C(nodes − 1, layers − 1).

    >>> layer_choices(6, 4), layer_choices(6, 3)
    (10, 10)
    """
    return comb(positive_int("nodes", nodes) - 1, positive_int("layers", layers) - 1)
