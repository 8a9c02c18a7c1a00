from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from dlcore.approximation import superposition


def by_recursion(numerator, digits, base, d):
    """ψ at numerator/base^digits, as the recursion reads, from the last digit to the first."""
    if digits == 1:
        return Fraction(numerator, base)
    if numerator == base**digits:
        return Fraction(1)
    head, last = divmod(numerator, base)
    if last < base - 1:
        return by_recursion(head, digits - 1, base, d) + last * Fraction(1, base ** ((d**digits - 1) // (d - 1)))
    return (by_recursion(numerator - 1, digits, base, d) + by_recursion(head + 1, digits - 1, base, d)) / 2


@pytest.mark.parametrize(("digits", "base", "d"), [(1, 10, 2), (3, 6, 2), (2, 10, 3)])
def test_inner_function_is_that_of_the_recursion(digits, base, d):
    assert list(superposition.inner(digits, base, d)) == [by_recursion(j, digits, base, d) for j in range(base**digits + 1)]


@pytest.mark.parametrize("digits", [1, 2, 3])
def test_inner_function_increases_and_keeps_its_earlier_values(digits):
    fine, coarse = superposition.inner(digits + 1, 6), superposition.inner(digits, 6)
    assert all(a < b for a, b in pairwise(fine)) and list(fine[::6]) == list(coarse)


@pytest.mark.parametrize(("digits", "base"), [(1, 10), (2, 10), (2, 6), (2, 7)])
def test_every_point_of_the_grid_has_an_address_of_its_own(digits, base):
    values = superposition.addresses(digits, base)
    assert values.shape == (base**digits, base**digits) and len(set(values.ravel())) == base ** (2 * digits)


def test_bad_input_is_named():
    assert superposition.weight(2) == Fraction(101, 1000)
    assert [superposition.exponent(k) for k in (1, 2, 3)] == [1, 3, 7]
    with pytest.raises(ValueError, match="base must be at least"):
        superposition.inner(2, 5)
    with pytest.raises(ValueError, match="digits must be at least 1"):
        superposition.inner(0)
    assert np.asarray(superposition.inner(1)).dtype == object
