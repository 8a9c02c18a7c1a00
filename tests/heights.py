"""How the height of a built chapter is used: figures, checks and code, everything else; and how soon the first figure comes."""

import dataclasses

from tests.browser.driver import WIDE, calm

SCREEN = WIDE["viewport"]["height"]
MOST_SCREENS, FIRST_FIGURE = 35, 2  # screens
LEAST_FIGURES, MOST_CHECKS = 0.20, 0.05  # of the height of a chapter's page, with everything folded

_MEASURE = """() => {
    const article = document.querySelector("article");
    const shown = selector => [...article.querySelectorAll(selector)]
        .filter(part => part.checkVisibility() && !part.parentElement.closest(selector));
    const high = part => {
        const { marginTop, marginBottom } = getComputedStyle(part);
        return part.offsetHeight + parseFloat(marginTop) + parseFloat(marginBottom);
    };
    const all = selector => shown(selector).reduce((sum, part) => sum + high(part), 0);
    const figures = "figure.explorer, figure.picture";
    const above = part => part ? part.getBoundingClientRect().top - article.getBoundingClientRect().top : Infinity;
    const checks = "details.fold-checks, details.fold-code, div.cell_input";
    return [article.scrollHeight, all(figures), all(checks), above(shown(figures)[0])];
}"""


@dataclasses.dataclass(frozen=True)
class Heights:
    """Of a chapter's page, 1280 pixels wide: its height and where its first figure begins in screens; figures, checks as shares of it."""

    screens: float
    figures: float
    checks: float
    first_figure: float

    def too_much(self) -> list[str]:
        """What is against the limits."""
        found = {
            f"{self.screens:.1f} screens, at most {MOST_SCREENS}": self.screens > MOST_SCREENS,
            f"figures {self.figures:.1%}, at least {LEAST_FIGURES:.0%}": self.figures < LEAST_FIGURES,
            f"checks and code {self.checks:.1%}, at most {MOST_CHECKS:.0%}": self.checks > MOST_CHECKS,
            f"first figure after {self.first_figure:.1f} screens, at most {FIRST_FIGURE}": self.first_figure > FIRST_FIGURE,
        }
        return [said for said, wrong in found.items() if wrong]


def heights(page) -> Heights:
    """How the height of an open page is used, once its mathematics is set."""
    height, figures, checks, first = calm(page).evaluate(_MEASURE)
    return Heights(height / SCREEN, figures / height, checks / height, first / SCREEN)
