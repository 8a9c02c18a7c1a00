"""Every explorer of the built book, read straight from its files with no kernel behind it: what differs between them.

What the engine promises of all figures is tested on one of every kind, in test_engine.
"""

import json
import random
from urllib.parse import parse_qsl

import pytest

from tests.browser import book
from tests.browser.driver import Figure
from tests.browser.exercise import agree, exercise
from tests.explorers import declaration_of, every_chapter, every_explorer, is_sentence, names_of

FEW = 8  # random states for each explorer
EACH = pytest.mark.parametrize(("path", "name"), every_explorer())
CHAPTERS = pytest.mark.parametrize("path", every_chapter())


@CHAPTERS
def test_all_declared_explorers_are_in_the_book(html, path):
    assert book.pages(html)[book.address_of(path)].explorers == names_of(path)


@EACH
def test_every_control_and_preset_moves_the_picture(read, path, name):
    figure, declaration = Figure(read(book.address_of(path)), name).settled().action("reset"), declaration_of(path, name)
    assert figure.state == declaration.start
    exercise(figure, declaration, brief=True)


@EACH
def test_baked_is_computed_at_random_states(html, path, name):
    declaration = declaration_of(path, name)
    states = declaration.states()
    baked = book.Baked(html, book.address_of(path), name)
    assert baked.count == len(states)
    for index in random.Random(name).sample(range(len(states)), min(FEW, len(states))):
        arrays, readout = baked.state(index)
        computed = declaration.state(states[index])
        told = computed.readouts or (computed.readout,)
        assert (readout if isinstance(readout, list) else [readout] * len(told)) == list(told)
        assert arrays.keys() == computed.arrays.keys()
        for key, array in computed.arrays.items():
            assert agree(arrays[key], array), f"{key} at {states[index]}"


@EACH
def test_every_state_of_the_page_says_a_sentence(html, path, name):
    wrong = [text for text in book.Baked(html, book.address_of(path), name).sentences() if not is_sentence(text)]
    assert wrong == []


def meant(parameter, text: str):
    """The value that stands in a link."""
    if parameter.kind in ("slider", "time"):
        return float(text)
    for value in parameter.stops_with(()):
        if text in {str(value), str(value).lower()} if isinstance(value, str | bool) else float(text) == value:
            return value
    raise AssertionError(f"the link asks for {text}, which is not offered")


def wishes(html, path):
    """(link, name of the figure, what the link asks for) of all links in a chapter's prose that set a state."""
    for link in book.pages(html)[book.address_of(path)].links:
        name, _, wish = link.partition("#explorer-")[2].partition("?")
        if wish:
            parameters = declaration_of(path, name).parameters
            yield link, name, {key: meant(parameters[key], text) for key, text in parse_qsl(wish, strict_parsing=True)}


@CHAPTERS
def test_links_in_prose_ask_for_what_the_page_offers(html, path):
    for link, name, wanted in wishes(html, path):
        stops = declaration_of(path, name).stops
        assert {key: value for key, value in wanted.items() if value not in stops[key]} == {}, f"{link}: the page rounds this to a stop"


@CHAPTERS
def test_links_in_prose_set_what_they_say(html, read, path):
    page, followed = read(book.address_of(path)), set()
    for link, name, wanted in wishes(html, path):
        if name not in followed:  # of each figure, the first
            followed.add(name)
            figure = Figure(page, name).settled().action("reset")
            page.locator(f"main a[href={json.dumps(link)}]").first.dispatch_event("click")
            assert figure.reaches(**wanted).trouble == ""
