"""Codes in words, for people: one table each, in the reader's language.

`patient` tables hold whole sentences; `desk` tables hold short names.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from intake.domain.lifecycle import Stage
from intake.domain.person import Relation, Sex
from intake.domain.routing import ReasonKind

RELATIONS = {
    Relation.SELF: _l("I am writing for myself"),
    Relation.PARENT: _l("I am the patient's mother or father"),
    Relation.GUARDIAN: _l("I am the patient's legal guardian"),
    Relation.SPOUSE: _l("I am the patient's husband or wife"),
    Relation.CHILD: _l("I am the patient's daughter or son"),
    Relation.RELATIVE: _l("I am another relative"),
    Relation.FRIEND: _l("I am a friend"),
    Relation.PHYSICIAN: _l("I am the patient's doctor"),
    Relation.AGENT: _l("I work for an agency"),
}

SEXES = {
    Sex.FEMALE: _l("Female"),
    Sex.MALE: _l("Male"),
    Sex.OTHER: _l("Other"),
    Sex.UNKNOWN: _l("Prefer not to say"),
}

STATUS = {
    Stage.DRAFT: _l("Your request has not been sent yet."),
    Stage.SUBMITTED: _l("We have your request. A coordinator will read it."),
    Stage.IN_TRIAGE: _l("A coordinator is reading your request."),
    Stage.AWAITING_PATIENT: _l("We have a question for you. Your request goes on as soon as you answer."),
    Stage.REFERRED: _l("We have passed your request to the hospital. We are waiting for its answer."),
    Stage.ACCEPTED: _l("The hospital has accepted your request. We are preparing the next steps for you."),
    Stage.OFFERED: _l("An offer is ready for you. Please tell us what you decide."),
    Stage.ARRANGING_TRAVEL: _l("Your journey is being prepared."),
    Stage.SCHEDULED: _l("Your appointment is fixed."),
    Stage.IN_CARE: _l("You are being treated at the hospital."),
    Stage.FOLLOW_UP: _l("Your treatment here is finished. We stay in touch with you."),
    Stage.CLOSED: _l("Your request is closed."),
    Stage.WITHDRAWN: _l("You have withdrawn your request. Nothing more will be done."),
    Stage.ENTERED_IN_ERROR: _l("This request was entered by mistake. Nothing more will be done."),
    Stage.NOT_ACCEPTED: _l("We cannot help you with this request. Please read our message below."),
}

STAGES = {
    Stage.DRAFT: _l("Draft"),
    Stage.SUBMITTED: _l("New"),
    Stage.IN_TRIAGE: _l("In triage"),
    Stage.AWAITING_PATIENT: _l("Waiting for the patient"),
    Stage.REFERRED: _l("Waiting for the hospital"),
    Stage.ACCEPTED: _l("Accepted"),
    Stage.OFFERED: _l("Offer made"),
    Stage.ARRANGING_TRAVEL: _l("Arranging travel"),
    Stage.SCHEDULED: _l("Scheduled"),
    Stage.IN_CARE: _l("In care"),
    Stage.FOLLOW_UP: _l("Follow-up"),
    Stage.CLOSED: _l("Closed"),
    Stage.WITHDRAWN: _l("Withdrawn"),
    Stage.NOT_ACCEPTED: _l("Not accepted"),
    Stage.ENTERED_IN_ERROR: _l("Entered by mistake"),
}

ACTIONS = {
    "submit": _l("Request sent"),
    "expire": _l("Expired"),
    "start-triage": _l("Start triage"),
    "ask-patient": _l("Ask the patient"),
    "refer": _l("Confirm department and hospital"),
    "conclude-not-accepted": _l("Decline with advice"),
    "answer": _l("Question answered"),
    "record-acceptance": _l("Record the hospital's acceptance"),
    "record-decline": _l("The hospital declines: back to triage"),
    "transfer": _l("Transfer to another hospital"),
    "make-offer": _l("Make an offer"),
    "accept-offer": _l("Offer accepted"),
    "ask-for-change": _l("Change of the offer asked for"),
    "issue-letter": _l("Issue the invitation letter"),
    "tick-item": _l("Tick a checklist item"),
    "record-visa-refused": _l("Record that the visa was refused"),
    "schedule": _l("Fix the appointment"),
    "reschedule": _l("Move the appointment"),
    "record-arrival": _l("Record the arrival"),
    "record-no-show": _l("Record that the patient did not come"),
    "discharge": _l("Record the discharge"),
    "answer-questionnaire": _l("Questionnaire answered"),
    "close": _l("Close the case"),
    "withdraw": _l("Withdraw"),
    "mark-as-error": _l("Mark as entered by mistake"),
}

GATES = {
    "emergency": _l("emergency"),
    "crisis": _l("crisis"),
    "organ_transplant_foreigner": _l("organ transplantation"),
    "art_marriage": _l("assisted reproduction"),
    "medical_transfer": _l("transfer from hospital to hospital"),
    "flight_in_pregnancy": _l("flight in pregnancy"),
}

EVENTS = {
    "submit": _l("Request sent"),
    "start-triage": _l("Triage started"),
    "ask-patient": _l("Question sent to the patient"),
    "answer": _l("Question answered"),
    "refer": _l("Department and hospital confirmed"),
    "record-acceptance": _l("Acceptance of the hospital recorded"),
    "record-decline": _l("Declined by the hospital"),
    "conclude-not-accepted": _l("Declined with advice"),
    "withdraw": _l("Request withdrawn"),
    "mark-as-error": _l("Marked as entered by mistake"),
    "read": _l("Case opened"),
    "alarm-raised": _l("Alarm raised"),
    "follows-alarm": _l("Comes after an alarm of the same address"),
    "proposal-refined": _l("Proposal looked at a second time"),
    "lift-gate": _l("Gate lifted"),
    "message-written": _l("Message written"),
    "signed-in": _l("Signed in to the patient's page"),
    "address-verified": _l("E-mail address confirmed"),
    "mail-taken": _l("Mail sent"),
    "mail-found-at-relay": _l("Mail found at the relay"),
    "mail-not-at-relay": _l("Mail not at the relay, sent again"),
    "mail-refused": _l("Mail refused for good"),
    "mail-refused-for-now": _l("Mail refused for now"),
    "mail-broken": _l("Mail could not be made"),
    "mail-outdated": _l("Mail no longer true, not sent"),
    "mail-released": _l("Mail released"),
}

LAYERS = {
    ReasonKind.TERM: _l("Words"),
    ReasonKind.MEANING: _l("Meaning"),
    ReasonKind.WISH: _l("Wishes and names"),
    ReasonKind.GATE: _l("Gate"),
    ReasonKind.FLAG: _l("Red flags"),
    ReasonKind.AGE: _l("Age"),
    ReasonKind.SEX: _l("Sex"),
    ReasonKind.PLACE: _l("Place of stay"),
}

PLACES = {
    "hangzhou": _l("Hangzhou"),
    "yiwu": _l("Yiwu"),
    "jinhua": _l("Jinhua"),
}

GRADES = {
    "seed": _l("founding document"),
    "official": _l("the hospital itself"),
    "university": _l("the university"),
    "news": _l("news"),
    "third_party": _l("somebody else"),
    "inferred": _l("inferred from the hospital's scope: please confirm"),
}
"""How sure the network's data are of a route, by who says so."""

FAULTS = {
    "idempotency_key:key_reused": _l("We have already received this request with other words. If you want to send the changed one as a new request, please send it once more."),
    "patient.given_name:required": _l("Enter the patient's given name as it is written in the passport."),
    "patient.birth_date:required": _l("Enter the patient's date of birth: a day, a month and a year, for example 4 5 1967."),
    "patient.birth_date:invalid_date": _l("The date of birth needs a day, a month and a year, for example 4 5 1967."),
    "patient.birth_date:in_future": _l("The date of birth must be in the past. Use the year of the Western calendar, for example 1967."),
    "patient.birth_date:too_long_ago": _l("Write the year of birth with four digits of the Western calendar, for example 1967."),
    "patient.sex:required": _l("Choose the patient's sex. Some departments need it."),
    "patient.nationality:required": _l("Choose the country that issued the patient's passport."),
    "patient.residence:required": _l("Choose the country where the patient lives."),
    "contact.name:required": _l("Enter your own name, so that we know whom we answer."),
    "contact.relation:required": _l("Choose who you are, so that we know for whom you write."),
    "contact.relation:guardian_needed": _l(
        "For a child under 14 a parent or legal guardian must send the request. If that is you, choose it here."
    ),
    "contact.email:invalid_email": _l("The e-mail address needs a name, an @ and a domain, for example name@example.org."),
    "story:required": _l("Tell us what is wrong. A few words in your own language are enough."),
    "story:too_long": _l("The text is longer than 20,000 characters. Please shorten it; you can send more later."),
    "travel.arrive_from:invalid_date": _l("The earliest arrival needs a day, a month and a year, for example 10 1 2027."),
    "travel.arrive_to:invalid_date": _l("The latest arrival needs a day, a month and a year, for example 10 2 2027."),
    "travel.arrive_to:before_start": _l("The latest arrival must not be before the earliest one. Please check both dates."),
    "travel.stay_days:not_a_number": _l("Enter the length of the stay as a number of days, for example 21."),
    "travel.stay_days:out_of_range": _l("Enter a stay between 1 and 730 days."),
    "travel.companions:not_a_number": _l("Enter how many people will come with the patient, as a number."),
    "travel.companions:out_of_range": _l("Enter a number of companions between 0 and 9."),
    "consents:consent_required": _l(
        "We need this consent before we may keep what you tell us about the patient's health. Please read it and tick the box if you agree."
    ),
    "body:required": _l("Write your message before you send it."),
    "reason:required": _l("Give a reason, so that others can follow the decision."),
    "physician:required": _l("Enter the name of the doctor who accepted the patient."),
    "gate:gate_stands": _l("A gate stands on this case. Lift it with a reason before you confirm a department."),
    "department:unknown": _l("Choose a department that takes appointments."),
    "hospital:unknown": _l("Choose a hospital that takes patients."),
    "name:required": _l("Enter your name as your patients and colleagues know it."),
    "password:password_too_short": _l("The password needs at least 15 characters. Several words in a row are a good choice."),
    "password:password_easy": _l("This password is easy to guess. Avoid your name, your address and simple rows."),
    "age:not_a_number": _l("Enter the age in whole years, for example 34."),
    "required": _l("Please fill in this field."),
    "too_long": _l("This text is too long. Please shorten it."),
    "one_line": _l("Please write this on one line, without line breaks."),
    "unknown": _l("Please choose one of the entries of the list."),
    "invalid": _l("Please check this field."),
}  # fmt: skip

TOO_MANY_TRIES = _l("There were too many tries. Please wait a quarter of an hour and try again.")


def fault_sentence(field: str | None, code: str) -> str:
    """The sentence for a fault: the field's own, else the general one."""
    return str(FAULTS.get(f"{field}:{code}") or FAULTS.get(code) or FAULTS["invalid"])
