"""The template for `sam local` has everything that the running stack knows."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.containers import template
from local.problems import Unusable

BUILT: dict[str, Any] = {
    "Parameters": {"Architecture": {"Type": "String", "Default": "x86_64"}},
    "Resources": {
        "LayerOne": {"Type": "AWS::Serverless::LayerVersion", "Properties": {"ContentUri": "LayerOne"}},
        "ReadFunction": {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "CodeUri": "ReadFunction",
                "Layers": [{"Ref": "LayerOne"}],
                "Environment": {"Variables": {"SOUK_TABLE": {"Ref": "Table"}}},
            },
        },
        "WriteFunction": {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "WriteFunction"}},
        "Table": {"Type": "AWS::DynamoDB::Table"},
    },
}
DEPLOYED: dict[str, Any] = {
    "ReadFunction": {"Role": "arn:role/one", "Environment": {"Variables": {"SOUK_TABLE": "souk-Table-1"}}},
    "WriteFunction": {"Role": "arn:role/one"},
}


@pytest.fixture
def build(tmp_path: Path) -> Path:
    (tmp_path / "template.yaml").write_text(yaml.safe_dump(BUILT))
    return tmp_path


def _filled(build: Path, deployed: dict[str, Any] | None = None) -> tuple[dict[str, Any], list[str]]:
    roles: list[str] = []

    def credentials(role: str) -> dict[str, str]:
        roles.append(role)
        return {"AWS_ACCESS_KEY_ID": "ASIA"}

    common = template.common_variables("http://127.0.0.1:4566", "http://10.88.0.1:5000")
    return template.fill_in(build, deployed or DEPLOYED, common, credentials), roles


def test_a_function_has_its_physical_names_the_endpoint_and_the_credentials_of_its_role(build: Path) -> None:
    filled, roles = _filled(build)
    variables = filled["Resources"]["ReadFunction"]["Properties"]["Environment"]["Variables"]
    assert variables["SOUK_TABLE"] == "souk-Table-1"
    assert variables["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"
    assert variables["AWS_ACCESS_KEY_ID"] == "ASIA"
    assert variables["HTTP_PROXY"] == variables["http_proxy"] == "http://10.88.0.1:5000"
    # The engine's own settings may except the loopback address from proxies.
    assert variables["NO_PROXY"] == variables["no_proxy"] == ""
    assert roles == ["arn:role/one"]


def test_code_is_where_it_was_built_and_all_else_is_as_it_was(build: Path) -> None:
    resources = _filled(build)[0]["Resources"]
    assert resources["ReadFunction"]["Properties"]["CodeUri"] == str(build / "ReadFunction")
    assert resources["LayerOne"]["Properties"]["ContentUri"] == str(build / "LayerOne")
    assert resources["ReadFunction"]["Properties"]["Layers"] == [{"Ref": "LayerOne"}]
    assert resources["Table"] == BUILT["Resources"]["Table"]
    assert _filled(build)[0]["Parameters"] == BUILT["Parameters"]


def test_a_stack_that_lacks_a_function_is_older_than_the_build(build: Path) -> None:
    with pytest.raises(Unusable, match=r"has no WriteFunction: stop it, and start it again with `make run`\."):
        _filled(build, {"ReadFunction": DEPLOYED["ReadFunction"]})


def test_without_a_build_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="run `make build`"):
        _filled(tmp_path)


def test_containers_reach_the_ports_that_functions_call_and_no_page_for_browsers() -> None:
    functions = {
        "One": {"Environment": {"Variables": {"EBAY_API_URL": "http://127.0.0.1:4570/ws", "SOUK_TABLE": "one"}}},
        "Two": {"Environment": {"Variables": {"STRIPE_API_URL": "http://localhost:4574"}}},
        "Three": {
            "Environment": {
                "Variables": {
                    "CHECKOUT_SUCCESS_URL": "http://localhost:5173/orders/{ORDER_ID}",
                    "OPENAI_API_URL": "https://api.openai.com:443/v1",
                }
            }
        },
        "Four": {},
    }
    assert template.local_ports("http://127.0.0.1:4566", functions) == {4566, 4570, 4574}


def test_credentials_are_those_of_the_role() -> None:
    class Sts:
        def assume_role(self, **asked: Any) -> dict[str, Any]:
            assert asked["RoleArn"] == "arn:role/one"
            return {"Credentials": {"AccessKeyId": "ASIA", "SecretAccessKey": "s", "SessionToken": "t"}}

    keys = template.assume(Sts(), "arn:role/one")
    assert keys == {"AWS_ACCESS_KEY_ID": "ASIA", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"}


def test_only_the_owner_reads_the_credentials(tmp_path: Path) -> None:
    file = tmp_path / "template.json"
    template.write(BUILT, file)
    template.write(BUILT, file)
    assert json.loads(file.read_text()) == BUILT
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
