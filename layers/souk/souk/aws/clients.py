"""botocore clients, made when first needed and kept for the life of the execution environment (docs/adr/0005)."""

from __future__ import annotations

from functools import cache
from typing import Any

# A dependency that does not answer in a few seconds is treated as down; API Gateway gives up after 30.
_CONNECT_SECONDS = 2
_READ_SECONDS = 8
_ATTEMPTS = 3
# A model thinks for longer, and is paid for each time it is asked: only the workflow asks again.
_MODEL = "bedrock-runtime"
_MODEL_READ_SECONDS = 45


@cache
def client(service: str) -> Any:
    """The client of one AWS service. The caller gives it its type, such as `KMSClient`."""
    from botocore.config import Config

    return _session().create_client(
        service,
        config=Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_MODEL_READ_SECONDS if service == _MODEL else _READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": 1 if service == _MODEL else _ATTEMPTS},
            # Left to itself botocore presigns for the global host, which sends a new bucket's callers on to its region:
            # there the signature, made for another host, is wrong.
            s3={"addressing_style": "path" if _local() else "virtual"},
            signature_version="s3v4" if service == "s3" else None,
            # No validation in the client: requests are built by typed code, and AWS validates them.
            parameter_validation=False,
            user_agent="souk",
        ),
    )


@cache
def _session() -> Any:
    """One for all clients: it caches the files that each of them needs."""
    import botocore.session

    return botocore.session.get_session()


def _local() -> bool:
    from souk.aws.settings import is_local

    return is_local()
