import numpy as np
import pytest
from scipy.sparse.linalg import LinearOperator, eigsh

from dlcore.optimizers.lanczos import density, lanczos, smoothed

RNG = np.random.default_rng(0)


def symmetric(n, models=()):
    A = RNG.standard_normal((*models, n, n))
    return (A + A.swapaxes(-1, -2)) / 2


def times(A):
    return lambda v: (A @ v[..., None])[..., 0]


def test_all_steps_find_the_whole_spectrum():
    A, v = symmetric(12, (3,)), RNG.standard_normal((3, 12))
    found = lanczos(times(A), v, 12)
    values, vectors = np.linalg.eigh(A)
    np.testing.assert_allclose(found.values, values, atol=1e-12)
    share = np.einsum("mji,mj->mi", vectors, v) ** 2 / np.sum(v**2, axis=1, keepdims=True)
    np.testing.assert_allclose(found.weights, share, atol=1e-12)
    np.testing.assert_allclose((A @ found.vectors.swapaxes(1, 2)).swapaxes(1, 2), values[..., None] * found.vectors, atol=1e-11)


def test_extreme_values_against_arpack_and_their_bounds():
    A = symmetric(300)
    A += 60 * np.outer(u := RNG.standard_normal(300) / 300**0.5, u)
    found = lanczos(times(A), RNG.standard_normal(300), 80)
    expected = eigsh(LinearOperator(A.shape, matvec=lambda v: A @ v), k=2, which="LA", return_eigenvectors=False)
    assert abs(found.values[-1] - expected.max()) < 1e-10
    true = np.linalg.eigvalsh(A)
    assert np.all(np.abs(found.values[:, None] - true).min(axis=1) <= found.bounds + 1e-11)
    residual = np.linalg.norm(A @ found.vectors.T - found.vectors.T * found.values, axis=0)
    np.testing.assert_allclose(residual, found.bounds, atol=1e-10)


def test_quadrature_is_exact_up_to_its_degree_and_no_further():
    A, v = symmetric(40), RNG.standard_normal(40)
    found, q = lanczos(times(A), v, 4), v / np.linalg.norm(v)
    for degree in range(8):
        assert np.sum(found.weights * found.values**degree) == pytest.approx(q @ np.linalg.matrix_power(A, degree) @ q, rel=1e-10)
    assert abs(np.sum(found.weights * found.values**8) / (q @ np.linalg.matrix_power(A, 8) @ q) - 1) > 1e-3


def test_an_invariant_span_is_left_by_a_new_direction():
    A = np.diag([1.0, 2.0, 3.0, -4.0])
    start = np.array([[1.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0], [0.0, 1.0, 1.0, 0.0]])
    found = lanczos(times(A), start, 4)
    np.testing.assert_allclose(found.values, [[-4, 1, 2, 3]] * 3, atol=1e-12)
    np.testing.assert_allclose(found.weights, [[0, 1, 0, 0], [0.25] * 4, [0, 0, 0.5, 0.5]], atol=1e-12)
    np.testing.assert_allclose(lanczos(times(A), start, 1).values[:, 0], [1.0, 0.5, 2.5], atol=1e-15)
    assert np.abs(lanczos(times(np.zeros((3, 3))), np.ones(3), 3).values).max() == 0


def test_density_is_unbiased():
    A = symmetric(30)
    found = density(times(A), 30, probes=400, steps=3, rng=np.random.default_rng(1))
    for f in (np.ones_like, lambda t: t, lambda t: t**4):
        samples = np.sum(found.weights * f(found.values), axis=1)
        error = 4 * samples.std() / 20 + 1e-12
        assert abs(samples.mean() - f(np.linalg.eigvalsh(A)).mean()) <= error


def test_smoothed_is_a_sum_of_normal_densities():
    x = np.linspace(-12, 12, 4001)
    found = lanczos(times(symmetric(20, (2,))), RNG.standard_normal((2, 20)), 6)
    curve = smoothed(found, x, 0.3)
    assert curve.shape == (2, 4001)
    np.testing.assert_allclose(np.trapezoid(curve, x, axis=1), 1, rtol=1e-9)
    np.testing.assert_allclose(np.trapezoid(curve * x, x, axis=1), np.sum(found.weights * found.values, axis=1), atol=1e-9)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: lanczos(times(np.eye(2)), np.ones(2), 3), "at most n = 2"),
        (lambda: lanczos(times(np.eye(2)), np.zeros(2), 1), "lengths of start"),
        (lambda: smoothed(lanczos(times(np.eye(2)), np.ones(2), 1), [0.0], 0.0), "width"),
    ],
)
def test_refuses(call, error):
    with pytest.raises(ValueError, match=error):
        call()
