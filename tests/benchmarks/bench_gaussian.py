"""Gaussian expectations by the graded rule against scipy.integrate.quad: how fast, and how far apart.

python -m tests.benchmarks.bench_gaussian
"""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from scipy import integrate

from dlcore.gaussian import correlated_expectation, second_moment
from dlcore.networks.activations import NAMES, Activation, leaky_relu, resolve
from tests.benchmarks.timing import seconds

VARIANCES = np.geomspace(0.01, 10, 100)
ACTIVATIONS = (*map(resolve, NAMES), leaky_relu(0.2), Activation("sin", np.sin, np.cos))


def by_quad(activation: Activation) -> np.ndarray:
    """The same moments, one variance at a time, cut at the kinks."""
    found = []
    for s in np.sqrt(VARIANCES):
        kinks = [sign * k / s for k in activation.kinks for sign in (-1, 1) if k / s < 12]
        pieces = pairwise(sorted([-12.0, 0.0, 12.0, *kinks]))
        found.append(sum(integrate.quad(integrand, a, b, args=(activation.phi, s), epsabs=1e-11, epsrel=1e-11)[0] for a, b in pieces))
    return np.array(found)


def integrand(t: float, phi: Callable, s: float) -> float:
    return phi(np.float64(s * t)) ** 2 * np.exp(-t * t / 2) / np.sqrt(2 * np.pi)


def main() -> None:
    print("E φ(√q Z)² at 100 variances from 0.01 to 10\n")
    print("| activation | quad, µs each | graded rule, µs each | ratio (≥ 50) | largest difference |")
    print("|---|---|---|---|---|")
    for activation in ACTIVATIONS:
        rule = seconds(lambda a=activation: second_moment(a.phi, VARIANCES, kinks=a.kinks)) / len(VARIANCES)
        quad = seconds(lambda a=activation: by_quad(a), repeats=2) / len(VARIANCES)
        apart = np.abs(second_moment(activation.phi, VARIANCES, kinks=activation.kinks) - by_quad(activation)).max()
        print(f"| {activation.name} | {quad * 1e6:.0f} | {rule * 1e6:.1f} | {quad / rule:.0f} | {apart:.0e} |")
    c = np.linspace(-1, 1, 50)
    plane = seconds(lambda: correlated_expectation(np.tanh, np.tanh, c)) / len(c)
    print(f"\nE tanh(U) tanh(V), one correlation: {plane * 1e6:.0f} µs")


if __name__ == "__main__":
    main()
