"""Sessions: opening one, moving its refresh token on, ending it. Rule: a token that is used twice ends its family."""

from __future__ import annotations

import hmac
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from souk.accounts.auth.model import Account, NotARefreshToken, Session, SignedIn, TokenPair
from souk.accounts.auth.service.access_tokens import AccessTokens
from souk.accounts.auth.service.refresh_tokens import Derive, RefreshToken
from souk.shared.clock import Clock, NewId
from souk.shared.errors import Unauthenticated

# A client whose answer was lost, or that asks from two tabs, repeats itself within this time (rule 31).
GRACE = timedelta(seconds=10)
_ROUNDS = 4


class SessionStore(Protocol):
    def account_and_session(self, account_id: str, session_id: str) -> tuple[Account | None, Session | None]: ...

    def rotate(self, session: Session, rotated: Session) -> bool:
        """False: another call has moved or ended `session`."""
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
        """A session that is yet to be stored, and its tokens."""
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
        """The next pair of tokens, with the account's roles of now.

        Raises Unauthenticated: `refresh_token_reused` when the token was used before, which ends the session;
        else `invalid_refresh_token`.
        """
        token = RefreshToken.parse(text)
        for _ in range(_ROUNDS):
            account, session = self._store.account_and_session(token.account_id, token.session_id)
            if session is None or session.expires_at <= self._clock():
                raise NotARefreshToken
            if account is None or account.is_suspended:
                self._store.end_session(session.account_id, session.id)
                raise NotARefreshToken
            pair = self._next(account, session, token)
            if pair is not None:
                return SignedIn(account, pair)
        raise NotARefreshToken

    def end(self, account_id: str, session_id: str) -> None:
        self._store.end_session(account_id, session_id)

    def _next(self, account: Account, session: Session, token: RefreshToken) -> TokenPair | None:
        """None: another call came first; look again."""
        if hmac.compare_digest(token.digest, session.current_digest):
            return self._rotate(account, session)
        if self._is_repeated(session, token):
            return self._pair(account, self._token(session, session.generation))
        if token.generation < session.generation and token.is_genuine(self._derive):
            self._store.end_session(session.account_id, session.id)
            raise Unauthenticated(
                "The refresh token was used before, so its session has ended. Sign in again.",
                code="refresh_token_reused",
            )
        raise NotARefreshToken

    def _rotate(self, account: Account, session: Session) -> TokenPair | None:
        successor = self._token(session, session.generation + 1)
        # Made before the write: a failing key service must not use the old token up.
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
        return pair if self._store.rotate(session, rotated) else None

    def _is_repeated(self, session: Session, token: RefreshToken) -> bool:
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
