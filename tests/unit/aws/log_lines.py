"""What is logged, as a test can read it: the handler keeps the stream that it was made with."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest

from souk.aws.logging import logger


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    handler: Any = logger().registered_handler
    written = io.StringIO()
    before = handler.setStream(written)
    yield written
    handler.setStream(before)
