"""The relay passes requests of containers on to the local cloud, and to nothing else; nobody else can use it."""

from __future__ import annotations

import ipaddress
import socket
from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import urlsplit

import boto3
import httpx
import pytest
from botocore.config import Config

from local.containers.engine import Engine
from local.containers.relay import Relay, _Handler, relaying
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
    assert relay.url.endswith(f"@127.0.0.1:{relay.server_port}")


def test_httpx_finds_the_relay_in_its_environment(cloud: Served, relay: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"HTTP_PROXY": relay.url, "http_proxy": relay.url, "NO_PROXY": "", "no_proxy": ""}.items():
        monkeypatch.setenv(name, value)
    assert httpx.get(cloud.url).status_code == 201
    assert len(cloud.requests) == 1


@pytest.mark.parametrize("user", ["", "souk@", "souk:souk@", "souk:%C3%A9@"])
def test_a_container_without_the_password_is_refused(user: str, cloud: Served, relay: Relay) -> None:
    """Others may run containers in the same network, and the local cloud takes root keys that everybody knows."""
    with httpx.Client(proxy=f"http://{user}127.0.0.1:{relay.server_port}", trust_env=False) as client:
        refused = client.get(cloud.url)
    assert (refused.status_code, refused.headers["proxy-authenticate"]) == (407, 'Basic realm="souk"')
    assert cloud.requests == []


def test_each_relay_has_a_password_of_its_own(cloud: Served, relay: Relay) -> None:
    with relaying(LOOPBACK, frozenset({cloud.port})) as other:
        passwords = {urlsplit(one.url).password for one in (relay, other)}
    assert min(len(password or "") for password in passwords) >= 32
    assert len(passwords) == 2


@pytest.mark.parametrize("length", ["-1", "+1", "1_0", "one", "\u00b2", "9" * 30])
def test_a_length_that_is_no_decimal_number_is_refused(length: str, cloud: Served, relay: Relay) -> None:
    """It is sent without a client: httpx refuses to."""
    assert _sent(relay, f"POST {cloud.url}/ HTTP/1.1\r\nContent-Length: {length}\r\n").startswith(b"HTTP/1.1 400 ")
    assert cloud.requests == []


@pytest.mark.parametrize(
    ("sent", "arrives"),
    [
        ("", "/"),
        ("/", "/"),
        ("//x", "//x"),
        ("?x=1", "/?x=1"),
        ("/a?", "/a?"),
        ("/a;b=/../c?d=//e", "/a;b=/../c?d=//e"),
    ],
)
def test_a_path_arrives_as_it_was_sent(sent: str, arrives: str, cloud: Served, relay: Relay) -> None:
    """Signatures are made over it. It is sent without a client: httpx would change it."""
    assert _sent(relay, f"GET {cloud.url}{sent} HTTP/1.1\r\n").startswith(b"HTTP/1.1 201 ")
    assert [request.path for request in cloud.requests] == [arrives]


@pytest.mark.parametrize("target", ["http://127.0.0.1:99999/", "http://127.0.0.1:port/", "http://[", "{url}/\u00e9"])
def test_what_is_no_url_is_refused(target: str, cloud: Served, relay: Relay) -> None:
    sent = target.replace("{url}", cloud.url)
    assert _sent(relay, f"GET {sent} HTTP/1.1\r\n").startswith(b"HTTP/1.1 400 ")
    assert cloud.requests == []


def _sent(relay: Relay, head: str) -> bytes:
    """The beginning of the answer to a request whose lines are sent as they are, with the password."""
    lines = f"{head}Proxy-Authorization: {_credentials(relay)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", relay.server_port), timeout=10) as container:
        container.sendall(lines.encode("latin-1"))
        return container.recv(100)


def _credentials(relay: Relay) -> str:
    place = urlsplit(relay.url)
    return "Basic " + b64encode(f"{place.username}:{place.password}".encode()).decode()


def test_a_container_that_sends_nothing_more_is_disconnected(relay: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Handler, "timeout", 0.2)
    with socket.create_connection(("127.0.0.1", relay.server_port), timeout=10) as idle:
        idle.sendall(b"GET http://127.0.0.1/ HTTP/1.1\r\n")
        assert idle.recv(1) == b""
