"""The callers' tokens: those that this stand-in issued, and fixed ones for development.

dev-ebay-<seller>                   an access token of the seller, which does not expire
dev-ebay-expired-<seller>           an expired access token
dev-ebay-refresh-<seller>           a refresh token
dev-ebay-refresh-revoked-<seller>   a refresh token whose consent was revoked
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets
import time
from dataclasses import dataclass
from urllib.parse import parse_qs

from local.vendors.ebay import rejections
from local.vendors.ebay.rejections import Refused
from local.vendors.ebay.store import Store
from local.vendors.server import Request, Response, json_response

_ACCESS = re.compile(r"dev-ebay-(?P<expired>expired-)?(?!refresh-)(?P<seller>[A-Za-z0-9._-]{1,64})")
_REFRESH = re.compile(r"dev-ebay-refresh-(?P<revoked>revoked-)?(?P<seller>[A-Za-z0-9._-]{1,64})")


@dataclass(slots=True)
class Access:
    """`lifetime`: seconds, for tokens issued from now on. `dev_tokens_ended`: development tokens count as expired."""

    store: Store
    client_id: str | None = None
    client_secret: str | None = None
    lifetime: float = 7200.0
    dev_tokens_ended: bool = False

    def seller(self, token: str) -> str:
        """The seller whose access token this is. Raises Refused as the Trading API does."""
        if known := self.store.token(token):
            seller, ends_at = known
            if ends_at <= time.time():
                raise Refused(rejections.EXPIRED_IAF_TOKEN)
            return seller
        if match := _ACCESS.fullmatch(token):
            if match["expired"] or self.dev_tokens_ended:
                raise Refused(rejections.EXPIRED_IAF_TOKEN)
            return match["seller"]
        raise Refused(rejections.BAD_IAF_TOKEN)

    def end_all(self) -> None:
        self.store.end_tokens(time.time())
        self.dev_tokens_ended = True

    def grant(self, request: Request) -> Response:
        """POST /identity/v1/oauth2/token."""
        if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return _oauth_error(400, "invalid_request", "the request is not a form")
        if not self._knows_application(request.headers.get("authorization", "")):
            return _oauth_error(401, "invalid_client", "client authentication failed")
        form = {name: values[0] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
        if form.get("grant_type") != "refresh_token":
            return _oauth_error(400, "unsupported_grant_type", "grant type in request is not supported")
        match = _REFRESH.fullmatch(form.get("refresh_token", ""))
        if match is None or match["revoked"]:
            text = "the provided authorization refresh token is invalid or was issued to another client"
            return _oauth_error(400, "invalid_grant", text)
        token = f"v^1.1#i^1#{secrets.token_urlsafe(48)}"
        self.store.put_token(token, match["seller"], time.time() + self.lifetime)
        issued = {"access_token": token, "expires_in": int(self.lifetime), "token_type": "User Access Token"}
        return json_response(200, issued)

    def _knows_application(self, authorization: str) -> bool:
        scheme, _, encoded = authorization.partition(" ")
        try:
            client_id, colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        if scheme != "Basic" or not (client_id and colon and secret):
            return False
        return self.client_id in (None, client_id) and self.client_secret in (None, secret)


def _oauth_error(status: int, error: str, description: str) -> Response:
    return json_response(status, {"error": error, "error_description": description})
