"""The oracle against linear programmes, the projection against its variational inequality, attacks against corners and each other."""

import itertools

import numpy as np
import pytest
from scipy.optimize import linprog

from dlcore.robustness import attacks

ORDER = {"inf": np.inf, 2: 2, 1: 1}
DUAL = {"inf": 1, 2: 2, 1: np.inf}


def programme(g, norm):
    """max ⟨g, δ⟩ over ‖δ‖ ≤ 1 by a linear programme, δ = p − q with p, q ≥ 0."""
    total = {} if norm == "inf" else {"A_ub": np.ones((1, 2 * len(g))), "b_ub": [1.0]}
    return -linprog(np.concatenate([-g, g]), bounds=(0, 1), **total).fun


@pytest.mark.parametrize("norm", attacks.NORMS)
def test_no_step_of_length_one_gains_more_than_the_oracle(rng, norm):
    g = rng.standard_normal((20, 7))
    step = attacks.oracle(g, norm)
    np.testing.assert_allclose(np.linalg.norm(step, ord=ORDER[norm], axis=-1), 1)
    gain = np.sum(g * step, axis=-1)
    np.testing.assert_allclose(gain, np.linalg.norm(g, ord=DUAL[norm], axis=-1))
    np.testing.assert_allclose(attacks.oracle(1e-3 * g, norm), step)  # its size does not matter
    if norm != 2:
        np.testing.assert_allclose(gain, [programme(one, norm) for one in g])


@pytest.mark.parametrize("norm", attacks.NORMS)
def test_a_gradient_of_zero_moves_nothing(norm):
    assert not attacks.oracle(np.zeros((3, 4)), norm).any()


@pytest.mark.parametrize("norm", attacks.NORMS)
def test_the_projection_is_the_nearest_point_of_the_ball(rng, norm):
    delta, radius = rng.standard_normal((50, 6)) * 2, rng.uniform(0.1, 4, 50)
    nearest = attacks.project(delta, radius, norm)
    assert np.all(np.linalg.norm(nearest, ord=ORDER[norm], axis=-1) <= radius * (1 + 1e-12))
    inside = rng.standard_normal((400, 1, 6))
    inside = inside * radius[:, None] * rng.uniform(0, 1, (400, 50, 1)) / np.linalg.norm(inside, ord=ORDER[norm], axis=-1, keepdims=True)
    assert np.sum((delta - nearest) * (inside - nearest), axis=-1).max() <= 1e-12  # an obtuse angle with every point of the ball
    np.testing.assert_allclose(attacks.project(nearest, radius, norm), nearest, atol=1e-12)


@pytest.mark.parametrize("norm", attacks.NORMS)
@pytest.mark.parametrize("start", [False, True])
def test_iterates_stay_in_the_ball_and_in_the_box(rng, norm, start):
    x, budgets = rng.uniform(0, 1, (9, 12)), np.array([0.0, 0.1, 0.7])
    pull = rng.standard_normal((12, 12))
    path = list(attacks.iterates(lambda z: np.sin(z @ pull), x, budgets, steps=7, rate=0.6, norm=norm, rng=rng if start else None))
    assert len(path) == 8
    for images in path:
        assert images.shape == (3, 9, 12)
        assert images.min() >= 0
        assert images.max() <= 1
        assert np.all(np.linalg.norm(images - x, ord=ORDER[norm], axis=-1) <= budgets[:, None] + 1e-12)
    assert np.array_equal(path[0][2], x) != start


@pytest.mark.parametrize("norm", attacks.NORMS)
def test_many_budgets_and_images_are_attacked_as_one_by_one(rng, norm):
    x, pull = rng.uniform(0, 1, (4, 5)), rng.standard_normal((5, 5))
    gradient, budgets = (lambda z: np.sin(z @ pull)), [0.05, 0.3]
    together = attacks.pgd(gradient, x, budgets, steps=5, rate=0.3, norm=norm)
    for k, i in itertools.product(range(2), range(4)):
        alone = attacks.pgd(gradient, x[i : i + 1], budgets[k], steps=5, rate=0.3, norm=norm)
        np.testing.assert_allclose(together[k, i], alone[0], rtol=1e-12)
    whole = attacks.pgd(gradient, x, budgets, steps=1, rate=1.0, norm=norm)
    np.testing.assert_allclose(whole, attacks.fgsm(gradient, x, budgets, norm), rtol=1e-12)


def test_on_a_linear_loss_no_corner_of_ball_and_box_beats_the_signs(rng):
    x, w = rng.uniform(0, 1, (30, 6)), rng.standard_normal(6)
    found = attacks.fgsm(lambda z: np.broadcast_to(w, z.shape), x, 0.3) @ w
    sides = np.stack([np.maximum(x - 0.3, 0), np.minimum(x + 0.3, 1)])
    corners = [np.where(np.array(which), sides[1], sides[0]) @ w for which in itertools.product([False, True], repeat=6)]
    np.testing.assert_allclose(found, np.max(corners, axis=0), rtol=1e-12)


@pytest.mark.parametrize(("norm", "share"), [("inf", None), (2, 4 / 5), (1, 4 / 5)])
def test_random_starts_are_uniform_in_the_ball(rng, norm, share):
    start = next(attacks.iterates(np.zeros_like, np.zeros((20_000, 4)), 1.0, steps=1, rate=1.0, norm=norm, box=None, rng=rng))
    size = np.linalg.norm(start, ord=ORDER[norm], axis=-1)
    measured = size if share else np.abs(start).mean(axis=-1)
    error = measured.std() / np.sqrt(20_000)
    assert abs(measured.mean() - (share or 0.5)) < 4 * error


def test_bad_input_is_refused(rng):
    x = np.full((2, 3), 0.5)
    with pytest.raises(ValueError, match="in the box"):
        attacks.fgsm(np.zeros_like, x + 1, 0.1)
    with pytest.raises(ValueError, match="shape of the images"):
        attacks.fgsm(lambda z: z[..., 0], x, 0.1)
    with pytest.raises(ValueError, match="norm must be one of"):
        attacks.pgd(np.ones_like, x, 0.1, steps=1, rate=1.0, norm=3)
    with pytest.raises(ValueError, match="non-negative"):
        attacks.fgsm(np.ones_like, x, -0.1)


@pytest.mark.parametrize("norm", attacks.NORMS)
def test_pgd_is_the_last_of_its_iterates_from_a_random_start_too(norm):
    x, options = np.full((2, 4), 0.5), {"steps": 3, "rate": 0.4, "norm": norm}
    paths = [attacks.iterates(np.cos, x, 0.1, **options, rng=np.random.default_rng(seed)) for seed in (0, 1)]
    ends = [attacks.pgd(np.cos, x, 0.1, **options, rng=np.random.default_rng(seed)) for seed in (0, 1)]
    for path, end in zip(paths, ends, strict=True):
        np.testing.assert_array_equal(list(path)[-1], end)
    short = [attacks.pgd(np.cos, x, 0.1, steps=1, rate=0.01, norm=norm, rng=np.random.default_rng(seed)) for seed in (0, 1)]
    assert not np.array_equal(*short)
