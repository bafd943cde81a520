"""The two patients of the founding article, played through in a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from intake.domain.knowledge import Knowledge
from tests.e2e.people import Coordinator, Patient, mail_about, mails_to
from tests.instance import Qiao

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]

SINGAPORE = {
    "relation": "parent",
    "given_name": "Ben",
    "family_name": "Tan",
    "birth_day": "4",
    "birth_month": "5",
    "birth_year": "2022",
    "sex": "male",
    "nationality": "SGP",
    "residence": "SGP",
    "location": "SGP",
    "contact_name": "Mei Tan",
    "email": "mei.tan@example.org",
    "consent": True,
    "story": "My son has big tonsils and snores every night. The waiting list here is three months.",
}

ALGERIA = {
    "relation": "self",
    "given_name": "Yacine",
    "family_name": "B.",
    "native_name": "ياسين",
    "birth_day": "4",
    "birth_month": "5",
    "birth_year": "1967",
    "sex": "male",
    "nationality": "DZA",
    "residence": "DZA",
    "location": "DZA",
    "contact_name": "Yacine B.",
    "consent": True,
}

FRENCH_STORY = "Angiome caverneux de la moelle, douleur du côté droit, marche difficile. Opéré sans succès."
ARABIC_STORY = "ورم وعائي كهفي في النخاع الشوكي، ألم في الجانب الأيمن وصعوبة في المشي، أبحث عن جراح"


def test_the_child_from_singapore_reaches_paediatric_ent(qiao: Qiao, browser: Browser) -> None:
    mother = Patient(qiao, browser, "en", email="mei.tan@example.org")
    mother.fills_in(**SINGAPORE)
    mother.sends()

    received = mail_about(qiao, "mei.tan@example.org", 1)
    assert received["Content-Language"] == "en"
    assert mother.case_number in received["Subject"]

    coordinator = Coordinator(qiao, browser).signs_up("chen@children.example", "coordinator", "children")
    coordinator.opens_case(mother.case_number)
    expect(coordinator.page.locator(".proposal").first).to_contain_text("Pediatric ENT")
    expect(coordinator.page.locator("mark", has_text="tonsils")).to_be_visible()
    coordinator.confirms_the_proposal()

    mother.enters_by_mail(received)
    mother.reads("Pediatric ENT", "Children's Hospital", "We are waiting for its answer")
    coordinator.page.locator('[name="physician"]').fill("Dr Wang Jun")
    coordinator.page.locator('form[action$="/record-acceptance/"] button').click()
    mother.page.reload()
    mother.reads("The hospital has accepted your request")
    assert not mother.complaints + coordinator.complaints


@pytest.mark.parametrize(("language", "story"), [("fr", FRENCH_STORY), ("ar", ARABIC_STORY)])
def test_the_algerian_patient_reaches_spinal_cord_neurosurgery(
    qiao: Qiao, browser: Browser, lead: Coordinator, knowledge: Knowledge, language: str, story: str
) -> None:
    network = knowledge.network
    address = f"yacine.{language}@example.org"
    patient = Patient(qiao, browser, language, email=address)
    patient.fills_in(**ALGERIA, email=address, story=story)
    assert patient.page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    patient.sends()
    received = mail_about(qiao, address, 1)

    lead.opens_case(patient.case_number)
    expect(lead.page.locator(".proposal").first).to_contain_text("Spinal-cord neurosurgery")
    expect(lead.page.locator(".proposal").first).to_contain_text("Fourth Affiliated Hospital")
    lead.page.get_by_text("Ask the patient").first.click()
    lead.page.locator('form[action$="/ask-patient/"] textarea').fill("Please send the MRI report of last year.")
    lead.page.locator('form[action$="/ask-patient/"] button').click()

    question = mail_about(qiao, address, 2)
    patient.enters_by_mail(question)
    patient.reads("Please send the MRI report of last year.")
    patient.page.locator('[name="body"]').fill(story)
    patient.page.locator('form[action$="/messages/"] button').click()

    lead.opens_case(patient.case_number)
    lead.confirms_the_proposal()
    patient.page.reload()
    patient.reads(network.departments["spinal-cord-neurosurgery"].names[language])
    patient.reads(network.hospitals["zju4h"].names[language])
    assert {mail["Content-Language"] for mail in mails_to(qiao, address)} == {language}
    assert received["To"] == address
    assert not patient.complaints + lead.complaints
