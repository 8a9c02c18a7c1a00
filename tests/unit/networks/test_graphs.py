import itertools

import numpy as np
import pytest
import torch

from dlcore.networks import graphs


def test_node_by_node_is_layer_by_layer(rng):
    widths = [3, 5, 4, 2]
    layers = [torch.nn.Linear(a, b, dtype=torch.float64) for a, b in itertools.pairwise(widths)]
    edges = graphs.layered([p.weight.detach().numpy() for p in layers], [p.bias.detach().numpy() for p in layers])
    x = rng.standard_normal(3)
    given = {"1": 1.0} | {(0, j): x[j] for j in range(3)}
    value = graphs.outputs(edges, given, phi=np.tanh, linear=[(3, 0), (3, 1)])
    theirs = torch.nn.Sequential(layers[0], torch.nn.Tanh(), layers[1], torch.nn.Tanh(), layers[2])(torch.tensor(x))
    np.testing.assert_allclose([value[3, i] for i in range(2)], theirs.detach(), rtol=0, atol=1e-14)
    assert len(edges) == sum(p.numel() for layer in layers for p in layer.parameters()) == graphs.parameters(widths)


def test_depth_is_the_longest_of_all_paths(rng):
    for _ in range(20):
        edges = {(u, v): 1.0 for u, v in itertools.combinations(range(7), 2) if rng.random() < 0.4} or {(0, 1): 1.0}
        paths, longest = [[n] for n in {n for edge in edges for n in edge}], 0
        while paths:
            longest = max(longest, max(map(len, paths)) - 1)
            paths = [[*path, v] for path in paths for u, v in edges if u == path[-1]]
        assert graphs.depth(edges) == longest


def test_a_skip_edge_leaves_the_depth():
    edges = graphs.layered([np.ones((3, 2)), np.ones((1, 3))])
    assert graphs.depth(edges) == graphs.depth(edges | {((0, 0), (2, 0)): 1.0}) == 2


def test_lists_of_widths_are_counted():
    for nodes, layers in ((6, 4), (6, 3), (9, 2), (5, 5)):
        listed = [w for w in itertools.product(range(1, nodes + 1), repeat=layers) if sum(w) == nodes]
        assert graphs.layer_choices(nodes, layers) == len(listed)


def test_cycles_and_missing_inputs_are_refused():
    with pytest.raises(ValueError, match="no cycle"):
        graphs.order({(0, 1): 1.0, (1, 0): 1.0})
    with pytest.raises(ValueError, match=r"input nodes \[0\], got them at \[\]"):
        graphs.outputs({(0, 1): 1.0}, {}, phi=np.tanh)
