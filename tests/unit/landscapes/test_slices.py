import numpy as np
import pytest
import torch

from dlcore.landscapes import slices
from dlcore.networks.training import dense


def parameters(rng):
    return [rng.normal(size=(5, 3)), rng.normal(size=5), rng.normal(size=(2, 5))]


def flat(arrays):
    return np.concatenate([np.ravel(a) for a in arrays])


def quadratic(H, g):
    """F = ½ θᵀHθ + gᵀθ of all parameters in one row."""
    H, g = torch.tensor(H), torch.tensor(g)

    def loss(p, _):
        row = torch.cat([a.flatten(1) for a in p], dim=1)
        return ((row @ H) * row).sum(1) / 2 + row @ g

    return loss


def test_a_slice_of_a_quadratic_is_the_quadratic_of_its_forms(rng):
    centre = parameters(rng)
    d, e = slices.random_directions(rng, centre)
    size = flat(centre).size
    H, g = rng.normal(size=(size, size)), rng.normal(size=size)
    H = H + H.T
    a, b = np.linspace(-1, 1, 7), np.linspace(-2, 1, 4)
    got = slices.slice_loss(quadratic(H, g), centre, [d, e], a, b, dtype=torch.float64, chunk=5)
    x, u, v = flat(centre), flat(d), flat(e)
    A, B = np.meshgrid(a, b, indexing="ij")
    want = x @ H @ x / 2 + g @ x + A * (x @ H @ u + g @ u) + B * (x @ H @ v + g @ v)
    want += A**2 * (u @ H @ u) / 2 + A * B * (u @ H @ v) + B**2 * (v @ H @ v) / 2
    np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-10)


def test_rows_get_the_norms_of_the_parameters(rng):
    p = [rng.normal(size=(4, 3, 2, 2)), rng.normal(size=4)]
    normal = slices.filter_normalized([rng.normal(size=a.shape) for a in p], p)
    np.testing.assert_allclose(np.linalg.norm(normal[0].reshape(4, -1), axis=1), np.linalg.norm(p[0].reshape(4, -1), axis=1))
    assert not normal[1].any()


def test_zero_rows_stay_zero(rng):
    p, d = [rng.normal(size=(3, 2))], [np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 2.0]])]
    p[0][2] = 0
    normal = slices.filter_normalized(d, p)[0]
    np.testing.assert_allclose(normal, [[np.linalg.norm(p[0][0]), 0], [0, 0], [0, 0]])


def test_normalised_slices_do_not_see_the_scale_of_the_weights(rng):
    """A ReLU network with rows c_k w_k and columns v_k/c_k is the same function; its normalised slice, too, is the same
    if the directions of the output weights are: their rows mix the columns, so all c_k are equal here."""
    centre, x = [rng.normal(size=(6, 3)), rng.normal(size=(2, 6))], torch.tensor(rng.normal(size=(8, 3)))
    loss = lambda p, _: dense(p, x, torch.relu).square().mean((-2, -1))  # noqa: E731
    scaled = [8 * centre[0], centre[1] / 8]
    grid, directions = np.linspace(-1, 1, 5), slices.random_directions(rng, centre)

    def of(theta, normalised):
        ds = [slices.filter_normalized(d, theta) if normalised else d for d in directions]
        return slices.slice_loss(loss, theta, ds, grid, grid, dtype=torch.float64)

    np.testing.assert_allclose(of(scaled, True), of(centre, True), rtol=1e-12)
    assert np.abs(of(scaled, False) - of(centre, False)).max() > 1


def test_principal_directions_of_a_plane_walk(rng):
    basis, _ = np.linalg.qr(rng.normal(size=(10, 2)))
    walk = rng.normal(size=(30, 2)) * [3, 1]
    steps = walk @ basis.T + rng.normal(size=10)
    trajectory = [steps[:, :6].reshape(30, 2, 3), steps[:, 6:]]
    directions, share = slices.trajectory_directions(trajectory)
    assert abs(share.sum() - 1) < 1e-12 and share[0] >= share[1]
    rows = np.stack([flat(d) for d in directions])
    np.testing.assert_allclose(rows @ rows.T, np.eye(2), atol=1e-12)
    where = slices.coordinates(trajectory, [p[-1] for p in trajectory], directions)
    np.testing.assert_allclose(where[-1], 0, atol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(where, axis=1), np.linalg.norm(walk - walk[-1], axis=1), rtol=1e-10, atol=1e-12)


def test_directions_are_standard_normal(rng):
    d, e = slices.random_directions(rng, [np.zeros((200, 100)), np.zeros(50)])
    assert [a.shape for a in d] == [(200, 100), (50,)]
    # Means of 20 000 squares and products of standard normals have variance 2/20 000 and 1/20 000.
    assert abs(np.mean(d[0] ** 2) - 1) < 5 * np.sqrt(2 / 20_000)
    assert abs(np.mean(d[0] * e[0])) < 5 / np.sqrt(20_000)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: slices.plane([np.zeros(2)], [[np.zeros(2)]], [0], [0]), "a plane needs two directions, got 1"),
        (lambda: slices.plane([np.zeros(2)], [[np.zeros(2)], [np.zeros(3)]], [0], [0]), "must have the shapes of the parameters, [(2,)]"),
        (lambda: slices.trajectory_directions([np.zeros((2, 1))], 2), "count must be at most min(steps, parameters) = 1, got 2"),
    ],
)
def test_errors_name_the_invariant_the_value_and_the_remedy(call, message):
    with pytest.raises(ValueError, match=".*") as error:
        call()
    assert message in str(error.value) and ":" in str(error.value)
