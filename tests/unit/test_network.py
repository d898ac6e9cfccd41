"""Unit tests cannot reach the network."""

from __future__ import annotations

import socket

import pytest
from pytest_socket import SocketBlockedError


def test_a_unit_test_cannot_open_a_socket() -> None:
    with pytest.raises((SocketBlockedError, UserWarning), match="socket"):
        socket.socket()
