"""`Explorer`: one declaration, alive in a kernel (an anywidget) and in the built page (baked)."""

import base64
import os
import pathlib
import tempfile
from collections.abc import Callable
from typing import Any

import anywidget
import comm
import numpy as np
import traitlets

from . import assets
from .baking import bake
from .declaration import Declaration, State
from .film import Run
from .frames import Extents
from .page import figure, one_file, show_boxes
from .parameters import Parameter
from .spec import in_kernel
from .stills import png
from .story import is_story

FRAME_SECONDS = 0.05  # how long the kernel may compute frames before it shows them, and hears what else is asked


class _ParameterTrait(traitlets.TraitType):
    """A trait that holds what its parameter allows."""

    def __init__(self, name: str, parameter: Parameter):
        super().__init__(default_value=parameter.start)
        self._label, self._parameter = name, parameter

    def validate(self, obj, value):
        try:
            return self._parameter.check(self._label, value)
        except ValueError as error:
            raise traitlets.TraitError(str(error)) from None


class Explorer(anywidget.AnyWidget):
    """A figure with controls, declared once.

    Args:
        compute: pure function of the parameters; returns a dict of named arrays and numbers, the
            same names at every state. Randomness comes in through a parameter such as `seed`.
            Non-finite numbers are drawn as a gap with the word "overflow".
        figure: a template from `dlcore.explore.figures`, or any Plotly figure dict with "@name" references.
        readout: the sentence under the picture, a format string over parameters and data, or a
            callable of both as one dict. Numbers come out with three significant digits.
        caption: what the picture shows, in one sentence; also its text alternative.
        presets: {"He": {"variance": 2}}; drawn as buttons, each sets the parameters it names.
        batch: like compute for arrays of parameter values, with a leading axis over states.
        name: the figure's id is explorer-NAME; default: compute's name.
        title: what lists of figures call it; default: the title of the section that it stands in.
        play: the parameter that *Play* steps through; default: the time of a film, or the first slider.
        pick: {"x": "start_x", "y": "start_y"}, the parameters that a click or a drag in the picture sets; one axis is enough.
        steps: a story, a list of `Step`s, with *Back* and *Next* under the picture. (Anything else is a parameter called steps.)
        guess: the name of a number or a curve that the reader may guess first, or a `Guess` with a label.
        **parameters: `Slider`, `Choice`, `Toggle`, `Time` or an abbreviation as in `ipywidgets.interact`.

    Each parameter is a trait that can be read, set, observed and linked:

        ipywidgets.link((slider, "value"), (explorer, "depth"))

    Raises:
        TypeError, ValueError: at once, with the invariant, what was received and a remedy.
    """

    spec = traitlets.Dict().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)
    moves = traitlets.Int(0).tag(sync=True)  # how often a parameter was set from Python
    _css = assets.style()
    _esm = assets.module()

    def __init__(
        self, compute, *, figure, readout, caption, presets=None, batch=None, name=None, title=None, play=None, pick=None, steps=(),
        guess=None, **parameters,
    ):  # fmt: skip
        self._home = os.environ.get("DLCORE_BAKE")
        if not is_story(steps):  # compute has a parameter of that name
            steps, parameters = (), parameters | {"steps": steps}
        declared = Declaration(
            compute, figure=figure, readout=readout, caption=caption, presets=presets,
            batch=batch, name=name, title=title, play=play, pick=pick, steps=steps, guess=guess, parameters=parameters,
        )  # fmt: skip
        for taken in sorted(set(declared.parameters) & {*dir(Explorer), "declaration"}):
            raise ValueError(f"explorer {declared.name}: parameter {taken!r} would hide the widget's own {taken!r}; rename it")
        self.declaration = declared
        self._answering = False
        self._runs: dict[str, Run] = {}  # of films that are computed frame by frame: view → the one it shows
        self._png: str | None = None
        self._extents = Extents(declared.figure)
        super().__init__(spec=in_kernel(declared), values=declared.start)
        self.add_traits(**{name: _ParameterTrait(name, p) for name, p in declared.parameters.items()})
        self.observe(self._parameter_changed, names=list(declared.parameters))
        self.on_msg(self._received)

    def open(self):
        """Open the comm; while a book is built, one that leads nowhere: there the page is all there is."""
        if not self._home:
            super().open()
        else:
            self.comm = comm.DummyComm(target_name="jupyter.widget")
            show_boxes()

    @property
    def current(self) -> dict[str, Any]:
        """The parameter values now."""
        return {name: getattr(self, name) for name in self.declaration.parameters}

    def at(self, **values) -> dict[str, Any]:
        """What compute returns at these parameter values (others at their start), with the sentence as `readout`.

        For claims about what a linked state shows, on the very numbers that are drawn there:

            claim("L3.01", "…", measured=signal_figure.at(variance=2)["ratio"], …)
        """
        return self.declaration.data(values)

    def says(self, query: str, sentence: str, holds: Callable[[dict], bool]) -> None:
        """Check what prose says of a state that it links to, #explorer-NAME?QUERY; nothing is shown where it is true.

            signal_figure.says("variance=2&activation=relu", "the gradient is a quarter of theory's", lambda s: 0.2 < s["gradient"] < 0.3)

        Raises AssertionError, with the sentence and the single numbers of that state, where it is not.
        """
        shown = self.at(**self.declaration.parse(query))
        if not holds(shown):
            numbers = {name: value for name, value in shown.items() if np.ndim(value) == 0}
            raise AssertionError(f"at #explorer-{self.declaration.name}?{query} it is not true that {sentence}; there {numbers}")

    # ---- in a kernel ------------------------------------------------------------------------

    def _parameter_changed(self, change):
        if not self._answering:
            self.moves += 1
            self._move()

    def _move(self):
        """Tell the front end where the parameters are now."""
        self.values = self.current
        self.send({"type": "moved", "values": self.current, "moves": self.moves})

    def _received(self, _, content, buffers):
        if content["type"] == "plotly":
            self.send({"type": "plotly"}, [assets.plotly().read_bytes()])
        if content["type"] == "state":
            self._answer(content["ticket"], content["values"], None if content.get("following") else content.get("moves", self.moves))
        if content["type"] == "frames":
            self._answer_more(content["ticket"], content["values"], content["first"])
        if content["type"] == "frame" and not content.get("following") and content["moves"] == self.moves:
            self._adopt(self.declaration.check(content["values"]))  # another one of a film that the view has
        if content["type"] in ("state", "frame") and not content.get("following"):  # the other views of this figure go along
            self.send({"type": "shown", "ticket": content["ticket"], "values": self.current})

    def _answer(self, ticket: str, values: dict, moves: int | None):
        """Compute one state for the front end; trouble is one sentence, and the next state a new chance.

        A question asked before Python last set a parameter is answered, but does not set it back; nor does one of a view that
        follows another, whose `moves` are None.
        """
        try:
            if self.declaration.streams:
                checked = self.declaration.check(values)
                self._runs[_view(ticket)] = Run(self.declaration.run(checked), self.declaration.frames)
                header, buffers = self._frames_since(0, ticket, checked)
            else:
                state = self.declaration.state(values)
                checked = state.values
                header, buffers = self._encoded(state)
        except Exception as error:  # the reader's own compute may raise anything, and this view must survive it
            self._troubled(ticket, values, error)
            return
        self.send({"type": "state", "ticket": ticket} | header, buffers)  # first, so that the picture waits for nothing
        if moves == self.moves:
            self._adopt(checked)
        if moves is not None and self.current != checked:  # something linked to the traits wanted another value
            self._move()

    def _answer_more(self, ticket: str, values: dict, first: int):
        """The frames from `first` on of a film that a view shows."""
        try:
            header, buffers = self._frames_since(first, ticket, self.declaration.check(values))
        except Exception as error:  # as above
            self._troubled(ticket, values, error)
            return
        self.send({"type": "state", "ticket": ticket} | header, buffers)

    def _frames_since(self, first: int, ticket: str, values: dict) -> tuple[dict, list[bytes]]:
        """As many frames from `first` on as there are after FRAME_SECONDS, stacked, and which ones they are."""
        shots = self._runs[_view(ticket)].since(first, FRAME_SECONDS)
        states = [self.declaration.shot(values, first + k, shot) for k, shot in enumerate(shots)]
        arrays = {name: np.stack([state.arrays[name] for state in states]) for name in states[0].arrays}
        header, buffers = self._encoded(State(values, arrays, states[-1].readout, tuple(state.readout for state in states)))
        return header | {"first": first, "frames": self.declaration.frames}, buffers

    def _troubled(self, ticket: str, values: dict, error: Exception):
        """Tell the front end, in one sentence, why there is no picture."""
        sentence = f"{self.declaration.name} could not be computed at {_listed(values)}: {error}"
        self.send({"type": "state", "ticket": ticket, "trouble": sentence})

    def _adopt(self, values: dict):
        """Let the traits, and whatever is linked to them, follow the front end."""
        self._answering = True
        try:
            for name, value in values.items():
                setattr(self, name, value)
        finally:
            self._answering = False
        self.values = self.current

    def _encoded(self, state: State) -> tuple[dict, list[bytes]]:
        self._extents.include(state.arrays)
        arrays = {name: np.ascontiguousarray(array, dtype="<f8") for name, array in state.arrays.items()}
        header = {
            "values": state.values,
            "texts": {name: p.text(state.values[name]) for name, p in self.declaration.parameters.items()},
            "readout": list(state.readouts) or state.readout,
            "ranges": self._extents.ranges(),
            "arrays": [{"name": name, "shape": list(np.shape(state.arrays[name]))} for name in arrays],
        }
        return header, [array.tobytes() for array in arrays.values()]

    # ---- in the built page ------------------------------------------------------------------

    def _repr_mimebundle_(self, **kwargs):
        if self._home:
            return {"text/html": self.page(), "text/plain": repr(self)}
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return data | {"image/png": self._still()}, metadata

    def _still(self) -> str:
        """The picture at the start, drawn once, for viewers that run nothing."""
        if self._png is None:
            first, extents = self.declaration.first, Extents(self.declaration.figure)
            extents.include(first.arrays)
            drawn = png(self.declaration.figure, first.arrays, extents.ranges(), frame=self.declaration.frame)
            self._png = base64.b64encode(drawn).decode()
        return self._png

    def page(self) -> str:
        """The figure as it stands in the built page, its states baked."""
        return figure(self.declaration, bake(self.declaration, pathlib.Path(self._home)))

    def write_html(self, path) -> None:
        """Write the figure into one file that works anywhere, offline, without a kernel: 5 MB, of which the drawing library is most.

        Its states are computed for it, within the budgets of the book.
        """
        with tempfile.TemporaryDirectory() as folder:
            text = one_file(self.declaration, bake(self.declaration, pathlib.Path(folder)))
        pathlib.Path(path).write_text(text, encoding="utf-8")

    def __repr__(self):
        return f"Explorer({self.declaration.name}: {_listed(self.current)})"


def _view(ticket: str) -> str:
    """Which view of a figure asks."""
    return ticket.rpartition("-")[0]


def _listed(values: dict) -> str:
    return ", ".join(f"{name}={value}" for name, value in values.items())
