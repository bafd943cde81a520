"""One family of errors with stable codes: services raise them, the faces translate them."""

from __future__ import annotations


class QiaoError(Exception):
    """Something that a person can mend, or must know.

    `code` is stable and machine-readable; `field` names the input at fault when there is one;
    `detail` is English for logs and shells and never holds what a patient wrote.
    """

    code = "error"

    def __init__(self, detail: str = "", *, field: str | None = None, code: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.field = field
        if code is not None:
            self.code = code


class InvalidRequest(QiaoError):
    """A field is missing or wrong; `code` says how (`required`, `invalid_date`, `unknown_country` …)."""

    code = "invalid"


class KeyReused(QiaoError):
    """The idempotency key came before with other content."""

    code = "key_reused"


class NotFound(QiaoError):
    """Absent, or not for this person to see: the two are never told apart."""

    code = "not_found"


class ActionNotAllowed(QiaoError):
    """The life-cycle has no such step from the present stage for this role."""

    code = "action_not_allowed"


class StaleVersion(QiaoError):
    """Somebody else changed the case since the page was opened."""

    code = "stale_version"


class SignInRefused(QiaoError):
    """The code, the link, the password or the second factor did not match; which of them is never said."""

    code = "sign_in_refused"


class TooManyTries(QiaoError):
    """The limit on tries is reached; `retry_after` is in seconds."""

    code = "too_many_tries"

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"try again in {retry_after} seconds")
        self.retry_after = retry_after


class KnowledgeFaulty(QiaoError):
    """The data files have faults; `faults` lists every one of them as `file: key: text`."""

    code = "knowledge_faulty"

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults
