"""The relay passes requests of containers on to the local cloud, and to nothing else; nobody else can use it."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

import boto3
import httpx
import pytest
from botocore.config import Config

from local.containers.engine import Engine
from local.containers.relay import Relay, relaying
from local.testing import free_port
from tests.unit.local.containers.serving import Request, Served, serving

LOOPBACK = Engine("127.0.0.1", "127.0.0.1", ipaddress.ip_network("127.0.0.0/8"), has_image=True)


def _answer(request: Request) -> tuple[int, dict[str, str], bytes]:
    if request.path.startswith("/empty"):
        return 204, {"ETag": '"1"'}, b""
    return 201, {"ETag": '"7"', "Content-Type": "application/json", "Connection": "keep-alive"}, b'{"TableNames": []}'


@pytest.fixture
def cloud() -> Iterator[Served]:
    with serving(_answer) as served:
        yield served


@pytest.fixture
def relay(cloud: Served) -> Iterator[Relay]:
    with relaying(LOOPBACK, frozenset({cloud.port})) as found:
        yield found


@pytest.fixture
def container(relay: Relay) -> Iterator[httpx.Client]:
    with httpx.Client(proxy=relay.url, trust_env=False) as client:
        yield client


def test_a_request_arrives_as_it_was_sent(cloud: Served, container: httpx.Client) -> None:
    answer = container.post(f"{cloud.url}/orders/a%2Fb?x=1&y=%20", content=b"\x00body", headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.headers["etag"], answer.json()) == (201, '"7"', {"TableNames": []})
    [request] = cloud.requests
    assert (request.method, request.path, request.body) == ("POST", "/orders/a%2Fb?x=1&y=%20", b"\x00body")
    assert request.headers["if-match"] == '"1"'
    # What is signed or stored for this host is right outside of the container too.
    assert request.headers["host"] == f"127.0.0.1:{cloud.port}"
    assert not [name for name in request.headers if name.startswith("proxy-")]


def test_a_connection_serves_several_requests(cloud: Served, container: httpx.Client) -> None:
    statuses = [container.request(method, f"{cloud.url}/empty").status_code for method in ("GET", "PUT", "DELETE")]
    assert statuses == [204, 204, 204]
    head = container.head(f"{cloud.url}/thing")
    assert (head.status_code, head.headers["content-length"], head.content) == (201, "18", b"")
    assert container.get(cloud.url).json() == {"TableNames": []}


def test_botocore_finds_the_relay_in_its_environment(
    cloud: Served, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"HTTP_PROXY": relay.url, "http_proxy": relay.url, "NO_PROXY": "", "no_proxy": ""}.items():
        monkeypatch.setenv(name, value)
    client = boto3.client(
        "dynamodb",
        endpoint_url=cloud.url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )
    assert client.list_tables()["TableNames"] == []
    [request] = cloud.requests
    assert request.headers["x-amz-target"].endswith("ListTables")


def test_only_the_ports_of_the_local_cloud_can_be_reached(cloud: Served, container: httpx.Client) -> None:
    with serving(_answer) as other:
        for url in (other.url, f"http://192.0.2.1:{cloud.port}/", "http://127.0.0.1/"):
            refused = container.get(url)
            assert (refused.status_code, "only the local cloud" in refused.text) == (403, True)
    assert other.requests == cloud.requests == []


def test_a_tunnel_is_refused(relay: Relay, cloud: Served) -> None:
    with httpx.Client(proxy=relay.url, trust_env=False) as client, pytest.raises(httpx.ProxyError):
        client.get(f"https://127.0.0.1:{cloud.port}/")
    assert cloud.requests == []


def test_a_body_without_a_length_is_refused(cloud: Served, container: httpx.Client) -> None:
    refused = container.post(cloud.url, content=iter([b"one", b"two"]))
    assert (refused.status_code, cloud.requests) == (411, [])


def test_a_cloud_that_is_gone_is_a_bad_gateway() -> None:
    port = free_port()
    with relaying(LOOPBACK, frozenset({port})) as relay, httpx.Client(proxy=relay.url, trust_env=False) as client:
        answer = client.get(f"http://127.0.0.1:{port}/")
    assert (answer.status_code, f"127.0.0.1:{port} gave no answer" in answer.text) == (502, True)


def test_nobody_outside_of_the_containers_network_is_served(cloud: Served) -> None:
    other = Engine("127.0.0.1", "127.0.0.1", ipaddress.ip_network("10.88.0.0/16"), has_image=True)
    with (
        relaying(other, frozenset({cloud.port})) as relay,
        httpx.Client(proxy=relay.url, trust_env=False) as client,
        pytest.raises(httpx.TransportError),
    ):
        client.get(cloud.url)
    assert cloud.requests == []


def test_it_listens_at_the_address_of_the_engine_alone(relay: Relay) -> None:
    assert relay.socket.getsockname()[0] == "127.0.0.1"
    assert relay.url == f"http://127.0.0.1:{relay.server_port}"
