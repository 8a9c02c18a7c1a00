"""Generalization: what can be learned from examples, and what it costs.

    risk            error on the examples and off them: means, least squares, interpolants
    histograms      boxes in many dimensions: how many are empty, and how well they show a density
    high_dimension  distances between points of a cube, and the ball inside it
    elephant        von Neumann's elephant, from its complex parameters; and one parameter that fits any labels
    penalties       ridge, LASSO, basis pursuit, and what the weight of a penalty does
    margins         the support vector classifier, from both sides of its duality
    expansions      features, kernels, and which labels a polynomial can separate
    clusters        k-means, half a step at a time, and the log-odds of two normal classes
"""
