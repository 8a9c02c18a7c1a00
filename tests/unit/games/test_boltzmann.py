import numpy as np
import pytest
from scipy.special import expit

from dlcore.games import boltzmann as rbm

RNG = np.random.default_rng(5)
MACHINE = rbm.Machine(RNG.normal(size=(3, 2)), RNG.normal(size=3), RNG.normal(size=2))
DATA = RNG.dirichlet(np.ones(8))


def test_the_law_is_the_sum_over_hidden_patterns():
    joint = np.exp(-rbm.energies(MACHINE))
    np.testing.assert_allclose(rbm.law(MACHINE), joint.sum(1) / joint.sum(), atol=1e-14)
    v, h = rbm.patterns(3)[5], rbm.patterns(2)[1]
    assert v.tolist() == [1, 0, 1]
    assert rbm.energies(MACHINE)[5, 1] == pytest.approx(-MACHINE.visible @ v - MACHINE.hidden @ h - v @ MACHINE.weights @ h)


def test_the_kernel_is_that_of_a_chain():
    kernel, law = rbm.kernel(MACHINE), rbm.law(MACHINE)
    np.testing.assert_allclose(kernel.sum(1), 1, atol=1e-14)
    flow = law[:, None] * kernel
    np.testing.assert_allclose(flow, flow.T, atol=1e-15)  # reversible
    values = np.sort(np.linalg.eigvals(kernel).real)
    assert values[-1] == pytest.approx(1)
    assert rbm.second_eigenvalue(MACHINE) == pytest.approx(values[-2], abs=1e-12)
    assert values[0] > -1e-12
    rng, n = np.random.default_rng(0), 20_000  # one sampled step from pattern 6
    h = rng.random((n, 2)) < expit(MACHINE.hidden + rbm.patterns(3)[6] @ MACHINE.weights)
    v = rng.random((n, 3)) < expit(MACHINE.visible + h @ MACHINE.weights.T)
    found = np.bincount(v @ np.array([4, 2, 1]), minlength=8) / n
    assert np.all(np.abs(found - kernel[6]) < 4 * np.sqrt(kernel[6] * (1 - kernel[6]) / n) + 1e-12)


def test_the_gradient_is_that_of_the_likelihood():
    flat, e = MACHINE.flat(), 1e-5

    def likelihood(p):
        return DATA @ np.log(rbm.law(rbm.Machine(p[:6].reshape(3, 2), p[6:9], p[9:])))

    slopes = [(likelihood(flat + e * d) - likelihood(flat - e * d)) / (2 * e) for d in np.eye(11)]
    np.testing.assert_allclose(rbm.gradient(MACHINE, DATA).flat(), slopes, atol=1e-9)


def test_contrastive_divergence_tends_to_the_gradient():
    exact, law = rbm.gradient(MACHINE, DATA).flat(), rbm.law(MACHINE)
    for k in (1, 3, 9):
        off = np.abs(rbm.contrastive(MACHINE, DATA, k).flat() - exact).max()
        assert off <= rbm.second_eigenvalue(MACHINE) ** k * np.sqrt(np.sum((DATA - law) ** 2 / law)) / 2
    assert np.abs(rbm.contrastive(MACHINE, law, 1).flat()).max() < 1e-14  # at the machine's own law it stands still
    once = DATA @ rbm.kernel(MACHINE)
    by_hand = rbm.moments(MACHINE, DATA).weights - rbm.moments(MACHINE, once).weights
    np.testing.assert_allclose(rbm.contrastive(MACHINE, DATA, 1).weights, by_hand, atol=1e-14)


def test_climbing_goes_down():
    start = rbm.random_machine(np.random.default_rng(1), 3, 2)
    machine, course = rbm.climb(start, DATA, steps=30, rate=0.2)
    assert np.all(np.diff(course) < 0)
    assert course[-1] == pytest.approx(rbm.divergence(machine, DATA))
    step = rbm.climb(start, DATA, steps=1, rate=0.2, k=1)[0]
    np.testing.assert_allclose(step.flat() - start.flat(), 0.2 * rbm.contrastive(start, DATA, 1).flat(), atol=1e-15)


def test_refusals():
    with pytest.raises(ValueError, match="units"):
        rbm.patterns(13)
    with pytest.raises(ValueError, match="weights"):
        rbm.law(rbm.Machine(np.zeros((2, 3)), np.zeros(3), np.zeros(2)))
    with pytest.raises(ValueError, match="law of 8"):
        rbm.moments(MACHINE, np.ones(8))


def test_a_machine_with_large_weights_has_a_law():
    big = rbm.Machine(1000 * MACHINE.weights, 1000 * MACHINE.visible, 1000 * MACHINE.hidden)
    p = rbm.law(big)
    assert p.sum() == pytest.approx(1)
    assert p.argmax() == rbm.energies(big).min(axis=1).argmin()
