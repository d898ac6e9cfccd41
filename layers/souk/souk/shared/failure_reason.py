"""Why something came to nothing, as it is kept with what it befell: a listing, a publication, a payment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from souk.shared.errors import Conflict, VendorRefused


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong, in the words of whoever refused. `code` is stable, `vendor_errors` are the vendor's own."""

    code: str
    detail: str
    vendor: str | None = None
    vendor_errors: tuple[Mapping[str, str], ...] = ()

    @classmethod
    def of(cls, refusal: Conflict | VendorRefused) -> Failure:
        if isinstance(refusal, Conflict):
            return cls(refusal.code, refusal.detail)
        words = tuple({"code": one.code, "message": one.message} for one in refusal.problems)
        return cls(refusal.code, refusal.detail, refusal.vendor, words)

    @classmethod
    def from_item(cls, item: Mapping[str, Any]) -> Failure:
        return cls(item["code"], item["detail"], item.get("vendor"), tuple(item.get("vendor_errors", ())))

    def to_item(self) -> dict[str, Any]:
        """What is not there is left out."""
        told = {"vendor": self.vendor, "vendor_errors": [dict(one) for one in self.vendor_errors]}
        return {"code": self.code, "detail": self.detail, **{name: value for name, value in told.items() if value}}
