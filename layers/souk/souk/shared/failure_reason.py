"""The reason why a listing, a publication or a payment failed, as stored with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from souk.shared.errors import Conflict, VendorRefused


@dataclass(frozen=True, slots=True)
class Failure:
    """A stable `code` and a readable `detail`; if a vendor refused, its name and its own codes and messages."""

    code: str
    detail: str
    vendor: str | None = None
    vendor_errors: tuple[Mapping[str, str], ...] = ()

    @classmethod
    def of(cls, refusal: Conflict | VendorRefused) -> Failure:
        if isinstance(refusal, Conflict):
            return cls(refusal.code, refusal.detail)
        reasons = tuple({"code": problem.code, "message": problem.message} for problem in refusal.problems)
        return cls(refusal.code, refusal.detail, refusal.vendor, reasons)

    @classmethod
    def from_item(cls, item: Mapping[str, Any]) -> Failure:
        return cls(item["code"], item["detail"], item.get("vendor"), tuple(item.get("vendor_errors", ())))

    def to_item(self) -> dict[str, Any]:
        """Attributes without a value are left out."""
        of_vendor = {"vendor": self.vendor, "vendor_errors": [dict(error) for error in self.vendor_errors]}
        present = {name: value for name, value in of_vendor.items() if value}
        return {"code": self.code, "detail": self.detail, **present}
