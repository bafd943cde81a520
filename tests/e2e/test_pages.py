"""Every page of the slice at phone and desk size: readable, complete, accessible, and without a script."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.e2e.people import DESK, PHONE, Coordinator, Patient, mail_about
from tests.e2e.test_two_patients import ALGERIA, ARABIC_STORY, FRENCH_STORY
from tests.instance import Qiao

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]

STORIES = {
    "en": "Cavernous haemangioma of the spinal cord, pain on the right side, difficult to walk",
    "zh": "脊髓海绵状血管瘤，右侧疼痛，走路困难",
    "ar": ARABIC_STORY,
    "fr": FRENCH_STORY,
}
DANGER = {
    "en": "Crushing chest pain now, sweating",
    "zh": "现在胸口剧烈疼痛，喘不上气",
    "ar": "ألم شديد في الصدر الآن ولا أستطيع التنفس",
    "fr": "Douleur thoracique intense maintenant, je ne peux plus respirer",
}
SIZES = {"phone": PHONE, "desk": DESK}

Look = Callable[[Page, str], None]


@pytest.fixture
def look(pictures: Path | None, request: pytest.FixtureRequest) -> Look:
    """Nothing runs out of the screen, nothing serious is found by axe; keeps a picture when somebody wants to look."""

    def at(page: Page, name: str) -> None:
        width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert width <= 0, f"{name} is {width} px too wide"
        found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        serious = [rule["id"] for rule in found if rule["impact"] in ("serious", "critical")]
        assert not serious, f"{name}: {serious}"
        if pictures is not None:
            page.screenshot(path=pictures / f"{request.node.callspec.id}-{name}.png", full_page=True)

    return at


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", STORIES)
def test_every_page_of_a_request_is_whole(qiao: Qiao, browser: Browser, look: Look, language: str, size: str) -> None:
    address = f"{language}.{size}@example.org"
    patient = Patient(qiao, browser, language, size=SIZES[size])
    patient.opens(f"/{language}/")
    look(patient.page, "form")
    patient.page.locator("main form button.large").click()
    expect(patient.page.locator(".summary")).to_be_visible()
    look(patient.page, "form-with-errors")
    patient.fills_in(**ALGERIA, email=address, story=STORIES[language])
    patient.sends()
    look(patient.page, "receipt")
    patient.enters_by_mail(mail_about(qiao, address, 1))
    look(patient.page, "case")
    for name in ("return", "privacy", "nothing-here"):
        patient.opens(f"/{language}/{name}/")
        look(patient.page, name)
    assert not patient.complaints


@pytest.mark.parametrize("language", STORIES)
def test_danger_is_answered_on_the_next_page_without_a_script(qiao: Qiao, browser: Browser, language: str) -> None:
    patient = Patient(qiao, browser, language, javascript=False)
    patient.fills_in(**ALGERIA, story=DANGER[language])
    patient.sends()
    advice = patient.page.locator('.emergency[role="alert"]')
    expect(advice).to_contain_text("120")
    expect(advice.locator('a[href^="tel:"]')).to_be_visible()


@pytest.mark.parametrize("language", ["en", "zh", "ar", "fr"])
def test_the_desk_is_whole(qiao: Qiao, browser: Browser, lead: Coordinator, look: Look, language: str) -> None:
    patient = Patient(qiao, browser, language)
    patient.fills_in(**ALGERIA, story=STORIES[language])
    patient.sends()
    lead.opens(f"/desk/?language={language}")
    look(lead.page, "worklist")
    lead.page.get_by_role("link", name=patient.case_number).click()
    look(lead.page, "case")
    lead.opens("/desk/try/")
    lead.page.locator('[name="text"]').fill(STORIES[language])
    lead.page.locator("main form button").click()
    lead.page.locator("summary").first.click()
    look(lead.page, "try")
    lead.opens("/desk/texts/")
    look(lead.page, "texts")
    lead.opens("/mailbox/")
    look(lead.page, "mailbox")
    lead.opens("/desk/?language=en")
    assert not lead.complaints
