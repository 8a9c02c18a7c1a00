"""Scaled models α(f − f₀) that stay near their tangent (Chizat, Oyallon and Bach, 2019).

The loss is ½‖α(f(θ) − f(θ₀)) − y‖²/α². A step of gradient descent with J = ∂f/∂θ and the residual r = α(f − f₀) − y is

    θ ← θ − η Jᵀr/α,   η = 1/λ_max(JJᵀ)

and the output α f moves by −η JJᵀr to first order, whatever α. The linearised model keeps J at θ₀; its parameters are
θ₀ + J₀ᵀc/α, with one number c for each example, and its outputs at other inputs are K₀(x, X) c.

The networks here are shallow: f(x) = m^{−½} Σ_k a_k φ(w_k·x), θ = (W, a), W of shape (m, d) first, row by row.

>>> network = Shallow(np.array([[1.0, 0.0], [0.6, 0.8]]), "relu")
>>> theta = network.draw(np.random.default_rng(0), 50)
>>> run = descend(network, theta, np.array([1.0, -1.0]), [1.0, 100.0], at=[0, 400])
>>> bool(np.abs(run.outputs[-1] - [1.0, -1.0]).max() < 1e-6)
True
>>> bool(np.linalg.norm(run.parameters[-1, 1] - theta) < np.linalg.norm(run.parameters[-1, 0] - theta) / 80)
True
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from dlcore.checks import Integer, Reals, finite, generator, positive, positive_int, step_counts
from dlcore.networks.activations import ActivationLike, resolve

Theta = Float[np.ndarray, "*batch parameters"]
Outputs = Float[np.ndarray, "*batch examples"]


class Shallow(NamedTuple):
    """Two-layer networks at ``inputs`` (examples, d): values, tangent kernels and pulls Jᵀr for many parameters at once."""

    inputs: Float[np.ndarray, "examples d"]
    activation: ActivationLike

    def draw(self, rng: np.random.Generator, width: Integer, networks: tuple[int, ...] = ()) -> Theta:
        """Weights N(0, 1) of networks with ``width`` neurons."""
        shape = (*networks, positive_int("width", width) * (self.inputs.shape[1] + 1))
        return generator("rng", rng).standard_normal(shape)

    def value(self, theta: Theta) -> Outputs:
        """f at all inputs."""
        W, a = self._split(theta)
        return (resolve(self.activation).phi(self.inputs @ W.mT) @ a[..., None])[..., 0] / np.sqrt(a.shape[-1])

    def kernel(self, theta: Theta, other: "Shallow | None" = None) -> Float[np.ndarray, "*batch examples others"]:
        """JJᵀ between the inputs and those of ``other`` (default: themselves)."""
        z, e, m = self._signals(theta)
        z2, e2, _ = (z, e, m) if other is None else other._signals(theta)
        X2 = self.inputs if other is None else other.inputs
        return (z @ z2.mT + (self.inputs @ X2.T) * (e @ e2.mT)) / m

    def pull(self, theta: Theta, residual: Outputs) -> Theta:
        """Jᵀr, the gradient of ½‖r‖² by θ."""
        z, e, m = self._signals(theta)
        upper = (residual[..., None, :] @ z)[..., 0, :]
        lower = (e * residual[..., None]).mT @ self.inputs
        return np.concatenate([lower.reshape(*upper.shape[:-1], -1), upper], axis=-1) / np.sqrt(m)

    def _split(self, theta: Theta) -> tuple[np.ndarray, np.ndarray]:
        d = self.inputs.shape[1]
        m, rest = divmod(theta.shape[-1], d + 1)
        if rest:
            raise ValueError(f"theta must hold m·(d + 1) numbers, a multiple of {d + 1}, got {theta.shape[-1]}: W row by row, then a")
        return theta[..., : m * d].reshape(*theta.shape[:-1], m, d), theta[..., m * d :]

    def _signals(self, theta: Theta) -> tuple[np.ndarray, np.ndarray, int]:
        """φ(h) and a φ′(h), (*batch, examples, m), and m."""
        W, a = self._split(theta)
        h = self.inputs @ W.mT
        known = resolve(self.activation)
        return known.phi(h), a[..., None, :] * known.dphi(h), a.shape[-1]


class Run(NamedTuple):
    """At each recorded step: parameters, outputs α(f − f₀), the linearised model's c, and the steps' sum Σ η; then K at θ₀."""

    parameters: Float[np.ndarray, "times *batch parameters"]
    outputs: Float[np.ndarray, "times *batch examples"]
    linear: Float[np.ndarray, "times *batch examples"]
    time: Float[np.ndarray, "times *batch"]
    kernel: Float[np.ndarray, "*batch examples examples"]


def descend(network: Shallow, start: Theta, targets: Reals, alpha: Reals, *, at: Reals, share: float = 1.0) -> Run:
    """Gradient descent on the scaled model from ``start``, and with the same steps on its linearisation.

    ``alpha`` broadcasts against the leading axes of ``start``. ``at``: increasing numbers of steps at which to record.
    The step is ``share``/λ_max(JJᵀ) at the present parameters, 0 < share ≤ 1.
    """
    if not 0 < share <= 1:
        raise ValueError(f"share must lie in (0, 1], got {share}: beyond 1/λ_max the fastest mode overshoots")
    times = step_counts("at", at)
    alpha = np.asarray(positive("alpha", alpha), dtype=float)
    y = np.asarray(finite("targets", targets), dtype=float)
    theta = np.array(np.broadcast_to(start, (*np.broadcast_shapes(start.shape[:-1], alpha.shape), start.shape[-1])), dtype=float)
    first, kernel = network.value(theta), network.kernel(theta)
    kept, c, clock = [], np.zeros(first.shape), np.zeros(first.shape[:-1])
    for steps in np.diff(times, prepend=0):
        for _ in range(steps):
            eta = share / np.linalg.eigvalsh(network.kernel(theta))[..., -1]
            residual = alpha[..., None] * (network.value(theta) - first) - y
            c = c - eta[..., None] * ((kernel @ c[..., None])[..., 0] - y)
            theta = theta - (eta / alpha)[..., None] * network.pull(theta, residual)
            clock = clock + eta
        kept.append((theta, alpha[..., None] * (network.value(theta) - first), c, clock))
    return Run(*(np.array(part) for part in zip(*kept)), kernel)
