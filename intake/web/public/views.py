"""The public pages: the request, its receipt, what happens to the data."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from segno import make_qr
from werkzeug.wrappers import Response

from intake.domain.contact_points import likely_address
from intake.domain.errors import KeyReused
from intake.domain.person import Relation
from intake.domain.service_request import Fault, RequestFaults
from intake.rendering.safety import safety_text
from intake.services.deployment import deployment
from intake.services.receipts import ReceiptPage, receipt_page
from intake.services.submission import CONSENT_FOR_OTHERS, CONSENT_TEXTS, Receipt, submit
from intake.web.guards import Audience, audience, csrf, now
from intake.web.locale import current_language, speak_address_language
from intake.web.public.forms import RequestForm

public = Blueprint("public", __name__, url_prefix="/<language>")
speak_address_language(public)


CONSENTS_SHOWN = (
    ("self", CONSENT_TEXTS[Relation.SELF]),
    ("guardian", CONSENT_TEXTS[Relation.GUARDIAN]),
    ("other", CONSENT_FOR_OTHERS),
)
"""All three stand on the page; the style sheet shows the one that fits the chosen relation."""


@public.route("/", methods=["GET", "POST"])
@csrf.exempt  # the form checks its own token and, when that is out of date, keeps what was typed
@audience(Audience.PUBLIC)
def form() -> str | Response | tuple[str, int]:
    if not open_to_public():
        return render_template("errors/error.html", **closed()), 503
    page = RequestForm()
    if request.method != "POST":
        return _show(page)
    _apply_suggestion(page)
    if page.validate() and not asked_again(page):
        receipt = _send(page)
        if receipt is not None:
            return _receipt_for(receipt)
    return _show(page), 422 if page.errors else 200


def _send(page: RequestForm) -> Receipt | None:
    """The receipt, or None with the faults beside their fields."""
    try:
        return submit(deployment(), page.to_request(current_language().tag), now())
    except RequestFaults as error:
        page.show(error.faults)
    except KeyReused:
        page.renew_key()
        page.show((Fault("idempotency_key", "key_reused"),))
    return None


def _apply_suggestion(page: RequestForm) -> None:
    if "use_email" in request.form:
        page.email.data = request.form["use_email"]


def asked_again(page: RequestForm) -> bool:
    """True when the page must be shown once more without a fault: a robot's trap, or a question about the address."""
    if page.website.data or "use_email" in request.form:
        return True
    likely = likely_address(page.email.data or "")
    return likely is not None and session.get("asked_about") != _remembered(page.email.data)


def _remembered(address: str | None) -> str:
    """What the browser keeps of an address: enough to know it again, too little to read it."""
    return deployment().keys.digest("asked-about", address).hex()[:32]


def _show(page: RequestForm) -> str:
    knowledge, language = deployment().knowledge, current_language()
    likely = likely_address(page.email.data or "") if request.method == "POST" else None
    if likely:
        session["asked_about"] = _remembered(page.email.data)  # the second press of "send" takes the address as typed
    return render_template(
        "public/form.html",
        form=page,
        safety={"not_for_emergencies": safety_text(knowledge, "not-for-emergencies", language)},
        consent_text=safety_text(knowledge, "consent-health-data", language),
        consent_texts=[(who, safety_text(knowledge, code, language)) for who, code in CONSENTS_SHOWN],
        email_suggestion=likely,
    )


def _receipt_for(receipt: Receipt) -> Response:
    session["receipt"] = str(receipt.case_id)
    session.pop("receipt_noted", None)
    return redirect(url_for("public.receipt"), 303)


@public.get("/receipt/")
@audience(Audience.PUBLIC)
def receipt() -> str | Response:
    page = _receipt_page()
    if page is None:
        return redirect(url_for("public.form"), 303)
    picture = make_qr(page.link, error="m").svg_inline(scale=4, border=2, omitsize=True)
    return render_template("public/receipt.html", receipt=page, qr_svg=Markup(picture))  # noqa: S704 made by segno


def _receipt_page() -> ReceiptPage | None:
    case_id = session.get("receipt")
    if case_id is None:
        return None
    return receipt_page(deployment(), UUID(case_id), current_language(), noted="receipt_noted" in session)


@public.post("/receipt/noted/")
@audience(Audience.PUBLIC)
def receipt_noted() -> Response:
    session["receipt_noted"] = True
    return redirect(url_for("public.receipt"), 303)


@public.get("/privacy/")
@audience(Audience.PUBLIC)
def privacy() -> str:
    text = safety_text(deployment().knowledge, "privacy-notice", current_language())
    return render_template("public/privacy.html", text=text)


def open_to_public() -> bool:
    """Production serves patients only once a named person released every text of safety and law."""
    return not current_app.config["PRODUCTION"] or not deployment().knowledge.unreleased_texts()


def closed() -> dict[str, str]:
    return {
        "title": _("Qiao is not open yet"),
        "text": _("Our advice for emergencies and our privacy texts are still being checked."),
        "next_step": _("In an emergency, call the emergency number of the place where you are."),
    }
