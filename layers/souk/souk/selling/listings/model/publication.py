"""A listing at one marketplace: whether it is live there, and why it failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from souk.shared.failure_reason import Failure


class PublicationStatus(StrEnum):
    PUBLISHING = "publishing"
    LIVE = "live"
    REVISING = "revising"
    ENDING = "ending"
    ENDED = "ended"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"


_AT_WORK = frozenset({PublicationStatus.PUBLISHING, PublicationStatus.REVISING, PublicationStatus.ENDING})
_UP = frozenset({PublicationStatus.LIVE, PublicationStatus.REVISING, PublicationStatus.ENDING})


@dataclass(frozen=True, slots=True)
class Publication:
    """A listing at one marketplace. `attempt` rises only when the earlier one is known to have ended.

    `sent`: the attempt may have reached the marketplace, and it is unknown whether it published anything there.
    """

    marketplace: str
    status: PublicationStatus
    attempt: int = 1
    external_id: str | None = None
    url: str | None = None
    fees: tuple[Mapping[str, Any], ...] = ()
    notices: tuple[Mapping[str, str], ...] = ()
    error: Failure | None = None
    sent: bool = False

    @property
    def at_work(self) -> bool:
        """The marketplace has to publish, revise or end it."""
        return self.status in _AT_WORK

    @property
    def up(self) -> bool:
        """Buyers can see it."""
        return self.status in _UP

    @property
    def may_be_up(self) -> bool:
        return self.up or self.status is PublicationStatus.UNCONFIRMED

    def refused(self, failure: Failure) -> Publication:
        """The marketplace refused. A live publication stays live; one that may have been published stays unconfirmed.

        A refusal, for example of a revoked token, does not say what became of an earlier attempt.
        """
        if self.external_id is None and (self.sent or self.status is PublicationStatus.ENDING):
            return self.unanswered(failure)
        status = PublicationStatus.FAILED if self.external_id is None else PublicationStatus.LIVE
        return replace(self, status=status, error=failure)

    def ended(self, failure: Failure | None = None) -> Publication:
        """It is not live any more; `failure` says why, unless its owner asked for it."""
        return replace(self, status=PublicationStatus.ENDED, error=failure, sent=False)

    def unanswered(self, failure: Failure) -> Publication:
        """The marketplace did not answer after all retries."""
        status = PublicationStatus.UNCONFIRMED if self.external_id is None else PublicationStatus.LIVE
        return replace(self, status=status, error=failure)
