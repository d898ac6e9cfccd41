"""The caller's address book."""

from souk.accounts.addresses.schemas import AddressOut
from souk.http.endpoint import SIGNED_IN, Request, Response, endpoint
from souk.http.pagination import PageQuery, from_cursor, next_link, to_cursor
from souk.wiring.identity import addresses


@endpoint("GET /users/addresses", roles=SIGNED_IN, query=PageQuery, returns=list[AddressOut])
def handler(request: Request) -> Response:
    """The caller's addresses, newest first."""
    book = addresses().book(request.caller.id)
    after = from_cursor(request.query.cursor, "id")
    page, following = book.page(request.query.limit, after["id"] if after else None)
    return Response(
        [AddressOut.of(address, address.id == book.default_id) for address in page],
        headers=next_link(request, to_cursor({"id": following} if following else None)),
    )
