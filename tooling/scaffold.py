"""Writes a new endpoint: `make endpoint DOMAIN=orders NAME=pause_order METHOD=POST ROUTE=/orders/{id}/pause`.

Four files get what every endpoint has: the function, its sample event, its test, and its block in the domain's part of
the template, with a role that may do no more than write logs. The endpoint works at once: it answers 204 to anybody
who is signed in. What it is for is then written by hand.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from argparse import ArgumentParser
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from souk.http.endpoint import BASE_PATH
from tooling.contract.gateway import invoke_role

_NAME = re.compile(r"[a-z]+(_[a-z0-9]+)+")
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_PARAMETER = re.compile(r"\{(\w+)\+?\}")
_SAMPLE_ID = "01890000-0000-7000-8000-00000000000b"
_RESOURCE = re.compile(r"^(?=  [A-Za-z0-9]+:$)", re.MULTILINE)
ROLE = "PlainRole"
"""Of functions that call nothing (stack/roles.yaml)."""


class Refused(Exception):
    """The endpoint cannot be written as it was asked for."""


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """`domain` is `<context>/<domain>`, `path` is below BASE_PATH."""

    domain: str
    name: str
    method: str
    path: str

    @property
    def function(self) -> str:
        return "".join(word.capitalize() for word in self.name.split("_")) + "Function"

    @property
    def sentence(self) -> str:
        return self.name.replace("_", " ").capitalize()


def requested(root: Path, domain: str, name: str, method: str, path: str) -> NewEndpoint:
    """What was asked for, completed. Raises Refused."""
    parts = [part for part in (root / "stack").glob("*/*.yaml") if not part.stem.endswith("_workflow")]
    domains = sorted(f"{part.parent.name}/{part.stem}" for part in parts)
    found = [known for known in domains if domain in (known, known.rpartition("/")[2])]
    if len(found) != 1:
        raise Refused(f"There is no domain {domain!r}. Domains: {', '.join(domains)}.")
    if not _NAME.fullmatch(name):
        raise Refused(f"{name!r} is no name of a function: write a verb and a noun, as in pause_order.")
    if taken := list((root / "functions").glob(f"*/*/{name}.py")):
        raise Refused(f"{taken[0].relative_to(root)} exists.")
    if method not in _METHODS:
        raise Refused(f"{method!r} is none of {', '.join(_METHODS)}.")
    path = path or f"/{found[0].rpartition('/')[2]}/{name.replace('_', '-')}"
    if not path.startswith("/") or path.startswith(BASE_PATH):
        raise Refused(f"{path!r} is no route: write a path below {BASE_PATH}, as in /orders/{{id}}/pause.")
    contract = json.loads((root / "docs" / "openapi.json").read_text())["paths"]
    if method.lower() in contract.get(BASE_PATH + path, {}):
        raise Refused(f"{method} {path} is the route of {contract[BASE_PATH + path][method.lower()]['operationId']}.")
    return NewEndpoint(found[0], name, method, path)


def write(root: Path, new: NewEndpoint) -> list[Path]:
    """Write the endpoint's files and its block of the template; answers their paths."""
    part = root / "stack" / f"{new.domain}.yaml"
    texts = {
        root / "functions" / new.domain / f"{new.name}.py": _function(new),
        root / "events" / new.domain / f"{new.name}.json": json.dumps(_event(new), indent=2) + "\n",
        root / "tests" / "functions" / new.domain / f"test_{new.name}.py": _test(new),
        part: with_function(part.read_text(), new),
    }
    for file, text in texts.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return list(texts)


def with_function(part: str, new: NewEndpoint) -> str:
    """The domain's part of the template with the function, and with the gateway's right to invoke it."""
    role, arn = invoke_role(new.domain), f"!GetAtt {new.function}.Arn"
    head, *blocks = _RESOURCE.split(part)
    for at, block in enumerate(blocks):
        if block.startswith(f"  {role}:"):
            blocks[at] = re.sub(r"(Resource:)((?:\n? +(?:- )?!GetAtt \w+\.Arn)+)", _with_arn(arn), block)
            break
    else:
        blocks.insert(0, _invoke_role(role, arn))
    # The last resource may be followed by another section of the template.
    last, section, rest = blocks[-1].partition("\nOutputs:")
    blocks[-1] = f"{last.rstrip()}\n\n{_block(new)}{section}{rest}"
    return head + "".join(blocks)


def _with_arn(arn: str) -> Any:
    def add(found: re.Match[str]) -> str:
        arns = [*re.findall(r"!GetAtt \w+\.Arn", found[2]), arn]
        return found[1] + "".join(f"\n                  - {each}" for each in arns)

    return add


def _invoke_role(role: str, arn: str) -> str:
    return f"""  {role}:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: *GatewayAssumes
      Policies:
        - PolicyName: rights
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: lambda:InvokeFunction
                Resource: {arn}

"""


def _block(new: NewEndpoint) -> str:
    return f"""  {new.function}:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/{new.domain}
      Handler: {new.name}.handler
      Role: !GetAtt {ROLE}.Arn
"""


def _function(new: NewEndpoint) -> str:
    replay = '''
def replay(_request: Request, _result_id: str) -> None:
    """Answer a repeated Idempotency-Key again."""


'''
    declared = f'"{new.method} {new.path}", roles=SIGNED_IN, status=204'
    return f'''"""{new.sentence}."""

from souk.http.endpoint import SIGNED_IN, Request, endpoint

{replay if new.method == "POST" else chr(10)}@endpoint({declared}{", replay=replay" if new.method == "POST" else ""})
def handler(_request: Request) -> None:
    """{new.sentence}."""
'''


def _test(new: NewEndpoint) -> str:
    return f'''"""{new.method} {new.path}."""

from tests.functions.cloud import Cloud, Person

CALLER = Person("01890000-0000-7000-8000-00000000000a")


def test_who_is_signed_in_is_answered(cloud: Cloud) -> None:
    assert cloud.call("{new.name}", caller=CALLER).status == 204


def test_who_is_not_signed_in_is_refused(cloud: Cloud) -> None:
    assert cloud.call("{new.name}").status == 401
'''


def _event(new: NewEndpoint) -> dict[str, Any]:
    """A request as the gateway hands it to the function (payload format 2.0)."""
    route = f"{new.method} {BASE_PATH}{new.path}"
    path = BASE_PATH + _PARAMETER.sub(_SAMPLE_ID, new.path)
    host = "souk.execute-api.us-east-1.amazonaws.com"
    parameters = dict.fromkeys(_PARAMETER.findall(new.path), _SAMPLE_ID)
    http = {"method": new.method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7"}
    authorized = {
        "verdict": "valid",
        "reason": "",
        "subject": "01890000-0000-7000-8000-00000000000a",
        "roles": "user seller",
        "session_id": "01890000-0000-7000-8000-000000000001",
        "token_id": "01890000-0000-7000-8000-000000000002",
        "expires_at": "4102444800",
    }
    return {
        "version": "2.0",
        "routeKey": route,
        "rawPath": path,
        "rawQueryString": "",
        "headers": {
            "accept": "application/json",
            "host": host,
            "user-agent": "sample",
            "authorization": "Bearer sample",
        },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "souk",
            "domainName": host,
            "domainPrefix": "souk",
            "http": {**http, "userAgent": "sample"},
            "requestId": "sample-request",
            "routeKey": route,
            "stage": "$default",
            "time": "21/Nov/2026:09:00:00 +0000",
            "timeEpoch": 1795251600000,
            "authorizer": {"lambda": authorized},
        },
        **({"pathParameters": parameters} if parameters else {}),
        "isBase64Encoded": False,
    }


def main(arguments: list[str]) -> None:
    parser = ArgumentParser(prog="make endpoint")
    for name in ("domain", "name", "method", "route"):
        parser.add_argument(name)
    given = parser.parse_args(arguments)
    root = Path(__file__).parents[1]
    try:
        new = requested(root, given.domain, given.name, given.method.upper(), given.route)
    except Refused as refusal:
        raise SystemExit(str(refusal)) from None
    for file in write(root, new):
        print(file.relative_to(root))  # noqa: T201 - what a command prints
    # In a process of its own: this one has read the functions as they were.
    subprocess.run([sys.executable, "-m", "tooling.contract"], cwd=root, check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
