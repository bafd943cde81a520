"""S-03: looking changes nothing, and a step needs the token of the own page, asked for from the own pages."""

from __future__ import annotations

import pytest

from tests.trust.world import PEOPLE, SAFE, Kind, World, kinds

pytestmark = pytest.mark.xdist_group("world")  # what is made once for these tests is made in one process
REFUSED = (400, 403, 422)
"""No token, a wrong one, a foreign page; the form of the request is shown again with what was typed (422)."""

FOREIGN = "https://elsewhere.example"


def steps(world: World) -> list[Kind]:
    return list(kinds(world.app, "POST"))


def test_looking_at_any_page_as_anybody_changes_nothing(world: World) -> None:
    for kind in kinds(world.app, *SAFE):
        for who in PEOPLE:
            before = world.rows()
            world.ask(kind, who)
            assert world.rows() == before, f"{kind} as {who}"
    assert before["cases"]
    assert before["outbox"]


def test_the_comparison_sees_a_step(world: World) -> None:
    act = next(kind for kind in steps(world) if kind.endpoint == "desk.act")
    before = world.rows()
    assert world.ask(act, "coordinator").status_code == 303
    changed = {name for name, rows in world.rows().items() if rows != before[name]}
    assert changed == {"journal", "messages", "outbox"}


@pytest.mark.parametrize("headers", [{"Origin": FOREIGN}, {"Sec-Fetch-Site": "cross-site"}], ids=["origin", "fetch"])
def test_a_step_that_comes_from_a_foreign_page_is_refused(world: World, headers: dict[str, str]) -> None:
    before = world.rows()
    for kind in steps(world):
        for who in PEOPLE:
            assert world.ask(kind, who, headers=headers).status_code == 403, f"{kind} as {who}"
    assert world.rows() == before


def test_a_step_without_a_token_is_refused(world: World) -> None:
    _refused_with(world, dict.fromkeys(PEOPLE, ""))


def test_a_step_with_the_token_of_another_session_is_refused(world: World) -> None:
    tokens = [world.people[who].token for who in PEOPLE]
    assert len(set(tokens)) == len(PEOPLE)
    _refused_with(world, dict(zip(PEOPLE, [*tokens[1:], tokens[0]], strict=True)))


def _refused_with(world: World, tokens: dict[str, str]) -> None:
    before = world.rows()
    for kind in steps(world):
        for who in PEOPLE:
            assert world.ask(kind, who, token=tokens[who]).status_code in REFUSED, f"{kind} as {who}"
    assert world.rows() == before


def test_our_own_pages_may_send_no_origin_and_the_null_one(world: World) -> None:
    act = next(kind for kind in steps(world) if kind.endpoint == "desk.act")
    for origin in ("null", "http://localhost"):
        assert world.ask(act, "coordinator", headers={"Origin": origin}).status_code == 303


def test_an_unticked_form_that_a_robot_fills_in_stores_nothing(world: World) -> None:
    form = next(kind for kind in steps(world) if kind.endpoint == "public.form")
    before = world.rows()
    client = world.app.test_client()
    client.set_cookie("qiao", world.people["anonymous"].cookies["qiao"])
    trapped = {"csrf_token": world.people["anonymous"].token, "website": "https://robot.example"}
    answer = client.post(world.address(form), data=world.filled["public.form"] | trapped)
    assert answer.status_code == 200
    assert world.rows() == before
