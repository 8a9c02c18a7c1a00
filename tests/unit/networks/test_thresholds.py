import numpy as np
import pytest
from matplotlib.path import Path
from scipy.optimize import minimize

from dlcore.networks import thresholds
from dlcore.statistics import four_errors, four_errors_of_share


def test_the_distance_is_that_of_the_nearest_point_of_the_plane(rng):
    w, b, x = rng.standard_normal(3), 0.7, rng.standard_normal((5, 3))
    for point, found in zip(x, thresholds.distance(w, b, x)):
        nearest = minimize(lambda z, point=point: np.sum((z - point) ** 2), point, constraints={"type": "eq", "fun": lambda z: w @ z + b})
        assert found == pytest.approx(np.linalg.norm(nearest.x - point), abs=1e-6)


def test_the_mass_of_a_half_space_is_the_share_of_normal_points_in_it(rng):
    for w, b in (([1.0, 2.0], 0.5), ([-3.0, 0.0, 4.0], -2.0)):
        inside = rng.standard_normal((20_000, len(w))) @ np.array(w) + b > 0
        assert inside.mean() == pytest.approx(thresholds.gaussian_mass(w, b), abs=four_errors(inside))


@pytest.mark.parametrize("sides", [3, 4, 6, 11])
def test_a_polygon_is_what_matplotlib_takes_for_one(rng, sides):
    where = {"centre": (0.3, -0.2), "radius": 1.3, "turn": 0.4}
    points = rng.uniform(-2, 2, (20_000, 2))
    corners = thresholds.corners(sides, **where)
    inside = thresholds.fire([thresholds.polygon(sides, **where), thresholds.both(sides)], points)[-1][:, 0]
    np.testing.assert_array_equal(inside, Path(corners).contains_points(points))
    area = sides / 2 * np.sin(2 * np.pi / sides) * 1.3**2
    assert 16 * inside.mean() == pytest.approx(area, abs=16 * four_errors_of_share(area / 16, len(points)))


def test_a_union_is_what_matplotlib_takes_for_one(rng):
    shapes = [(3, (-1.0, 0.0)), (4, (0.0, 0.5)), (6, (1.0, 0.0))]
    network = thresholds.union([thresholds.polygon(k, centre) for k, centre in shapes])
    points = rng.uniform(-2, 2, (20_000, 2))
    hidden, ands, out = thresholds.fire(network, points)
    each = np.stack([Path(thresholds.corners(k, centre)).contains_points(points) for k, centre in shapes], axis=1)
    np.testing.assert_array_equal(ands, each)
    np.testing.assert_array_equal(out[:, 0], each.any(axis=1))
    assert hidden.shape == (20_000, 13)


def test_and_and_or_of_all_inputs():
    bits = np.array(np.meshgrid(*[[0.0, 1.0]] * 4)).reshape(4, -1).T
    np.testing.assert_array_equal(thresholds.fire([thresholds.both(4)], bits)[0][:, 0], bits.all(axis=1))
    np.testing.assert_array_equal(thresholds.fire([thresholds.either(4)], bits)[0][:, 0], bits.any(axis=1))


def test_a_point_on_the_line_does_not_fire():
    assert thresholds.fire([(np.array([[1.0, 0.0]]), np.zeros(1))], np.array([0.0, 3.0]))[0] == 0


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="w must not be 0"):
        thresholds.distance([0.0, 0.0], 1.0, np.zeros(2))
    with pytest.raises(ValueError, match="sides must be at least 3, got 2"):
        thresholds.corners(2)
    with pytest.raises(ValueError, match="at least one layer"):
        thresholds.union([])
    with pytest.raises(ValueError, match=r"shape \(neurons, 3\)"):
        thresholds.fire([thresholds.polygon(4)], np.zeros(3))
