"""Small generative adversarial networks in the plane, many of them trained at once.

A generator G maps noise z ~ N(0, I) of the plane to the plane, f maps the plane to a number; D = σ(f). Both have two
hidden layers. An update of f descends, on a batch of data x and of samples G(z),

    mean ln(1 + e^{−f(x)}) + mean ln(1 + e^{f(G(z))})            "minimax", "non-saturating"
    mean f(G(z)) − mean f(x)                                     "clipping": then its parameters are clipped to [−c, c]
    the same + λ mean (‖∇f(x̃)‖ − 1)², x̃ between x and G(z)       "penalty"

and one of G, after every ``inner`` updates of f, descends mean −ln(1 + e^{f(G(z))}) (minimax), mean ln(1 + e^{−f(G(z))})
(non-saturating) or −mean f(G(z)). Goodfellow et al. (2014); Arjovsky et al. (2017); Gulrajani et al. (2017). Steps are Adam's with
β = (½, 0.9), a learning rate for each network. A leading axis numbers the games, as in `dlcore.networks.training`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch.nn.functional import softplus

from dlcore.checks import Integer, Real, one_of, positive, positive_int, samples

LOSSES = ("minimax", "non-saturating", "clipping", "penalty")
WIDTH, BATCH, CLIP, PENALTY = 32, 64, 0.1, 1.0
VIEW = 1.8  # pictures show the square [−VIEW, VIEW]²
_SHAPES = ((WIDTH, 2), (WIDTH,), (WIDTH, WIDTH), (WIDTH,))
_SIZES = tuple(int(np.prod(shape)) for shape in _SHAPES)


class Game(NamedTuple):
    """A game: which data, which loss, learning rates of f and of G, updates of f for one of G, spread of G's first samples, seed."""

    data: str
    loss: str
    rate: Real = 2e-3
    rate_g: Real = 2e-3
    inner: Integer = 1
    spread: Real = 0.5
    seed: Integer = 0


class Films(NamedTuple):
    """What ``play`` keeps, frame by frame: points of G at always the same noise, f and ∇f there, and f on a grid."""

    updates: Float[np.ndarray, " frames"]
    points: Float[np.ndarray, "games frames points 2"]
    marks: Float[np.ndarray, "games frames points"]
    pulls: Float[np.ndarray, "games frames points 2"]
    axis: Float[np.ndarray, " side"]
    landscape: Float[np.ndarray, "games frames side side"]
    discriminators: Float[np.ndarray, "games parameters"]


def play(games: Sequence[Game], data: Mapping[str, Float[np.ndarray, "_ 2"]], *, updates: Integer, frames: Integer,
         points: Integer = 128, side: Integer = 24, watch: Callable[[Iterable], Iterable] = iter) -> Films:  # fmt: skip
    """Play all ``games`` on the point sets ``data[name]`` for so many updates of f, and keep ``frames`` frames, the start among them.

    Raises a ValueError for unknown data or losses, what is not positive, or updates that are no multiple of frames − 1.

    >>> corners = np.array([[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]])
    >>> play([Game("corners", "minimax"), Game("corners", "penalty")], {"corners": corners}, updates=4, frames=3).points.shape
    (2, 3, 128, 2)
    """
    shots = list(rounds(games, data, updates=updates, frames=frames, points=points, side=side, watch=watch))
    along = {"updates": 0, "points": 1, "marks": 1, "pulls": 1, "landscape": 1}
    return shots[-1]._replace(**{name: np.concatenate([getattr(shot, name) for shot in shots], axis) for name, axis in along.items()})


def rounds(games: Sequence[Game], data: Mapping[str, Float[np.ndarray, "_ 2"]], *, updates: Integer, frames: Integer,
           points: Integer = 128, side: Integer = 24, watch: Callable[[Iterable], Iterable] = iter) -> Iterator[Films]:  # fmt: skip
    """What ``play`` keeps, a frame at a time, as soon as it is there; ``watch`` wraps the loop, for a bar."""
    for game in games:
        one_of("data", game.data, tuple(data))
        one_of("loss", game.loss, LOSSES)
        positive("rate", [game.rate, game.rate_g, game.spread])
        positive_int("inner", game.inner)
    if positive_int("frames", frames) < 2 or positive_int("updates", updates) % (frames - 1):
        raise ValueError(f"updates must be a multiple of frames - 1 ≥ 1, got {updates} and {frames}: change one of them")
    clouds = {name: samples(f"data[{name!r}]", cloud).astype(np.float32) for name, cloud in data.items()}
    order = sorted(range(len(games)), key=lambda k: (games[k].inner, games[k].loss != "penalty", k))
    runs = [_Run([games[k] for k in order if games[k].inner == n], clouds) for n in sorted({g.inner for g in games})]
    back, axis, every = np.argsort(order), np.linspace(-VIEW, VIEW, side), updates // (frames - 1)
    for frame in watch(range(frames)):
        threads = torch.get_num_threads()
        torch.set_num_threads(1)  # sums in one order, whatever the machine
        try:
            for run in runs if frame else ():
                run.go(every)
            *shots, ends = (np.concatenate(parts)[back].astype(float) for parts in zip(*(run.shot(points, side) for run in runs)))
        finally:
            torch.set_num_threads(threads)
        where, marks, pulls, field = (shot[:, None] for shot in shots)
        yield Films(np.array([float(frame * every)]), where, marks, pulls, axis, field, ends)


def heights(parameters: Float[np.ndarray, "games parameters"], x: Float[np.ndarray, "n 2"]) -> Float[np.ndarray, "games n"]:
    """The discriminators' outputs f at the points x, in double precision."""
    x = torch.tensor(np.asarray(x, dtype=float))
    return _network(torch.tensor(np.asarray(parameters, dtype=float)), x.expand(len(parameters), -1, -1), 1)[..., 0].numpy()


class _Run:
    """Games with the same number of inner updates, those with a penalty first, played in step."""

    def __init__(self, games: list[Game], clouds: dict[str, np.ndarray]):
        self.inner, self.done = games[0].inner, 0
        self.penal = sum(g.loss == "penalty" for g in games)
        kinds = np.array([[g.loss == kind for g in games] for kind in LOSSES])[:, :, None]
        self.minimax, _, self.clipped, _ = map(torch.tensor, kinds)
        self.critic = torch.tensor(kinds[2] | kinds[3])
        self.clouds, self.own = [*map(torch.tensor, clouds.values())], torch.tensor([[*clouds].index(g.data) for g in games])
        self.size = min(map(len, clouds.values()))
        starts = [_start(g) for g in games]
        self.g, self.h = (torch.tensor(np.stack(parts), requires_grad=True) for parts in zip(*starts))
        self.adam_g, self.adam_h = (_Adam(p, [getattr(g, name) for g in games]) for p, name in ((self.g, "rate_g"), (self.h, "rate")))
        self.rng = np.random.default_rng(12345)

    def go(self, updates: int) -> None:
        for _ in range(updates):
            self.done += 1
            which, z = self.rng.integers(self.size, size=BATCH), self._noise()
            x = torch.stack([cloud[which] for cloud in self.clouds])[self.own]
            with torch.no_grad():
                fake = _network(self.g, z, 2)
            self._update_h(x, fake)
            if self.done % self.inner == 0:
                h = _network(self.h.detach(), _network(self.g, self._noise(), 2), 1)[..., 0]
                logistic = torch.where(self.minimax, -softplus(h), softplus(-h))
                self.adam_g.step(torch.where(self.critic, -h, logistic).mean(-1).sum())

    def _update_h(self, x: torch.Tensor, fake: torch.Tensor) -> None:
        real, made = _network(self.h, torch.cat([x, fake], 1), 1)[..., 0].split(BATCH, 1)
        value = torch.where(self.critic, made - real, softplus(-real) + softplus(made)).mean(-1).sum()
        share = torch.tensor(self.rng.random((BATCH, 1), dtype=np.float32))  # drawn by all, so that no game depends on the others
        if self.penal:
            between = (fake + share * (x - fake))[: self.penal].requires_grad_()
            slope = torch.autograd.grad(_network(self.h[: self.penal], between, 1).sum(), between, create_graph=True)[0]
            value = value + PENALTY * ((slope.square().sum(-1) + 1e-12).sqrt() - 1).square().mean(-1).sum()
        self.adam_h.step(value)
        with torch.no_grad():
            self.h.copy_(torch.where(self.clipped, self.h.clamp(-CLIP, CLIP), self.h))

    def _noise(self) -> torch.Tensor:
        return torch.tensor(self.rng.standard_normal((BATCH, 2), dtype=np.float32)).expand(len(self.g), -1, -1)

    def shot(self, points: int, side: int) -> tuple[np.ndarray, ...]:
        """Points of G at noise that does not change, f and ∇f there, f on the grid, and the parameters of f."""
        z = torch.tensor(np.random.default_rng(54321).standard_normal((points, 2), dtype=np.float32)).expand(len(self.g), -1, -1)
        axis = torch.linspace(-VIEW, VIEW, side)
        grid = torch.stack(torch.meshgrid(axis, axis, indexing="xy"), -1).reshape(-1, 2)
        with torch.no_grad():
            made, field = _network(self.g, z, 2), _network(self.h, grid.expand(len(self.h), -1, -1), 1)
        made.requires_grad_()
        marks = _network(self.h.detach(), made, 1)[..., 0]
        pull = torch.autograd.grad(marks.sum(), made)[0]
        return tuple(shot.detach().numpy() for shot in (made, marks, pull, field.reshape(-1, side, side), self.h.clone()))


class _Adam:
    """Adam for flat parameters (games, P), a rate for each game."""

    def __init__(self, parameters: torch.Tensor, rates: list, betas: tuple[float, float] = (0.5, 0.9)):
        self.parameters, self.betas, self.count = parameters, betas, 0
        self.rates = torch.tensor(rates, dtype=torch.float32)[:, None]
        self.mean, self.square = torch.zeros_like(parameters), torch.zeros_like(parameters)

    def step(self, value: torch.Tensor) -> None:
        (slope,) = torch.autograd.grad(value, self.parameters)
        self.count += 1
        one, two = self.betas
        self.mean.lerp_(slope, 1 - one)
        self.square.lerp_(slope.square(), 1 - two)
        scale = self.rates * ((1 - two**self.count) ** 0.5 / (1 - one**self.count))
        self.parameters.data.sub_(scale * self.mean / (self.square.sqrt() + 1e-8))


def _network(flat: torch.Tensor, x: torch.Tensor, out: int) -> torch.Tensor:
    """Two hidden ReLU layers; x has shape (games, n, 2)."""
    *hidden, w3, b3 = flat.split([*_SIZES, out * WIDTH, out], 1)
    w1, b1, w2, b2 = (part.reshape(-1, *shape) for part, shape in zip(hidden, _SHAPES))
    for w, b in ((w1, b1), (w2, b2)):
        x = torch.relu(torch.baddbmm(b[:, None], x, w.mT))
    return torch.baddbmm(b3[:, None], x, w3.reshape(-1, out, WIDTH).mT)


def _start(game: Game) -> tuple[np.ndarray, np.ndarray]:
    """He's weights, small biases; G's last layer scaled so that its samples have the root mean square ``spread`` a coordinate."""
    rng, flats = np.random.default_rng([game.seed, 7]), []
    for out in (2, 1):
        parts = []
        for rows, columns in ((WIDTH, 2), (WIDTH, WIDTH), (out, WIDTH)):
            parts += [rng.standard_normal(rows * columns) * np.sqrt(2 / columns), 0.1 * rng.standard_normal(rows) * (rows == WIDTH)]
        flats.append(np.concatenate(parts))
    g, z = flats[0], torch.tensor(np.random.default_rng(99).standard_normal((1, 512, 2)))
    made = _network(torch.tensor(g)[None], z, 2)[0].numpy()
    g[-2:] = -made.mean(0) * game.spread / made.std()
    g[-2 - 2 * WIDTH : -2] *= game.spread / made.std()
    return g.astype(np.float32), flats[1].astype(np.float32)
