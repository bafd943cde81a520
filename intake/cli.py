"""The shell face: JSON Lines in, JSON Lines out, one answer for each line, in the same order."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, TextIO
from uuid import UUID

import click
from flask import Flask
from flask.cli import AppGroup, with_appcontext

from intake import catalogues
from intake.domain.errors import QiaoError
from intake.domain.person import Sex
from intake.domain.red_flags import Screening
from intake.domain.routing import Candidate, RoutingInput
from intake.gateways.knowledge import due_for_review
from intake.services import learning
from intake.services import outbox as outbox_services
from intake.services import staff as staff_services
from intake.services.assessment import Assessment, assess
from intake.services.deployment import deployment
from intake.services.schema import bring_up_to_date
from intake.services.submission import Receipt, submit

Row = dict[str, Any]


def start(app: Flask) -> None:
    for command in (route, submit_lines, check_data, outbox, routing, staff, catalogues.translations):
        app.cli.add_command(command)


def _now() -> datetime:
    return datetime.now(UTC)


def _answer_lines(lines: Iterable[str], answer: Callable[[Row], Row]) -> None:
    """One JSON answer a line; a bad line gets an error of its own and does not stop the others."""
    for number, line in _filled(lines):
        row: Row = {}
        try:
            row = _object(line)
            result = answer(row)
        except QiaoError as error:
            result = {"error": {"code": error.code, "field": error.field, "message": error.detail or error.code}}
        answered = json.dumps({"id": row.get("id", f"line {number}")} | result, ensure_ascii=False)
        click.echo(answered.encode("utf-8", "backslashreplace"))  # half a character in an id becomes JSON's own escape


def _filled(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    return ((number, line) for number, line in enumerate(lines, 1) if line.strip())


def _object(line: str) -> Row:
    try:
        row = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        raise QiaoError(f"not JSON: {error}", code="invalid_json") from error
    if not isinstance(row, dict):
        raise QiaoError("one JSON object a line is needed", code="invalid_json")
    return row


@click.command("route")
@click.argument("source", type=click.File("r", encoding="utf-8", errors="surrogateescape"), default="-")
@with_appcontext
def route(source: TextIO) -> None:
    """Propose departments for texts. SOURCE: JSON Lines, a file or - for standard input."""
    _answer_lines(source, _route)


def _route(row: Row) -> Row:
    text, age = row.get("text"), row.get("age")
    if not isinstance(text, str):
        raise QiaoError("text is needed", field="text", code="required")
    if age is not None and (isinstance(age, bool) or not isinstance(age, int | float) or not 0 <= age <= 130):
        raise QiaoError("age is a number of years", field="age", code="not_a_number")
    sex = row.get("sex")
    asked = RoutingInput(
        text=text,
        language=row.get("lang"),
        age_years=None if age is None else int(age),
        sex=Sex(sex) if sex in list(Sex) else None,
        place=row.get("place"),
    )
    return _proposal(assess(asked, deployment().knowledge, deployment().encoder()))


def _proposal(assessment: Assessment) -> Row:
    found = assessment.recommendation
    return {
        "language": found.language,
        "emergency": _raised(assessment.screening),
        "screened": assessment.screening.screened,
        "gate": found.gate,
        "departments": [_candidate(candidate) for candidate in found.candidates],
        "margin": round(found.margin, 4),
        "human_first": found.human_first,
    }


def _raised(screening: Screening) -> bool:
    return screening.emergency or screening.crisis


def _candidate(candidate: Candidate) -> Row:
    reasons = [
        {"text": reason.text, "start": reason.start, "end": reason.end, "kind": reason.kind.value}
        for reason in candidate.reasons
    ]
    score = round(candidate.score, 4)
    return {"code": candidate.department, "hospital": candidate.hospital, "score": score, "reasons": reasons}


@click.command("submit")
@click.argument("source", type=click.File("r", encoding="utf-8", errors="surrogateescape"), default="-")
@with_appcontext
def submit_lines(source: TextIO) -> None:
    """Submit requests through the same use case as the form. SOURCE: JSON Lines, a file or - for standard input."""
    bring_up_to_date(embedded_only=True)
    _answer_lines(source, _submit)


def _submit(row: Row) -> Row:
    receipt: Receipt = submit(deployment(), row, _now(), deployment().encoder())
    return {
        "case_number": receipt.number,
        "stage": receipt.stage.value,
        "emergency": receipt.alarm is not None,
        "gate": receipt.gate,
        "department": receipt.department,
        "hospital": receipt.hospital,
    }


@click.command("check-data")
@with_appcontext
def check_data() -> None:
    """Say what is due for review. Faults are said, all at once and with exit 1, before any command starts (wsgi.py)."""
    due = due_for_review(deployment().knowledge, _now().date())
    for line in due:
        click.echo(f"due for review: {line}")
    click.echo(f"no faults; {len(due)} due for review")


@click.group("outbox", invoke_without_command=True)
@click.pass_context
@with_appcontext
def outbox(context: click.Context) -> None:
    """Mails by state, the age of the oldest unsent one, and the stuck ones."""
    if context.invoked_subcommand is not None:
        return
    bring_up_to_date(embedded_only=True)
    report = outbox_services.report()
    for state, count in sorted(report.counts.items()):
        click.echo(f"{state:<20}{count:>8}")
    age = report.oldest_unsent
    click.echo(f"oldest unsent: {f'{age.total_seconds():.0f} s' if age is not None else 'none'}")
    for mail_id, kind, state, attempts in report.stuck:
        click.echo(f"stuck: {mail_id} {kind} {state} after {attempts} attempts")


@outbox.command("release")
@click.argument("mail_ids", nargs=-1, required=True, type=click.UUID)
@with_appcontext
def release(mail_ids: tuple[UUID, ...]) -> None:
    """Send stuck mails after all: you take responsibility that they did not arrive."""
    click.echo(f"{outbox_services.release(mail_ids)} released")


@outbox.command("drain")
@with_appcontext
def drain() -> None:
    """Send everything that is due, now and here."""
    bring_up_to_date(embedded_only=True)
    sent = 0
    while batch := outbox_services.drain(deployment()):
        sent += batch
    click.echo(f"{sent} sent")


routing = AppGroup("routing", help="What the desks make of the proposals.")


@routing.command("report")
@click.option("--at-least", type=click.IntRange(1), default=1, help="leave out what was decided less often")
def routing_report(at_least: int) -> None:
    """Confirmed proposals by department, language and term; what misled most often comes first."""
    bring_up_to_date(embedded_only=True)
    found = learning.report()
    for name, rows in (("department", found.departments), ("language", found.languages), ("term", found.terms)):
        click.echo(f"{name:<40}{'confirmed':>10}{'decided':>10}{'share':>8}{'points astray':>16}")
        for row in rows:
            if row.decided >= at_least:
                share = f"{row.agreed / row.decided:.0%}"
                click.echo(f"{row.name:<40}{row.agreed:>10}{row.decided:>10}{share:>8}{row.astray:>16.1f}")


staff = AppGroup("staff", help="People at the desks.")


@staff.command("invite")
@click.argument("email")
@click.option("--role", required=True, help="coordinator, network-lead or administrator")
@click.option("--organization", default=None, help="the hospital's code; needed for coordinators")
def invite(email: str, role: str, organization: str | None) -> None:
    """Print a one-time link with which EMAIL opens an account."""
    bring_up_to_date(embedded_only=True)
    try:
        token = staff_services.invite(deployment(), email, role, organization, _now())
    except QiaoError as error:
        raise click.ClickException(error.detail) from error
    click.echo(f"{deployment().public_url}/desk/invitation/{token}/")


@staff.command("disable")
@click.argument("email")
def disable(email: str) -> None:
    """Close the account of EMAIL and end its sessions at once."""
    try:
        staff_services.disable(email, _now())
    except QiaoError as error:
        raise click.ClickException(error.detail) from error
    click.echo("disabled")
