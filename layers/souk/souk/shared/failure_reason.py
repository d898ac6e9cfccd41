"""The reason why a listing, a publication or a payment failed, as stored with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from souk.shared.errors import Conflict, VendorRefused


@dataclass(frozen=True, slots=True)
class Failure:
    """`code` is one of our stable error codes, `detail` a text for people, `vendor_errors` the vendor's own errors."""

    code: str
    detail: str
    vendor: str | None = None
    vendor_errors: tuple[Mapping[str, str], ...] = ()

    @classmethod
    def of(cls, refusal: Conflict | VendorRefused) -> Failure:
        if isinstance(refusal, Conflict):
            return cls(refusal.code, refusal.detail)
        vendor_errors = tuple({"code": problem.code, "message": problem.message} for problem in refusal.problems)
        return cls(refusal.code, refusal.detail, refusal.vendor, vendor_errors)
