"""The contract and the page that shows it: files of the docs layer, in one flat folder, compressed."""

from __future__ import annotations

import gzip
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from souk.http.messages import Request, Response
from souk.shared.errors import NotFound

CONTRACT: Final = "openapi.json"
PAGE: Final = "index.html"

_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
}
# Nothing from other origins, no inline script or style: the page only calls this API and shows its answers.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "Cache-Control": "public, max-age=300",
    "Vary": "Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def read(name: str) -> bytes:
    """A file of the layer, decompressed. Raises NotFound unless it is there under exactly this name."""
    return gzip.decompress(_read_compressed(name))


def answer(name: str, request: Request) -> Response:
    """A file of the layer, compressed for clients that accept gzip. Raises NotFound."""
    suffix = Path(name).suffix
    headers = {**_HEADERS, "Content-Security-Policy": _POLICY} if suffix == ".html" else _HEADERS
    content = _read_compressed(name)
    if _accepts_gzip(request.headers.get("accept-encoding", "")):
        return Response(content, headers={**headers, "Content-Encoding": "gzip"}, content_type=_TYPES[suffix])
    return Response(gzip.decompress(content), headers=headers, content_type=_TYPES[suffix])


def _read_compressed(name: str) -> bytes:
    # Looked up among the existing names, so that no name can lead to another folder.
    file = _files().get(name)
    if file is None:
        raise NotFound("There is no such file.")
    return file.read_bytes()


@cache
def _files() -> dict[str, Path]:
    found = find_spec("souk_docs")
    folders = found.submodule_search_locations if found else None
    if not folders:
        raise FileNotFoundError("the docs layer is not on the path of this function")
    return {file.stem: file for folder in folders for file in Path(folder).glob("*.gz")}


def _accepts_gzip(accepted: str) -> bool:
    for entry in accepted.lower().split(","):
        coding, *parameters = (part.strip() for part in entry.split(";"))
        if coding == "gzip":
            return not any(part.removeprefix("q=").strip("0.") == "" for part in parameters if part.startswith("q="))
    return False
