"""The forms of the desk: fields and labels; what is right or wrong is decided by the services."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField, SelectField, StringField, TextAreaField

from intake.web.choices import department_choices, desk_hospital_choices, known_sex_choices, place_choices


class SignInForm(FlaskForm):
    email = StringField(_l("E-mail address"))
    password = PasswordField(_l("Password"))


class CodeForm(FlaskForm):
    code = StringField(_l("Code from your authenticator app"))


class InvitationForm(FlaskForm):
    name = StringField(_l("Your name"))
    password = PasswordField(_l("Password, at least 15 characters"))
    repeated = PasswordField(_l("The same password again"))


class ReferForm(FlaskForm):
    """Confirm and override alike: the reason is needed only when the choice departs from the proposal."""

    department = SelectField(_l("Department"), validate_choice=False)
    hospital = SelectField(_l("Hospital"), validate_choice=False)
    reason = TextAreaField(_l("Reason for departing from the proposal"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.department.choices = department_choices()[1:]
        self.hospital.choices = desk_hospital_choices()


class MessageForm(FlaskForm):
    body = TextAreaField(_l("Message to the patient"))


class AcceptForm(FlaskForm):
    physician = StringField(_l("Doctor who accepted the patient"))


class ReasonForm(FlaskForm):
    reason = TextAreaField(_l("Reason"))


class TrialForm(FlaskForm):
    """What the router may know: `text`, and facts about the person."""

    text = TextAreaField(_l("Text"))
    age = StringField(_l("Age in years"))
    sex = SelectField(_l("Sex"), validate_choice=False)
    place = SelectField(_l("Place of stay"), validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sex.choices = known_sex_choices()
        self.place.choices = place_choices()
