import itertools

import numpy as np
import pytest
import torch

from dlcore.games.dirac import LOSSES, PENALTIES, dirac, penalised_radius
from dlcore.games.dynamics import radius, run, simultaneous


def by_torch(loss, penalty, gamma, theta, psi):
    """The game, written with torch's own functions, and its gradient by automatic differentiation."""
    t, p = (torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in (theta, psi))
    game = t * p if loss == "wasserstein" else torch.nn.functional.logsigmoid(t * p) + np.log(2)
    slope = torch.autograd.grad((p * torch.ones((), requires_grad=True)), p, create_graph=True)[0] * p  # of the critic ψx in x
    game = game - {"zero": gamma / 2 * slope**2, "one": gamma / 2 * (slope.abs() - 1) ** 2}.get(penalty, torch.zeros(()))
    game.backward()
    return float(game.detach()), float(t.grad), float(p.grad)


@pytest.mark.parametrize(("loss", "penalty"), list(itertools.product(LOSSES, PENALTIES)))
def test_gradients_against_torch(loss, penalty, rng):
    for theta, psi in rng.standard_normal((6, 2)) * 3:
        game = dirac(loss, penalty, 0.7)
        found = float(game.value(theta, psi)), float(game.grad_x(theta, psi)), float(game.grad_y(theta, psi))
        np.testing.assert_allclose(found, by_torch(loss, penalty, 0.7, theta, psi), rtol=1e-12, atol=1e-14)


def test_without_a_penalty_the_distance_grows_by_a_known_factor():
    path = run(simultaneous(0.1), dirac(), 1.0, 0.0, 200)
    np.testing.assert_allclose(np.hypot(*path.T), 1.01 ** (np.arange(201) / 2), rtol=1e-12)


def test_the_penalised_game_has_the_radius_of_the_formula():
    for gamma in (0.05, 1.0, 2.0, 3.0, 8.0):
        eta = np.array([[0.03], [0.3], [0.9]])
        # a double eigenvalue (γ = 2) is found to 4√eps only
        np.testing.assert_allclose(radius(simultaneous(eta), dirac("wasserstein", "zero", gamma)),
                                   penalised_radius(eta[:, 0], gamma), rtol=0, atol=6e-8)  # fmt: skip
    np.testing.assert_allclose(penalised_radius(0.3, 0.0), np.sqrt(1.09))


def test_clipping_keeps_the_critic_and_far_away_nothing_overflows():
    path = run(simultaneous(0.3), dirac("wasserstein", "clip", 0.4), 5.0, 0.0, 50)
    assert np.abs(path[:, 1]).max() == 0.4
    assert np.isfinite(dirac("logistic").grad_x(np.array([1e3, -1e3]), 1e3)).all()


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="penalty must be one of"):
        dirac("wasserstein", "two")
    with pytest.raises(ValueError, match="loss must be one of"):
        dirac("hinge")
    with pytest.raises(ValueError, match="strength must be positive"):
        dirac("wasserstein", "zero", 0.0)
    with pytest.raises(ValueError, match="rate must be positive"):
        penalised_radius(0.0, 1.0)
