"""An operator verifies, rejects, suspends or reinstates a shop."""

from souk.http.endpoint import Request, endpoint
from souk.storefront.sellers.presenter import present_decision
from souk.storefront.sellers.schemas import DecisionOut, NewDecision
from souk.wiring.auth import reload_caller
from souk.wiring.sellers import shops


def replay(request: Request, decision_id: str) -> DecisionOut:
    return present_decision(*shops().decision(request.params["id"], decision_id))


@endpoint(
    "POST /sellers/{id}/verification",
    roles=frozenset({"Operator"}),
    body=NewDecision,
    returns=DecisionOut,
    replay=replay,
    reload=reload_caller,
)
def handler(request: Request) -> DecisionOut:
    """Decide about a shop; recorded with the operator and the reason."""
    wanted = request.body
    decided = shops().decide(
        request.params["id"], wanted.decision, wanted.reason, request.caller.id, request.idempotency
    )
    return present_decision(*decided)
