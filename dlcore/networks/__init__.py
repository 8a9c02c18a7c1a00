"""Networks: what they compute, forward and backward, how their weights start, and how many are trained at once.

    activations     φ and φ′ by name
    initialization  families of random weights, and the variances of Glorot, He and LeCun
    forward         the forward pass, many networks at once
    backprop        gradients by all signals and weights
    tape            the two passes of a small network, one operation at a time, with the slips one can make
    path_sums       gradients as sums over paths, and what each way to compute them costs
    gradient_check  Taylor's test of a gradient
    losses          softmax, cross entropy, entropy, the Kullback–Leibler divergence
    thresholds      neurons as half-spaces; polygons and unions of polygons as networks
    perceptron      the perceptron, and the bound on its mistakes
    graphs          networks as graphs: depth, size, parameters, the forward pass in order
    convolution     convolutions as sparse matrices, shifts and pooling, and what they save
    normalization   batch, layer, instance and group normalisation, forward and backward
    weight_norm     length and direction of weights apart
    residual        chains of residual blocks, forward and backward
    training        many networks trained at once, with gradients by PyTorch
    sharpness       the largest eigenvalue of the Hessian, of many networks at once and along their training
    curvature       products with the Hessian, the Gauss–Newton and the Fisher matrix, by automatic differentiation
    kronecker       K-FAC and Shampoo: curvature of a layer as a Kronecker product
    arc_cosine      kernels of infinitely wide ReLU networks, in closed form
    tangent_kernel  the tangent kernel of a network, by contraction
    width_depth     networks of many widths and depths trained at once
    lanes           such networks side by side: their common gradient
    parametrisation standard and maximal-update scales, and the check that tells them apart
    datasets        handwritten digits

W has shape (fan_out, fan_in) and z = W x; ``variance`` is that of one weight, ``sigma_w2`` is variance · fan_in.
"""
