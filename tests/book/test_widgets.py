"""Other widgets beside explorers: boxes of explorers are on the page, and what cannot live there is said."""

import re

from tests.book.books import WAVE, code

BOX = f'{WAVE}\nimport ipywidgets\nipywidgets.VBox([show("upper"), ipywidgets.HBox([show("lower")])])'
LINKED = f"""{WAVE}
import ipywidgets
wave_figure = show("linked")
slider = ipywidgets.IntSlider(2, 1, 3)
ipywidgets.link((slider, "value"), (wave_figure, "k"))
display(wave_figure)"""


def test_a_box_of_explorers_is_on_the_page(book):
    built = book.write(box=code(BOX), linked=code(LINKED) + "\n[Set](#explorer-linked?k=2)").build()
    assert built.ok, built.said
    page = book.page("box")
    assert [page.index(f'id="explorer-{name}"') > 0 for name in ("upper", "lower")] == [True, True]
    assert "explorers/explorer.js" in page
    for name in ("box", "linked"):
        assert re.findall(r'<script[^>]*src="(?:https?:)?//[^"]*"', book.page(name)) == []


def test_a_widget_that_needs_a_kernel_is_warned_of(book):
    built = book.write(planted=code(LINKED + "\nslider")).build()
    assert not built.ok
    assert "shows IntSlider, which does nothing without a kernel" in " ".join(built.warnings_about("chapters/planted"))
