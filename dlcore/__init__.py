"""The numerics and the live figures of the book.

The numerics are flat, one idea a module, named as the field names it; a module imports from the levels before its own:

    checks            what may be passed in, and widths and depth of a network
    activations       φ and φ′ by name
    gaussian          E f(√v Z) and E f(U) g(V) by quadrature

    networks          the forward pass, many networks at once
    optimizers        init/step methods and the loop that runs them, many starts and rates at once; momentum
    schedules         learning rates as functions of the step: decays, warm restarts
    stochastic        sums of quadratics and stochastic gradient descent on them
    surfaces          functions of two variables on which methods are raced
    factorization     ‖M − uuᵀ‖² and two linear layers, with all their stationary points
    auer              one logistic neuron with exponentially many minima
    meanfield         signals and gradients in the limit of infinite width
    datasets          handwritten digits
    spectra           limit laws of large random matrices: semicircle, Marchenko–Pastur, Fuss–Catalan
    free_probability  the spectrum of a deep network's Jacobian

    initialization    families of random weights, and the variances of Glorot, He and LeCun
    fixed_points      fixed points of the mean-field maps: all of them, with slopes and kinds
    backprop          gradients by all signals and weights
    normalization     batch, layer, instance, group and weight normalisation, forward and backward
    training          many networks trained at once, with gradients by PyTorch
    adaptive          AdaGrad, RMSProp, Adam and its relatives: one formula
    counterexamples   problems on which well-known methods cycle or drift away
    sgd_moments       the exact mean and covariance of stochastic gradient descent on quadratics
    stationary        points classified by two derivatives, and a ball that rolls
    neurons           the landscape of one neuron with one weight
    residual          chains of residual blocks, forward and backward, and their theory at initialisation

    propagation       the strength of signals in random networks of finite width, sampled and in exact laws
    criticality       order and chaos: where signals settle, depth scales, the critical line
    jacobians         input–output Jacobians, their singular values, and those of convolutions
    shattering        how alike the gradients at two inputs are
    landscapes        the scalar chain and (w^L − 1)², with gradients, curvatures and escape times
    paths             lines and Bézier curves between networks

    slices            the loss on a plane through the parameters of a network

Beside them: ``claims`` (statements checked by the numbers next to them), ``explore`` (live figures), ``book`` (the
Sphinx extension). W has shape (fan_out, fan_in) and z = W x; ``variance`` is that of one weight, ``sigma_w2`` is
variance · fan_in. Randomness is always an argument. Importing the package imports none of these modules.
"""
