from itertools import product

import numpy as np
import pytest
from scipy import optimize
from sklearn.kernel_ridge import KernelRidge

from dlcore.generalization import expansions

POINTS = np.array([-2.0, -1.0, 0.5, 1.0, 3.0])


@pytest.mark.parametrize("labels", list(product((-1, 1), repeat=5)))
def test_labels_are_separable_from_as_many_degrees_as_they_change(labels):
    labels = list(labels)
    changes = expansions.sign_changes(labels)
    assert [expansions.separable(expansions.monomials(POINTS, d), labels) for d in range(5)] == [d >= changes for d in range(5)]
    made = expansions.separator(POINTS, labels)
    assert made.degree() == changes
    assert (np.sign(made(POINTS)) == labels).all()


@pytest.mark.parametrize("labels", [[1, 1, -1, -1, 1], [1, -1, 1, -1, 1]])
def test_the_best_plane_has_the_least_hinge_loss(labels):
    """Against a general method of descent on the same function, from the linear program's own answer and from zero."""
    features, labels = expansions.monomials(POINTS, 2), np.array(labels)

    def loss(w):
        height = features @ w
        return np.maximum(0, 1 - labels * height).sum() + 1e-3 * np.abs(height).max()

    w = expansions.best_plane(features, labels)
    assert ((labels * (features @ w) > 0).all()) == expansions.separable(features, labels)
    for start in (np.zeros(3), w):
        assert loss(w) <= optimize.minimize(loss, start, method="Nelder-Mead", options={"maxiter": 4000}).fun + 1e-9


def test_quadratic_kernel_is_the_inner_product_of_its_features():
    x = np.linspace(-2, 2, 7)
    features = expansions.monomials(x, 2) * [1, np.sqrt(2), 1]
    np.testing.assert_allclose(expansions.gram(expansions.polynomial_kernel(2), x, x), features @ features.T, atol=1e-12)


@pytest.mark.parametrize(
    ("kernel", "name", "gamma"), [(expansions.gaussian_kernel, "rbf", 2.0), (expansions.laplace_kernel, "laplacian", 2.0)]
)
def test_kernel_ridge_is_scikit_learns(kernel, name, gamma):
    x = np.linspace(-1, 1, 9)
    y, k = np.sin(3 * x), kernel(0.5)
    alpha = expansions.kernel_ridge(expansions.gram(k, x, x), y, 0.1)
    theirs = KernelRidge(alpha=9 * 0.1, kernel=name, gamma=gamma).fit(x[:, None], y)
    at = np.linspace(-2, 2, 15)
    np.testing.assert_allclose(expansions.gram(k, at, x) @ alpha, theirs.predict(at[:, None]), atol=1e-10)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="degree must be at least 0"):
        expansions.monomials([1.0], -1)
    with pytest.raises(ValueError, match="labels must be"):
        expansions.sign_changes([0, 1])
    with pytest.raises(ValueError, match="x must increase"):
        expansions.separator([1.0, 0.0], [1, -1])
    with pytest.raises(ValueError, match="lam must be positive"):
        expansions.kernel_ridge(np.eye(2), np.ones(2), 0.0)
