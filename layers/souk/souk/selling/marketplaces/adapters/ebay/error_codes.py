"""eBay's error codes, and the error that each becomes here: final, to be retried, or for the seller to resolve.

Whether there is an error at all is decided by Ack and SeverityCode, not by a code.
"""

from __future__ import annotations

from souk.selling.marketplaces.adapters.ebay.replies import VENDOR, Reply
from souk.selling.marketplaces.model import PublicationEnded
from souk.shared.errors import VendorFailed, VendorProblem, VendorRefused, VendorThrottled

DUPLICATE_UUID = "488"
DUPLICATE_LISTING = "21919067"
ACCOUNT_RESTRICTED = "240"
# Deleted or never existed; no listing with this SKU.
NOTHING_THERE = ("17", "21916270")
# Ended already; an ended listing cannot be revised (the codes for auctions and for fixed prices).
_ENDED = frozenset({"1047", "291", "21916750"})

_TOKEN_REFUSED = frozenset(
    {"930", "931", "932", "16110", "17470", "21916017", "21916018", "21916984", "21917053", "21917055"}
)
_THROTTLED = frozenset({"518", "21919144"})
# Internal error, picture server unreachable, eBay unreachable.
_TRANSIENT = frozenset({"10007", "21916543", "21916803"})


def token_refused(reply: Reply) -> bool:
    """Whether eBay refused the access token rather than the request. Nothing took effect then."""
    return not reply.accepted and any(error.code in _TOKEN_REFUSED for error in reply.faults)


def problems(reply: Reply) -> tuple[VendorProblem, ...]:
    """Every reason of a refusal, in eBay's words. The reason of error 240 is in the reply's Message."""
    reasons = tuple(error.problem for error in reply.faults)
    if reply.message is None:
        return reasons
    code = ACCOUNT_RESTRICTED if reply.fault(ACCOUNT_RESTRICTED) else "Message"
    return (*reasons, VendorProblem(code, reply.message))


def error_of(reply: Reply) -> VendorFailed | VendorRefused:
    """The error to raise for a refused call. A single final reason makes the refusal final."""
    if any(error.code in _ENDED for error in reply.faults):
        return PublicationEnded(VENDOR, problems(reply))
    if any(error.code in _THROTTLED for error in reply.faults):
        return VendorThrottled(VENDOR, _joined(reply))
    if all(error.system or error.code in _TRANSIENT for error in reply.faults):
        return VendorFailed(VENDOR, _joined(reply))
    return VendorRefused(VENDOR, problems(reply))


def _joined(reply: Reply) -> str:
    return " ".join(problem.message for problem in problems(reply))
