"""How containers reach this machine is found out from the engine; what cannot work is said in a sentence."""

from __future__ import annotations

import gc
import ipaddress
import json
from pathlib import Path
from typing import Any

import pytest

from local.containers.engine import Engine, find_engine, reach
from local.problems import Unusable
from tests.unit.local.containers.serving import Request, serving

BRIDGE: dict[str, Any] = {"IPAM": {"Config": [{"Subnet": "10.88.0.0/16", "Gateway": "10.88.0.1"}]}}
IMAGE = "public.ecr.aws/lambda/python:3.13-x86_64"
SOCKET = "unix:///var/run/docker.sock"


def test_an_engine_of_this_kernel_is_reached_at_the_gateway_of_its_bridge() -> None:
    engine = reach(
        SOCKET, {"OperatingSystem": "Debian", "SecurityOptions": None}, BRIDGE, has_image=True, platform="linux"
    )
    assert engine == Engine("10.88.0.1", "10.88.0.1", ipaddress.ip_network("10.88.0.0/16"), has_image=True)


@pytest.mark.parametrize(("system", "platform"), [("Docker Desktop", "linux"), ("fedora", "darwin")])
def test_an_engine_in_a_virtual_machine_reaches_the_loopback_address(system: str, platform: str) -> None:
    engine = reach(SOCKET, {"OperatingSystem": system}, BRIDGE, has_image=False, platform=platform)
    assert (engine.host, engine.listen) == ("host.docker.internal", "127.0.0.1")
    assert ipaddress.ip_address("127.0.0.1") in engine.callers
    assert ipaddress.ip_address("10.88.0.2") not in engine.callers


def test_an_address_of_ipv6_is_passed_over() -> None:
    both = {"IPAM": {"Config": [{"Subnet": "fd00::/64", "Gateway": "fd00::1"}, *BRIDGE["IPAM"]["Config"]]}}
    assert reach(SOCKET, {}, both, has_image=True, platform="linux").listen == "10.88.0.1"
    with pytest.raises(Unusable, match="no IPv4 address"):
        reach(SOCKET, {}, {"IPAM": {"Config": [{"Subnet": "fd00::/64", "Gateway": "fd00::1"}]}}, has_image=True)


@pytest.mark.parametrize(
    ("gateway", "subnet"),
    [
        ("0.0.0.0", "0.0.0.0/0"),
        ("0.0.0.0", "10.88.0.0/16"),
        ("10.89.0.1", "10.88.0.0/16"),
        ("10.0.0.1", "0.0.0.0/0"),
        ("8.8.8.8", "8.8.8.0/24"),
        ("127.0.0.1", "127.0.0.0/8"),
    ],
)
def test_a_gateway_that_others_reach_is_refused(gateway: str, subnet: str) -> None:
    bridge = {"IPAM": {"Config": [{"Subnet": subnet, "Gateway": gateway}]}}
    with pytest.raises(Unusable, match=f"names {gateway} in {subnet} for its network `bridge`"):
        reach(SOCKET, {}, bridge, has_image=True, platform="linux")


@pytest.mark.parametrize(
    "bridge",
    [
        {},
        {"IPAM": None},
        {"IPAM": {"Config": None}},
        {"IPAM": {"Config": [{"Gateway": "10.88.0.1"}]}},
        {"IPAM": {"Config": [{"Subnet": "10.88.0.0/16"}]}},
        {"IPAM": {"Config": [{"Subnet": "all", "Gateway": "10.88.0.1"}]}},
    ],
)
def test_a_bridge_without_its_addresses_is_named(bridge: dict[str, Any]) -> None:
    with pytest.raises(Unusable, match="no IPv4 address with its subnet"):
        reach(SOCKET, {}, bridge, has_image=True, platform="linux")


def test_an_engine_without_root_rights_cannot_reach_the_local_cloud() -> None:
    with pytest.raises(Unusable, match="without root rights"):
        reach(SOCKET, {"SecurityOptions": ["name=seccomp", "name=rootless"]}, BRIDGE, has_image=True, platform="linux")


@pytest.mark.parametrize("place", ["tcp://192.0.2.7:2375", "ssh://someone@192.0.2.7"])
def test_an_engine_on_another_machine_cannot_reach_the_local_cloud(place: str) -> None:
    with pytest.raises(Unusable, match=r"192\.0\.2\.7.* is on another machine"):
        reach(place, {}, BRIDGE, has_image=True, platform="linux")


def test_the_engine_that_docker_host_names_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(request: Request) -> tuple[int, dict[str, str], bytes]:
        path = request.path.partition("?")[0].split("/")[-1]
        said: dict[str, Any] = {
            "version": {"ApiVersion": "1.44", "MinAPIVersion": "1.24"},
            "info": {"OperatingSystem": "Debian"},
            "bridge": BRIDGE,
            "json": [],
        }
        return 200, {"Content-Type": "application/json"}, json.dumps(said[path]).encode()

    with serving(answer) as engine:
        monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{engine.port}")
        found = find_engine(IMAGE)
    assert not found.has_image
    assert any("3.13-x86_64" in request.path for request in engine.requests)


# The client of Docker 7.2.0 leaves the socket open that it could not connect.
@pytest.mark.filterwarnings("ignore:Exception ignored in.*socket:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("place", ["unix:///nowhere/docker.sock", "tcp://127.0.0.1:9", "nonsense"])
def test_without_an_engine_it_says_where_it_looked(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", place)
    with pytest.raises(Unusable, match=f"No container engine answers at {place}: start Docker"):
        find_engine(IMAGE)
    gc.collect()


def test_without_docker_host_it_looks_at_the_usual_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setattr("docker.from_env", lambda **_: (_ for _ in ()).throw(FileNotFoundError(str(tmp_path))))
    with pytest.raises(Unusable, match=r"at unix:///var/run/docker\.sock"):
        find_engine(IMAGE)
