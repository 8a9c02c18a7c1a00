"""Residual chains, forward and backward.

    z^{ℓ+1} = α (s z^ℓ + β f(z^ℓ)),  ℓ = 0 … L−1;    f(z) = W φ(z),  φ(W z)  or longer,  of z or of its batch norm

s = 1 is the residual chain (Balduzzi et al. 2017), s = 0 the plain one. Signals have the shape (*networks, inputs, d), weights
(*networks, fan_out, fan_in): all inputs of a network meet the same matrices. Sources: He et al. 2016; Balduzzi et al. 2017
(scalings); Zhang, Dauphin & Ma 2019 (Fixup). What theory says of them at initialisation:
``dlcore.signals.skip_connections``; how gradients at different inputs resemble each other: ``dlcore.signals.shattering``.

>>> z = forward(Block("relu", order="post"), [np.array([[1.0]])] * 3, np.array([[1.0]])).signals
>>> [float(signal[0, 0]) for signal in z]
[1.0, 2.0, 4.0, 8.0]
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from dlcore.checks import Integer, Real, finite, non_negative, one_of, positive, positive_int
from dlcore.networks.activations import ActivationLike, resolve

ORDERS = ("pre", "post", "inner")

Signal = Float[np.ndarray, "*networks inputs width"]
Weights = Sequence[np.ndarray | Sequence[np.ndarray]]


@dataclass(frozen=True)
class Block:
    """α, β, the strength s of the skip connection, and the branch f.

    ``order`` says where φ stands in a branch of matrices W₁ … W_m: before each ("pre", W φ(z)), after each ("post",
    φ(W z)), or only between two ("inner", W₂ φ(W₁ z); with one matrix the branch is linear). ``normalized``: f sees each
    neuron minus its mean over the inputs, divided by its standard deviation.
    """

    activation: ActivationLike
    alpha: Real = field(default=1.0, kw_only=True)
    beta: Real = field(default=1.0, kw_only=True)
    skip: Real = field(default=1.0, kw_only=True)
    order: str = field(default="pre", kw_only=True)
    normalized: bool = field(default=False, kw_only=True)

    def __post_init__(self):
        object.__setattr__(self, "activation", resolve(self.activation))
        positive("alpha", self.alpha), non_negative("beta", self.beta), finite("skip", self.skip)
        one_of("order", self.order, ORDERS)

    def places(self, layers: int) -> range:
        """The k for which φ acts on a_k, where a_0 is the input of the branch and a_{k+1} = W_{k+1} (φ or 1)(a_k)."""
        return range(0 if self.order == "pre" else 1, layers + (self.order == "post"))


class Trace(NamedTuple):
    """``signals`` = [z⁰ … z^L]; ``branches``: for each block the [a_0 … a_m] of :meth:`Block.places` and the deviations."""

    signals: list[np.ndarray]
    branches: list[tuple[list[np.ndarray], np.ndarray | float]]


class Gradients(NamedTuple):
    """``signals`` = [∂F/∂z⁰ … ∂F/∂z^L] and, block by block, ``weights``: one ∂F/∂W for each matrix, summed over inputs."""

    signals: list[np.ndarray]
    weights: list[list[np.ndarray]]


def forward(block: Block, weights: Weights, x: Signal) -> Trace:
    """All signals of the chain(s): a block's weights are one matrix, or a sequence of them for a longer branch."""
    phi, signals, branches = block.activation.phi, [np.asarray(x, dtype=float)], []
    with np.errstate(over="ignore", invalid="ignore"):  # an explosion past the largest double is a result
        for ws in map(_matrices, weights):
            z = signals[-1]
            a, deviation = _normalize(z) if block.normalized else (z, 1.0)
            chain, active = [a], block.places(len(ws))
            for k, w in enumerate(ws):
                _check_fans(w, chain[-1], len(branches))
                chain.append((phi(chain[k]) if k in active else chain[k]) @ np.swapaxes(w, -1, -2))
            out = phi(chain[-1]) if len(ws) in active else chain[-1]
            if out.shape[-1] != z.shape[-1]:
                raise ValueError(
                    f"a branch must end in the width {z.shape[-1]} that the skip connection carries, got {out.shape[-1]}: "
                    "give its last matrix as many rows"
                )
            signals.append(block.alpha * (block.skip * z + block.beta * out))
            branches.append((chain, deviation))
    return Trace(signals, branches)


def backward(block: Block, weights: Weights, trace: Trace, gradient: Signal, *, frozen: bool = False) -> Gradients:
    """Exact gradients from ``gradient`` = ∂F/∂z^L, for a function F of all outputs.

    The skip connection carries α s ∂F/∂z^{ℓ+1} back as it is, the branch adds its own (Jacobian)ᵀ times α β ∂F/∂z^{ℓ+1}.
    ``frozen``: means and deviations of normalised branches are constants, as in evaluation, and not functions of the batch:
    one output then depends on its own input alone.
    """
    if gradient.shape != trace.signals[-1].shape:
        raise ValueError(
            f"gradient must have the output's shape {trace.signals[-1].shape}, got {gradient.shape}: pass the derivative by z^L"
        )
    dphi, signals, by_weights = block.activation.dphi, [gradient], []
    with np.errstate(over="ignore", invalid="ignore"):
        for ws, (chain, deviation) in zip(map(_matrices, reversed(weights)), reversed(trace.branches), strict=True):
            active, e, found = block.places(len(ws)), block.alpha * block.beta * signals[-1], []
            if len(ws) in active:
                e = e * dphi(chain[-1])
            for k in range(len(ws) - 1, -1, -1):
                u = block.activation.phi(chain[k]) if k in active else chain[k]
                found.append(np.swapaxes(e, -1, -2) @ u)
                e = e @ ws[k] * (dphi(chain[k]) if k in active else 1.0)
            if block.normalized and not frozen:
                e = e - e.mean(axis=-2, keepdims=True) - chain[0] * np.mean(e * chain[0], axis=-2, keepdims=True)
            signals.append(block.alpha * block.skip * signals[-1] + e / deviation)
            by_weights.append(found[::-1])
    return Gradients(signals[::-1], by_weights[::-1])


def fixup_scale(blocks: Integer, layers: Integer) -> float:
    """L^{−1/(2m−2)}: factor of all but the last of the m matrices of each of L branches; the last are 0 (Zhang et al. 2019)."""
    if positive_int("layers", layers) < 2:
        raise ValueError("layers must be at least 2, got 1: a branch whose only matrix is 0 has nothing to scale")
    return float(positive_int("blocks", blocks)) ** (-1 / (2 * layers - 2))


def _matrices(ws: np.ndarray | Sequence[np.ndarray]) -> Sequence[np.ndarray]:
    return (ws,) if isinstance(ws, np.ndarray) else ws


def _check_fans(w: np.ndarray, u: np.ndarray, block: int) -> None:
    if w.ndim < 2 or w.shape[-1] != u.shape[-1]:
        raise ValueError(f"weights of block {block} must have shape (..., fan_out, {u.shape[-1]}), got {w.shape}: match the fan-in")


def _normalize(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    deviation = np.std(z, axis=-2, keepdims=True)
    deviation = np.where(deviation > 0, deviation, 1.0)
    return (z - z.mean(axis=-2, keepdims=True)) / deviation, deviation
