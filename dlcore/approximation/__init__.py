"""Approximation: what networks can represent, and what it costs in width and in depth.

    pulses          functions on a line by thresholds and sigmoids: staircases, pulse by pulse
    hats            functions on a line by ReLU: interpolants as networks, exactly
    best_fit        the best polynomial, the best quadratic network: errors that never fall
    barron          Barron's constant, and neurons drawn as Maurey draws them
    random_features random ridge features, and their exact mean error
    superposition   Kolmogorov and Arnold's superpositions
    radial          functions of the distance by three layers
    sawtooth        piecewise linear functions with exact breakpoints: sums, compositions, the folded tent
    pieces          how many linear pieces a ReLU network has on a line
    labelling       the best labels that a function of few pieces can give alternating points
    circle          spectra of tangent kernels on the circle: which frequencies are learned first
"""
