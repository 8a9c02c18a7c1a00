"""The places of a module where a fault would count, and a seeded sample of faults, one a place."""

import ast
import random
from collections import defaultdict
from typing import NamedTuple

import parso
from cosmic_ray.ast import ast_nodes
from cosmic_ray.mutating import mutate_code

from tests.mutation.operators import operators


class Mutant(NamedTuple):
    """A module with one fault in it."""

    line: int
    operator: str
    code: str


def mutants(source: str, count: int, rng: random.Random, *, styled: bool = False) -> list[Mutant]:
    """``count`` places of ``source`` drawn without replacement (fewer if there are no more), one fault drawn in each.

    Places are drawn, not faults: a number, which may become one more or one less, counts no more than a sign. ``styled``:
    numbers that stand in a dict, and their signs, are sizes and distances of a picture, and count for nothing.
    """
    found, places, chosen = operators(), _places(source, styled), []
    for place in rng.sample(sorted(places), len(places)):
        name, occurrence = rng.choice(places[place])
        code = mutate_code(source, found[name], occurrence)
        if code is not None and _differs(code, source):
            chosen.append(Mutant(place[0][0], name, code))
        if len(chosen) == count:
            break
    return chosen


def _places(source: str, styled: bool) -> dict[tuple, list[tuple[str, int]]]:
    """Where a fault counts: start and end, with the operators that apply there and which of their occurrences it is."""
    nodes = list(ast_nodes(parso.parse(source)))
    places = defaultdict(list)
    for name, operator in operators().items():
        positions = ((node, position) for node in nodes for position in operator.mutation_positions(node))
        for occurrence, (node, position) in enumerate(positions):
            if _counts(node, position) and not (styled and node.type in ("number", "factor") and _in_a_dict(node)):
                places[position].append((name, occurrence))
    return places


def _counts(node, position: tuple) -> bool:
    """Not in what an error or an object says of itself, not in an annotation or an alias of types, no cache taken away."""
    if node.type == "operator":
        union = node.value == "|" and node.search_ancestor("funcdef", "lambdef") is None
        if union or node.parent.type == "parameters":  # the * before what is given by name
            return False
    while node is not None:
        if node.type == "raise_stmt" or (node.type == "funcdef" and node.name.value in ("__repr__", "__str__")):
            return False
        if node.type == "decorator" and "cache" in node.get_code():
            return False
        annotation = _annotation(node)
        if annotation is not None and annotation.start_pos <= position[0] < annotation.end_pos:
            return False
        node = node.parent
    return True


def _annotation(node):
    """What a node says of types: the annotation of a variable, of a parameter, or of what a function returns."""
    if node.type == "annassign":
        return node.children[1]
    return node.annotation if node.type in ("param", "funcdef") else None


def _in_a_dict(node) -> bool:
    while node is not None and not (node.type == "atom" and node.children[0] == "{"):
        node = node.parent
    return node is not None


def _differs(code: str, source: str) -> bool:
    """Whether it is Python, and other than the source: 1e300 + 1 is 1e300."""
    try:
        return ast.dump(ast.parse(code)) != ast.dump(ast.parse(source))
    except SyntaxError:
        return False
