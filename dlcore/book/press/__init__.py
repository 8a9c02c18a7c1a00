"""What is made of the built book, when it is finished: one PDF of the whole, one zip.

    joined     its pages as sheets, with ids and links as they are in one document
    contents   title page and table of contents
    printing   sheets printed by a browser
    binding    printed sheets bound into one PDF: links, bookmarks, page numbers
    pdf        `python -m dlcore.book.press.pdf`, which does all this
    archive    the built book in one zip

Nothing here is part of the Sphinx extension, and no page depends on it.
"""
