"""Arc-cosine kernels against random networks and integrals."""

import subprocess
import sys

import numpy as np
import pytest
from scipy import integrate

from dlcore.networks import arc_cosine
from dlcore.networks.initialization import draw
from dlcore.networks.tangent_kernel import contracted
from dlcore.statistics import errors_off


def test_closed_form_is_the_mean_over_wide_networks():
    rng, x = np.random.default_rng(8), np.random.default_rng(9).standard_normal((4, 3))
    drawn = []
    for _ in range(400):
        ws = [draw(rng, (200, 3), variance=1.0), draw(rng, (1, 200), variance=1.0)]
        drawn.append(contracted(ws, x, "relu", scales=(1.0, 200**-0.5)))
    assert errors_off(np.array(drawn), arc_cosine.relu_kernel(x)) < 4.5  # of 16 entries


def test_closed_form_of_depth_three_is_the_limit():
    rng, x, m = np.random.default_rng(10), np.random.default_rng(11).standard_normal((3, 3)), 512
    drawn = []
    for _ in range(40):
        ws = [rng.standard_normal(shape) for shape in ((m, 3), (m, m), (1, m))]
        drawn.append(contracted(ws, x, "relu", scales=(1.0, (2 / m) ** 0.5, (2 / m) ** 0.5)))
    limit = arc_cosine.relu_kernel(x, depth=3, sigma_w2=2.0)
    np.testing.assert_allclose(np.mean(drawn, axis=0), limit, rtol=0, atol=4 * np.std(drawn, axis=0).max() / 40**0.5 + 4 * limit.max() / m)


def test_arc_cosines_are_expectations():
    for c in (-0.9, -0.2, 0.0, 0.6, 0.999):
        theta = np.arccos(c)

        def mean(f, theta=theta):  # w = r (cos a, sin a): radial part of f homogeneous of degree 2 is 2
            return integrate.quad(lambda a: f(np.cos(a), np.cos(a - theta)), -np.pi, np.pi, limit=200)[0] / (2 * np.pi)

        assert abs(arc_cosine.zeroth_arc_cosine(c) - 2 * mean(lambda s, t: float(s > 0 and t > 0))) < 1e-6
        assert abs(arc_cosine.first_arc_cosine(c) - 2 * 2 * mean(lambda s, t: max(s, 0) * max(t, 0))) < 1e-7


def test_closed_forms_do_without_torch():
    code = "import sys, dlcore.networks.arc_cosine, dlcore.approximation.circle; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_bad_input_is_named():
    x = np.ones((2, 3))
    with pytest.raises(ValueError, match="one example a row"):
        arc_cosine.relu_kernel(np.ones(3))
    with pytest.raises(ValueError, match="norms of x"):
        arc_cosine.relu_kernel(np.zeros((1, 3)))
    with pytest.raises(ValueError, match="one of one network"):
        arc_cosine.relu_kernel(x, np.ones((2, 4)))
