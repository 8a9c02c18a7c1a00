"""The numerics and the live figures of the book.

The numerics stand in wings, named as the field names its subjects; ``help(dlcore.signals)`` and so on are their maps:

    signals         signals and gradients in random networks, at infinite and finite width
    spectra         singular values of random matrices and of Jacobians
    landscapes      stationary points, minima, paths and slices of losses
    approximation   what networks can represent, and what it costs in width and in depth
    generalization  learning from examples: risks, penalties, margins, kernels, what over-parameterised models do
    games           generative adversarial networks, distances between distributions, descent against ascent
    robustness      adversarial examples, defences, certificates

    networks        what networks compute, forward and backward; initialisation, normalisation, training
    optimizers      init/step methods for many starts and rates at once; stochastic gradients; schedules

and on a ground that all of them share:

    sweeps          one function over a grid of parameters, on any executor, kept cell by cell
    statistics      how far a sample may be from what theory says
    gaussian        E φ(√v Z) and E f(U) g(V) by quadrature
    checks          what may be passed in, and widths and depth of a network
    notation        numbers and formulas as a reader sees them

A wing imports from those below it, never from its neighbour. Beside them, knowing no numerics: ``claims`` (statements
checked by the numbers next to them), ``explore`` (live figures), ``book`` (the Sphinx extension). Randomness is always an
argument. Importing the package imports none of these modules.
"""
