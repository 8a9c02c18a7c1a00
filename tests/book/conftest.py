"""A throw-away book for each test."""

import pytest

from tests.book.books import Book, new_book


@pytest.fixture
def book(tmp_path) -> Book:
    return new_book(tmp_path / "book")
