"""Signals and gradients in random networks: laws at infinite and finite width, sampled beside them.

    meanfield         variances, correlations and gradients in the limit of infinite width
    fixed_points      fixed points of the mean-field maps: all of them, with slopes and kinds
    criticality       order and chaos: where signals settle, depth scales, the critical line
    propagation       the strength of signals and gradients at finite width, sampled
    pairs             how alike two signals in one network are at finite width, sampled
    finite_width      exact laws of that strength
    batch_norm        gradients through many batch-normalised layers
    finite_batch      the same at a finite batch size, residual chains among them
    skip_connections  signals and gradients of residual chains
    shattering        how alike the gradients at two inputs are
"""
