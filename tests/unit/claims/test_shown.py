"""A claim shows itself once in its cell, and before it raises."""

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config


@pytest.fixture
def shown_in():
    """A function that runs cells in a fresh IPython and returns what each displayed."""
    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))

    def run(*cells):
        counts = []
        for cell in cells:
            with pytest.MonkeyPatch.context() as patch:
                published = []
                patch.setattr(shell.display_pub, "publish", lambda data, seen=published, **_: seen.append(data))
                patch.setattr(shell.displayhook, "write_format_data", lambda data, *_, seen=published: seen.append(data))
                shell.run_cell(cell, store_history=True)
            counts.append([data["text/html"].count("data-claim") for data in published])
        return counts

    yield run
    InteractiveShell.clear_instance()


def test_a_claim_is_shown_once_wherever_it_stands_in_its_cell(shown_in):
    make = "claim('L1.01', 's', measured=1, at_most=1, by='closed form')"
    assert shown_in(
        "from dlcore.claims import claim",
        make,
        f"first = {make}\nsecond = {make}",
        "first",
        f"[{make} for _ in range(3)];",
    ) == [[], [1], [1, 1], [1], [1, 1, 1]]


def test_a_claim_that_fails_is_shown_before_it_raises(shown_in):
    assert shown_in("from dlcore.claims import claim\nclaim('L1.01', 's', measured=2, at_most=1, by='closed form')") == [[1]]
