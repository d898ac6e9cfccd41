"""Every error that an answer can have, as one tree.

A class carries the HTTP status and the stable code; nobody classifies an error by its text.
Step Functions matches these classes by name, so a name is part of the workflow's contract.

    SoukError
    ├── InvalidRequest 400            validation_failed
    ├── Unauthenticated 401           unauthenticated
    ├── Forbidden 403                 forbidden
    ├── NotFound 404                  not_found
    ├── MethodNotAllowed 405          method_not_allowed
    ├── Conflict 409                  conflict, or the code given
    ├── PreconditionFailed 412        lost_update
    ├── PayloadTooLarge 413           payload_too_large
    ├── UnsupportedMediaType 415      unsupported_media_type
    ├── IdempotencyKeyReused 422      idempotency_key_reused
    ├── VendorRefused 422             vendor_refused      final: the vendor said no, in its own words
    ├── TooManyRequests 429           too_many_requests, or the code given
    ├── VendorFailed 502              vendor_failed       transient or unknown: may be tried again
    │   └── VendorThrottled           vendor_throttled
    └── DependencyUnavailable 503     dependency_unavailable
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing wrong with one field of a request. `field` is a dotted path on the wire."""

    field: str
    message: str


class SoukError(Exception):
    """Base of all errors with a place in the contract.

    `detail` is shown to the caller; `extra` becomes further members of the problem document.
    """

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Internal error"
    code: str = "internal_error"

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


class InvalidRequest(SoukError):
    status = 400
    title = "Invalid request"
    code = "validation_failed"

    def __init__(self, detail: str, problems: Sequence[FieldProblem] = ()) -> None:
        super().__init__(detail)
        self.problems = tuple(problems)


class Unauthenticated(SoukError):
    status = 401
    title = "Unauthenticated"
    code = "unauthenticated"


class Forbidden(SoukError):
    status = 403
    title = "Forbidden"
    code = "forbidden"


class NotFound(SoukError):
    status = 404
    title = "Not found"
    code = "not_found"


class MethodNotAllowed(SoukError):
    status = 405
    title = "Method not allowed"
    code = "method_not_allowed"


class Conflict(SoukError):
    status = 409
    title = "Conflict"
    code = "conflict"


class PreconditionFailed(SoukError):
    status = 412
    title = "Precondition failed"
    code = "lost_update"


class PayloadTooLarge(SoukError):
    status = 413
    title = "Payload too large"
    code = "payload_too_large"


class UnsupportedMediaType(SoukError):
    status = 415
    title = "Unsupported media type"
    code = "unsupported_media_type"


class IdempotencyKeyReused(SoukError):
    status = 422
    title = "Idempotency key reused"
    code = "idempotency_key_reused"


@dataclass(frozen=True, slots=True)
class VendorProblem:
    """One reason a vendor gave, in its own words. `code` is the vendor's code as text."""

    code: str
    message: str


class VendorRefused(SoukError):
    """The vendor looked at the request and said no. Trying again unchanged cannot help."""

    status = 422
    title = "Refused by the vendor"
    code = "vendor_refused"

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


class TooManyRequests(SoukError):
    status = 429
    title = "Too many requests"
    code = "too_many_requests"


class VendorFailed(SoukError):
    """The vendor did not answer, or answered with a fault of its own: the outcome is unknown."""

    status = 502
    title = "The vendor failed"
    code = "vendor_failed"

    def __init__(self, vendor: str, detail: str, *, retry_after: int | None = None) -> None:
        super().__init__(detail, retry_after=retry_after, extra={"vendor": vendor})
        self.vendor = vendor


class VendorThrottled(VendorFailed):
    """The vendor asked us to slow down; nothing took effect."""

    title = "The vendor is throttling"
    code = "vendor_throttled"


class DependencyUnavailable(SoukError):
    status = 503
    title = "Temporarily unavailable"
    code = "dependency_unavailable"
