"""What a declaration does not say: further answers, and bodies that are no JSON. Each row is a fact of its handler."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Particulars:
    """Of one operation. also: statuses of success besides the declared one, with its body or `also_body`."""

    errors: tuple[int, ...] = ()
    also: tuple[int, ...] = ()
    also_body: str | None = None
    headers: tuple[str, ...] = ()
    content: dict[str, Any] = field(default_factory=dict)


_JSON: Final[dict[str, Any]] = {"application/json": {"schema": {"type": "object"}}}
_TEXT: Final[dict[str, Any]] = {"schema": {"type": "string"}}
_REGISTRATION: Final = Particulars(errors=(409, 429))
_SIGNING_IN: Final = Particulars(errors=(401, 429))
_SIGNING_IN_AS: Final = Particulars(errors=(401, 403, 429))
_OFFERING: Final = Particulars(errors=(409,))
_PAGED: Final = Particulars(headers=("Link",))

PARTICULARS: Final[dict[str, Particulars]] = {
    "register_account": _REGISTRATION,
    "register_buyer": _REGISTRATION,
    "register_seller": _REGISTRATION,
    "log_in": _SIGNING_IN,
    "log_in_buyer": _SIGNING_IN_AS,
    "log_in_seller": _SIGNING_IN_AS,
    "refresh_session": Particulars(errors=(401,)),
    "update_profile": Particulars(errors=(409,)),
    "create_address": Particulars(errors=(409,)),
    "apply_to_sell": Particulars(errors=(409,)),
    "add_photos": Particulars(headers=("ETag", "Location")),
    "add_images": Particulars(headers=("ETag", "Location")),
    "get_media": Particulars(headers=("Location",)),
    "search_products": _PAGED,
    "browse_products": _PAGED,
    "browse_products_search": _PAGED,
    "generate_media": Particulars(errors=(422, 429, 502)),
    "publish_listing": Particulars(errors=(422, 502)),
    "preflight_listing": Particulars(errors=(409, 422, 502)),
    "update_listing": Particulars(also=(202,)),
    "delete_listing": Particulars(also=(202,), also_body="ListingOut"),
    "create_product": _OFFERING,
    "create_seller_product": _OFFERING,
    "create_shipping_profile": _OFFERING,
    "preview_order": Particulars(errors=(404, 409)),
    "place_order": Particulars(errors=(404, 409)),
    "buy_product": Particulars(errors=(403, 404, 409)),
    "cancel_order": Particulars(errors=(502,)),
    "receive_webhook": Particulars(errors=(502,)),
    "get_openapi": Particulars(content=_JSON),
    "show_docs": Particulars(content={"text/html": _TEXT}),
    "show_docs_asset": Particulars(content={"text/css": _TEXT, "text/javascript": _TEXT, "text/plain": _TEXT}),
}

_PHOTOS: Final[dict[str, Any]] = {
    "schema": {
        "type": "object",
        "required": ["file"],
        "properties": {
            "file": {"type": "array", "minItems": 1, "items": {"type": "string", "format": "binary"}},
        },
    },
    "encoding": {"file": {"contentType": "image/jpeg, image/png, image/webp"}},
}
FORMS: Final[dict[str, dict[str, Any]]] = {"add_photos": _PHOTOS, "add_images": _PHOTOS}
"""The multipart/form-data bodies of functions that take them, by the function's name."""
