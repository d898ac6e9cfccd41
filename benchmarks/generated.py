"""Writes the handlers that Souk is compared with, one a function, from what the real one was recorded to do.

All of them make the very requests to AWS that the real function made, in its order, and answer what it answered; they
verify and hash the same passwords, presign the same addresses, ask eBay the same, and write a log line and a metric.

What favours them: what they write and answer are literals, so they have no domain to compute with, no idempotency to
digest, no error to map; ids, token claims and cursors are not built.
Items go through boto3's own serializer, as Souk's go through its own.

`bare`: boto3 and the standard library, fields checked by hand.
`framework`: FastAPI behind Mangum, validating and serialising with Souk's own wire shapes, `async` so that no thread
pool is paid for.
"""

from __future__ import annotations

import ast
import base64
import json
import re
from typing import Any

from souk.aws.attributes import from_attribute

_PASSWORD_HASH = re.compile(rb"\$argon2id\$[A-Za-z0-9+/=,$]+")

_ATTRIBUTE_KINDS = frozenset({"S", "N", "B", "BOOL", "NULL", "M", "L", "SS"})

_CLIENTS = {
    "dynamodb": 'dynamodb = boto3.client("dynamodb", config=config)',
    "kms": 'kms = boto3.client("kms", config=config)',
    "s3": 's3 = boto3.client("s3", config=Config(signature_version="s3v4", s3={"addressing_style": "path"}))',
}

_OBSERVE = """
def observe(function, route, request_id, status, started):
    milliseconds = round((time.perf_counter() - started) * 1000, 1)
    now = datetime.datetime.now(datetime.UTC)
    print(json.dumps({"level": "INFO", "message": "request", "timestamp": now.isoformat(), "service": "souk",
                      "route": route, "request_id": request_id, "function": function, "status": status,
                      "milliseconds": milliseconds}))
    metric = {"Namespace": "Souk", "Dimensions": [["Function"]],
              "Metrics": [{"Name": "Latency", "Unit": "Milliseconds"}]}
    print(json.dumps({"_aws": {"Timestamp": int(now.timestamp() * 1000), "CloudWatchMetrics": [metric]},
                      "Function": function, "Latency": milliseconds, "status": status}))
"""

_ADMIT = """
def admit(event):
    verdict = event["requestContext"]["authorizer"]["lambda"]
    if verdict["verdict"] != "valid" or int(verdict["expires_at"]) <= time.time():
        return None
    return {"id": verdict["subject"], "roles": verdict["roles"].split()}
"""

_EBAY = """
def ask_ebay(call):
    root = ElementTree.Element(f"{call}Request", xmlns="urn:ebay:apis:eBLBaseComponents")
    ElementTree.SubElement(root, "ErrorLanguage").text = "en_US"
    reply = http.request("POST", os.environ["EBAY_API_URL"], body=ElementTree.tostring(root),
                         headers={"X-EBAY-API-CALL-NAME": call, "Content-Type": "text/xml"})
    return ElementTree.fromstring(reply.data)
"""


def asks_aws(recorded: dict[str, Any]) -> bool:
    return bool(recorded["exchanges"] or recorded["presigned"])


def bare(recorded: dict[str, Any]) -> str:
    """The source of the bare handler."""
    event = recorded["event"]
    lines = [
        *_imports(recorded),
        *_preamble(recorded),
        "",
        "def handler(event, context):",
        "    started = time.perf_counter()",
    ]
    if _caller(event):
        lines += ["    caller = admit(event)", "    if caller is None:", '        return {"statusCode": 401}']
    if event.get("body"):
        lines += ['    given = json.loads(event["body"])', "    problems = []"]
        for name, value in json.loads(event["body"]).items():
            kind = type(value).__name__
            lines += [
                f"    if {name!r} in given and not isinstance(given[{name!r}], {kind}):",
                f"        problems.append({{'field': {name!r}, 'message': 'not a {kind}'}})",
            ]
        lines += ["    if problems:", '        return {"statusCode": 400, "body": json.dumps({"errors": problems})}']
    lines += _indented(_work(recorded, "json.loads(event['body'])['password']"))
    lines += [
        f"    reply = {_reply(recorded['answer'])}",
        '    observe(context.function_name, event["routeKey"], event["requestContext"]["requestId"], '
        'reply["statusCode"], started)',
        "    return reply",
    ]
    return "\n".join(lines) + "\n"


def calls(recorded: dict[str, Any]) -> str:
    """The source of a handler that only makes the requests to AWS, ready made, by Souk's clients: nobody's to save."""
    lines = ["from decimal import Decimal", "from souk.aws.clients import client"]
    lines += [f"{service} = client({service!r})" for service in sorted(_services(recorded))]
    lines += ["def handler(event, context):"]
    lines += [f"    {_call(one, one['request'])}" for one in recorded["exchanges"]]
    lines += _indented(_presigning(recorded))
    return "\n".join([*lines, f"    return {{'statusCode': {recorded['answer']['statusCode']}}}"]) + "\n"


def framework(recorded: dict[str, Any]) -> str:
    """The source of the FastAPI application and its handler."""
    event, shapes, answer = recorded["event"], recorded["shapes"], recorded["answer"]
    imports = [f"from {one['module']} import {one['name']}" for one in shapes.values() if one]
    route = re.sub(r"\+?}", "}", event["routeKey"].partition(" ")[2] or "/{path:path}")
    method = event["requestContext"]["http"]["method"].lower()
    returns = f", response_model={shapes['returns']['annotation']}" if shapes["returns"] else ""
    parameters = ["request: Request", "response: Response"]
    if shapes["body"] and event.get("body"):
        parameters.append(f"given: {shapes['body']['annotation']}")
    if shapes["query"]:
        parameters.append(f"query: Annotated[{shapes['query']['annotation']}, Query()]")
    lines = [
        *_imports(recorded),
        "from typing import Annotated",
        "from fastapi import FastAPI, HTTPException, Query, Request, Response",
        "from mangum import Mangum",
        *imports,
        *_preamble(recorded),
        "app = FastAPI(openapi_url=None)",
        "",
        f"@app.{method}({route!r}, status_code={answer['statusCode']}{returns})",
        f"async def endpoint({', '.join(parameters)}):",
        "    started = time.perf_counter()",
        '    event = request.scope["aws.event"]',
    ]
    if _caller(event):
        lines += ["    caller = admit(event)", "    if caller is None:", "        raise HTTPException(401)"]
    lines += _indented(_work(recorded, "given.password.get_secret_value()"))
    lines += [
        f"    response.headers.update({_headers(answer)!r})",
        f"    observe({recorded['function']!r}, event['routeKey'], event['requestContext']['requestId'], "
        f"{answer['statusCode']}, started)",
        f"    return {_content(answer, 'Response')}",
        "",
        'handler = Mangum(app, lifespan="off")',
    ]
    return "\n".join(lines) + "\n"


def _imports(recorded: dict[str, Any]) -> list[str]:
    lines = ["import base64", "import datetime", "import json", "import os", "import time"]
    if asks_aws(recorded):
        lines += ["import boto3", "from botocore.config import Config"]
        lines += ["from boto3.dynamodb.types import TypeDeserializer"] if _reads(recorded) else []
        lines += ["from boto3.dynamodb.types import TypeSerializer", "from decimal import Decimal"]
    if _password(recorded):
        lines.append("from argon2 import PasswordHasher")
    if recorded["vendor"]:
        lines += ["import urllib3", "from xml.etree import ElementTree"]
    return lines


def _preamble(recorded: dict[str, Any]) -> list[str]:
    lines = []
    used = _services(recorded)
    if used:
        lines.append(
            'config = Config(connect_timeout=2, read_timeout=8, retries={"mode": "standard", "total_max_attempts": 3})'
        )
    lines += [_CLIENTS[service] for service in sorted(used)]
    lines += ["deserialize = TypeDeserializer().deserialize"] if _reads(recorded) else []
    if used:
        lines += ["def attributes(item):", "    return {name: serialize(value) for name, value in item.items()}"]
        lines.append("serialize = TypeSerializer().serialize")
    lines += ["hasher = PasswordHasher(time_cost=3, memory_cost=32768, parallelism=1)"] if _password(recorded) else []
    lines += ["http = urllib3.PoolManager()", _EBAY] if recorded["vendor"] else []
    return [*lines, _OBSERVE, _ADMIT if _caller(recorded["event"]) else ""]


def _work(recorded: dict[str, Any], password: str) -> list[str]:
    """The requests, in order, as statements."""
    lines = []
    for exchange in recorded["exchanges"]:
        lines.append(f"answer = {_call(exchange, _source(ast.literal_eval(exchange['request'])))}")
        lines += {
            "GetItem": ['item = {name: deserialize(value) for name, value in answer.get("Item", {}).items()}'],
            "Query": [
                'items = [{name: deserialize(value) for name, value in item.items()} for item in answer["Items"]]'
            ],
            "BatchGetItem": [
                "items = [{name: deserialize(value) for name, value in item.items()}"
                ' for found in answer["Responses"].values() for item in found]'
            ],
        }.get(exchange["operation"], [])
    lines += _presigning(recorded)
    if encoded := _password(recorded):
        registering = "register" in recorded["path"]
        lines.append(f"hasher.hash({password})" if registering else f"hasher.verify({encoded!r}, {password})")
    lines += [f"ask_ebay({call!r})" for call, _ in recorded["vendor"]]
    return lines


def _services(recorded: dict[str, Any]) -> set[str]:
    return {exchange["service"] for exchange in recorded["exchanges"]} | ({"s3"} if recorded["presigned"] else set())


def _call(exchange: dict[str, Any], request: str) -> str:
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", exchange["operation"]).lower()
    return f"{exchange['service']}.{name}(**{request})"


def _presigning(recorded: dict[str, Any]) -> list[str]:
    lines = []
    for name, arguments in recorded["presigned"]:
        lines.append(f"given_arguments = {arguments}")
        lines.append(f"s3.{name}(*given_arguments[0], **given_arguments[1])")
    return lines


def _source(request: Any) -> str:
    """A recorded request as source: its items as Python values, which the handler has to serialize."""
    match request:
        case dict() if request and all(_is_attribute(value) for value in request.values()):
            return f"attributes({ {name: from_attribute(value) for name, value in request.items()}!r})"
        case dict():
            return "{" + ", ".join(f"{name!r}: {_source(value)}" for name, value in request.items()) + "}"
        case list():
            return "[" + ", ".join(_source(value) for value in request) + "]"
    return repr(request)


def _is_attribute(value: Any) -> bool:
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)) in _ATTRIBUTE_KINDS


def _reads(recorded: dict[str, Any]) -> bool:
    return any(exchange["operation"] in ("GetItem", "Query", "BatchGetItem") for exchange in recorded["exchanges"])


def _password(recorded: dict[str, Any]) -> str | None:
    """The hash that this function verified or made."""
    if not re.search("register|log_in", recorded["path"]):
        return None
    texts = [base64.b64decode(exchange["body"]) for exchange in recorded["exchanges"]]
    texts += [exchange["request"].encode() for exchange in recorded["exchanges"]]
    return next(found[0].decode() for text in texts if (found := _PASSWORD_HASH.search(text)))


def _caller(event: dict[str, Any]) -> bool:
    return "authorizer" in event["requestContext"]


def _headers(answer: dict[str, Any]) -> dict[str, str]:
    return {name: value for name, value in answer["headers"].items() if name.lower() != "content-type"}


def _reply(answer: dict[str, Any]) -> str:
    body = f', "body": {_content(answer, None)}' if answer.get("body") else ""
    return f'{{"statusCode": {answer["statusCode"]}, "headers": {answer["headers"]!r}{body}}}'


def _content(answer: dict[str, Any], response: str | None) -> str:
    """The answer's body as an expression: its members, for whoever is to serialise them."""
    if not answer.get("body"):
        return "None" if response is None else "Response(status_code=204, headers=dict(response.headers))"
    if answer.get("isBase64Encoded"):
        raw = f"base64.b64decode({answer['body']!r})"
        return f"Response({raw}, media_type={answer['headers']['Content-Type']!r}, headers=dict(response.headers))"
    members = repr(json.loads(answer["body"]))
    return f"json.dumps({members})" if response is None else members


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]
