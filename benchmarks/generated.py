"""Writes the handlers that Souk is compared with, one a function, from what the real one was recorded to do.

All of them make the very requests to AWS that the real function made, in its order, and answer what it answered; they
verify and hash the same passwords, presign the same addresses, ask eBay and Stripe the same, check the same signature,
search the same index, and write one line that is log and metric.

What favours them: what they write and answer are literals, so they have no domain to compute with, no idempotency to
digest, no error to map; ids, token claims and cursors are not built.

`bare`: boto3 and the standard library, fields checked by hand.
`framework`: FastAPI behind Mangum, validating and serialising with Souk's own wire shapes, `async` so that no thread
pool is paid for.
"""

from __future__ import annotations

import base64
import json
import re
from typing import Any

from benchmarks.statements import call, imports, preamble, presigning, services, work

_OBSERVE = """
def observe(function, route, request_id, status, started):
    milliseconds = round((time.perf_counter() - started) * 1000, 1)
    metric = {"Namespace": "Souk", "Dimensions": [["Function"]],
              "Metrics": [{"Name": "Latency", "Unit": "Milliseconds"}]}
    print(json.dumps({"_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [metric]},
                      "Function": function, "Latency": [milliseconds], "level": "INFO", "message": "request",
                      "route": route, "request_id": request_id, "status": status, "milliseconds": milliseconds}))
"""

_ADMIT = """
def admit(event):
    verdict = event["requestContext"]["authorizer"]["lambda"]
    if verdict["verdict"] != "valid" or int(verdict["expires_at"]) <= time.time():
        return None
    return {"id": verdict["subject"], "roles": verdict["roles"].split()}
"""

_BODY = """
def body_of(event):
    return base64.b64decode(event["body"]) if event["isBase64Encoded"] else event["body"].encode()
"""


def bare(recorded: dict[str, Any]) -> str:
    """The source of the bare handler."""
    event = recorded["event"]
    lines = [
        *_above(recorded),
        "",
        "def handler(event, context):",
        "    started = time.perf_counter()",
    ]
    if _caller(event):
        lines += ["    caller = admit(event)", "    if caller is None:", '        return {"statusCode": 401}']
    if event.get("body"):
        lines += ["    given = json.loads(body_of(event))", "    problems = []"]
        for name, value in _body(event).items():
            kind = "object" if value is None else type(value).__name__
            lines += [
                f"    if {name!r} in given and not isinstance(given[{name!r}], {kind}):",
                f"        problems.append({{'field': {name!r}, 'message': 'not a {kind}'}})",
            ]
        lines += ["    if problems:", '        return {"statusCode": 400, "body": json.dumps({"errors": problems})}']
    lines += _indented(work(recorded, "given['password']"))
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
    lines += [f"{service} = client({service!r})" for service in sorted(services(recorded))]
    lines += ["def handler(event, context):"]
    lines += [f"    {call(one, one['request'])}" for one in recorded["exchanges"]]
    lines += _indented(presigning(recorded))
    return "\n".join([*lines, f"    return {{'statusCode': {recorded['answer']['statusCode']}}}"]) + "\n"


def framework(recorded: dict[str, Any]) -> str:
    """The source of the FastAPI application and its handler."""
    event, shapes, answer = recorded["event"], recorded["shapes"], recorded["answer"]
    shape_imports = [f"from {one['module']} import {one['name']}" for one in shapes.values() if one]
    route = re.sub(r"\+?}", "}", event["routeKey"].partition(" ")[2] or "/{path:path}")
    method = event["requestContext"]["http"]["method"].lower()
    returns = f", response_model={shapes['returns']['annotation']}" if shapes["returns"] else ""
    parameters = ["request: Request", "response: Response"]
    if shapes["body"] and event.get("body"):
        parameters.append(f"given: {shapes['body']['annotation']}")
    if shapes["query"]:
        parameters.append(f"query: Annotated[{shapes['query']['annotation']}, Query()]")
    lines = [
        "from typing import Annotated",
        "from fastapi import FastAPI, HTTPException, Query, Request, Response",
        "from mangum import Mangum",
        *shape_imports,
        *_above(recorded),
        "app = FastAPI(openapi_url=None)",
        "",
        f"@app.{method}({route!r}, status_code={answer['statusCode']}{returns})",
        f"async def endpoint({', '.join(parameters)}):",
        "    started = time.perf_counter()",
        '    event = request.scope["aws.event"]',
    ]
    if _caller(event):
        lines += ["    caller = admit(event)", "    if caller is None:", "        raise HTTPException(401)"]
    lines += _indented(work(recorded, "given.password.get_secret_value()"))
    lines += [
        f"    response.headers.update({_headers(answer)!r})",
        f"    observe({recorded['function']!r}, event['routeKey'], event['requestContext']['requestId'], "
        f"{answer['statusCode']}, started)",
        f"    return {_returned(recorded)}",
        "",
        'handler = Mangum(app, lifespan="off")',
    ]
    return "\n".join(lines) + "\n"


def _above(recorded: dict[str, Any]) -> list[str]:
    """All that stands above a handler."""
    return [
        *imports(recorded),
        *preamble(recorded),
        _OBSERVE,
        _BODY if recorded["event"].get("body") else "",
        _ADMIT if _caller(recorded["event"]) else "",
    ]


def _body(event: dict[str, Any]) -> dict[str, Any]:
    raw = event["body"]
    members: dict[str, Any] = json.loads(base64.b64decode(raw) if event["isBase64Encoded"] else raw)
    return members


def _caller(event: dict[str, Any]) -> bool:
    return "authorizer" in event["requestContext"]


def _headers(answer: dict[str, Any]) -> dict[str, str]:
    return {name: value for name, value in answer["headers"].items() if name.lower() != "content-type"}


def _reply(answer: dict[str, Any]) -> str:
    body = f', "body": json.dumps({json.loads(answer["body"])!r})' if answer.get("body") else ""
    return f'{{"statusCode": {answer["statusCode"]}, "headers": {answer["headers"]!r}{body}}}'


def _returned(recorded: dict[str, Any]) -> str:
    """What the application's endpoint returns: members for its shape to serialise, by the names of its fields."""
    answer, returns = recorded["answer"], recorded["shapes"]["returns"]
    if not answer.get("body"):
        return f"Response(status_code={answer['statusCode']}, headers=dict(response.headers))"
    if answer.get("isBase64Encoded"):
        raw = f"base64.b64decode({answer['body']!r})"
        return f"Response({raw}, media_type={answer['headers']['Content-Type']!r}, headers=dict(response.headers))"
    members = json.loads(answer["body"])
    if returns and returns["renamed"]:
        members = {returns["renamed"].get(name, name): value for name, value in members.items()}
    return repr(members)


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]
