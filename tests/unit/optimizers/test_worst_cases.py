"""The tight rates against performance estimation: the worst function is found by a semidefinite programme (Taylor et al. 2017)."""

import numpy as np
import pytest
from PEPit import PEP
from PEPit.functions import SmoothConvexFunction, SmoothStronglyConvexFunction
from PEPit.primitive_steps import exact_linesearch_step

from dlcore.optimizers import rates


def solved(problem):
    return problem.solve(verbose=0)


@pytest.mark.parametrize(("N", "stride"), [(1, 1.0), (2, 1.0), (5, 1.0), (2, 0.5)])
def test_gradient_descent_on_convex_functions(N, stride):
    M, R, problem = 2.0, 1.5, PEP()
    f = problem.declare_function(SmoothConvexFunction, L=M)
    lowest, x = f.stationary_point(), problem.set_initial_point()
    problem.set_initial_condition((x - lowest) ** 2 <= R**2)
    for _ in range(N):
        x = x - stride / M * f.gradient(x)
    problem.set_performance_metric(f(x) - f(lowest))
    assert np.isclose(solved(problem), rates.worst_gap(N, M, R, stride), rtol=1e-4)


@pytest.mark.parametrize("eta", [1 / 10, 2 / 11, 0.15, 0.05])
def test_a_constant_step_on_strongly_convex_functions(eta):
    m, M, problem = 1.0, 10.0, PEP()
    f = problem.declare_function(SmoothStronglyConvexFunction, mu=m, L=M)
    lowest, x = f.stationary_point(), problem.set_initial_point()
    problem.set_initial_condition((x - lowest) ** 2 <= 1)
    problem.set_performance_metric((x - eta * f.gradient(x) - lowest) ** 2)
    assert np.isclose(solved(problem), rates.constant_step_factor(eta, m, M) ** 2, rtol=1e-4)


@pytest.mark.parametrize("steps", [1, 2])
def test_exact_line_search_on_strongly_convex_functions(steps):
    m, M, problem = 1.0, 5.0, PEP()
    f = problem.declare_function(SmoothStronglyConvexFunction, mu=m, L=M)
    lowest, x = f.stationary_point(), problem.set_initial_point()
    problem.set_initial_condition(f(x) - f(lowest) <= 1)
    gradient = f.gradient(x)
    for _ in range(steps):
        x, gradient, _ = exact_linesearch_step(x, f, [gradient])
    problem.set_performance_metric(f(x) - f(lowest))
    assert np.isclose(solved(problem), rates.line_search_factor(m, M) ** steps, rtol=1e-4)
