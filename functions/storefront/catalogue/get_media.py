"""A product's picture, by the hash of its content, in one of three widths."""

from souk.http.endpoint import ANYONE, Request, Response, endpoint
from souk.http.messages import immutable
from souk.selling.photos.model import WIDTHS
from souk.storefront.catalogue.service.photos import rendition_tag
from souk.wiring.catalogue import picture_url, rendition


@endpoint(
    "GET /media/{hash}",
    roles=ANYONE,
    choices={"width": WIDTHS},
    content_types=("image/jpeg",),
    answers={302: None, 304: None},
    headers=("ETag", "Cache-Control"),
)
def handler(request: Request) -> Response:
    """A public picture, `width` pixels wide at most; without a width a redirect to it in full, valid for minutes."""
    content_hash, width = request.params["hash"], request.choices["width"]
    if width is not None:
        tag = rendition_tag(content_hash, width)
        return immutable(request, tag, "image/jpeg", lambda: rendition(content_hash, width))
    headers = {"Location": picture_url(content_hash, request.method), "Cache-Control": "public, max-age=300"}
    return Response(status=302, headers=headers)
