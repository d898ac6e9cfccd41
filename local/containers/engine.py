"""The container engine that `sam local` uses, and how its containers reach this machine."""

from __future__ import annotations

import ipaddress
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import docker  # type: ignore[import-untyped]
from docker.errors import DockerException  # type: ignore[import-untyped]

from local.problems import Unusable

_USUAL_SOCKET: Final = "unix:///var/run/docker.sock"
_PATIENCE: Final = 20
"""Seconds for an answer of the engine."""
_LOOPBACK: Final = "127.0.0.1"
_THIS_MACHINE: Final = frozenset({_LOOPBACK, "localhost", "::1"})
_PRIVATE: Final = tuple(ipaddress.IPv4Network(net) for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
"""Of RFC 1918. `is_private` would take others, too: 0.0.0.0, which is every address of this machine, for one."""
_VM_HOST: Final = "host.docker.internal"
"""How containers name the machine around the engine's virtual machine. That name reaches its loopback address."""


@dataclass(frozen=True, slots=True)
class Engine:
    """`host`: how containers name this machine. `listen`: the address of this machine behind that name. `callers`: the
    network that connections from containers come from.
    """

    host: str
    listen: str
    callers: ipaddress.IPv4Network | ipaddress.IPv6Network
    has_image: bool


def find_engine(image: str) -> Engine:
    """The engine that DOCKER_HOST names, or the one at Docker's usual socket.

    Raises Unusable when there is none, or when its containers cannot reach this machine's loopback address.
    """
    place = os.environ.get("DOCKER_HOST") or _USUAL_SOCKET
    try:
        # Its own timeout is 60 s for every request, the first of which is made here.
        client = docker.from_env(timeout=_PATIENCE)
        info = client.info()
        gateway = client.api.inspect_network("bridge")
        has_image = bool(client.images.list(name=image))
        client.close()
    except (DockerException, OSError) as error:
        raise Unusable(
            f"No container engine answers at {place}: start Docker, or podman with its Docker socket, "
            f"or name another one with DOCKER_HOST=... ({error})"
        ) from error
    return reach(place, info, gateway, has_image=has_image)


def reach(
    place: str, info: Mapping[str, Any], bridge: Mapping[str, Any], *, has_image: bool, platform: str = sys.platform
) -> Engine:
    """How containers of an engine at `place` reach this machine; `info` and `bridge` are the answers of its API."""
    address = urlsplit(place)
    if address.scheme not in {"unix", "npipe"} and address.hostname not in _THIS_MACHINE:
        raise Unusable(
            f"The container engine at {place} is on another machine: its containers cannot reach the local cloud here."
        )
    if platform != "linux" or info.get("OperatingSystem") == "Docker Desktop":
        return Engine(_VM_HOST, _LOOPBACK, ipaddress.ip_network("127.0.0.0/8"), has_image)
    if any("rootless" in option for option in info.get("SecurityOptions") or ()):
        raise Unusable(
            f"The container engine at {place} runs without root rights: its containers cannot reach 127.0.0.1 of this "
            "machine, where the local cloud is. Name an engine that runs as root with DOCKER_HOST=..."
        )
    return _on_bridge(place, bridge, has_image=has_image)


def _on_bridge(place: str, bridge: Mapping[str, Any], *, has_image: bool) -> Engine:
    """Raises Unusable unless the bridge is a private network that holds its gateway.

    The relay binds the gateway even where no interface has it, so a wrong answer would not fail there: it would open
    the local cloud to others.
    """
    for network in (bridge.get("IPAM") or {}).get("Config") or ():
        try:
            gateway = ipaddress.ip_address(network.get("Gateway") or "")
            callers = ipaddress.ip_network(network.get("Subnet") or "")
        except ValueError:
            continue
        if gateway.version != 4 or callers.version != 4:
            continue
        if gateway not in callers or not any(callers.subnet_of(private) for private in _PRIVATE):
            raise Unusable(
                f"The container engine at {place} names {gateway} in {callers} for its network `bridge`: that is no "
                "private network with its gateway, and the local cloud is not opened to another one."
            )
        return Engine(str(gateway), str(gateway), callers, has_image)
    raise Unusable(f"The container engine at {place} has no IPv4 address with its subnet for its network `bridge`.")
