"""Still pictures in the page's colours."""

import re

import matplotlib
import pytest

from dlcore.explore import picture
from dlcore.explore.stills.colours import dyes, palette


def drawn(name="waves", **options) -> str:
    def draw(axes, ink):
        axes.plot([0, 1, 2], [1, 3, 2], color=ink.series0)
        axes.fill_between([0, 1], [0, 1], color=ink.warning, alpha=0.2)
        axes.set_xlabel(r"$\|z^\ell\|^2$")

    return picture(name, draw, **{"caption": "A & B.", "alt": 'A "wave".', **options})._repr_html_()


def ids(shown: str) -> set[str]:
    return set(re.findall(r' id="([^"]*)"', shown))


def test_colours_are_those_of_the_page_and_light_where_it_has_none():
    shown = drawn()
    assert not any(dye in shown for dye in dyes().values())
    used = dict(re.findall(r"var\(--explorer-([\w-]+), (#\w{6})\)", shown))
    assert used.keys() >= {"series0", "warning", "text", "paper"} - {"paper"}
    assert used.items() <= palette("light").items()


def test_nothing_in_it_reaches_beyond_it():
    shown, other = drawn(), drawn("others")
    assert "<style" not in shown
    assert not ids(shown) & ids(other)
    assert {target for pair in re.findall(r'href="#([^"]*)"|url\(#([^)]*)\)', shown) for target in pair if target} <= ids(shown)


def test_it_is_the_same_every_time_whatever_a_notebook_has_set():
    first = drawn()
    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "red"}):
        assert drawn() == first
        assert matplotlib.rcParams["font.size"] == 30


def test_it_says_what_it_shows():
    shown = drawn()
    assert 'role="img" aria-label="A &quot;wave&quot;."' in shown
    assert "A &amp; B.</figcaption>" in shown
    assert shown.startswith('<figure class="picture" id="figure-waves" data-picture="waves"')


def test_several_axes_are_given_as_an_array():
    seen = []
    picture("two", lambda axes, ink: seen.append(axes.shape), caption="c", alt="a", ncols=2)
    assert seen == [(2,)]


def test_in_a_page_panels_side_by_side_are_drawn_again_below_each_other(monkeypatch):
    monkeypatch.setenv("DLCORE_BAKE", "somewhere")
    places = []

    def draw(axes, ink):
        places.append([one.get_position().bounds for one in axes])

    shown = picture("two", draw, caption="c", alt="a", ncols=2, width_ratios=[1, 2])._repr_html_()
    assert [shown.count(f'<div class="picture-{kind}"><svg') for kind in ("wide", "narrow")] == [1, 1]
    (wide_left, wide_right), (top, bottom) = places
    assert wide_left[0] < wide_right[0]
    assert wide_left[1] == wide_right[1]
    assert top[1] > bottom[1]
    assert top[3] * 2 == pytest.approx(bottom[3])
    assert len(ids(shown)) == len(re.findall(r' id="', shown))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"name": "two words"}, "letters, digits and underscores, got 'two words'"), ({"alt": " "}, "needs a caption and a description")],
)
def test_what_cannot_be_cited_or_told_is_refused(wrong, said):
    with pytest.raises(ValueError, match=said):
        drawn(**wrong)
