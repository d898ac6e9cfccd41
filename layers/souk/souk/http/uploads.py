"""Files that come through the API as multipart/form-data, for clients that cannot send to a presigned address."""

from __future__ import annotations

from io import BytesIO
from typing import Final, NamedTuple

from souk.http.messages import Request
from souk.shared.errors import FieldProblem, InvalidRequest, PayloadTooLarge, UnsupportedMediaType

MULTIPART: Final = "multipart/form-data"
MOST_BYTES: Final = 4 * 1024 * 1024
"""Of the whole body: the gateway hands a function at most 6 MB, and base64 takes a third of that."""


class FilesForm(NamedTuple):
    """A form of files: the name of its field, and the content types that are taken."""

    field: str
    accepted: frozenset[str]

    @property
    def content_type(self) -> str:
        return MULTIPART


def is_multipart(request: Request) -> bool:
    return request.headers.get("content-type", "").split(";")[0].strip().lower() == MULTIPART


def read_files(request: Request, form: FilesForm) -> list[tuple[str, bytes]]:
    """The parts of the form's field: (content type, bytes) each.

    Raises PayloadTooLarge, UnsupportedMediaType, or InvalidRequest when there is none or the body is malformed.
    """
    from python_multipart.exceptions import FormParserError
    from python_multipart.multipart import File, create_form_parser

    if len(request.raw_body) > MOST_BYTES:
        raise PayloadTooLarge(f"At most {MOST_BYTES >> 20} MB come through here. Announce larger files instead.")
    files: list[tuple[str, bytes]] = []

    def on_file(file: File) -> None:
        if file.field_name == form.field.encode():
            file.file_object.seek(0)
            files.append(((file.content_type or "").lower(), file.file_object.read()))

    try:
        parser = create_form_parser(
            {"Content-Type": request.headers["content-type"].encode()},
            None,
            on_file,
            config={"MAX_MEMORY_FILE_SIZE": MOST_BYTES, "MAX_BODY_SIZE": MOST_BYTES},
        )
        body = BytesIO(request.raw_body)
        while chunk := body.read(65_536):
            parser.write(chunk)
        parser.finalize()
    except (FormParserError, ValueError) as error:
        raise InvalidRequest("The multipart body is malformed.") from error
    if not files:
        raise InvalidRequest(
            f"Send at least one file as `{form.field}`.", [FieldProblem(form.field, "is required", "required")]
        )
    for content_type, _ in files:
        if content_type not in form.accepted:
            raise UnsupportedMediaType(f"Send one of {', '.join(sorted(form.accepted))}.")
    return files
