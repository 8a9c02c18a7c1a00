import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate

from dlcore.spectra import limit_laws
from dlcore.statistics import ks_distance

RATIOS = st.floats(0.05, 8)


def test_semicircle_has_the_catalan_numbers_for_moments():
    for k, catalan in enumerate([1, 1, 2, 5, 14]):
        moment, _ = integrate.quad(lambda x, k=k: x ** (2 * k) * limit_laws.semicircle_density(x), -2, 2)
        assert moment == pytest.approx(catalan, rel=1e-7)


@given(st.floats(-3, 3))
def test_semicircle_cdf_is_the_integral_of_the_density(x):
    expected, _ = integrate.quad(limit_laws.semicircle_density, -2, min(max(x, -2), 2))
    assert limit_laws.semicircle_cdf(x) == pytest.approx(expected, abs=1e-7)


@given(RATIOS, st.floats(0.1, 5), st.floats(0, 1))
def test_marchenko_pastur_cdf_is_the_integral_of_the_density_and_the_atom(ratio, sigma_w2, share):
    a, b = limit_laws.marchenko_pastur_edges(ratio, sigma_w2)
    x = a + share * (b - a)
    # λ = a + (b − a) sin²(t) removes the square roots at both ends; what is left changes fast near t = √(a/b), if a is small
    def mass(t):
        return limit_laws.marchenko_pastur_density(a + (b - a) * np.sin(t) ** 2, ratio, sigma_w2) * (b - a) * np.sin(2 * t)

    end, turn = np.arcsin(np.sqrt(share)), np.sqrt(a / b)
    parts = [0, *(k * turn for k in (1, 10, 100) if 0 < k * turn < end), end]
    value = sum(integrate.quad(mass, *part)[0] for part in itertools.pairwise(parts))
    assert limit_laws.marchenko_pastur_cdf(x, ratio, sigma_w2) == pytest.approx(value + max(0, 1 - 1 / ratio), abs=1e-6)


@given(RATIOS, st.floats(0.1, 5))
def test_marchenko_pastur_is_complete(ratio, sigma_w2):
    a, b = limit_laws.marchenko_pastur_edges(ratio, sigma_w2)
    assert limit_laws.marchenko_pastur_cdf(b * 1.01, ratio, sigma_w2) == pytest.approx(1, abs=1e-9)
    atom = max(0, 1 - 1 / ratio)
    assert limit_laws.marchenko_pastur_cdf(0.99 * a, ratio, sigma_w2) == pytest.approx(atom, abs=1e-9)
    assert limit_laws.marchenko_pastur_cdf(-1e-9, ratio, sigma_w2) == 0


def test_marchenko_pastur_against_a_matrix(rng):
    for ratio in (0.5, 2.0):
        w = rng.standard_normal((round(300 * ratio), 300)) * np.sqrt(1.7 / 300)
        values = np.linalg.eigvalsh(w @ w.T)
        assert ks_distance(np.where(values > 1e-10, values, 0), lambda x, r=ratio: limit_laws.marchenko_pastur_cdf(x, r, 1.7)) < 0.05


@pytest.mark.parametrize("factors", [1, 2, 3, 8])
def test_fuss_catalan_moments_by_quadrature(factors):
    """E λ^k = ∫ k λ^{k−1} P(t > λ) dλ, in a variable that flattens the singularity at 0."""
    edge = limit_laws.fuss_catalan_edge(factors)
    power = factors + 1

    def integrand(v, k):
        x = edge * v**power
        return k * x ** (k - 1) * (1 - limit_laws.fuss_catalan_cdf(x, factors)) * edge * power * v ** (power - 1)

    for k in (1, 2, 3):
        moment, _ = integrate.quad(integrand, 0, 1, args=(k,), limit=200)
        assert moment == pytest.approx(limit_laws.fuss_catalan_moment(k, factors), rel=1e-6)


def test_fuss_catalan_numbers_of_the_literature():
    assert [limit_laws.fuss_catalan_moment(k, 2) for k in (1, 2, 3, 4)] == [1, 3, 12, 55]
    assert limit_laws.fuss_catalan_edge(2) == pytest.approx(27 / 4)


def test_one_factor_is_marchenko_and_pasturs():
    x = np.linspace(0.01, 5, 200)
    np.testing.assert_allclose(limit_laws.fuss_catalan_cdf(x, 1), limit_laws.marchenko_pastur_cdf(x, 1.0), atol=1e-12)
    np.testing.assert_allclose(limit_laws.fuss_catalan_density(x, 1), limit_laws.marchenko_pastur_density(x, 1.0), atol=1e-7)


@given(st.integers(1, 30), st.floats(1e-6, 0.999))
def test_the_angle_inverts_the_parametrisation(factors, share):
    L, x = factors, share * limit_laws.fuss_catalan_edge(factors)
    t = limit_laws.fuss_catalan_angle(x, factors)
    assert np.sin((L + 1) * t) ** (L + 1) / np.sin(t) / np.sin(L * t) ** L == pytest.approx(x, rel=1e-6)


def test_laws_outside_their_support():
    assert limit_laws.fuss_catalan_cdf(np.array([-1.0, 0.0, 100.0]), 3).tolist() == [0, 0, 1]
    assert limit_laws.fuss_catalan_density(np.array([-1.0, 0.0, 100.0]), 3).tolist() == [0, 0, 0]
    assert limit_laws.marchenko_pastur_density(np.array([-1.0, 0.0, 100.0]), 1.0).tolist() == [0, 0, 0]
    assert limit_laws.semicircle_density(3.0) == 0


def test_symmetric_mirrors_the_upper_triangle(rng):
    entries = rng.standard_normal((3, 5, 5))
    w = limit_laws.symmetric(entries)
    np.testing.assert_array_equal(w, np.swapaxes(w, -1, -2))
    np.testing.assert_array_equal(np.triu(w), np.triu(entries))


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match=r"ratio must be positive, got 0.0: pass numbers above 0"):
        limit_laws.marchenko_pastur_cdf(1.0, 0.0)
    with pytest.raises(ValueError, match=r"sigma_w2 must be positive, got -1.0"):
        limit_laws.marchenko_pastur_edges(1.0, -1.0)
    with pytest.raises(ValueError, match=r"factors must be at least 1, got 0"):
        limit_laws.fuss_catalan_edge(0)
    with pytest.raises(ValueError, match=r"entries must be square matrices .* got shape \(2, 3\)"):
        limit_laws.symmetric(np.ones((2, 3)))
