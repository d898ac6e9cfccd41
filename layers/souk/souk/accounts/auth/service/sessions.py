"""Sessions: open one, refresh its tokens, end it. A refresh token that is used twice ends its session (RFC 9700)."""

from __future__ import annotations

import hmac
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from souk.accounts.auth.model import Account, InvalidRefreshToken, Session, SignedIn, TokenPair
from souk.accounts.auth.model.refresh_token import Derive, RefreshToken
from souk.accounts.auth.service.access_tokens import AccessTokens
from souk.shared.clock import Clock, NewId
from souk.shared.errors import Unauthenticated
from souk.shared.versioned import retrying

# A client that lost the answer, or refreshes in two tabs at once, repeats a used token within this time. It gets the
# same successor again, and its session goes on.
GRACE = timedelta(seconds=10)


class SessionStore(Protocol):
    def account_and_session(self, account_id: str, session_id: str) -> tuple[Account | None, Session | None]: ...

    def rotate(self, before: Session, after: Session) -> None:
        """Raises Stale when another call has refreshed or ended the session."""
        ...

    def end_session(self, account_id: str, session_id: str) -> None: ...


class Sessions:
    def __init__(
        self,
        store: SessionStore,
        access_tokens: AccessTokens,
        derive: Derive,
        lifetime: timedelta,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._store = store
        self._access_tokens = access_tokens
        self._derive = derive
        self._lifetime = lifetime
        self._clock = clock
        self._new_id = new_id

    def open(self, account: Account) -> tuple[Session, TokenPair]:
        """A new session and its tokens. The caller stores the session."""
        now = self._clock()
        token = RefreshToken.make(account.id, self._new_id(), 1, self._derive)
        session = Session(
            id=token.session_id,
            account_id=account.id,
            generation=token.generation,
            current_digest=token.digest,
            previous_digest=None,
            rotated_at=now,
            expires_at=now + self._lifetime,
        )
        return session, self._pair(account, token)

    def refresh(self, text: str) -> SignedIn:
        """The next pair of tokens, with the roles that the account has now.

        Raises Unauthenticated: `refresh_token_reused` when the token was used before, which ends the session;
        else `invalid_refresh_token`.
        """
        token = RefreshToken.parse(text)
        return retrying("session", lambda: self._refresh(token), otherwise=InvalidRefreshToken())

    def end(self, account_id: str, session_id: str) -> None:
        """Its refresh token is invalid from now on. A session that has ended already is success."""
        self._store.end_session(account_id, session_id)

    def _refresh(self, token: RefreshToken) -> SignedIn:
        """Raises Stale when another call changed the session meanwhile."""
        account, session = self._store.account_and_session(token.account_id, token.session_id)
        if session is None or session.expires_at <= self._clock():
            raise InvalidRefreshToken
        if account is None or account.is_suspended:
            self._store.end_session(session.account_id, session.id)
            raise InvalidRefreshToken
        if hmac.compare_digest(token.digest, session.current_digest):
            return SignedIn(account, self._rotate(account, session))
        if self._is_repeated(session, token):
            return SignedIn(account, self._pair(account, self._token(session, session.generation)))
        if token.generation < session.generation and token.is_genuine(self._derive):
            self._store.end_session(session.account_id, session.id)
            raise Unauthenticated(
                "The refresh token was used before, so its session has ended. Sign in again.",
                code="refresh_token_reused",
            )
        raise InvalidRefreshToken

    def _rotate(self, account: Account, session: Session) -> TokenPair:
        successor = self._token(session, session.generation + 1)
        # Tokens before the write: if the key service fails, the client's token must still be valid.
        pair = self._pair(account, successor)
        now = self._clock()
        rotated = replace(
            session,
            generation=successor.generation,
            current_digest=successor.digest,
            previous_digest=session.current_digest,
            rotated_at=now,
            expires_at=now + self._lifetime,
        )
        self._store.rotate(session, rotated)
        return pair

    def _is_repeated(self, session: Session, token: RefreshToken) -> bool:
        """Whether the previous token comes again within the grace period."""
        return (
            session.previous_digest is not None
            and hmac.compare_digest(token.digest, session.previous_digest)
            and self._clock() - session.rotated_at <= GRACE
        )

    def _token(self, session: Session, generation: int) -> RefreshToken:
        return RefreshToken.make(session.account_id, session.id, generation, self._derive)

    def _pair(self, account: Account, token: RefreshToken) -> TokenPair:
        access = self._access_tokens.issue(account, token.session_id)
        return TokenPair(access, token.text, int(self._access_tokens.lifetime.total_seconds()))
