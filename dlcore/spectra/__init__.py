"""Spectra: singular values of large random matrices and of the Jacobians of deep networks.

    limit_laws        semicircle, Marchenko–Pastur, Fuss–Catalan
    slopes            the law of a layer's squared slopes
    free_probability  the spectrum of a deep network's Jacobian, predicted
    jacobians         Jacobians of networks and of convolutions, and their singular values
"""
