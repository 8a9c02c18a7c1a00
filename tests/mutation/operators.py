"""Which of cosmic-ray's operators are used, and two of our own kind: an argument forgotten, a function taken for its neighbour.

One operator a neighbour: a sum taken for a difference may pass unseen, a sum taken for a bitwise or ends in a TypeError,
and would only flatter the share.
"""

import itertools

from cosmic_ray.operators.operator import Example, Operator
from cosmic_ray.plugins import get_operator

_BINARY = "Add_Sub Sub_Add Mul_Div Div_Mul Pow_Mul FloorDiv_Div Mod_FloorDiv BitOr_BitAnd BitAnd_BitOr BitXor_BitOr"
_COMPARISONS = "Lt_LtE Lt_Gt LtE_Lt LtE_GtE Gt_GtE Gt_Lt GtE_Gt GtE_LtE Eq_NotEq NotEq_Eq Is_IsNot IsNot_Is"
_UNARY = "Delete_USub Delete_Not Delete_Invert"
_OTHERS = (
    "AddNot ReplaceTrueWithFalse ReplaceFalseWithTrue ReplaceAndWithOr ReplaceOrWithAnd ReplaceBreakWithContinue "
    "ReplaceContinueWithBreak ExceptionReplacer NumberReplacer RemoveDecorator ZeroIterationForLoop"
)
_NEIGHBOURS = (
    "max min|maximum minimum|cos sin|cosh sinh|any all|zeros ones|zeros_like ones_like|floor ceil|cumsum cumprod|sum mean|sum prod"
)
_ANYWAY = ("encoding=", "dtype=float")  # what a system has, and what whole numbers become once they are divided or averaged
_SWAPS = [pair for text in _NEIGHBOURS.split("|") for pair in itertools.permutations(text.split())]

Position = tuple[tuple[int, int], tuple[int, int]]


class DropKeyword(Operator):
    """A call forgets one of its keyword arguments: f(x, axis=0) becomes f(x)."""

    def mutation_positions(self, node) -> list[Position]:
        return [(node.children[i].start_pos, node.children[i].end_pos) for i in _keywords(node)]

    def mutate(self, node, index):
        i = _keywords(node)[index]
        comma = i - 1 if i > 1 else i + 1
        gone = {i, comma} if node.type == "arglist" else {i}
        node.children = [child for k, child in enumerate(node.children) if k not in gone]
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return Example("f(x, axis=0)", "f(x)"), Example("f(axis=0)", "f()"), Example("f(x, a=1, *y)", "f(x, *y)")


class SwapFunction(Operator):
    """A function is taken for its neighbour: max for min, any for all."""

    def mutation_positions(self, node) -> list[Position]:
        return [(node.start_pos, node.end_pos)] * len(_swaps(node))

    def mutate(self, node, index):
        node.value = _swaps(node)[index]
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return Example("max(a, b)", "min(a, b)"), Example("x.sum()", "x.mean()")


def _keywords(node) -> list[int]:
    """Which children of a call's arguments are given by name."""
    if node.type not in ("arglist", "trailer"):
        return []
    return [i for i, child in enumerate(node.children) if _is_given_by_name(child)]


def _is_given_by_name(child) -> bool:
    return child.type == "argument" and child.children[1] == "=" and not child.get_code().strip().startswith(_ANYWAY)


def _swaps(node) -> list[str]:
    """The neighbours of a function that is called here."""
    after = node.get_next_leaf() if node.type == "name" else None
    return [b for a, b in _SWAPS if node.value == a] if after is not None and after.value == "(" else []


def operators() -> dict[str, Operator]:
    """All that are used, by name."""
    names = [f"ReplaceBinaryOperator_{name}" for name in _BINARY.split()]
    names += [f"ReplaceComparisonOperator_{name}" for name in _COMPARISONS.split()]
    names += [f"ReplaceUnaryOperator_{name}" for name in _UNARY.split()]
    found = {name: get_operator(f"core/{name}")() for name in [*names, *_OTHERS.split()]}
    return found | {"DropKeyword": DropKeyword(), "SwapFunction": SwapFunction()}
