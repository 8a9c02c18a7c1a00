"""Games: generative adversarial networks, distances between distributions, and descent against ascent.

    divergences     Kullback–Leibler, Jensen–Shannon, total variation; the optimal discriminator and its value
    transport       Wasserstein distances: linear programmes, their duals, quantile functions, Gaussians
    sampling        how far samples are from their law, in one dimension and in many
    dynamics        descent–ascent and its repairs on games with a known solution: steps, spectra, phase portraits
    dirac           the Dirac game, with and without penalty
    generators      small generative adversarial networks in the plane, many trained at once
    covering        which parts of the data samples reach
    boltzmann       a restricted Boltzmann machine with everything enumerated
"""
