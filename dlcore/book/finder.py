"""The filter above a list: words, and choices from lists. `filter.js` shows what fits; without scripts all is shown.

An item of the list has data-search, all words to find it by (TeX as it was typed), and data-NAME, the values that it has, for each choice.
"""

import html


def form(over: str, noun: str, choices: dict[str, dict[str, str]]) -> str:
    """The controls.

    Args:
        over: a CSS selector of the items.
        noun: what they are, in the plural.
        choices: name → value → text, a list to choose from each.
    """
    selects = " ".join(_select(name, options) for name, options in choices.items())
    return (
        f'<p class="finder" data-over="{html.escape(over)}" hidden><label>Words <input type="search" autocomplete="off" spellcheck="false">'
        f'</label> {selects} <span role="status" data-noun="{noun}"></span></p>'
    )


def facts(search: str, **choices: str) -> str:
    """The attributes of an item."""
    return " ".join(f'data-{name}="{html.escape(text, quote=True)}"' for name, text in {"search": search, **choices}.items())


def _select(name: str, options: dict[str, str]) -> str:
    """A list to choose from, with everything as its first entry."""
    offered = "".join(f'<option value="{html.escape(value, quote=True)}">{html.escape(text)}</option>' for value, text in options.items())
    choice = f'<select name="{name}" autocomplete="off"><option value="">all</option>{offered}</select>'
    return f"<label>{name.capitalize()} {choice}</label>"
