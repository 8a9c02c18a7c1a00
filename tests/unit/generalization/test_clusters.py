import numpy as np
import pytest
from scipy import stats
from sklearn.cluster import KMeans

from dlcore.generalization import clusters

RNG = np.random.default_rng(5)
POINTS = RNG.standard_normal((40, 2)) + 3 * RNG.integers(0, 2, (40, 2))


def test_k_means_ends_where_scikit_learn_ends():
    film = clusters.lloyd(POINTS, POINTS[:3], 60)
    theirs = KMeans(3, init=POINTS[:3], n_init=1, tol=0, max_iter=1000).fit(POINTS)
    assert film.objective[-1] == pytest.approx(theirs.inertia_, rel=1e-12)
    np.testing.assert_array_equal(film.assigned[-1], theirs.labels_)
    assert (np.diff(film.objective) <= 1e-12).all()


def test_no_point_is_nearer_to_another_centre_and_centres_are_means():
    film = clusters.lloyd(POINTS, POINTS[:4], 2)
    distance = np.linalg.norm(POINTS[:, None] - film.centres[0], axis=-1)
    np.testing.assert_array_equal(film.assigned[0], distance.argmin(axis=1))
    for j in range(4):
        np.testing.assert_allclose(film.centres[1, j], POINTS[film.assigned[0] == j].mean(axis=0))


def test_a_centre_without_points_stays():
    film = clusters.lloyd(np.array([[0.0], [1.0]]), np.array([[0.5], [50.0]]), 4)
    assert film.centres[-1].ravel().tolist() == [0.5, 50.0]


def test_log_odds_are_those_of_the_densities():
    means, covariances = np.array([[1.0, 0.0], [0.0, -1.0]]), np.array([[[1.0, 0.3], [0.3, 2.0]], [[2.0, 0.0], [0.0, 0.5]]])
    plus, minus = (stats.multivariate_normal(m, c).logpdf(POINTS) for m, c in zip(means, covariances))
    np.testing.assert_allclose(clusters.log_odds(POINTS, means, covariances, 0.3), plus - minus + np.log(0.3 / 0.7), atol=1e-10)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="rows of equal length"):
        clusters.lloyd(POINTS, np.zeros((0, 2)), 2)
    with pytest.raises(ValueError, match="share must lie"):
        clusters.log_odds(POINTS, np.zeros((2, 2)), np.stack([np.eye(2)] * 2), 1.0)
