"""What a refusal means for us: whose fault it is and whether the same request may be sent again.

Codes choose only the reaction; whether there was an error at all is Ack's and SeverityCode's to say.
"""

from __future__ import annotations

from souk.selling.marketplaces.adapters.ebay.replies import VENDOR, Reply
from souk.selling.marketplaces.model import PublicationEnded
from souk.shared.errors import VendorFailed, VendorProblem, VendorRefused, VendorThrottled

DUPLICATE_UUID = "488"
DUPLICATE_LISTING = "21919067"
ACCOUNT_RESTRICTED = "240"
# Deleted or never there; no listing under this SKU.
NOTHING_THERE = ("17", "21916270")
# Closed already; no revision of what has ended, by the words for auctions and by those for fixed prices.
_ENDED = frozenset({"1047", "291", "21916750"})

_TOKEN_REFUSED = frozenset(
    {"930", "931", "932", "16110", "17470", "21916017", "21916018", "21916984", "21917053", "21917055"}
)
_THROTTLED = frozenset({"518", "21919144"})
# Internal error, picture server out of reach, eBay out of reach.
_TRANSIENT = frozenset({"10007", "21916543", "21916803"})


def token_refused(reply: Reply) -> bool:
    """Whether eBay refused the caller rather than the request. Nothing took effect then."""
    return not reply.accepted and any(error.code in _TOKEN_REFUSED for error in reply.faults)


def problems(reply: Reply) -> tuple[VendorProblem, ...]:
    """Every reason of a refusal, word for word. Error 240 says nothing; its reason stands in the reply's Message."""
    reasons = tuple(error.problem for error in reply.faults)
    if reply.message is None:
        return reasons
    code = ACCOUNT_RESTRICTED if reply.fault(ACCOUNT_RESTRICTED) else "Message"
    return (*reasons, VendorProblem(code, reply.message))


def error_of(reply: Reply) -> VendorFailed | VendorRefused:
    """The error to raise for a refused call. One reason that is final makes the refusal final."""
    if any(error.code in _ENDED for error in reply.faults):
        return PublicationEnded(VENDOR, problems(reply))
    if any(error.code in _THROTTLED for error in reply.faults):
        return VendorThrottled(VENDOR, _joined(reply))
    if all(error.system or error.code in _TRANSIENT for error in reply.faults):
        return VendorFailed(VENDOR, _joined(reply))
    return VendorRefused(VENDOR, problems(reply))


def _joined(reply: Reply) -> str:
    return " ".join(problem.message for problem in problems(reply))
