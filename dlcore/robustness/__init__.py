"""Robustness: adversarial examples, defences, and certificates.

    linear            exact smallest perturbations of linear classifiers, in each norm
    classifiers       digits with pixels from 0 to 1, a small network, its gradients in the image
    attacks           fast gradient signs, projected gradients, many images and budgets at once
    margins           Carlini and Wagner's penalties, exact penalties, smallest perturbations
    zeroth_order      gradients from values alone: estimators, their bias and variance
    training          classifiers trained on clean, attacked or bounded images
    interval_training networks trained on the worst margins that interval bounds allow
    transfer          attacks carried from one classifier to another
    bounds            interval bounds and linear relaxations through a network
    exact             the exact worst case of a small network by mixed-integer programming
    smoothing         randomised smoothing and its confidence
"""
