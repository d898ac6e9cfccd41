"""The stack with all that is planned in it: how many resources it will have, while there is time to change its shape.

What is planned is counted from the requirements, by domain, and shaped like what is there today: each planned resource
is a copy of one of the template's own. What has been built of it since is no longer added.
"""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from tests.template.stack import MOST_ROLES_PER_FUNCTION, sources, template
from tooling.contract.gateway import invoke_role

FUNCTIONS_BEFORE: Final = 98
"""How many there were when this was planned."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What a domain is to have. All but the endpoints work in the background."""

    domain: str
    endpoints: int
    stream_readers: int = 0
    sweeps: int = 0
    upload_readers: int = 0
    steps: int = 0

    @property
    def functions(self) -> int:
        return self.endpoints + self.stream_readers + self.sweeps + self.upload_readers + self.steps


PLANNED: Final = (
    Planned("selling/inventory", endpoints=22, stream_readers=1, upload_readers=1, steps=3),
    Planned("deals/projects", endpoints=6, upload_readers=1),
    Planned("deals/slots", endpoints=5),
    Planned("deals/skus", endpoints=7),
    Planned("deals/bids", endpoints=13, stream_readers=1, sweeps=1),
    Planned("live/streams", endpoints=14, stream_readers=1, sweeps=1),
    Planned("live/chat", endpoints=5),
    Planned("live/realtime", endpoints=3, stream_readers=1, steps=2),  # those of the WebSocket count as steps
)
ELSEWHERE: Final = Planned("accounts/auth", endpoints=20)
"""In domains of today: tokens and passwords, connecting platforms, bulk changes, suggestions, public pages, views for
operators. They belong to several domains; here they are all in one.
"""
TABLES: Final = ("InventoryTable", "DealsTable", "StreamsTable", "ConnectionsTable")
WORKFLOWS: Final = ("Posting", "Bid")
WEBSOCKET: Final = {
    "LiveApi": "AWS::ApiGatewayV2::Api",
    "LiveStage": "AWS::ApiGatewayV2::Stage",
    "LiveConnectRoute": "AWS::ApiGatewayV2::Route",
    "LiveDisconnectRoute": "AWS::ApiGatewayV2::Route",
    "LiveDefaultRoute": "AWS::ApiGatewayV2::Route",
    "LiveConnectIntegration": "AWS::ApiGatewayV2::Integration",
    "LiveDisconnectIntegration": "AWS::ApiGatewayV2::Integration",
    "LiveDefaultIntegration": "AWS::ApiGatewayV2::Integration",
    "LiveAuthorizer": "AWS::ApiGatewayV2::Authorizer",
    "LiveAuthorizerPermission": "AWS::Lambda::Permission",
    "LiveAlarm": "AWS::CloudWatch::Alarm",
}
HOSTING: Final = {
    "SiteBucket": "AWS::S3::Bucket",
    "SiteBucketPolicy": "AWS::S3::BucketPolicy",
    "SiteDistribution": "AWS::CloudFront::Distribution",
    "SiteOriginAccess": "AWS::CloudFront::OriginAccessControl",
    "SiteHeaders": "AWS::CloudFront::ResponseHeadersPolicy",
}
# A function of each kind that is there already, with its events and what becomes of its failures.
_LIKE: Final = {
    "endpoints": "GetOrderFunction",
    "stream_readers": "CountSalesFunction",
    "sweeps": "SweepOrdersFunction",
    "upload_readers": "ProcessImageFunction",
    "steps": "CloseUnpaidOrderFunction",
}


def whole_contract() -> dict[str, Any]:
    """The template with all that is planned, unprocessed."""
    whole = deepcopy(template())
    resources = whole["Resources"]
    new = {planned.domain for planned in PLANNED}
    built = Counter(domain for domain, _ in sources().values())
    for planned in PLANNED:
        _add_domain(whole, planned, built[planned.domain])
    built_elsewhere = sum(count for domain, count in built.items() if domain not in new) - FUNCTIONS_BEFORE
    _add_functions(whole, ELSEWHERE, built_elsewhere)
    for table in TABLES:
        resources.setdefault(table, deepcopy(resources["OrdersTable"]))
    for workflow in WORKFLOWS:
        _add_workflow(resources, workflow)
    for name, kind in (WEBSOCKET | HOSTING).items():
        resources.setdefault(name, {"Type": kind, "Properties": {}})
    return whole


def _add_domain(whole: dict[str, Any], planned: Planned, built: int) -> None:
    role = deepcopy(whole["Resources"][invoke_role("storefront/orders")])
    whole["Resources"].setdefault(invoke_role(planned.domain), role)
    _add_functions(whole, planned, built)


def _add_functions(whole: dict[str, Any], planned: Planned, built: int) -> None:
    """Those of the domain that are not among the first `built`, with their share of roles."""
    resources, name = whole["Resources"], planned.domain.rpartition("/")[2].capitalize()
    kinds = [kind for kind in _LIKE for _ in range(getattr(planned, kind))][built:]
    roles = [f"Planned{name}{number}Role" for number in range(int(MOST_ROLES_PER_FUNCTION * len(kinds)))]
    resources.update({role: deepcopy(resources["GetOrderRole"]) for role in roles})
    paths = resources["Api"]["Properties"]["DefinitionBody"]["paths"]
    for number, kind in enumerate(kinds):
        function = f"Planned{name}{number}Function"
        resources[function] = deepcopy(resources[_LIKE[kind]])
        if roles:
            resources[function]["Properties"]["Role"] = {"Fn::GetAtt": [roles[number % len(roles)], "Arn"]}
        if kind == "endpoints":
            paths[f"/planned/{name}/{number}"] = _path_to(function, planned.domain)


def _path_to(function: str, domain: str) -> dict[str, Any]:
    path: dict[str, Any] = deepcopy(
        template()["Resources"]["Api"]["Properties"]["DefinitionBody"]["paths"]["/api/v1/orders/{id}"]
    )
    integration = path["get"]["x-amazon-apigateway-integration"]
    integration["uri"]["Fn::Sub"] = integration["uri"]["Fn::Sub"].replace("GetOrderFunction", function)
    integration["credentials"] = {"Fn::GetAtt": [invoke_role(domain), "Arn"]}
    return path


def _add_workflow(resources: dict[str, Any], name: str) -> None:
    for kind in ("OrderWorkflow", "OrderWorkflowRole", "FailedOrderExecutionsAlarm", "TimedOutOrderExecutionsAlarm"):
        resources.setdefault(kind.replace("Order", name), deepcopy(resources[kind]))
