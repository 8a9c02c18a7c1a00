"""Fixtures: one Chromium for all tests, and pages of it that note errors and requests to other hosts."""

import contextlib

import pytest
from playwright.sync_api import sync_playwright

from tests.browser import book
from tests.browser.driver import Watch, launch


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
