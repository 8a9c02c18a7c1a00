"""Weight normalisation: the length and the direction of each neuron's weights as separate parameters.

    w = g v/‖v‖,   ∂F/∂v = (g/‖v‖)(I − u uᵀ) ∂F/∂w,   ∂F/∂g = uᵀ ∂F/∂w,   u = v/‖v‖

Source: Salimans & Kingma 2016.

>>> weight_norm(np.array([[3.0, 4.0]]), 10.0).tolist()
[[6.0, 8.0]]
"""

import numpy as np
from jaxtyping import Float

from dlcore.checks import Reals, positive


def weight_norm(v: Float[np.ndarray, "*batch fan_out fan_in"], g: Reals) -> Float[np.ndarray, "*batch fan_out fan_in"]:
    """W with the rows g_i v_i/‖v_i‖: length and direction as separate parameters."""
    lengths = positive("‖v‖", np.linalg.norm(v, axis=-1, keepdims=True))
    return np.asarray(g, dtype=float)[..., None] * v / lengths


def weight_norm_backward(dw: np.ndarray, v: np.ndarray, g: Reals) -> tuple[np.ndarray, np.ndarray]:
    """∂F/∂v = (g/‖v‖)(∂F/∂w − u uᵀ∂F/∂w) and ∂F/∂g = uᵀ∂F/∂w, row by row, with u = v/‖v‖."""
    lengths = positive("‖v‖", np.linalg.norm(v, axis=-1, keepdims=True))
    u = v / lengths
    dg = np.sum(u * dw, axis=-1, keepdims=True)
    return np.asarray(g, dtype=float)[..., None] / lengths * (dw - u * dg), dg[..., 0]
