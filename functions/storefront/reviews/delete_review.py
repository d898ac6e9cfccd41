"""Its author deletes a review."""

from souk.http.endpoint import SIGNED_IN, Request, endpoint
from souk.wiring.reviews import reviews


@endpoint("DELETE /products/{id}/reviews/{review_id}", roles=SIGNED_IN, status=204, if_match=True)
def handler(request: Request) -> None:
    """Delete one's own review; the product can then be reviewed again."""
    reviews().remove(request.caller.id, request.params["id"], request.params["review_id"], request.if_match)
