import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcore.optimizers import conditioning


@given(st.floats(1, 50), st.floats(1e-9, 0.5))
def test_descent_steps_are_counted_right(kappa, accuracy):
    steps, rate = conditioning.descent_steps(kappa, accuracy), 1 - kappa**-2
    assert rate**steps <= accuracy * (1 + 1e-9)
    assert steps == 1 or rate ** (steps - 1) > accuracy * (1 - 1e-9)
    assert steps <= kappa**2 * np.log(1 / accuracy) + 1


@pytest.mark.filterwarnings("error")
def test_of_well_conditioned_data_one_step_will_do():
    assert conditioning.descent_steps(1.0, 1e-9) == conditioning.descent_steps(1, 0.5) == 1


@pytest.mark.parametrize(("kappa", "accuracy"), [(1 - 1e-9, 0.1), (2.0, 0.0), (2.0, -0.5), (2.0, 1.0)])
def test_what_takes_no_number_of_steps_is_refused(kappa, accuracy):
    with pytest.raises(ValueError, match=r"kappa must be at least 1 and accuracy in \(0, 1\)"):
        conditioning.descent_steps(kappa, accuracy)
