"""Generalization: what can be learned from examples, and what it costs.

    risk            error on the examples and off them: means, least squares, interpolants
    histograms      boxes in many dimensions: how many are empty, and how well they show a density
    high_dimension  distances between points of a cube, and the ball inside it
    elephant        von Neumann's elephant, from its complex parameters; and one parameter that fits any labels
    penalties       ridge, LASSO, basis pursuit, and what the weight of a penalty does
    margins         the support vector classifier, from both sides of its duality
    expansions      features, kernels, and which labels a polynomial can separate
    memorising      random labels, and a network of 2n + d weights that learns any of them
    capacity        dichotomies, Vapnik–Chervonenkis dimension, Rademacher averages
    deviations      Hoeffding's bound, many hypotheses at once, and how often a bound is violated
    double_descent  the exact risk of least squares with p features, ridge, its best penalty
    implicit        early stopping against ridge, dropout as a penalty
    lazy            scaled models that stay near their tangent
    deep_linear     deep linear networks, exactly along time
    directions      where logistic regression goes: the margin on a logarithmic clock
    collapse        neural collapse of unconstrained features, and its measures
    clusters        k-means, half a step at a time, and the log-odds of two normal classes
"""
