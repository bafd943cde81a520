"""The coordinators' desk."""

from __future__ import annotations

from intake.web.desk import sign_in  # noqa: F401 registers its routes
from intake.web.desk.views import desk

__all__ = ["desk"]
