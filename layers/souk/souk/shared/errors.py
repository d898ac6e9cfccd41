"""All errors that an API caller can get, as one tree.

Each class has a title and a stable code; its HTTP status is in `http/error_responses.py`. No code classifies an error
by its text. Step Functions matches these classes by name, so renaming a class changes the workflows, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal

type FieldCode = Literal[
    "required",
    "wrong_type",
    "not_json",
    "too_short",
    "too_long",
    "too_few",
    "too_many",
    "too_small",
    "too_large",
    "too_precise",
    "unknown_value",
    "wrong_format",
    "not_allowed",
    "invalid",
]

FIELD_CODES: Final[Mapping[FieldCode, str]] = {
    "required": "It has to be there.",
    "wrong_type": "It is of another JSON type than the contract says.",
    "not_json": "The body is not JSON.",
    "too_short": "A text has fewer characters than `limit`; blanks and invisible signs do not count.",
    "too_long": "A text has more characters than `limit`, or bytes where the message says so.",
    "too_few": "A list or an object has fewer members than `limit`.",
    "too_many": "A list or an object has more members than `limit`.",
    "too_small": "A number is below `limit`, or equals it where the message says so.",
    "too_large": "A number is above `limit`, or equals it where the message says so.",
    "too_precise": "A number has more digits or decimals than `limit`.",
    "unknown_value": "It is none of the values that there are.",
    "wrong_format": "A text is not written as the message says.",
    "not_allowed": "It cannot be sent here, or not beside the rest.",
    "invalid": "Anything else; the message says what.",
}
"""Why a field of a request is refused: `errors[].code` of a problem. The codes are stable, their messages are not."""


MOST_PROBLEMS: Final = 100
"""Of a request, in its refusal. A function's answer has at most 6 MB, and a body more names than fit in it."""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """A problem with one field of a request.

    `field` is a dotted path of wire names. `limit` is the bound that was passed, where there is one.
    """

    field: str
    message: str
    code: FieldCode = "invalid"
    limit: float | None = None


class InvalidValue(ValueError):
    """A value cannot be that of a field. Its text is for people, and goes after the field's name and a colon."""

    def __init__(self, message: str, *, code: FieldCode = "invalid", limit: float | None = None) -> None:
        super().__init__(message)
        self.code: FieldCode = code
        self.limit = limit

    def of(self, field: str) -> FieldProblem:
        return FieldProblem(field, str(self), self.code, self.limit)


class SoukError(Exception):
    """Base of all errors that the API documents.

    `detail` is shown to the caller. `extra` are further members of the problem document (RFC 9457). `retry_after` is in
    seconds.
    """

    title: ClassVar[str] = "Internal error"
    code: str = "internal_error"

    def __init_subclass__(cls, *, title: str | None = None, code: str | None = None) -> None:
        """`class Forbidden(SoukError, title="Forbidden", ...)`: what is left out is inherited."""
        cls.title, cls.code = title or cls.title, code or cls.code

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        retry_after: int | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.retry_after = retry_after
        self.extra = dict(extra or {})
        if code is not None:
            self.code = code


class InvalidRequest(SoukError, title="Invalid request", code="validation_failed"):
    """`problems` are the first MOST_PROBLEMS of those given."""

    def __init__(self, detail: str, problems: Sequence[FieldProblem] = ()) -> None:
        super().__init__(detail)
        self.problems = tuple(problems[:MOST_PROBLEMS])


class Unauthenticated(SoukError, title="Unauthenticated", code="unauthenticated"):
    """No token, or one that is not valid any more."""


class Forbidden(SoukError, title="Forbidden", code="forbidden"):
    """The caller may not do this, with any token."""


class NotFound(SoukError, title="Not found", code="not_found"):
    """There is no such thing, or it is another's."""


class MethodNotAllowed(SoukError, title="Method not allowed", code="method_not_allowed"):
    """The path exists, the method on it does not."""


class Conflict(SoukError, title="Conflict", code="conflict"):
    """The state of the thing does not allow it. Most are raised with a code of their own."""


class PreconditionFailed(SoukError, title="Precondition failed", code="lost_update"):
    """If-Match names another version than the current one."""


class PayloadTooLarge(SoukError, title="Payload too large", code="payload_too_large"):
    """More bytes than the route takes."""


class UnsupportedMediaType(SoukError, title="Unsupported media type", code="unsupported_media_type"):
    """A body of a kind that the route does not take."""


class IdempotencyKeyReused(SoukError, title="Idempotency key reused", code="idempotency_key_reused"):
    """The key was used before with another request."""


@dataclass(frozen=True, slots=True)
class VendorProblem:
    """One reason for a vendor's refusal, in the vendor's words. `code` is the vendor's code as text."""

    code: str
    message: str


class VendorRefused(SoukError, title="Refused by the vendor", code="vendor_refused"):
    """The vendor refused the request. The same request will always be refused."""

    def __init__(self, vendor: str, problems: Sequence[VendorProblem]) -> None:
        if not problems:
            raise ValueError("a refusal carries at least one reason")
        reasons = [{"code": problem.code, "message": problem.message} for problem in problems]
        super().__init__(
            " ".join(problem.message for problem in problems),
            extra={"vendor": vendor, "vendor_errors": reasons},
        )
        self.vendor = vendor
        self.problems = tuple(problems)


class TooManyRequests(SoukError, title="Too many requests", code="too_many_requests"):
    """A limit was reached. Some are raised with a code of their own."""


class VendorFailed(SoukError, title="The vendor failed", code="vendor_failed"):
    """The vendor did not answer, or reported an internal error: the outcome is unknown."""

    def __init__(self, vendor: str, detail: str, *, retry_after: int | None = None) -> None:
        super().__init__(detail, retry_after=retry_after, extra={"vendor": vendor})
        self.vendor = vendor


class VendorThrottled(VendorFailed, title="The vendor is throttling", code="vendor_throttled"):
    """The vendor throttled the request, which had no effect."""


class DependencyUnavailable(SoukError, title="Temporarily unavailable", code="dependency_unavailable"):
    """A service that we depend on does not answer. The call may be repeated."""
