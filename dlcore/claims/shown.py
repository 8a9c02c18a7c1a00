"""How a claim or an erratum shows itself: one line of HTML in a notebook's output and in the built page, once."""

import html
import json
import math
import sys
from dataclasses import asdict, dataclass, field


@dataclass(eq=False)
class Shown:
    """What shows itself when it is made, and not again as the value of the same cell."""

    ids: tuple[str, ...]
    _shown_by: int | None = field(default=None, init=False, repr=False)

    def html(self, anchor: str | None = None, ledger: str | None = None) -> str:
        """Itself as HTML; in the built book with an anchor, and the ids linked to the page `ledger`."""
        raise NotImplementedError

    def show(self) -> None:
        """Show this in the running notebook; outside IPython nothing happens."""
        shell = _shell()
        if shell is not None:
            self._ipython_display_()
            self._shown_by = shell.execution_count

    def _ipython_display_(self) -> None:
        from IPython.display import display

        if self._shown_by is None or self._shown_by != getattr(_shell(), "execution_count", None):
            display({"text/html": self.html(), "text/plain": repr(self)}, raw=True)

    def _repr_html_(self) -> str:
        return self.html()

    def record(self) -> dict:
        """Everything about this as JSON values; non-finite numbers as strings."""
        fields = {name: value for name, value in asdict(self).items() if name != "_shown_by" and value is not None}
        plain = {name: str(v) if isinstance(v, float) and not math.isfinite(v) else v for name, v in fields.items()}
        return {"kind": type(self).__name__.lower(), **plain}

    def box(self, tag: str, kind: str, anchor: str | None, body: str, style: str) -> str:
        """An element of HTML that holds `body`, and the record as an attribute."""
        data = html.escape(json.dumps(self.record(), ensure_ascii=False, sort_keys=True), quote=True)
        place = f' id="{html.escape(anchor, quote=True)}"' if anchor else ""
        look = f' style="{style}"' if style else ""
        return f'<{tag} class="{kind}"{place} data-claim="{data}"{look}>{body}</{tag}>'


def ids_html(ids: tuple[str, ...], ledger: str | None) -> str:
    """The ids, each linked to its row of the page `ledger` if there is one."""
    if ledger is None:
        return f'<span class="claim-id">{", ".join(ids)}</span>'
    return ", ".join(f'<a class="claim-id" href="{html.escape(ledger)}#{name}">{name}</a>' for name in ids)


def _shell():
    """The running IPython shell, or None; where IPython has not been imported, none is running."""
    return sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
