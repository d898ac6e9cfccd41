"""GET /docs: a page to read the contract and to try it, and the files that the page needs."""

from souk.http.endpoint import ANYONE, Request, Response, endpoint
from souk.operations.documentation.presenter.documents import PAGE, answer


@endpoint(roles=ANYONE)
def handler(request: Request) -> Response:
    """The page of the contract, or one of its files."""
    return answer(request.params.get("asset", PAGE), request)
