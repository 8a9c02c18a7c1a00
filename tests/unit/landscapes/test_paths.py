import numpy as np
import pytest
import torch

from dlcore.landscapes import paths
from dlcore.networks.training import dense
from dlcore.optimizers.methods import gradient_descent


def parameters(rng, *leading):
    return [rng.normal(size=(*leading, 4, 3)), rng.normal(size=(*leading, 2, 4))]


def test_ends_and_middle_of_a_path(rng):
    a, b, c = (parameters(rng) for _ in range(3))
    straight, curved = paths.line(a, b, [0, 0.5, 1]), paths.bezier(a, c, b, [0, 0.5, 1])
    for s, q, x, y, z in zip(straight, curved, a, b, c):
        np.testing.assert_allclose(s, [x, (x + y) / 2, y], rtol=1e-15)
        np.testing.assert_allclose(q, [x, x / 4 + z / 2 + y / 4, y], rtol=1e-14)


def test_a_curve_whose_control_is_the_middle_is_the_line(rng):
    a, b = parameters(rng), parameters(rng)
    middle, t = [(x + y) / 2 for x, y in zip(a, b)], np.linspace(0, 1, 7)
    for s, q in zip(paths.line(a, b, t), paths.bezier(a, middle, b, t)):
        np.testing.assert_allclose(q, s, atol=1e-15)


def test_tensors_and_leading_axes(rng):
    a, b, c = (parameters(rng, 5) for _ in range(3))
    t = rng.random(3)
    as_tensors = [[torch.tensor(p) for p in side] for side in (a, c, b)]
    for q, r in zip(paths.bezier(a, c, b, t), paths.bezier(*as_tensors, t)):
        assert q.shape[:2] == (3, 5)
        np.testing.assert_allclose(r.numpy(), q, rtol=1e-14)


def test_losses_along_a_path_are_those_of_its_points(rng):
    a, b, x = parameters(rng), parameters(rng), torch.tensor(rng.normal(size=(6, 3)))
    loss = lambda p, _: dense(p, x, torch.tanh).square().mean((-2, -1))  # noqa: E731
    path = paths.line(a, b, np.linspace(0, 1, 11))
    along = paths.losses_along(loss, path, dtype=torch.float64, chunk=4)
    alone = [np.mean((np.tanh(x.numpy() @ w.T) @ v.T) ** 2) for w, v in zip(*path)]
    np.testing.assert_allclose(along, alone, rtol=1e-12)


def test_barriers():
    np.testing.assert_array_equal(paths.barrier(np.array([[0.0, 0.0], [3.0, 0.5], [1.0, 1.0]])), [2.0, 0.0])


def test_strata_cover_the_interval(rng):
    draws = paths.stratified(rng, 5)
    for _ in range(20):
        np.testing.assert_array_equal(np.floor(next(draws) * 5), np.arange(5))


def test_on_a_quadratic_the_best_curve_is_known(rng):
    """F = |θ − m|²: the minimum of ∫F(θ(t)) dt over θ_c solves ∫ 2t(1−t)(θ(t) − m) dt = 0, with the integrals
    ∫ 2t(1−t)³ = ∫ 2t³(1−t) = 1/10, ∫ 4t²(1−t)² = 2/15, ∫ 2t(1−t) = 1/3: θ_c = 5/2 m − 3/4 (θ_a + θ_b)."""
    a, b, m = rng.normal(size=(2, 1, 4)), rng.normal(size=(2, 1, 4)), rng.normal(size=(1, 4))
    loss = lambda p, _: (p[0] - torch.tensor(m)).square().sum((-2, -1))  # noqa: E731
    out = paths.train_bezier(loss, [a], [b], gradient_descent(1.0), rng=rng, steps=400, points=64, dtype=torch.float64)
    # Stratified draws leave a noise of relative size 64^(-3/2) in each gradient, and so in the control point.
    np.testing.assert_allclose(out.parameters[0], 2.5 * m - 0.75 * (a + b), atol=20 * 64**-1.5)
    assert np.all(out.losses[-1] < out.losses[0])


def test_pairs_are_trained_as_if_alone(rng):
    a, b, x = parameters(rng, 3), parameters(rng, 3), torch.tensor(rng.normal(size=(6, 3)))
    loss = lambda p, _: dense(p, x, torch.tanh).square().mean((-2, -1))  # noqa: E731
    train = lambda s: paths.train_bezier(  # noqa: E731
        loss, [p[s] for p in a], [p[s] for p in b], gradient_descent(0.1), rng=np.random.default_rng(3), steps=9, dtype=torch.float64
    )
    together = train(slice(None))
    for k in range(3):
        for p, q in zip(train(slice(k, k + 1)).parameters, together.parameters):
            np.testing.assert_allclose(p[0], q[k], rtol=1e-12)


def test_training_goes_on_from_a_control_point(rng):
    """One stratum, so that t is the next draw: ten steps are four, the draw of the last loss thrown away, and six more."""
    a, b, x = parameters(rng, 2), parameters(rng, 2), torch.tensor(rng.normal(size=(6, 3)))
    loss = lambda p, _: dense(p, x, torch.tanh).square().mean((-2, -1))  # noqa: E731
    more = {"points": 1, "dtype": torch.float64}
    first = paths.train_bezier(loss, a, b, gradient_descent(0.1), rng=np.random.default_rng(3), steps=4, **more)
    again = np.random.default_rng(3)
    again.random(4)
    second = paths.train_bezier(loss, a, b, gradient_descent(0.1), rng=again, steps=6, control=first.parameters, **more)
    whole = paths.train_bezier(loss, a, b, gradient_descent(0.1), rng=np.random.default_rng(3), steps=10, **more)
    for p, q in zip(second.parameters, whole.parameters):
        np.testing.assert_allclose(p, q, rtol=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: paths.line([np.zeros(2)], [np.zeros(3)], [0]), "the ends of a path must have one shape"),
        (lambda: paths.line([np.zeros(2)], [], [0]), "the ends of a path must have as many arrays, got [1, 0]"),
        (
            lambda: paths.losses_along(lambda p, _: p[0], [np.zeros((2, 1)), np.zeros((3, 1))]),
            "one first axis of points, got",
        ),
    ],
)
def test_errors_name_the_invariant_the_value_and_the_remedy(call, message):
    with pytest.raises(ValueError, match=".*") as error:
        call()
    assert message in str(error.value) and ":" in str(error.value)


@pytest.mark.parametrize(("how", "points"), [({}, 8), ({"points": 3}, 3)])
def test_each_step_looks_at_so_many_points_of_every_pair(rng, how, points):
    seen = []

    def loss(p, batch):
        seen.append(tuple(p[0].shape))
        return p[0].sum(-1)

    paths.train_bezier(loss, [np.ones((2, 5))], [np.zeros((2, 5))], gradient_descent(0.1), rng=rng, steps=1, **how)
    assert set(seen) == {(2 * points, 5)}
