"""The page to try a text, and how the desk explains a proposal there and on a case."""

from __future__ import annotations

import logging

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from intake.domain.meaning import Nearness
from intake.domain.routing import RoutingInput
from intake.services.assessment import Assessment, assess
from intake.services.deployment import deployment
from intake.web.desk.proposals import marks, proposals
from tests.house.test_statements import statements
from tests.people import Desk, Patient, soup
from tests.trust.hostile import TEXTS

PAGE = "/desk/try/"
STORY = "Twitebird has gallstones and wants a laparoscopic operation"
PHRASE = "an ache under the ribs after fat food"


def tries(desk: Desk, **fields: str) -> BeautifulSoup:
    desk.get(PAGE)
    answer = desk.post(PAGE, fields)
    assert answer.status_code == 200, answer.status
    return soup(answer)


def words(page: BeautifulSoup) -> str:
    return " ".join(page.get_text(" ").split())


def test_a_text_is_answered_with_its_evidence(desk: Desk) -> None:
    page = tries(desk, text=STORY, age="40", sex="female", place="yiwu")
    assert "gallstones" in [mark.text for mark in page.select(".story mark")]
    said = words(page)
    assert "English" in said
    assert "Yiwu" in said
    assert "age 40" in said
    table = page.select_one("table.points")
    assert table is not None
    assert "Words" in [head.text for head in table.select("thead th")]


def test_the_points_of_the_layers_add_up_to_the_score(desk: Desk) -> None:
    page = tries(desk, text="Please the department of cardiology, my heart is racing, gallstones too")
    rows = [[float(cell.text) for cell in row.select("td") if cell.text] for row in page.select(".points tbody tr")]
    assert rows
    assert [round(sum(row[:-1]), 1) for row in rows] == [round(row[-1], 1) for row in rows]


def test_age_moves_a_child_to_the_childrens_hospital(desk: Desk) -> None:
    adult, child = (words(tries(desk, text="Enlarged tonsils, snores", age=age)) for age in ("40", "4"))
    name = "Children's Hospital"
    assert name in child.partition("Also possible")[0].replace("’", "'")
    assert name not in adult.partition("Also possible")[0].replace("’", "'")


def test_danger_is_shown_and_names_no_hospital(desk: Desk) -> None:
    page = tries(desk, text="I have crushing chest pain and cannot breathe")
    assert page.select(".story mark.flag")
    assert page.select(".emergency li")
    assert "Why this hospital" not in words(page).partition("Other candidates")[0]


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"text": " \u200b"}, "Please fill in this field."),
        ({"text": "x" * 20_001}, "too long"),
        ({"text": STORY, "age": "forty"}, "whole years"),
        ({"text": STORY, "age": "131"}, "whole years"),
        ({"text": STORY, "age": "9" * 5000}, "whole years"),
    ],
)
def test_what_cannot_be_tried_is_said_beside_its_field(desk: Desk, fields: dict[str, str], fault: str) -> None:
    desk.get(PAGE)
    answer = desk.post(PAGE, fields)
    assert answer.status_code == 422
    assert any(fault in error.text for error in soup(answer).select(".error"))


def test_what_is_tried_is_neither_stored_nor_logged_nor_put_into_an_address(
    app: Flask, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), statements(app) as sent:
        page = tries(desk, text=STORY)
    assert STORY not in caplog.text + repr(sent)
    assert "Twitebird" not in caplog.text + repr(sent)
    writing = [statement for statement, _ in sent if not statement.startswith("SELECT")]
    assert [statement for statement in writing if not statement.startswith("UPDATE sessions")] == []
    addresses = [str(tag.get(name, "")) for tag in page.find_all(True) for name in ("href", "action", "src")]
    assert "Twitebird" not in " ".join(addresses)
    with desk.client.session_transaction() as kept:
        assert "Twitebird" not in repr(dict(kept))


def test_the_answer_leads_to_the_same_page_in_the_other_languages(desk: Desk) -> None:
    links = [link["href"] for link in tries(desk, text=STORY).select(".languages a")]
    assert f"{PAGE}?language=ar" in links


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_no_text_breaks_the_page(desk: Desk, text: str) -> None:
    desk.get(PAGE)
    facts = dict.fromkeys(("sex", "place"), text[:50])
    assert desk.post(PAGE, facts | {"text": text, "age": text[:50]}).status_code in (200, 422)
    answer = desk.post(PAGE, facts | {"text": f"Gallstones. {text}"[:15_000]})
    assert answer.status_code == 200
    assert not soup(answer).select("script:not([src]), .story *:not(mark)")


@pytest.mark.parametrize("page", ["case", "try"])
def test_the_hospital_is_explained_by_its_cited_fact(app: Flask, desk: Desk, page: str) -> None:
    story = "Gallstones, wants laparoscopic operation"
    shown = desk.opens(Patient(app).sends(story=story)) if page == "case" else tries(desk, text=story)
    with app.app_context():
        network = deployment().knowledge.network
    route = next(row for row in network.departments["general-surgery"].routes if row.hospital == "srrsh")
    [why] = shown.select(".decisions .internal > .proposal > details")
    assert "Why this hospital" in why.text
    first = why.select("ol > li")[0]
    english = [fact.text for fact in first.select('[lang="en"]')]
    assert english == [route.basis, *(network.sources[key].title for key in route.sources)]


class Near:
    """An encoder to which every text is like one phrase of one department."""

    languages = frozenset({"en"})

    def __call__(self, text: str) -> dict[str, Nearness]:
        return {"gastroenterology": Nearness(0.9, PHRASE)}


def compared(text: str) -> Assessment:
    return assess(RoutingInput(text), deployment().knowledge, Near())


def test_likeness_in_meaning_is_told_by_the_phrase_and_marks_no_word(app: Flask) -> None:
    text = "It hurts me below the ribs whenever I have eaten something greasy"
    with app.test_request_context():
        assessment = compared(text)
        best = proposals(assessment)[0]
        assert f"like: “{PHRASE}”" in best.chips
        assert text not in best.chips
        assert (text, "term") not in marks(text, assessment)
