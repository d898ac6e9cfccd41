"""Photos of a product, announced for presigned uploads or sent as multipart/form-data, which takes less.

JPEG, PNG, WebP, HEIC and AVIF, each known by its bytes: neither its name nor its content type counts.
"""

from souk.http.endpoint import Request, Response, endpoint
from souk.http.uploads import FilesForm, is_multipart, read_files
from souk.selling.photos.schemas import PhotosOut, UploadsRequest
from souk.storefront.catalogue.presenter import respond_with_uploads
from souk.wiring.catalogue import catalogue

PHOTOS = FilesForm("file")


def replay(request: Request, photo_ids: str) -> Response:
    """`photo_ids` are joined by commas. Bytes that did not arrive with the first call are stored now."""
    owned, ids = catalogue().get(request.caller.id, request.params["id"]), photo_ids.split(",")
    if is_multipart(request):
        catalogue().bring(owned.product, ids, read_files(request, PHOTOS))
        return respond_with_uploads(request, owned, ())
    uploads = catalogue().uploads_of(owned.product, ids, request.body.files)
    return respond_with_uploads(request, owned, uploads)


@endpoint(
    "POST /products/{id}/images",
    roles=frozenset({"seller"}),
    body=UploadsRequest,
    form=PHOTOS,
    returns=PhotosOut,
    status=201,
    headers=("ETag", "Location"),
    replay=replay,
)
def handler(request: Request) -> Response:
    """Announce or send photos; each is `pending` until it has been checked, and then among the product's images."""
    seller_id, product_id = request.caller.id, request.params["id"]
    if is_multipart(request):
        files = read_files(request, PHOTOS)
        owned = catalogue().add_uploaded(seller_id, product_id, files, request.idempotency)
        return respond_with_uploads(request, owned, ())
    owned, uploads = catalogue().request_uploads(seller_id, product_id, request.body.files, request.idempotency)
    return respond_with_uploads(request, owned, uploads)
