"""The reason a listing, publication or payment failed, as stored with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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

    @classmethod
    def from_item(cls, item: Mapping[str, Any]) -> Failure:
        return cls(item["code"], item["detail"], item.get("vendor"), tuple(item.get("vendor_errors", ())))

    def to_item(self) -> dict[str, Any]:
        """Empty members are left out."""
        optional = {"vendor": self.vendor, "vendor_errors": [dict(error) for error in self.vendor_errors]}
        return {"code": self.code, "detail": self.detail, **{name: value for name, value in optional.items() if value}}
