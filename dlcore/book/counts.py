"""{book-count}`figures`: a number that the build counts, wherever prose wants it."""

from docutils import nodes
from sphinx.util.docutils import SphinxRole

from dlcore import claims
from dlcore.book.cards import chapters
from dlcore.book.gallery import all_cards
from dlcore.book.generated import MAKERS
from dlcore.book.pages import Place, all_pages


def _checks(env) -> int:
    records = [record for page in all_pages(env).values() for record in page.claims]
    return sum(isinstance(claims.from_record(record), claims.Claim) for record in records)


COUNTS = {
    "chapters": lambda env: len(chapters(env)),
    "figures": lambda env: len(all_cards(env)),
    "checks": _checks,
    "exercises": lambda env: sum(page.exercises for page in all_pages(env).values()),
}


class Count(SphinxRole):
    """The place of a number."""

    def run(self):
        if self.text in COUNTS:
            return [Place(kind="count", of=self.text)], []
        said = self.inliner.reporter.error(f"book-count counts {', '.join(COUNTS)}, got {self.text!r}", line=self.lineno)
        return [nodes.problematic(self.rawtext, self.rawtext)], [said]


def count(app, docname: str, place: Place) -> str:
    """The number."""
    return f'<span class="book-count" data-of="{place["of"]}">{COUNTS[place["of"]](app.env):,}</span>'


def setup(app) -> None:
    """Register the role."""
    MAKERS["count"] = count
    app.add_role("book-count", Count())
