"""GET /openapi.json: this contract."""

from souk.http.endpoint import ANYONE, Request, Response, endpoint
from souk.operations.documentation.presenter.documents import CONTRACT, answer


@endpoint(roles=ANYONE)
def handler(request: Request) -> Response:
    """The contract as an OpenAPI document."""
    return answer(CONTRACT, request)
