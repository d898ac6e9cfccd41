"""Files that come through the API as multipart/form-data, for clients that cannot send to a presigned address."""

from __future__ import annotations

from io import BytesIO
from typing import Final, NamedTuple

from souk.http.messages import Request
from souk.shared.errors import FieldProblem, InvalidRequest, PayloadTooLarge

MULTIPART: Final = "multipart/form-data"
MOST_BYTES: Final = 4 * 1024 * 1024
"""Of the whole body: the gateway hands a function at most 6 MB, and base64 takes a third of that."""
_UNKNOWN_TYPE: Final = "application/octet-stream"
_LONGEST_TYPE: Final = 127


class FilesForm(NamedTuple):
    """A form of files: the name of its field. Clients guess content types from names: the bytes decide, not here."""

    field: str

    @property
    def content_type(self) -> str:
        return MULTIPART


def is_multipart(request: Request) -> bool:
    return request.content_type == MULTIPART


def read_files(request: Request, form: FilesForm) -> list[tuple[str, bytes]]:
    """The parts of the form's field: (content type as the client says, bytes) each.

    Raises PayloadTooLarge, or InvalidRequest when there is none or the body is malformed.
    """
    from python_multipart.exceptions import FormParserError
    from python_multipart.multipart import File, create_form_parser

    if len(request.raw_body) > MOST_BYTES:
        raise PayloadTooLarge(
            f"At most {MOST_BYTES >> 20} MB come through here. Announce larger files: send"
            ' {"files": [{"size": BYTES}]} as JSON to the same address, then each file to the address in the answer.'
        )
    files: list[tuple[str, bytes]] = []

    def on_file(file: File) -> None:
        if file.field_name == form.field.encode():
            file.file_object.seek(0)
            files.append((_media_type(file.content_type), file.file_object.read()))

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
        problem = FieldProblem("body", "is malformed multipart/form-data", "wrong_format")
        raise InvalidRequest("The multipart body is malformed.", [problem]) from error
    if not files:
        raise InvalidRequest(
            f"Send at least one file as `{form.field}`.", [FieldProblem(form.field, "is required", "required")]
        )
    return files


def _media_type(given: str | None) -> str:
    """It becomes a header of the stored file: printable ASCII, or it is dropped."""
    is_a_header = given and len(given) <= _LONGEST_TYPE and given.isascii() and given.isprintable()
    return given.lower() if given and is_a_header else _UNKNOWN_TYPE
