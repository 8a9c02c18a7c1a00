"""Optimizers: init/step methods, run for many starting points and learning rates at once, and what is known of them.

    methods         the loop that runs a method; gradient descent, heavy ball, Nesterov
    stopping        when to stop, how many steps a small gradient takes, and a function that takes half of them
    proximal        projected, proximal and subgradient steps
    rates           the tight rates of gradient descent, on quadratics and in the worst case
    line_search     exact and Armijo's line search
    lower_bounds    functions that resist every first-order method
    perturbed       perturbed and sharpness-aware gradient descent
    newton          Newton's method for equations and for minimisation, pure and damped
    cholesky        Cholesky's factorisation step by step, its pivots, its modifications
    trust_region    steps inside a ball: the exact one, the hard case, the method
    least_squares   Gauss–Newton and Levenberg–Marquardt
    lanczos         extreme eigenvalues and the spectral density from products with a matrix
    orthogonal      Muon: steps with all singular values alike, by Newton and Schulz
    adaptive        AdaGrad, RMSProp, Adam and its relatives: one formula
    schedules       learning rates as functions of the step: decays, warm restarts
    conditioning    what the condition number of the data costs
    stochastic      sums of quadratics and stochastic gradient descent on them
    sgd_moments     its exact mean and covariance
    counterexamples problems on which well-known methods cycle or drift away
"""
