"""Fixtures: one Chromium for all tests, and pages of it that note errors and requests to other hosts."""

import contextlib

import pytest
from playwright.sync_api import sync_playwright

from tests.browser import book
from tests.browser.driver import PATIENCE, WIDE, Watch, calm, launch
from tests.explorers import chapters

SHORT = {"intro", "index", "gallery", "teaching", "claim_ledger", "errata", "sources", "bibliography", "run_it"}


def pytest_configure(config):
    config.addinivalue_line("markers", "promise: kept on every page by the engine; with --short-pages two pages stand for all")


def pytest_collection_modifyitems(config, items):
    """With --short-pages: what the engine promises is tested on specimens, baked numbers in the files; chapters are opened one by one."""
    if config.getoption("--short-pages"):
        longest = max(chapters(), key=lambda path: path.stat().st_size).stem
        long = [item for item in items if {"read", "opened"} & set(item.fixturenames) and not _group(item) & SHORT]
        long += [item for item in items if item.get_closest_marker("promise") and not _group(item) & {"intro", longest}]
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


def _group(item) -> set[str]:
    return {name for mark in item.iter_markers("xdist_group") for name in mark.args}


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


def _opener(browser, stack):
    def opened(address, prepare=None, tolerated=(), **options):
        context = browser.new_context(**({"viewport": {"width": 1100, "height": 900}} | options))
        stack.callback(context.close)
        watch = Watch(tolerated).over(context)
        stack.callback(watch.clean)  # runs before the context closes
        page = context.new_page()
        page.watch = watch
        if prepare:
            prepare(page)
        page.goto(address)
        return page

    return opened


@pytest.fixture
def open_page(browser):
    """open_page(address, prepare, **options of the context) → page, on which prepare(page) was called at first.

    What the page did wrong is in page.watch, and asserted at the end.
    """
    with contextlib.ExitStack() as stack:
        yield _opener(browser, stack)


@pytest.fixture(scope="module")
def keep_page(browser):
    """Like open_page, for pages that several tests of a module use one after the other."""
    with contextlib.ExitStack() as stack:
        yield _opener(browser, stack)


@pytest.fixture(scope="session")
def html():
    """The directory of the built book."""
    return book.root()


@pytest.fixture(scope="session")
def homes(html):
    """Where the book is read from: home → address of its root."""
    with book.served(html) as address:
        yield {"http": address, "file": html.as_uri()}


@pytest.fixture(scope="session")
def read(browser, homes):
    """read(address, how) → a page of the book, read from its file, that stays open until a test asks for another address.

    The tests of one page run one after the other; its long pages take longer to open than most tests on them.
    """
    opened = {}
    with contextlib.ExitStack() as stack:

        def of(address, how=WIDE):
            if address not in opened:
                stack.pop_all().close()
                opened.clear()
                opened[address] = calm(_opener(browser, stack)(f"{homes['file']}/{address}", **how))
            page = opened[address]
            page.set_viewport_size(how["viewport"])
            page.emulate_media(color_scheme=how["color_scheme"])
            page.wait_for_function("theme => document.documentElement.dataset.theme === theme", arg=how["color_scheme"], timeout=PATIENCE)
            return page

        yield of
