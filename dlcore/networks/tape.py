"""The two passes of a small network, one operation at a time, with the slips one can make on the way back.

    forward    h¹ = W¹x + b¹,  z¹ = φ(h¹),  h² = W²z¹,  s = softmax(h²),  F = −cᵀ log s
    backward   ∇h² = (1ᵀc) s − c,   ∇W² = ∇h² (z¹)ᵀ,   ∇z¹ = (W²)ᵀ∇h²,   ∇h¹ = φ′(h¹) ⊙ ∇z¹,
               ∇b¹ = ∇h¹,           ∇W¹ = ∇h¹ xᵀ,      ∇x = (W¹)ᵀ∇h¹

Vectors are columns, of shape (n, 1), and so are gradients: a product whose shapes do not fit is found out by its shapes. With
several columns in x and c, one for each example, F is the mean of their losses. The example is that of Newman's slides
("Diving into deep learning"), whose K, b and W are W¹, b¹ and W² here.

>>> small = Network(W1=np.eye(2), b1=np.zeros((2, 1)), W2=np.eye(2))
>>> tape = two_passes(small, np.array([[0.0], [0.0]]), np.array([[1.0], [0.0]]), "tanh")
>>> tape[6].rule, tape[6].value.ravel().tolist()
('∇h² = s − c', [-0.5, 0.5])
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import log_softmax, softmax

from dlcore.checks import finite, one_of
from dlcore.networks.activations import ActivationLike, resolve

SLIPS = ("none", "sign", "transpose", "post", "twice", "row", "jacobian")
PARAMETERS = ("∇W¹", "∇b¹", "∇W²")


class Network(NamedTuple):
    """W¹ (n₁, n₀), b¹ (n₁, 1) and W² (n₂, n₁)."""

    W1: np.ndarray
    b1: np.ndarray
    W2: np.ndarray


class Operation(NamedTuple):
    """One line of the tape: what it computes, by which rule, how the shapes meet, and the result (None where they do not)."""

    name: str
    rule: str
    shapes: str
    value: np.ndarray | None


class Tape(list):
    """The operations made so far; after one whose shapes do not fit nothing more is computed."""

    def __getitem__(self, key):
        """An operation by its number, or the value of the one that is called `key`."""
        return next(op.value for op in self if op.name == key) if isinstance(key, str) else super().__getitem__(key)

    @property
    def stopped(self) -> Operation | None:
        """The operation whose shapes do not fit."""
        return next((op for op in self if op.value is None), None)

    def note(self, name: str, rule: str, shapes: str, value: np.ndarray | None) -> np.ndarray | None:
        """Append an operation; its result."""
        self.append(Operation(name, rule, shapes, value))
        return value

    def product(self, name: str, rule: str, a: np.ndarray, b: np.ndarray, plus: np.ndarray | float = 0.0) -> np.ndarray | None:
        """a b + plus, if the columns of a are as many as the rows of b."""
        told = "{}×{} times {}×{}".format(*a.shape, *b.shape)
        if a.shape[1] != b.shape[0]:
            return self.note(name, rule, f"{told} does not fit", None)
        return self.note(name, rule, f"{told} is {a.shape[0]}×{b.shape[1]}", a @ b + plus)

    def entrywise(self, name: str, rule: str, function: Callable, *arrays: np.ndarray) -> np.ndarray | None:
        """A function of arrays of one shape, entry by entry."""
        if any(array.shape != arrays[0].shape for array in arrays):
            return self.note(name, rule, " and ".join(map(_shape, arrays)) + " do not fit", None)
        return self.note(name, rule, f"{_shape(arrays[0])}, entry by entry", np.asarray(function(*arrays)))


def two_passes(network: Network, x: np.ndarray, c: np.ndarray, activation: ActivationLike, slip: str = "none") -> Tape:
    """All operations, forward and backward, of the loss of `network` at x (n₀, n) with targets c (n₂, n); 13 where all shapes fit.

    `slip` is one of SLIPS: "none"; "sign", c − s for s − c; "transpose", (W²)ᵀ left out; "post", φ′ at z¹ and not at h¹;
    "twice", a factor 2 too many; "row", ∇h² as a row where its column is meant; "jacobian", the gradient of the loss twice.
    ValueError for shapes that are no network's.
    """
    one_of("slip", slip, SLIPS)
    W1, b1, W2 = network
    _check_shapes(network, x, c)
    phi, n, tape = resolve(activation), x.shape[1], Tape()
    tape.note("x", "x", _shape(x), x)
    h = tape.product("h¹", "h¹ = W¹x + b¹", W1, x, b1)
    z = tape.entrywise("z¹", "z¹ = φ(h¹)", phi.phi, h)
    scores = tape.product("h²", "h² = W²z¹", W2, z)
    s = tape.note("s", "s = softmax(h²)", f"{_shape(scores)}, each column sums to 1", softmax(scores, axis=0))
    loss = -np.sum(c * log_softmax(scores, axis=0)) / n
    tape.note("F", "F = −cᵀ log s", f"1×{len(c)} times {len(s)}×1 is 1×1", np.array([[loss]]))
    slope = {"post": ("∇h¹ = φ′(z¹) ⊙ ∇z¹", z)}.get(slip, ("∇h¹ = φ′(h¹) ⊙ ∇z¹", h))
    for made in _backward(tape, W1, W2, x, z, (slope[0], phi.dphi(slope[1])), (c.sum(axis=0) * s - c) / n, slip):
        if made is None:
            break
    return tape


def gradients(network: Network, x: np.ndarray, c: np.ndarray, activation: ActivationLike, slip: str = "none") -> Network | None:
    """∂F/∂W¹, ∂F/∂b¹ and ∂F/∂W² as `two_passes` finds them; None where shapes do not fit."""
    tape = two_passes(network, x, c, activation, slip)
    return None if tape.stopped else Network(*(tape[name] for name in PARAMETERS))


def _backward(tape: Tape, W1, W2, x, z, slope, error, slip: str):
    """The results on the way back, each operation made when it is asked for."""
    if slip == "jacobian":
        e = tape.product("∇h²", "(∇h²)ᵀ = (s − c)ᵀ(s − c)ᵀ", error.T, error.T)
    else:
        rule, e = {"sign": ("∇h² = c − s", -error), "twice": ("∇h² = 2(s − c)", 2 * error)}.get(slip, ("∇h² = s − c", error))
        tape.entrywise("∇h²", rule, np.asarray, e)
    yield e
    row = slip == "row"
    yield tape.product("∇W²", "∇W² = (∇h²)ᵀ(z¹)ᵀ" if row else "∇W² = ∇h²(z¹)ᵀ", e.T if row else e, z.T)
    left_out = slip == "transpose"
    g = tape.entrywise("∇z¹", "∇z¹ = ∇h²", np.asarray, e) if left_out else tape.product("∇z¹", "∇z¹ = (W²)ᵀ∇h²", W2.T, e)
    yield g
    e = tape.entrywise("∇h¹", slope[0], np.multiply, slope[1], g)
    yield e
    if x.shape[1] == 1:
        yield tape.entrywise("∇b¹", "∇b¹ = ∇h¹", np.asarray, e)
    else:
        yield tape.product("∇b¹", "∇b¹ = ∇h¹ 1", e, np.ones((x.shape[1], 1)))
    yield tape.product("∇W¹", "∇W¹ = ∇h¹xᵀ", e, x.T)
    yield tape.product("∇x", "∇x = (W¹)ᵀ∇h¹", W1.T, e)


def _check_shapes(network: Network, x, c) -> None:
    W1, b1, W2 = network
    for name, array in zip(("W1", "b1", "W2", "x", "c"), (*network, x, c)):
        if np.ndim(finite(name, array)) != 2:
            raise ValueError(f"{name} must be a matrix, got shape {np.shape(array)}: vectors are columns here, of shape (n, 1)")
    wanted = {"b1": (b1.shape, (len(W1), 1)), "x": (x.shape, (W1.shape[1], x.shape[1])), "c": (c.shape, (len(W2), x.shape[1])),
              "W2": (W2.shape, (len(W2), len(W1)))}  # fmt: skip
    for name, (got, want) in wanted.items():
        if got != want:
            raise ValueError(f"{name} must have shape {want}, got {got}: W1 is (n₁, n₀), b1 (n₁, 1), W2 (n₂, n₁), x (n₀, n), c (n₂, n)")


def _shape(array: np.ndarray) -> str:
    return "×".join(map(str, array.shape))
