"""Explorers that only tests have: one for each figure helper, and the troubles a real one may have."""

import numpy as np

from dlcore.explore import Choice, Explorer, Guess, Slider, Step, Time, Toggle, heatmap, histogram, lines, path_on_contour, surface

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


FRAMES = 12


def _falling(rate):
    """A point that rolls into the origin, its path, its height, and the profile around it as it narrows."""
    moment = np.arange(FRAMES)
    place = 2 * (1 - rate) ** moment
    t = np.linspace(-2, 2, 41)
    return {"t": t, "profile": np.exp(-moment[:, None] / 6) * t**2, "place": place, "height": place**2 / 2}


def _film_picture():
    figure = lines("t", "profile", y_range=(-0.2, 4))
    path = {"type": "scatter", "x": "@place[:step]", "y": "@height[:step]", "mode": "lines", "name": "path", "line": {"color": "$series1"}}
    ball = {
        "type": "scatter",
        "x": "@place[step]",
        "y": "@height[step]",
        "mode": "markers",
        "name": "ball",
        "marker": {"color": "$ink", "size": 12},
    }
    return figure | {"data": [*figure["data"], path, ball]}


def film(seconds: float | None = None) -> Explorer:
    """Curves that change, a path that grows, a point that moves."""

    def fall(rate):
        return _falling(rate)

    return Explorer(
        fall, figure=_film_picture(), readout="After {step} steps at {rate} it is {height} high.", caption="A ball falls.",
        rate=Slider(0.1, 0.9, 0.2, start=0.3), step=Time("step", frames=FRAMES, every=5, unit="steps", seconds=seconds),
    )  # fmt: skip


def film_of_a_field() -> Explorer:
    def wave(speed):
        x, y = _plane()
        moment = np.arange(FRAMES)[:, None, None]
        return {"x": x, "y": y, "z": np.sin(x + speed * moment / 4) * np.cos(y[:, None])}

    return Explorer(
        wave, figure=heatmap("x", "y", "z"), readout="At {now}.", caption="A wave.", speed=Slider(1, 3), now=Time(frames=FRAMES, start=3)
    )  # fmt: skip


def film_made_frame_by_frame() -> Explorer:
    def generated(rate):
        for k in range(FRAMES):
            yield {name: array[k] if len(array) == FRAMES else array for name, array in _falling(rate).items()}

    figure = lines("t", "profile", y_range=(-0.2, 4))
    return Explorer(
        generated, figure=figure, readout="Frame {step}, height {height}.", caption="A film that is made while it is seen.",
        rate=Slider(0.1, 0.9, 0.2, start=0.3), step=Time(frames=FRAMES),
    )  # fmt: skip


def grabbed() -> Explorer:
    """A point of a plane with one logarithmic axis is taken by the hand; one panel shows the plane, the other what is there."""

    def point(rate, momentum):
        rates, momenta = np.logspace(-3, 0, 25), np.linspace(0, 0.9, 19)
        step = np.arange(31.0)
        speed = (1 - rate) ** (1 + 3 * momentum)
        return {
            "rates": rates, "momenta": momenta, "z": (1 - rates) ** (1 + 3 * momenta[:, None]),
            "step": step, "loss": speed**step, "speed": speed,
        }  # fmt: skip

    figure = heatmap("rates", "momenta", "z", log_x=True, x_title="η", y_title="β", z_title="speed")
    figure["data"][0]["colorbar"]["x"] = 0.46
    curve = lines("step", "loss", y_range=(0, 1.05), x_title="step")
    figure["data"].append(curve["data"][0] | {"xaxis": "x2", "yaxis": "y2"})
    figure["layout"] |= {
        "xaxis": figure["layout"]["xaxis"] | {"domain": [0, 0.45]},
        "xaxis2": curve["layout"]["xaxis"] | {"domain": [0.62, 1], "anchor": "y2"},
        "yaxis2": curve["layout"]["yaxis"] | {"anchor": "x2"},
    }
    return Explorer(
        point, figure=figure, readout="At {rate} and {momentum} the loss falls by {speed} a step.", caption="A plane and its points.",
        rate=Slider(1e-3, 1.0, 10**0.5, start=1e-1, log=True), momentum=Slider(0.0, 0.9, 0.3, start=0.3),
        pick={"x": "rate", "y": "momentum"}, guess="speed",
    )  # fmt: skip


def grabbed_surface() -> Explorer:
    def summit(east, north):
        x, y = _plane()
        return {"x": x, "y": y, "z": np.exp(-((x - east) ** 2) - (y[:, None] - north) ** 2), "px": [east], "py": [north], "pz": [1.0]}

    return Explorer(
        summit, figure=surface("x", "y", "z", path=("px", "py", "pz")), readout="The summit is at {east}, {north}.", caption="A summit.",
        east=Slider(-2.0, 2.0, 1.0, start=0.0), north=Slider(-1.0, 1.0, 1.0, start=0.0), pick={"x": "east", "y": "north"},
    )  # fmt: skip


def told() -> Explorer:
    """A story of three steps, with a guess to be drawn."""

    def power(k, shift):
        x = np.linspace(0, 1, 21)
        return {"x": x, "y": x**k + shift, "line": x}

    return Explorer(
        power, figure=lines("x", ["y", "line"], theory=["line"], labels={"y": "power", "line": "identity"}, y_range=(-0.1, 2.1)),
        readout="x to the power {k}, shifted by {shift}.", caption="Powers.",
        k=Slider(1, 4, start=1), shift=Slider(0.0, 1.0, 0.25, start=0.0),
        steps=[
            Step("Both are one line.", k=1),
            Step("The square lies below.", k=2, pin=True, highlight="power"),
            Step("Lifted, it lies above.", shift=1.0),
        ],
        guess=Guess("y", label="the square, between 0 and 1, unshifted and not yet seen"), presets={"cube": {"k": 3}},
    )  # fmt: skip


def every() -> list[Explorer]:
    """One of each kind."""
    return [
        curves(), bars(), field(), hill(), descent(), guided(), picked(), switched(), ten_lines(40),
        film(), film_of_a_field(), grabbed(), grabbed_surface(), told(),
    ]  # fmt: skip
