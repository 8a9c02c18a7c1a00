"""Attacks on a classifier: one step or many up the loss, inside a ball around the image and the box of legal pixels.

The step of length 1 that a linear function ⟨g, δ⟩ gains most from is, in each norm (its linear maximisation oracle),

    inf    sign(g)                                        gain ‖g‖₁, where sign(0) = 0
    2      g/‖g‖₂                                         gain ‖g‖₂
    1      sign(g_j) e_j at the first largest |g_j|       gain max |g_j|

`fgsm` takes the whole budget in one such step; `pgd` takes many short ones and projects after each. Both are for many
images and many budgets in one call: ``x`` has the shape (n, d), ``budgets`` is one number or shape (budgets,), and what
comes back has the shape (n, d) or (budgets, n, d). ``gradient`` maps images (*batch, n, d) to the gradients of the loss with
respect to them, of the same shape; an attack towards a chosen class descends instead: pass minus the gradient of its loss.

Conventions (toolboxes differ in them): a step has the length ``rate`` × budget (Foolbox calls this ``rel_stepsize``); pixels are
clipped to ``box`` after the projection onto the ball, in `fgsm` too (the Adversarial Robustness Toolbox clips first, which for the
norm inf is the same); what comes back is the last iterate, not the best one; without ``rng`` the start is the image itself, with it
a uniform draw from the ball.

Sources: Goodfellow, Shlens & Szegedy 2015; Kurakin, Goodfellow & Bengio 2017; Madry, Makelov, Schmidt, Tsipras & Vladu 2018;
Duchi, Shalev-Shwartz, Singer & Chandra 2008 (the projection onto the ball of norm 1).

>>> slope = np.array([3.0, -1.0, 0.0])
>>> fgsm(lambda x: np.broadcast_to(slope, x.shape), np.full((1, 3), 0.5), [0.1, 1.0]).tolist()
[[[0.6, 0.4, 0.5]], [[1.0, 0.0, 0.5]]]
"""

from collections.abc import Callable, Iterator

import numpy as np
from jaxtyping import Float

from dlcore.checks import Integer, Reals, generator, non_negative, number, one_of, positive, positive_int, samples

NORMS = ("inf", 2, 1)
Images = Float[np.ndarray, "*batch n d"]
Gradient = Callable[[Images], Images]
Box = tuple[Reals, Reals] | None


def oracle(gradient: Float[np.ndarray, "*batch d"], norm: str | int = "inf") -> Float[np.ndarray, "*batch d"]:
    """argmax ⟨gradient, δ⟩ over ‖δ‖ ≤ 1 along the last axis; 0 where the gradient is 0."""
    one_of("norm", norm, NORMS)
    if norm == "inf":
        return np.sign(gradient)
    if norm == 2:
        length = np.linalg.norm(gradient, axis=-1, keepdims=True)
        return gradient / np.where(length > 0, length, 1.0)
    first = np.abs(gradient).argmax(axis=-1)[..., None]
    step = np.zeros_like(gradient)
    np.put_along_axis(step, first, np.sign(np.take_along_axis(gradient, first, axis=-1)), axis=-1)
    return step


def project(delta: Float[np.ndarray, "*batch d"], radius: Reals, norm: str | int = "inf") -> Float[np.ndarray, "*batch d"]:
    """The point nearest to ``delta``, in the Euclidean distance, with ‖·‖ ≤ ``radius`` (which broadcasts against batch)."""
    radius = np.asarray(non_negative("radius", radius), dtype=float)[..., None]
    if one_of("norm", norm, NORMS) == "inf":
        return np.clip(delta, -radius, radius)
    if norm == 2:
        length = np.linalg.norm(delta, axis=-1, keepdims=True)
        return delta * np.where(length > radius, radius / np.where(length > 0, length, 1.0), 1.0)
    size = np.abs(delta)
    falling = -np.sort(-size, axis=-1)
    excess = np.cumsum(falling, axis=-1) - radius
    thresholds = excess / np.arange(1, delta.shape[-1] + 1)  # if so many entries stay: the largest threshold is the one
    shift = np.where(size.sum(axis=-1, keepdims=True) > radius, thresholds.max(axis=-1, keepdims=True), 0.0)
    return np.sign(delta) * np.maximum(size - shift, 0.0)


def fgsm(
    gradient: Gradient, x: Float[np.ndarray, "n d"], budgets: Reals, norm: str | int = "inf", *, box: Box = (0.0, 1.0)
) -> Float[np.ndarray, "*budgets n d"]:
    """x + budget × oracle(∇ loss(x)), clipped to ``box`` (pairs of numbers, or of arrays of shape (d,); None: no box)."""
    x, radii = _start(x, budgets, box)
    return _clip(x + radii[..., None] * oracle(_at(gradient, x), norm), box)


def pgd(
    gradient: Gradient,
    x: Float[np.ndarray, "n d"],
    budgets: Reals,
    *,
    steps: Integer,
    rate: Reals,
    norm: str | int = "inf",
    box: Box = (0.0, 1.0),
    rng: np.random.Generator | None = None,
) -> Float[np.ndarray, "*budgets n d"]:
    """The last of `iterates`: ``steps`` oracle steps of length ``rate`` × budget, each followed by the projection."""
    for last in iterates(gradient, x, budgets, steps=steps, rate=rate, norm=norm, box=box, rng=rng):  # noqa: B007
        pass
    return last


def iterates(
    gradient: Gradient,
    x: Float[np.ndarray, "n d"],
    budgets: Reals,
    *,
    steps: Integer,
    rate: Reals,
    norm: str | int = "inf",
    box: Box = (0.0, 1.0),
    rng: np.random.Generator | None = None,
) -> Iterator[Float[np.ndarray, "*budgets n d"]]:
    """The start and the images after each of ``steps`` steps x ← clip(x₀ + project(x + rate · budget · oracle(∇) − x₀)).

    For the norm inf this is the projection onto ball and box at once. For the others clipping comes second: it moves each
    pixel towards the image or not at all, so the result is in both, though not always their nearest point.
    """
    x, radii = _start(x, budgets, box)
    rate = number("rate", positive("rate", rate))
    here = np.broadcast_to(x, (*radii.shape[:-1], *x.shape))
    if rng is not None:
        here = _clip(x + radii[..., None] * _uniform(generator("rng", rng), here.shape, norm), box)
    yield here
    for _ in range(positive_int("steps", steps)):
        ahead = here + rate * radii[..., None] * oracle(_at(gradient, here), norm)
        here = _clip(x + project(ahead - x, radii, norm), box)
        yield here


def _start(x: np.ndarray, budgets: Reals, box: Box) -> tuple[np.ndarray, np.ndarray]:
    """The images, checked, and the budgets of shape (*budgets, 1): one for each image of a batch."""
    x = samples("x", x)
    if box is not None and not np.array_equal(_clip(x, box), x):
        raise ValueError(f"x must be in the box, got pixels from {x.min()} to {x.max()}: pass the box of legal pixels, or None")
    return x, np.asarray(non_negative("budgets", budgets), dtype=float)[..., None]


def _at(gradient: Gradient, x: np.ndarray) -> np.ndarray:
    slope = np.asarray(gradient(x))
    if slope.shape != x.shape:
        raise ValueError(f"gradient must return the shape of the images {x.shape}, got {slope.shape}: one number a pixel")
    return slope


def _clip(x: np.ndarray, box: Box) -> np.ndarray:
    return x if box is None else np.clip(x, *box)


def _uniform(rng: np.random.Generator, shape: tuple[int, ...], norm: str | int) -> np.ndarray:
    """Uniform draws from the unit balls along the last axis."""
    if one_of("norm", norm, NORMS) == "inf":
        return rng.uniform(-1, 1, shape)
    draw = rng.standard_normal(shape) if norm == 2 else rng.laplace(size=shape)
    length = np.linalg.norm(draw, ord=norm, axis=-1, keepdims=True)
    return draw / length * rng.uniform(size=(*shape[:-1], 1)) ** (1 / shape[-1])
