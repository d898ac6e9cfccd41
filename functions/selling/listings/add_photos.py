"""Reference photos, announced for presigned uploads or sent as multipart/form-data, which takes less.

JPEG, PNG, WebP, HEIC and AVIF, each known by its bytes: neither its name nor its content type counts.
"""

from souk.http.endpoint import SIGNED_IN, Request, Response, endpoint
from souk.http.uploads import FilesForm, is_multipart, read_files
from souk.selling.listings.presenter import present_uploads
from souk.selling.photos.schemas import PhotosOut, UploadsRequest
from souk.wiring.listings import listings, media_store

PHOTOS = FilesForm("file")


def replay(request: Request, made: str) -> Response:
    """`made` are the photos' ids; bytes that did not arrive the first time are brought now."""
    listing, photo_ids = listings().get(request.caller.id, request.params["id"]), made.split(",")
    if is_multipart(request):
        listings().bring(listing, photo_ids, read_files(request, PHOTOS))
        return present_uploads(listing, (), media_store())
    return present_uploads(listing, listings().uploads_of(listing, photo_ids, request.body.files), media_store())


@endpoint(
    "POST /listings/{id}/photos",
    roles=SIGNED_IN,
    body=UploadsRequest,
    form=PHOTOS,
    returns=PhotosOut,
    status=201,
    headers=("ETag", "Location"),
    replay=replay,
)
def handler(request: Request) -> Response:
    """Announce or send photos; each is `pending` until it has been checked."""
    owner_id, listing_id = request.caller.id, request.params["id"]
    if is_multipart(request):
        files = read_files(request, PHOTOS)
        listing = listings().add_uploaded(owner_id, listing_id, files, request.idempotency)
        return present_uploads(listing, (), media_store())
    listing, uploads = listings().request_uploads(owner_id, listing_id, request.body.files, request.idempotency)
    return present_uploads(listing, uploads, media_store())
