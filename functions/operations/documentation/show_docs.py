"""A page to read the contract and to try it, and the files that the page needs."""

from souk.http.endpoint import ANYONE, AtRoot, Request, Response, endpoint
from souk.operations.documentation.presenter.documents import PAGE, answer


@endpoint(
    "GET /docs",
    roles=ANYONE,
    also={"asset": "GET /docs/{asset}", "root_page": AtRoot("GET /docs"), "root_asset": AtRoot("GET /docs/{asset}")},
    content_types=("text/html", "text/css", "text/javascript", "text/plain"),
)
def handler(request: Request) -> Response:
    """The page of the contract, or one of its files."""
    return answer(request.params.get("asset", PAGE), request)
