"""A restricted Boltzmann machine with everything enumerated: v ∈ {0,1}^n visible, h ∈ {0,1}^m hidden,

    p(v, h) ∝ e^{−E(v,h)},   E(v, h) = −b·v − c·h − vᵀWh.

Summed over h this is p(v) ∝ e^{b·v} ∏_j (1 + e^{c_j + (Wᵀv)_j}) (Smolensky 1986). Laws of v are vectors over ``patterns(n)``.

>>> fair = Machine(np.zeros((2, 1)), np.zeros(2), np.zeros(1))
>>> law(fair).tolist()
[0.25, 0.25, 0.25, 0.25]
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.special import expit, rel_entr

from dlcore.checks import Integer, Real, finite, generator, positive, positive_int

MOST = 12  # units of one kind: 4096 patterns


class Machine(NamedTuple):
    """Weights, biases of the visible and of the hidden units; a gradient has the same three parts."""

    weights: Float[np.ndarray, "n m"]
    visible: Float[np.ndarray, " n"]
    hidden: Float[np.ndarray, " m"]

    def flat(self) -> Float[np.ndarray, " parameters"]:
        return np.concatenate([part.ravel() for part in self])


def patterns(units: Integer) -> Float[np.ndarray, "states units"]:
    """All patterns of so many units, in the order of binary numbers."""
    if positive_int("units", units) > MOST:
        raise ValueError(f"units must be at most {MOST}, got {units}: more patterns cannot be enumerated soon")
    return _bits(int(units)).copy()


def random_machine(rng: np.random.Generator, visible: Integer, hidden: Integer, spread: Real = 0.1) -> Machine:
    """Weights N(0, spread²), no biases."""
    weights = positive("spread", spread) * generator("rng", rng).standard_normal((visible, hidden))
    return Machine(weights, np.zeros(visible), np.zeros(hidden))


def energies(machine: Machine) -> Float[np.ndarray, "visible hidden"]:
    """E(v, h) for all patterns."""
    v, h = (patterns(side) for side in _checked(machine).weights.shape)
    return -(v @ machine.visible)[:, None] - h @ machine.hidden - v @ machine.weights @ h.T


def law(machine: Machine) -> Float[np.ndarray, " visible"]:
    """p(v), by the product over hidden units."""
    return _law(_checked(machine))


def kernel(machine: Machine) -> Float[np.ndarray, "visible visible"]:
    """Gibbs sampling as a matrix: from v draw h given v, from h the next v. Row v is the law of the next pattern."""
    return _kernel(_checked(machine))


def second_eigenvalue(machine: Machine) -> float:
    """The largest eigenvalue below 1 of the kernel; all of them lie in [0, 1]."""
    root = np.sqrt(law(machine))
    turned = kernel(machine) * root[:, None] / root
    return float(np.linalg.eigvalsh((turned + turned.T) / 2)[-2])


def moments(machine: Machine, of: Float[np.ndarray, " visible"]) -> Machine:
    """E v hᵀ, E v, E h where v has the law ``of`` and h is drawn by the machine."""
    count = len(patterns(len(_checked(machine).visible)))
    if np.shape(of) != (count,) or np.min(of) < 0 or not np.isclose(np.sum(of), 1):
        raise ValueError(f"of must be a law of {count} patterns, got shape {np.shape(of)} and sum {np.sum(of)}: normalise it")
    return _moments(machine, of)


def gradient(machine: Machine, data: Float[np.ndarray, " visible"]) -> Machine:
    """∇ of the mean log-likelihood Σ data(v) ln p(v): moments of the data less those of the machine."""
    return _less(moments(machine, data), moments(machine, law(machine)))


def contrastive(machine: Machine, data: Float[np.ndarray, " visible"], k: Integer) -> Machine:
    """What contrastive divergence follows on average: in place of the machine's law, that of a chain of k steps from the data."""
    after = data @ np.linalg.matrix_power(kernel(machine), positive_int("k", k))
    return _less(moments(machine, data), moments(machine, after / after.sum()))


def divergence(machine: Machine, data: Float[np.ndarray, " visible"]) -> float:
    """KL(data ‖ p) = the entropy's part less the mean log-likelihood."""
    return float(rel_entr(data, law(machine)).sum())


def climb(
    machine: Machine, data: Float[np.ndarray, " visible"], *, steps: Integer, rate: Real, k: Integer | None = None
) -> tuple[Machine, Float[np.ndarray, " steps_plus_1"]]:
    """Follow the gradient (k=None) or the mean of contrastive divergence: the machine, and KL before each step and after the last."""
    rate, power, course = positive("rate", rate), None if k is None else positive_int("k", k), [divergence(machine, data)]
    p = law(machine)
    moments(machine, data)  # refuses data that are no law
    for _ in range(positive_int("steps", steps)):
        apart = data - (p if power is None else data @ np.linalg.matrix_power(_kernel(machine), power))
        machine = Machine(*(part + rate * slope for part, slope in zip(machine, _moments(machine, apart))))
        p = _law(machine)
        course.append(float(rel_entr(data, p).sum()))
    return machine, np.array(course)


@cache
def _bits(units: int) -> np.ndarray:
    return (np.arange(2**units)[:, None] >> np.arange(units)[::-1] & 1).astype(float)


def _law(machine: Machine) -> np.ndarray:
    v = _bits(len(machine.visible))
    logs = v @ machine.visible + np.logaddexp(0, machine.hidden + v @ machine.weights).sum(axis=1)
    weights = np.exp(logs - logs.max())
    return weights / weights.sum()


def _kernel(machine: Machine) -> np.ndarray:
    v, h = (_bits(side) for side in machine.weights.shape)
    up = _product(expit(machine.hidden + v @ machine.weights), h)
    return up @ _product(expit(machine.visible + h @ machine.weights.T), v)


def _moments(machine: Machine, of: np.ndarray) -> Machine:
    """Linear in `of`: the moments of a difference of laws are the difference of theirs."""
    v = _bits(len(machine.visible))
    h = expit(machine.hidden + v @ machine.weights)
    return Machine((v * of[:, None]).T @ h, of @ v, of @ h)


def _product(on: np.ndarray, states: np.ndarray) -> np.ndarray:
    """Laws of independent bits, a row each, over all patterns."""
    return np.prod(np.where(states[None] == 1, on[:, None], 1 - on[:, None]), axis=-1)


def _less(one: Machine, other: Machine) -> Machine:
    return Machine(*(a - b for a, b in zip(one, other)))


def _checked(machine: Machine) -> Machine:
    shape = np.shape(machine.weights)
    if shape != (len(machine.visible), len(machine.hidden)):
        raise ValueError(f"weights must have a row for each visible unit and a column for each hidden one, got {shape}: transpose them")
    for name, part in zip(machine._fields, machine):
        finite(name, part)
    return machine
