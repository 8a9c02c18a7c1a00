"""`Time`: the frames of a film, the leading axis of the arrays that compute returns; and films that a generator makes."""

import dataclasses
import itertools
import math
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from ..notation import number
from .parameters import Parameter, is_number


@dataclasses.dataclass(frozen=True)
class Time(Parameter):
    """Time as a control. A state is a whole film: compute is not given the time, it returns all frames.

    An array with one axis more than its place in the picture has room for is a film, its leading axis the frames: curves of
    shape (frames, n), fields of shape (frames, rows, columns). In a template, "@name[step]" is the present frame of an array and
    "@name[:step]" all of it until now, a path that grows; both for a parameter named step. In the sentence an array of shape
    (frames,) stands for its number at the present frame. compute may also be a generator that yields the frames one by one.

    Args:
        label: text beside the control (LaTeX between dollars allowed); default: the name.
        frames: how many there are.
        every: how far one frame is from the next, in what the control counts: frame k is shown as `k * every`.
        start: where it stands at first, one of 0, every, 2 every, …
        unit: written after the value.
        seconds: how long it plays; default: 30 frames a second. A film of few frames needs it, to be seen.
    """

    label: str | None = None
    frames: int = 60
    _: dataclasses.KW_ONLY
    every: float = 1
    start: float = 0
    unit: str = ""
    seconds: float | None = None
    kind = "time"

    def __post_init__(self):
        if not isinstance(self.frames, (int, np.integer)) or isinstance(self.frames, bool) or self.frames < 2:
            raise ValueError(f"a Time needs a whole number of frames, at least 2, got {self.frames!r}; one frame is a picture without Time")
        if not is_number(self.every) or not math.isfinite(self.every) or self.every <= 0:
            raise ValueError(f"a Time's frames must lie a positive distance apart, got every={self.every!r}")
        if self.seconds is not None and (not is_number(self.seconds) or not 0 < self.seconds < math.inf):
            raise ValueError(f"a Time must play for a positive number of seconds, got {self.seconds!r}; None means 30 frames a second")
        object.__setattr__(self, "start", self.check("start", self.start))

    @property
    def values(self) -> tuple:
        """What the control counts at each frame."""
        return tuple(k * self.every for k in range(self.frames))

    def stops_with(self, extra):
        return self.values

    def positions_with(self, extra):
        return self.values

    def check(self, name, value):
        near = [v for v in self.values if is_number(value) and math.isclose(v, value, rel_tol=1e-9)]
        if not near:
            raise ValueError(f"{name} must be one of the {self.frames} frames at 0, {self.every}, …, {self.values[-1]}, got {value!r}")
        return near[0]

    def frame(self, value) -> int:
        """The index of the frame at `value`."""
        return self.values.index(self.check("the time", value))

    def text(self, value):
        return number(value) + (f" {self.unit}" if self.unit else "")


def stacked(explorer: str, made: Iterable[Mapping[str, Any]], frames: int, only: int | None = None) -> dict[str, np.ndarray]:
    """The frames that a generator yields, as arrays with a leading axis; as many as Time says, those after `only` left NaN."""
    shots = [{name: np.array(value) for name, value in shot.items()} for shot in itertools.islice(made, only or frames + 1)]
    if len(shots) != (only or frames):
        got = len(shots) if len(shots) < frames else "more"
        raise ValueError(f"explorer {explorer}: compute must yield the {frames} frames that Time declares, got {got}")
    blank = {name: np.full_like(value, np.nan, dtype=float) for name, value in shots[0].items()}
    return {name: np.stack([shot[name] for shot in [*shots, *[blank] * (frames - len(shots))]]) for name in shots[0]}


def series(data: Mapping[str, Any], frames: int) -> dict[str, np.ndarray]:
    """The arrays of one number a frame: in the sentence each of them is its number at the present frame."""
    return {name: value for name, value in data.items() if np.shape(value) == (frames,)}


class Run:
    """A film that a generator makes, taken frame by frame: what a kernel shows while it computes.

    The frames that were taken are kept, so that an answer that was lost can be given again.
    """

    def __init__(self, made: Iterator[Mapping[str, Any]], frames: int):
        self._made, self._frames, self._shots = iter(made), frames, []
        self._error: Exception | None = None

    def since(self, first: int, seconds: float) -> list[Mapping[str, Any]]:
        """The frames from `first` on, as many as there are and come in so many seconds, at least one.

        Raises what the generator has raised, or ValueError where it has ended too soon or goes on too long.
        """
        begun = time.perf_counter()
        while len(self._shots) < self._frames and (len(self._shots) <= first or time.perf_counter() - begun < seconds):
            if self._error is None:
                self._take()
            if self._error is not None:
                if len(self._shots) > first:
                    break  # what came before is shown first
                raise self._error
        if len(self._shots) == self._frames and next(self._made, None) is not None:
            raise ValueError(f"compute must yield the {self._frames} frames that Time declares, got more")
        return self._shots[first:]

    def _take(self) -> None:
        """One more frame, or what has come in its place."""
        try:
            shot = next(self._made)
        except StopIteration:
            self._error = ValueError(f"compute must yield the {self._frames} frames that Time declares, got {len(self._shots)}")
        except Exception as error:  # the reader's own compute; every later question gets the same answer
            self._error = error
        else:
            self._shots.append({name: np.array(value) for name, value in shot.items()})
