"""Every explorer of the built book, read straight from its files with no kernel behind it: what differs between them.

What the engine promises of all figures is tested on one of every kind, in test_engine.
"""

import random

import pytest

from tests.browser import book
from tests.browser.driver import Figure
from tests.browser.exercise import agree, exercise
from tests.explorers import declaration_of, declarations_of, every_chapter, every_explorer, names_of

FEW = 8  # random states for each explorer
EACH = pytest.mark.parametrize(("path", "name"), every_explorer())
CHAPTERS = pytest.mark.parametrize("path", every_chapter())


@pytest.fixture(scope="module")
def kept(keep_page, homes):
    """kept(path) → a chapter's page that stays open for the tests of this module."""
    opened = {}

    def of(path):
        if path not in opened:
            opened[path] = keep_page(f"{homes['file']}/{book.address_of(path)}")
        return opened[path]

    return of


@CHAPTERS
def test_all_declared_explorers_are_in_the_book(html, path):
    assert book.pages(html)[book.address_of(path)].explorers == names_of(path)


@EACH
def test_every_control_and_preset_moves_the_picture(kept, path, name):
    figure, declaration = Figure(kept(path), name).settled().action("reset"), declaration_of(path, name)
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
        assert readout == computed.readout
        assert arrays.keys() == computed.arrays.keys()
        for key, array in computed.arrays.items():
            assert agree(arrays[key], array), f"{key} at {states[index]}"


def meant(parameter, text: str):
    """The value that stands in a link."""
    if parameter.kind == "slider":
        return float(text)
    for value in parameter.stops_with(()):
        if text in ({str(value), str(value).lower()} if isinstance(value, str | bool) else {f"{value:g}"}):
            return value
    raise AssertionError(f"the link asks for {text}, which is not offered")


@CHAPTERS
def test_links_in_prose_set_what_they_say(kept, path):
    page = kept(path)
    declarations = {declaration.name: declaration for declaration in declarations_of(path)}
    links = page.locator("main a[href*='#explorer-'][href*='?']")
    for link in links.all():
        name, _, wish = link.get_attribute("href").partition("#explorer-")[2].partition("?")
        figure = Figure(page, name).settled().action("reset")
        parsed = page.evaluate("query => Object.fromEntries(new URLSearchParams(query))", wish)
        declared = declarations[name]
        wanted = {key: meant(declared.parameters[key], text) for key, text in parsed.items()}
        stray = {key: value for key, value in wanted.items() if value not in declared.stops[key]}
        assert stray == {}, f"the link asks {name} for {stray}, which the page rounds to a stop"
        link.dispatch_event("click")
        figure.reaches(**wanted)
        assert figure.trouble == ""
