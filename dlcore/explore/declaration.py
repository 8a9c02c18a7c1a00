"""An explorer's declaration, checked: parameters, compute, template, readout, presets.

Nothing here knows of widgets or pages. `Declaration.state(values)` is the one place where a
state is computed, for the kernel and for the built page alike.
"""

import dataclasses
import functools
import inspect
import itertools
import math
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

import numpy as np

from ..notation import fields_of, sentence
from . import checked, story
from .film import series, stacked
from .parameters import nearest
from .template import check_shapes, is_film, shipped, shipped_names

MAX_STATES = 2000


@dataclasses.dataclass(frozen=True)
class State:
    """One state: parameter values, the arrays of the picture, and the sentence under it; of a film the sentence of each frame."""

    values: dict[str, Any]
    arrays: dict[str, np.ndarray]
    readout: str
    readouts: tuple[str, ...] = ()


class Declaration:
    """See `Explorer` for the arguments; everything that can be wrong is found at once, here."""

    def __init__(
        self, compute, *, figure, readout, caption, presets=None, batch=None, name=None, title=None, play=None, pick=None, steps=(),
        guess=None, parameters=None,
    ):  # fmt: skip
        self.compute: Callable = compute
        self.batch: Callable | None = batch
        self.name = checked.name_of(compute, name)
        self.title: str | None = title
        self.parameters = checked.parameters(self.name, compute, parameters or {})
        self.time: str | None = checked.time_of(self.name, self.parameters)
        self.figure, self.readout, self.caption = checked.template(self.name, figure, self.time), readout, caption
        self.frames = self.parameters[self.time].frames if self.time else 0
        self.presets = {preset: self._preset(f"preset {preset!r}", given) for preset, given in (presets or {}).items()}
        self.steps = story.steps(self.name, steps, self.figure, self._preset)
        self.pick = story.pick(self.name, pick, self.figure, self.parameters)
        self.play = self._played(play)
        named = [*self.presets.values(), *(step.values for step in self.steps)]
        extra = {name: [p[name] for p in named if name in p] for name in self.parameters}
        self.stops = {name: parameter.stops_with(extra[name]) for name, parameter in self.parameters.items()}
        self._refuse_too_many_states()
        self.start = self._stopped({name: parameter.start for name, parameter in self.parameters.items()})
        self.presets = {preset: self._stopped(values) for preset, values in self.presets.items()}
        for step in self.steps:
            step.values = self._stopped(step.values)
        self._keys: frozenset | None = None
        self.streams = bool(self.time) and inspect.isgeneratorfunction(compute)
        first = self._start_of_film() if self.streams else self.computed(self.start)
        self.guess = story.guess(self.name, guess, first, self.figure)
        self.first = self.assemble(self.start, first)
        if self.time and not is_film(self.figure, self.first.arrays, self.time):
            raise ValueError(
                f"explorer {self.name}: no array of the figure has a leading axis of the {self.frames} frames that {self.time} declares; "
                f"return all frames, shape (frames, …), or name one in the template, '@name[{self.time}]'"
            )

    @property
    def count(self) -> int:
        """Number of states of the built page: the product of the numbers of stops. A film is one."""
        return math.prod(len(stops) for stops in self.grid.values())

    @property
    def grid(self) -> dict[str, tuple]:
        """The stops of what is computed state by state; a film's time stands at its start."""
        return {name: (self.parameters[name].start,) if name == self.time else stops for name, stops in self.stops.items()}

    @property
    def frame(self) -> int:
        """The frame of a film that a reader sees first."""
        return self.parameters[self.time].frame(self.start[self.time]) if self.time else 0

    @property
    def roomy(self) -> bool:
        """Whether a telephone has room for higher panels: the controls stand in one row, and there is no story."""
        return len(self.parameters) - bool(self.time) <= 2 and not self.steps

    @functools.cached_property
    def shipped(self) -> tuple[str, ...]:
        """Names of the arrays that a picture needs, and of what is guessed."""
        return tuple(dict.fromkeys([*shipped_names(self.figure), *self._guessed]))

    @property
    def _guessed(self) -> list[str]:
        return [self.guess["name"]] if self.guess else []

    def states(self) -> list[dict]:
        """All states of the built page in the order of their integer index, the last parameter fastest."""
        return [dict(zip(self.grid, values)) for values in itertools.product(*self.grid.values())]

    def check(self, values: Mapping) -> dict:
        """All parameter values, in order and each in its range; ValueError with what is allowed otherwise."""
        if unknown := set(values) - set(self.parameters):
            raise ValueError(f"explorer {self.name} has no parameter {', '.join(sorted(unknown))}; it has {', '.join(self.parameters)}")
        full = {**self.start, **values}
        return {name: parameter.check(name, full[name]) for name, parameter in self.parameters.items()}

    def state(self, values: Mapping) -> State:
        """Compute the state at `values` (missing ones at their start)."""
        full = self.check(values)
        try:
            return self.assemble(full, self.computed(full))
        except Exception as error:
            error.add_note(f"in explorer {self.name} at {full}")
            raise

    def run(self, values: Mapping):
        """What compute returns: a dict, or the frames of a film one after the other."""
        return self.compute(**{name: value for name, value in values.items() if name != self.time})

    def _start_of_film(self) -> Mapping:
        """What a generator yields until the frame where a reader begins: the whole film is computed when somebody wants it."""
        return stacked(self.name, self.run(self.start), self.frames, self.frame + 1)

    def computed(self, values: Mapping) -> Mapping:
        """What compute returns, the frames of a generator stacked."""
        made = self.run(values)
        return stacked(self.name, made, self.frames) if self.time and inspect.isgenerator(made) else made

    def data(self, values: Mapping) -> dict[str, Any]:
        """Everything that compute returns at `values`, what the picture leaves out among it, and the sentence as `readout`."""
        full = self.check(values)
        data = self._checked(full, self.computed(full))
        return data | {"readout": self._sentence(full, data)}

    def parse(self, query: str) -> dict:
        """The values that a link such as "depth=50&variance=2" sets."""
        given = dict(parse_qsl(query, keep_blank_values=True))
        if unknown := set(given) - set(self.parameters):
            raise ValueError(f"explorer {self.name} has no parameter {', '.join(sorted(unknown))}; it has {', '.join(self.parameters)}")
        return {name: self.parameters[name].parse(name, text) for name, text in given.items()}

    def batched(self, states: list[dict]) -> list[State]:
        """Compute several states in one call of `batch`."""
        columns = {name: _column([state[name] for state in states]) for name in self.parameters if name != self.time}
        data = {key: np.asarray(values) for key, values in self.batch(**columns).items()}
        for key, values in data.items():
            if values.shape[:1] != (len(states),):
                raise ValueError(
                    f"explorer {self.name}: batch must return one entry per state; {key} has shape {values.shape} for {len(states)} states"
                )
        return [self.assemble(state, {key: values[k] for key, values in data.items()}) for k, state in enumerate(states)]

    def assemble(self, values: dict, data) -> State:
        """Check what compute returned, take out what the picture needs, write the sentence."""
        data = self._checked(values, data)
        arrays = shipped(self.shipped, data)
        try:
            check_shapes(self.figure, arrays, self.time, self.frames)
        except ValueError as error:
            raise ValueError(f"explorer {self.name}: {error}") from None
        if not self.time:
            return State(values, arrays, self._sentence(values, data))
        told = self._told(values, data)
        return State(values, arrays, told[self.parameters[self.time].frame(values[self.time])], told)

    def shot(self, values: dict, frame: int, data) -> State:
        """One frame of a film that a generator makes: its arrays without the axis of time, and its sentence."""
        data = self._checked(values, data)
        text = self._filled(values | {self.time: self.parameters[self.time].values[frame]}, data)
        return State(values, shipped(self.shipped, data), text)

    def _sentence(self, values: dict, data: dict) -> str:
        """The sentence under the picture."""
        if not self.time:
            return self._filled(values, data)
        frame = self.parameters[self.time].frame(values[self.time])
        return self._filled(values, data | {name: array[frame] for name, array in series(data, self.frames).items()})

    def _told(self, values: dict, data: dict) -> tuple[str, ...]:
        """The sentence of every frame of a film; one for all of them where nothing that it names changes."""
        changing, times = series(data, self.frames), self.parameters[self.time].values

        def at(frame: int) -> str:
            now = {name: array[frame] for name, array in changing.items()}
            return self._filled(values | {self.time: times[frame]}, data | now)

        first = at(0)
        if not callable(self.readout) and fields_of(self.readout).isdisjoint({self.time, *changing}):
            return (first,) * self.frames
        return (first, *map(at, range(1, self.frames)))

    def _filled(self, values: dict, data: dict) -> str:
        try:
            return sentence(self.readout, values | data)
        except (TypeError, ValueError) as error:
            raise ValueError(f"explorer {self.name}: the readout {self.readout!r} cannot be filled: {error}") from error
        except (KeyError, IndexError, AttributeError) as error:
            raise ValueError(
                f"explorer {self.name}: the readout names {error}, which is neither a parameter nor returned by compute ({', '.join(data)})"
            ) from error

    def _checked(self, values, data) -> dict:
        if not isinstance(data, Mapping):
            raise TypeError(f"explorer {self.name}: compute must return a dict of named arrays and numbers, got {type(data).__name__}")
        keys = frozenset(data)
        if self._keys is None:
            missing = [name for name in shipped_names(self.figure) if name.removeprefix("log10:") not in keys]
            if missing:
                raise ValueError(
                    f"explorer {self.name}: the figure uses {', '.join(missing)}, which compute does not return; "
                    f"it returns {', '.join(data)}"
                )
            self._keys = keys
        if keys != self._keys:
            changed = ", ".join(sorted(keys ^ self._keys))
            raise ValueError(
                f"explorer {self.name}: compute must return the same names at every state; "
                f"at {values} they differ in {changed}. Return an empty array where there is nothing to show"
            )
        return {key: checked.numeric(self.name, key, value, axes=3 if self.time else 2) for key, value in data.items()}

    def _stopped(self, values: dict) -> dict:
        """The stops that `values` are, up to rounding."""
        return {name: self.stops[name][nearest(self.stops[name], value)] for name, value in values.items()}

    def _preset(self, what: str, given) -> dict:
        """The parameter values that a preset, or a step, sets."""
        if not isinstance(given, Mapping):
            raise TypeError(f"explorer {self.name}: {what} must be a dict of parameter values, got {given!r}")
        if unknown := set(given) - set(self.parameters):
            raise ValueError(
                f"explorer {self.name}: {what} sets {', '.join(sorted(unknown))}, but the parameters are {', '.join(self.parameters)}"
            )
        try:
            return {name: self.parameters[name].check(name, value) for name, value in given.items()}
        except ValueError as error:
            raise ValueError(f"explorer {self.name}: {what}: {error}") from None

    def _played(self, play):
        if play is not None and play not in self.parameters:
            raise ValueError(f"explorer {self.name}: play must name a parameter ({', '.join(self.parameters)}), got {play!r}")
        if self.time and play not in (None, self.time):
            raise ValueError(f"explorer {self.name}: a film plays its time, {self.time}, got play={play!r}; leave play out")
        sliders = [name for name, parameter in self.parameters.items() if parameter.kind == "slider"]
        return play or self.time or next(iter([*sliders, *self.parameters]))

    def _refuse_too_many_states(self):
        if self.count > MAX_STATES:
            longest = max(self.grid, key=lambda name: len(self.grid[name]))
            fewer = max(2, len(self.stops[longest]) * MAX_STATES // self.count)
            product = " × ".join(f"{len(stops)} {name}" for name, stops in self.grid.items() if name != self.time)
            raise ValueError(
                f"explorer {self.name}: at most {MAX_STATES} states can be computed for the built page, "
                f"got {product} = {self.count}; coarsen {longest}, for example with stops={fewer}"
            )


def _column(values: list) -> np.ndarray:
    """One parameter's values as an array; mixed kinds stay what they are."""
    return np.array(values, dtype=None if len({type(value) for value in values}) == 1 else object)
