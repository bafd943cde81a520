"""The people who use Qiao, each with a browser window of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pyotp
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.instance import Qiao, until

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
PASSWORD = "correct horse battery staple"


def mails_to(qiao: Qiao, address: str) -> list[EmailMessage]:
    """The caught mails of an address, oldest first."""
    files = sorted((qiao.data / "mail").glob("*.eml"))
    mails = [message_from_bytes(file.read_bytes(), policy=default) for file in files]
    return [mail for mail in mails if mail["To"] == address]


def mail_about(qiao: Qiao, address: str, count: int) -> EmailMessage:
    """Wait for the `count`-th mail to an address."""
    until(lambda: len(mails_to(qiao, address)) >= count, patience=30)
    return mails_to(qiao, address)[count - 1]


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@dataclass
class Somebody:
    """A person at a screen. `javascript` off plays an old phone."""

    qiao: Qiao
    browser: Browser
    language: str = "en"
    size: dict[str, int] = field(default_factory=lambda: PHONE)
    javascript: bool = True

    def __post_init__(self) -> None:
        self.context: BrowserContext = self.browser.new_context(
            viewport=self.size,  # type: ignore[arg-type]
            java_script_enabled=self.javascript,
            locale=self.language,
        )
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self._hear(message.type, message.text))

    def _hear(self, kind: str, text: str) -> None:
        """A policy violation or a script error shows up on the console; 4xx pages are expected now and then."""
        if kind == "error" and "status of 4" not in text:
            self.complaints.append(text)

    def opens(self, address: str) -> None:
        self.page.goto(self.qiao.home + address)


@dataclass
class Patient(Somebody):
    """Whoever writes for a patient."""

    email: str | None = None
    case_number: str = ""
    return_code: str = ""

    def fills_in(self, **fields: Any) -> None:
        """Write into the form at /<language>/; radios and selects by their value, `consent` by True."""
        self.opens(f"/{self.language}/")
        for name, value in fields.items():
            control = self.page.locator(f'[name="{name}"]')
            kind = control.first.evaluate("node => node.type")
            if kind == "radio":
                self.page.locator(f'[name="{name}"][value="{value}"]').check()
            elif kind == "checkbox":
                control.check()
            elif kind == "select-one":
                control.select_option(value)
            else:
                control.fill(str(value))

    def sends(self) -> None:
        self.page.locator("main form button.large").click()
        self.page.wait_for_url("**/receipt/")
        shown = self.page.locator(".keys dd.big")
        self.case_number = shown.nth(0).inner_text().strip()
        self.return_code = shown.nth(1).inner_text().strip()

    def enters_by_mail(self, mail: EmailMessage) -> None:
        """Open the link of a mail and type the return code."""
        link = re.search(r"http://\S+/case/\S+", text_of(mail))
        assert link is not None
        self.page.goto(link.group(0))
        self.page.locator('[name="return_code"]').fill(self.return_code)
        self.page.locator("main form button").first.click()
        self.page.wait_for_url("**/my/")

    def reads(self, *sentences: str) -> None:
        for sentence in sentences:
            expect(self.page.locator("main")).to_contain_text(sentence)


@dataclass
class Coordinator(Somebody):
    """Somebody at a desk."""

    size: dict[str, int] = field(default_factory=lambda: DESK)

    def signs_up(self, email: str, role: str, organization: str | None = None, name: str = "Li Na") -> Coordinator:
        where = ("--organization", organization) if organization else ()
        link = self.qiao.flask("staff", "invite", email, "--role", role, *where).strip()
        self.page.goto(link)
        for field_name, value in (("name", name), ("password", PASSWORD), ("repeated", PASSWORD)):
            self.page.locator(f'[name="{field_name}"]').fill(value)
        self.page.locator("main form button").click()
        secret = "".join(self.page.locator(".secret").inner_text().split())
        self.page.locator('[name="code"]').fill(pyotp.TOTP(secret).now())
        self.page.locator("main form button").click()
        self.page.wait_for_url("**/desk/")
        return self

    def opens_case(self, number: str) -> None:
        self.opens("/desk/")
        self.page.get_by_role("link", name=number).click()
        expect(self.page.locator("h1")).to_contain_text(number)

    def confirms_the_proposal(self) -> None:
        self.page.locator('form[action$="/refer/"] button.large').click()
        expect(self.page.locator(".mark").first).to_be_visible()
