"""docs/lifecycle.md, made from the two tables: `.venv/bin/python -m tests.house.lifecycle_page > docs/lifecycle.md`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from intake.domain.lifecycle import MAIL_STEPS, STEPS, MailState, Stage

HEAD = """# The life of a case and of a mail

This page is made from the tables in `intake/domain/lifecycle.py` (`.venv/bin/python -m tests.house.lifecycle_page`);
buttons, guards and CHECK constraints come from the same rows. A test compares."""


def page() -> str:
    return "\n\n".join([HEAD, "## A case", *tables_of_stages(), "## A mail", table_of_mails()]) + "\n"


def tables_of_stages() -> Iterator[str]:
    rows: dict[tuple[Stage, str, Stage], list[str]] = {}
    for step in STEPS:
        rows.setdefault((step.stage, step.action, step.target), []).append(step.role.value)
    ordered = sorted(rows.items(), key=lambda row: list(Stage).index(row[0][0]))
    yield _table(
        ("stage", "action", "who", "then"),
        (
            (stage, action, ", ".join(roles), target if target != stage else "stays")
            for (stage, action, target), roles in ordered
        ),
    )
    ends = [stage.value for stage in Stage if stage not in {step.stage for step in STEPS}]
    yield f"Ends: {', '.join(ends)}."


def table_of_mails() -> str:
    ordered = sorted(MAIL_STEPS, key=lambda step: list(MailState).index(step.state))
    return _table(("state", "event", "then"), ((step.state, step.event, step.target) for step in ordered))


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 what a command says
