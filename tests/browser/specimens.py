"""Explorers that only tests have: one for each figure helper, and the troubles a real one may have."""

import numpy as np

from dlcore.explore import Choice, Explorer, Slider, Toggle, heatmap, histogram, lines, path_on_contour, surface

ODD_PRESET = 'He & "Xavier" <b>it\'s</b> σ²'


def growth(depth, variance, activation, noisy):
    """Grows beyond all numbers at one end, dies at the other, stops at `depth`."""
    layer = np.arange(101.0)
    with np.errstate(over="ignore"):
        theory = variance ** (layer * {"linear": 1, "relu": 0.5, "steep": 12}[activation])
        measured = theory * np.exp(0.1 * noisy * np.sin(layer))
    measured = np.where(layer <= depth, measured, 0.0 if activation == "relu" else np.nan)
    return {
        "layer": layer,
        "measured": measured,
        "low": measured * 0.8,
        "high": measured * 1.25,
        "theory": theory,
        "ratio": measured[depth],
    }


def curves() -> Explorer:
    return Explorer(
        growth,
        figure=lines("layer", ["measured", "theory"], theory=["theory"], bands={"measured": ("low", "high")}, log_y=True, y_title="‖z‖²"),
        readout="After {depth} layers the signal is {ratio} of the input.",
        caption="Signal <by> layer & depth.",
        depth=Slider(1, 100, start=50, unit="layers"),
        variance=Slider(0.25, 4.0, start=1.0, log=True, marks={1.0: "Xavier", 2.0: "He"}, label="σ² · fan-in"),
        activation=Choice({"linear & <plain>": "linear", "ReLU": "relu", "x¹²": "steep"}),
        noisy=Toggle(),
        presets={ODD_PRESET: {"variance": 2.0, "activation": "relu"}, "explode": {"variance": 4.0, "depth": 100, "activation": "steep"}},
    )


def bars() -> Explorer:
    def draws(spread):
        edges = np.linspace(-4, 4, 33)
        centres = (edges[1:] + edges[:-1]) / 2
        sample = np.random.default_rng(0).normal(size=2000) * spread
        fine = np.linspace(-4, 4, 101)
        theory = np.exp(-(fine**2) / (2 * spread**2)) / np.sqrt(2 * np.pi) / spread
        return {"centres": centres, "density": np.histogram(sample, edges, density=True)[0], "fine": fine, "theory": theory}

    return Explorer(
        draws, name="bars-2", figure=histogram(theory=[("fine", "theory")], x_title="z"), readout="Spread {spread}.",
        caption="A histogram.", spread=(0.5, 2.0),
    )  # fmt: skip


def _plane():
    return np.linspace(-2, 2, 25), np.linspace(-1.5, 1.5, 21)


def field() -> Explorer:
    def heat(power):
        x, y = _plane()
        return {"x": x, "y": y, "z": (x**2 + y[:, None] ** 2) ** power}  # zero in the middle: a gap of log z

    return Explorer(heat, figure=heatmap("x", "y", "z", log_z=True), readout="Power {power}.", caption="A field.", power=(1, 4))


def hill() -> Explorer:
    def slope(height):
        x, y = _plane()
        path = np.linspace(0, 1, 12)
        return {
            "x": x,
            "y": y,
            "z": height * np.exp(-(x**2) - y[:, None] ** 2),
            "px": path,
            "py": path / 2,
            "pz": height * np.exp(-1.25 * path**2),
        }

    return Explorer(
        slope, figure=surface("x", "y", "z", path=("px", "py", "pz")), readout="Height {height}.", caption="A hill.", height=Slider(1, 3)
    )  # fmt: skip


def descent() -> Explorer:
    def walk(rate, steps):
        x, y = _plane()
        path = np.array([1.8, 1.2]) * (1 - rate * np.array([1.0, 3.0])) ** np.arange(steps + 1)[:, None]
        return {"x": x, "y": y, "z": (x**2 + 3 * y[:, None] ** 2) / 2, "u": path[:, 0], "v": path[:, 1]}

    return Explorer(
        walk, figure=path_on_contour("x", "y", "z", paths=[("u", "v")]), readout="Rate {rate} for {steps} steps.",
        caption="A descent.", rate=Slider(0.05, 0.9, start=0.2), steps=Slider(1, 20),
    )  # fmt: skip


def ten_lines(states: int = 9, name: str = "ten_lines") -> Explorer:
    """Ten lines of 200 points whose bytes do not compress: many chunks; also what the benchmarks repaint."""

    def noise(seed, drift):
        steps = np.random.default_rng(seed).normal(size=(10, 200))
        return {"t": np.arange(200.0)} | {f"w{k}": np.cumsum(row) + drift * np.arange(200) for k, row in enumerate(steps)}

    names = [f"w{k}" for k in range(10)]
    return Explorer(
        noise, name=name, figure=lines("t", names, y_range=(-60, 60)), readout="Draw {seed}.", caption="Ten random walks.",
        seed=Slider(0, states - 1, 1, start=0), drift=Slider(0.0, 0.1, stops=2),
    )  # fmt: skip


def guided() -> Explorer:
    def guide(k):
        shown = np.array([0.0, 1.0]) if k != 2 else np.array([])
        return {"x": np.linspace(0, 1, 5), "y": k * np.linspace(0, 1, 5), "u": shown, "v": shown}

    return Explorer(
        guide, figure=lines(["x", "u"], ["y", "v"], theory=["v"]), readout="Slope {k}.", caption="A guide but for 2.", k=Slider(1, 3)
    )  # fmt: skip


def picked() -> Explorer:
    """No slider at all: numbers and words to choose from."""

    def pick(power, family):
        x = np.linspace(0, 1, 9)
        return {"x": x, "y": x**power if family == "power" else np.exp(-power * x)}

    return Explorer(
        pick, figure=lines("x", "y", markers=["y"]), readout="{family} {power}.", caption="A choice.",
        power=Choice(1, 2, 0.5), family=Choice("power", "decay"),
    )  # fmt: skip


def switched() -> Explorer:
    def switch(on):
        return {"x": np.arange(3.0), "y": np.arange(3.0) * (2 if on else 1)}

    return Explorer(switch, figure=lines("x", "y"), readout="It is {on}.", caption="A switch.", on=Toggle())


def every() -> list[Explorer]:
    """One of each kind."""
    return [curves(), bars(), field(), hill(), descent(), guided(), picked(), switched(), ten_lines(40)]
