import numpy as np
import pytest

from dlcore.networks.datasets import CLASSES, digits


def test_a_split_is_a_partition_scaled_by_its_training_part(rng):
    data = digits(rng, train=1000)
    assert data.train_x.shape == (1000, 64) and data.test_x.shape == (797, 64)
    np.testing.assert_allclose(data.train_x.mean(axis=0), 0, atol=1e-12)
    assert np.mean(data.train_x**2) == pytest.approx(1, abs=1e-12)
    assert set(data.train_y) == set(data.test_y) == set(range(CLASSES))
    both = np.concatenate([data.train_x, data.test_x])
    assert len(np.unique(both.round(9), axis=0)) == len(both)  # no image on both sides


def test_the_generator_decides():
    first, same, other = (digits(np.random.default_rng(seed)) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.train_y, same.train_y)
    assert np.any(first.train_y != other.train_y)


def test_a_thousand_to_train_on_unless_told_otherwise(rng):
    assert len(digits(rng).train_x) == 1000


def test_nothing_left_to_test_on_is_refused(rng):
    with pytest.raises(ValueError, match="train must be below 1797"):
        digits(rng, train=1797)


def test_one_image_is_too_few_to_train_on(rng):
    with pytest.raises(ValueError, match="train must be at least 2, got 1"):
        digits(rng, train=1)
    assert np.isfinite(digits(rng, train=2).train_x).all()
