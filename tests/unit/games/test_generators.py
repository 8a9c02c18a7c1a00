import numpy as np
import pytest
import torch
from torch import nn

from dlcore.games.generators import BATCH, CLIP, LOSSES, PENALTY, WIDTH, Game, _start, heights, play, rounds

CLOUD = np.random.default_rng(3).normal(size=(300, 2))


def net(flat, out):
    """The same network from torch's own layers, in double precision."""
    layers = nn.Sequential(nn.Linear(2, WIDTH), nn.ReLU(), nn.Linear(WIDTH, WIDTH), nn.ReLU(), nn.Linear(WIDTH, out)).double()
    nn.utils.vector_to_parameters(torch.tensor(flat, dtype=torch.float64), layers.parameters())
    return layers


def alone(game, updates):
    """One game as one would write it with torch.nn and torch.optim: the discriminator in the end, and points of G."""
    g, h = (net(flat, out) for flat, out in zip(_start(game), (2, 1)))
    adam_g, adam_h = (torch.optim.Adam(m.parameters(), r, betas=(0.5, 0.9)) for m, r in ((g, game.rate_g), (h, game.rate)))
    rng, ce = np.random.default_rng(12345), nn.functional.binary_cross_entropy_with_logits
    one, zero = torch.ones(BATCH, 1).double(), torch.zeros(BATCH, 1).double()

    def noise():
        return torch.tensor(rng.standard_normal((BATCH, 2), dtype=np.float32)).double()

    for update in range(1, updates + 1):
        x = torch.tensor(CLOUD[rng.integers(len(CLOUD), size=BATCH)].astype(np.float32)).double()
        fake = g(noise()).detach()
        share = torch.tensor(rng.random((BATCH, 1), dtype=np.float32))
        value = h(fake).mean() - h(x).mean() if game.loss in ("clipping", "penalty") else ce(h(x), one) + ce(h(fake), zero)
        if game.loss == "penalty":
            between = fake + share * (x - fake)
            slope = torch.autograd.functional.jacobian(lambda p: h(p).sum(0), between, create_graph=True)[0]
            value = value + PENALTY * ((slope.norm(dim=1) - 1) ** 2).mean()
        adam_h.zero_grad()
        value.backward()
        adam_h.step()
        if game.loss == "clipping":
            with torch.no_grad():
                for p in h.parameters():
                    p.clamp_(-CLIP, CLIP)
        if update % game.inner == 0:
            made = h(g(noise()))
            losses = {"minimax": -ce(made, zero), "non-saturating": ce(made, one)}
            adam_g.zero_grad()
            losses.get(game.loss, -made.mean()).backward()
            adam_g.step()
    z = torch.tensor(np.random.default_rng(54321).standard_normal((16, 2), dtype=np.float32)).double()
    return nn.utils.parameters_to_vector(h.parameters()).detach().numpy(), g(z).detach().numpy()


@pytest.mark.parametrize("loss", LOSSES)
def test_a_game_is_what_torch_plays(loss):
    game = Game("cloud", loss, 2e-3, 5e-3, inner=2, spread=0.7, seed=4)
    films = play([game], {"cloud": CLOUD}, updates=6, frames=2, points=16, side=4)
    h, points = alone(game, 6)
    # a critic's bias has slope 0 if its neuron is on everywhere: Adam makes steps of 2e-3 of the rounding, in no direction
    assert np.mean(np.abs(films.discriminators[0] - h) > 5e-4) < 0.01
    np.testing.assert_allclose(films.points[0, -1], points, atol=2e-3)
    assert films.points[0, 0].std() == pytest.approx(0.7, rel=0.35)
    assert np.abs(films.points[0, -1] - films.points[0, 0]).max() > 0.01


def test_games_do_not_touch_each_other_and_keep_their_order():
    games = [Game("cloud", loss, seed=s, inner=n) for s, (loss, n) in enumerate(zip((*LOSSES, "penalty"), (2, 1, 1, 2, 2)))]
    films = play(games, {"cloud": CLOUD}, updates=4, frames=3, points=8, side=3)
    for k, game in enumerate(games):
        np.testing.assert_allclose(films.points[k], play([game], {"cloud": CLOUD}, updates=4, frames=3, points=8, side=3).points[0],
                                   atol=2e-3)  # fmt: skip
    again = play(games, {"cloud": CLOUD}, updates=4, frames=3, points=8, side=3)
    assert all(np.array_equal(one, other) for one, other in zip(films, again))
    assert np.abs(films.discriminators[2]).max() <= np.float32(CLIP)
    assert films.updates.tolist() == [0, 2, 4]


def test_landscape_and_pulls_are_of_the_discriminator():
    films = play([Game("cloud", "penalty"), Game("cloud", "minimax")], {"cloud": CLOUD}, updates=2, frames=2, points=8, side=5)
    grid = np.stack(np.meshgrid(films.axis, films.axis), -1).reshape(-1, 2)
    np.testing.assert_allclose(films.landscape[:, -1].reshape(2, -1), heights(films.discriminators, grid), atol=1e-5)
    for k in range(2):
        there, e = films.points[k, -1], 1e-6
        slopes = [(heights(films.discriminators, there + d) - heights(films.discriminators, there - d))[k] / (2 * e) for d in e * np.eye(2)]
        np.testing.assert_allclose(films.marks[k, -1], heights(films.discriminators, there)[k], atol=1e-5)
        np.testing.assert_allclose(films.pulls[k, -1], np.stack(slopes, -1), atol=1e-4)


def test_refusals():
    for bad, said in (
        (Game("ring", "minimax"), "data"),
        (Game("cloud", "hinge"), "loss"),
        (Game("cloud", "minimax", rate=0.0), "rate"),
        (Game("cloud", "minimax", inner=0), "inner"),
    ):
        with pytest.raises(ValueError, match=said):
            play([bad], {"cloud": CLOUD}, updates=2, frames=2)
    with pytest.raises(ValueError, match="multiple"):
        play([Game("cloud", "minimax")], {"cloud": CLOUD}, updates=5, frames=3)


def test_rounds_come_one_by_one():
    game, how = [Game("cloud", "penalty")], {"updates": 4, "frames": 3, "points": 8, "side": 3}
    films, made = play(game, {"cloud": CLOUD}, **how), rounds(game, {"cloud": CLOUD}, **how)
    for k in range(3):
        threads, shot = torch.get_num_threads(), next(made)
        assert torch.get_num_threads() == threads and shot.updates.tolist() == [2 * k]
        np.testing.assert_array_equal(shot.points[:, 0], films.points[:, k])
        np.testing.assert_array_equal(shot.landscape[:, 0], films.landscape[:, k])
    np.testing.assert_array_equal(shot.discriminators, films.discriminators)
    assert next(made, None) is None
