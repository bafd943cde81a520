"""The coordinators' desk."""

from __future__ import annotations

from intake.web.desk import sign_in, trial  # noqa: F401 they register their routes
from intake.web.desk.views import desk

__all__ = ["desk"]
