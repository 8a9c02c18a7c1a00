"""Landscapes: what losses look like, point by point, along paths and on planes.

    chains          the scalar chain and (w^L − 1)², with gradients, curvatures and escape times
    flow            gradient flow on the chain, as an integral
    factorization   ‖M − uuᵀ‖² and two linear layers, with all their stationary points
    linear_network  Rahimi and Recht's two-layer linear network: many runs of many methods at once
    neurons         the landscape of one neuron with one weight
    shallow         one hidden layer: bad minima at every width, the straight way down, fits
    quadratic       quadratic neurons with one data point, and who is trapped
    auer            one logistic neuron with exponentially many minima
    surfaces        functions of two variables on which methods are raced
    stationary      points classified by two derivatives, and a ball that rolls
    saddles         how long it takes to leave a saddle, and a chain of them
    paths           lines and Bézier curves between networks
    slices          the loss on a plane through the parameters of a network
"""
