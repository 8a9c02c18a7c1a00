"""Networks: what they compute, forward and backward, how their weights start, and how many are trained at once.

    activations     φ and φ′ by name
    initialization  families of random weights, and the variances of Glorot, He and LeCun
    forward         the forward pass, many networks at once
    backprop        gradients by all signals and weights
    normalization   batch, layer, instance and group normalisation, forward and backward
    weight_norm     length and direction of weights apart
    residual        chains of residual blocks, forward and backward
    training        many networks trained at once, with gradients by PyTorch
    datasets        handwritten digits

W has shape (fan_out, fan_in) and z = W x; ``variance`` is that of one weight, ``sigma_w2`` is variance · fan_in.
"""
