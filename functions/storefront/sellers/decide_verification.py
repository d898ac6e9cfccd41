"""POST /sellers/{id}/verification: an operator verifies, rejects, suspends or reinstates a shop."""

from souk.http.endpoint import Request, endpoint
from souk.storefront.sellers.schemas import Verdict, VerdictOut
from souk.wiring.auth import reload_caller
from souk.wiring.sellers import shops


def replay(request: Request, ruling_id: str) -> VerdictOut:
    return VerdictOut.of(*shops().ruling(request.params["id"], ruling_id))


@endpoint(roles=frozenset({"Operator"}), body=Verdict, returns=VerdictOut, replay=replay, admit=reload_caller)
def handler(request: Request) -> VerdictOut:
    """Decide about a shop; recorded with the operator and the reason."""
    verdict = request.body
    decided = shops().decide(
        request.params["id"], verdict.decision, verdict.reason, request.caller.id, request.idempotency
    )
    return VerdictOut.of(*decided)
