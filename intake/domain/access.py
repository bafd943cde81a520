"""Who may do what: one function for every face (trust S-01, S-02)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from intake.domain.errors import NotFound
from intake.domain.lifecycle import Role


class StaffRole(StrEnum):
    """COORDINATOR works for one hospital; NETWORK_LEAD sees all; ADMINISTRATOR sees all and corrects mistakes."""

    COORDINATOR = "coordinator"
    NETWORK_LEAD = "network-lead"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody, or the clock. `kind` is patient, staff or clock; a patient sees the case of `case_id` and no other."""

    kind: str
    id: UUID | None = None
    name: str | None = None
    role: StaffRole | None = None
    organization: str | None = None
    case_id: UUID | None = None

    @property
    def own_case(self) -> UUID:
        """The case of a patient's side. Raises NotFound for everybody else."""
        if self.case_id is None:
            raise NotFound("nobody's case")
        return self.case_id

    @property
    def life_cycle_role(self) -> Role:
        if self.kind == "staff":
            return Role.ADMINISTRATOR if self.role is StaffRole.ADMINISTRATOR else Role.COORDINATOR
        return Role.PATIENT if self.kind == "patient" else Role.CLOCK

    @property
    def whole_network(self) -> bool:
        return self.role in (StaffRole.NETWORK_LEAD, StaffRole.ADMINISTRATOR)


CLOCK = Actor("clock")


def patient_actor(case_id: UUID) -> Actor:
    return Actor("patient", case_id=case_id)


def may_see(actor: Actor, case_id: UUID, desk: str) -> bool:
    """Whether the case is this actor's to see: staff by the desk's hospital, patients by the case itself."""
    if actor.kind == "patient":
        return actor.case_id == case_id
    return actor.kind == "staff" and (actor.whole_network or actor.organization == desk)
