"""Optimizers: init/step methods, run for many starting points and learning rates at once, and what is known of them.

    methods          the loop that runs a method; gradient descent, heavy ball, Nesterov
    adaptive         AdaGrad, RMSProp, Adam and its relatives: one formula
    schedules        learning rates as functions of the step: decays, warm restarts
    conditioning     what the condition number of the data costs
    stochastic       sums of quadratics and stochastic gradient descent on them
    sgd_moments      its exact mean and covariance
    counterexamples  problems on which well-known methods cycle or drift away
"""
