"""Divergences against SciPy, quadrature, bounded search and transport plans."""

import numpy as np
import pytest
from scipy import integrate, optimize, stats
from scipy.spatial.distance import jensenshannon

from dlcore.games import divergences
from dlcore.networks.losses import divergence

RNG = np.random.default_rng(0)
PAIRS = RNG.dirichlet(np.full(6, 0.5), (2, 50))
SURE = np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.5, 0.5])


def test_the_best_discriminator_is_found_by_search():
    data, fake = PAIRS[:, 0]
    for q, p, d in zip(data, fake, divergences.optimal_discriminator(data, fake)):
        found = optimize.minimize_scalar(lambda t, q=q, p=p: -q * np.log(t) - p * np.log1p(-t), bounds=(1e-12, 1 - 1e-12),
                                         method="bounded", options={"xatol": 1e-10})  # fmt: skip
        assert d == pytest.approx(found.x, abs=1e-6)


def test_where_a_law_has_nothing():
    d = divergences.optimal_discriminator([0.5, 0.5, 0.0, 0.0], [0.0, 0.5, 0.5, 0.0])
    assert d[:3].tolist() == [1, 0.5, 0] and np.isnan(d[3])
    assert divergences.best_score([0.5, 0.5, 0.0, 0.0], [0.0, 0.5, 0.5, 0.0]) == pytest.approx(-np.log(2))
    assert divergences.best_score(*SURE) == 0 and divergences.score(*SURE, [0.0, 0.5, 0.5]) == -np.inf


def test_no_discriminator_scores_higher():
    best = divergences.best_score(*PAIRS)
    for d in RNG.uniform(size=(200, 6)):
        assert np.all(divergences.score(*PAIRS, d) <= best + 1e-12)
    assert divergences.score(*PAIRS, np.full(6, 0.5)) == pytest.approx(-np.log(4))


def test_jensen_shannon_is_scipys():
    js = divergences.jensen_shannon(*PAIRS)
    assert js == pytest.approx(jensenshannon(*PAIRS, axis=-1) ** 2, abs=1e-13)
    assert divergences.best_score(*PAIRS) == pytest.approx(2 * js - np.log(4), abs=1e-13)
    middle = PAIRS.mean(axis=0)
    assert js == pytest.approx((divergence(PAIRS[0], middle) + divergence(PAIRS[1], middle)) / 2, abs=1e-13)
    assert divergences.jensen_shannon(*SURE) == pytest.approx(np.log(2)) and divergences.jensen_shannon(PAIRS[0], PAIRS[0]).max() == 0


def test_total_variation_is_the_best_event():
    data, fake = PAIRS[:, 0]
    events = (np.arange(2**6)[:, None] >> np.arange(6)) % 2
    assert divergences.total_variation(data, fake) == pytest.approx(np.abs(events @ (data - fake)).max(), abs=1e-14)
    js, tv = divergences.jensen_shannon(*PAIRS), divergences.total_variation(*PAIRS)
    assert np.all(tv**2 / 2 <= js) and np.all(js <= tv * np.log(2))


@pytest.mark.parametrize("gap", [0.0, 0.1, 1.0, 3.0, 7.0])
def test_normal_laws_against_quadrature(gap):
    x = np.linspace(-12, 19, 62_001)
    near, far = (np.exp(-((x - centre) ** 2) / 2) / np.sqrt(2 * np.pi) for centre in (0, gap))
    lacks = (near * np.log1p(far / near) + far * np.log1p(near / far)) / 2
    missing, fooled = integrate.trapezoid(lacks, x), integrate.trapezoid(near * far / (near + far), x)
    got = divergences.shifted_gaussians(gap)
    assert got.missing == pytest.approx(missing, rel=1e-10) and got.jensen_shannon == pytest.approx(np.log(2) - missing, abs=1e-12)
    assert got.fooled == pytest.approx(fooled, rel=1e-10)


def test_the_slope_is_a_difference_quotient():
    g, h = np.linspace(0.25, 6, 24), 1e-4
    quotient = (divergences.shifted_gaussians(g - h).missing - divergences.shifted_gaussians(g + h).missing) / (2 * h)
    assert divergences.shifted_gaussians(g).slope == pytest.approx(quotient, rel=1e-6)


def test_far_apart_nothing_overflows_and_no_digit_is_lost():
    got = divergences.shifted_gaussians(np.array([20.0, 60.0, 200.0]))
    assert got.jensen_shannon == pytest.approx(np.log(2)) and np.all(np.isfinite(got.slope))
    assert 0 < got.missing[0] < np.exp(-50) and 0 < got.slope[0] < 5 * np.exp(-50)


def strip_on_grid(theta, width, cells=4000):
    """The strips' shares of cells of the interval [−2, 2]."""
    edges = np.linspace(-2, 2, cells + 1)
    laws = [np.diff(np.clip((edges - at) / width, 0, 1)) for at in (0, theta)]
    return laws, (edges[1:] + edges[:-1]) / 2


@pytest.mark.parametrize(("theta", "width"), [(0.5, 1.0), (-0.2, 0.5), (0.9, 0.5), (-0.5, 0.5), (0.0, 0.25)])
def test_strips_against_histograms(theta, width):
    (data, fake), place = strip_on_grid(theta, width)
    got = divergences.shifted_strips(theta, width)
    assert got.jensen_shannon == pytest.approx(jensenshannon(data, fake) ** 2, abs=1e-12)
    assert got.total_variation == pytest.approx(divergences.total_variation(data, fake), abs=1e-12)
    assert got.kullback_leibler == divergence(data, fake)
    assert got.wasserstein == pytest.approx(stats.wasserstein_distance(place, place, data, fake), abs=1e-12)


def test_lines_and_slopes():
    lines = divergences.shifted_strips(np.array([-0.5, 0.0, 0.25]), 0.0)
    assert lines.total_variation.tolist() == [1, 0, 1] and lines.wasserstein.tolist() == [0.5, 0, 0.25]
    assert lines.kullback_leibler.tolist() == [np.inf, 0, np.inf]
    slopes = divergences.strip_slopes(np.array([-0.5, 0.0, 0.25]), 0.0)
    assert slopes.wasserstein[[0, 2]].tolist() == [-1, 1] and slopes.jensen_shannon[[0, 2]].tolist() == [0, 0]
    assert np.isnan(slopes.wasserstein[1]) and np.isnan(slopes.jensen_shannon[1]) and np.isnan(slopes.kullback_leibler).all()
    theta, h = np.array([-0.9, -0.3, 0.1, 0.45, 0.7]), 1e-6
    ahead, back, slopes = (divergences.shifted_strips(theta + h, 0.5), divergences.shifted_strips(theta - h, 0.5),
                           divergences.strip_slopes(theta, 0.5))  # fmt: skip
    for name in ("jensen_shannon", "total_variation", "wasserstein"):
        assert getattr(slopes, name) == pytest.approx((getattr(ahead, name) - getattr(back, name)) / (2 * h), abs=1e-8)
    assert np.isnan(divergences.strip_slopes(0.5, 0.5).total_variation)


@pytest.mark.parametrize("call", [
    lambda: divergences.jensen_shannon([0.5, 0.5], [1.0]), lambda: divergences.best_score([0.5, 0.6], [0.5, 0.5]),
    lambda: divergences.score([0.5, 0.5], [0.5, 0.5], [0.5, 1.5]), lambda: divergences.score([0.5, 0.5], [0.5, 0.5], [0.5]),
    lambda: divergences.shifted_gaussians(-1.0), lambda: divergences.shifted_strips(0.1, -0.1),
    lambda: divergences.shifted_strips(np.nan, 0.1), lambda: divergences.score([0.5, 0.5], [0.5, 0.5], [0.5, np.nan]),
])  # fmt: skip
def test_bad_input_is_refused(call):
    with pytest.raises(ValueError, match="must|has one value"):
        call()
