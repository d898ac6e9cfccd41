"""This contract."""

from souk.http.endpoint import ANYONE, AtRoot, Request, Response, endpoint
from souk.operations.documentation.presenter.documents import CONTRACT, answer


@endpoint(
    "GET /openapi.json",
    roles=ANYONE,
    also={"root": AtRoot("GET /openapi.json")},
    content_types=("application/json",),
)
def handler(request: Request) -> Response:
    """The contract as an OpenAPI document."""
    return answer(CONTRACT, request)
