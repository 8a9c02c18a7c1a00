"""A plugin of pytest: the kernels of notebooks are forked (`-p tests.forked`)."""

from dlcore.book.kernels import use_forked


def pytest_configure(config):
    use_forked()
