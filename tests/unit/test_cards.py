"""What is read of a page for the gallery, and the lines of the map."""

import json

import pytest
from docutils import nodes
from sphinx import addnodes

from dlcore.book import cards, rails


def paragraph(*parts):
    return nodes.paragraph("", "", nodes.strong("", "Before you slide."), nodes.Text(" "), *parts)


def figure(**spec):
    told = {"name": "wave", "title": None, "caption": "A wave.", "parameters": [], "presets": {}, "steps": []} | spec
    script = json.dumps(told | {"store": {"name": "wave-1"}})
    return nodes.raw("", f'<figure class="explorer" id="explorer-wave">\n<script type="application/json">{script}</script>', format="html")


def section(title, *parts):
    return nodes.section("", nodes.title("", title), *parts)


def test_a_card_has_its_sections_title_and_the_question_before_the_figure():
    asked = paragraph(nodes.Text("(1) Let "), nodes.math("", "w=0.4?"), nodes.Text(" hold.\nHow far\ndoes it get? And then?"))
    (card,) = cards.read(section("Waves", asked, figure(presets={"edge of chaos": {}})))
    assert (card.name, card.store, card.title, card.caption) == ("wave", "wave-1", "Waves", "A wave.")
    assert card.question == "Let $w=0.4?$ hold. How far does it get?"
    assert all(word in card.words for word in ("Waves", "And then?", "edge of chaos", "A wave."))


def test_a_title_of_its_own_goes_before_the_sections():
    (card,) = cards.read(section("Waves", figure(title="High waves")))
    assert card.title == "High waves"
    assert card.question == ""


def test_a_question_belongs_to_one_figure_of_its_section():
    asked = paragraph(nodes.Text("How far?"))
    page = section("Page", section("One", asked, figure(), figure(name="second")), section("Two", figure(name="third")))
    assert [card.question for card in cards.read(page)] == ["How far?", "", ""]


def test_sentences_that_refer_to_their_page_are_left_out():
    elsewhere = addnodes.pending_xref("", nodes.literal("", "eq-one"), refexplicit=False)
    named = addnodes.pending_xref("", nodes.inline("", "the theorem"), refexplicit=True)
    asked = paragraph(nodes.Text("It walks along "), elsewhere, nodes.Text(". By "), named, nodes.Text(" it ends. Where?"))
    (card,) = cards.read(section("Waves", asked, figure()))
    assert card.question == "By the theorem it ends. Where?"


@pytest.mark.parametrize(
    "after",
    [
        {3: [], 4: [3], 5: [4], 6: [3], 7: [3, 6], 8: [3], 11: [8]},
        {1: [], 2: [1], 3: [2], 4: [1, 2, 3], 5: [2], 6: [1, 5]},
        {1: [], 2: [], 3: []},
    ],
)
def test_no_two_chapters_share_a_lane_while_both_lead_on(after):
    lane = rails.lanes(after)
    last = {chapter: max([chapter, *(later for later in after if chapter in after[later])]) for chapter in after}
    for one in after:
        for other in after:
            if one < other < last[one]:
                assert lane[one] != lane[other]


def test_every_chapter_has_a_dot_and_a_branch_from_each_that_it_needs():
    after = {3: [], 4: [3], 5: [4], 6: [3], 7: [3, 6]}
    pictures = rails.pictures([None, 3, 4, 5, None, 6, 7], after)
    assert [picture.count("<circle") for picture in pictures] == [0, 1, 1, 1, 0, 1, 1]
    into = {3: 0, 4: 1, 5: 1, 6: 1, 7: 2}
    for chapter, picture in zip(after, [pictures[k] for k in (1, 2, 3, 5, 6)]):
        assert picture.count(' 0Q') + picture.count('y1="0" y2="16"') == into[chapter]
    assert pictures[4].count('y2="100%"') == 1  # through the heading of a part goes the lane of chapter 3 alone
