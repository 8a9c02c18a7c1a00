"""What the condition number of the data costs gradient descent.

>>> descent_steps(10.0, 1e-6)
1375
"""

import numpy as np

from dlcore.checks import Real, number


def descent_steps(kappa: Real, accuracy: Real) -> int:
    """Steps of gradient descent on least squares until the error is ``accuracy`` times the first one, at the worst start.

    κ is the condition number of the data matrix, the step 1/β. The slowest error shrinks by 1 − κ⁻² a step, so
    ln(1/ε)/(−ln(1 − κ⁻²)) ≤ κ² ln(1/ε) steps do.
    """
    if number("kappa", kappa) < 1 or not 0 < number("accuracy", accuracy) < 1:
        raise ValueError(f"kappa must be at least 1 and accuracy in (0, 1), got {kappa} and {accuracy}: pass σ_max/σ_min")
    return 1 if kappa == 1 else max(1, int(np.ceil(np.log(accuracy) / np.log1p(-1 / kappa**2))))
