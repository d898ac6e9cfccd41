"""Which rights each function really uses, noted while the tests of tests/functions run, and held to the template.

Every call of botocore is noted with the function at work (found on the stack: whose file is under functions/), the IAM
action that it needs and the resource, by its logical id. When all of tests/functions has run and passed, a right that
is granted and that no function of the role used fails the run, and so does a call that no right covers.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from botocore.signers import RequestSigner, S3PostPresigner

from tests.template.stack import grants, resources, role_of, sources, template
from tooling.contract.template import ROOT, functions

FUNCTIONS = ROOT / "functions"
TESTS = ROOT / "tests"
_OURS = tuple(str(ROOT / name) for name in ("functions", "layers", "tests"))
METER = ROOT / "tests" / "functions" / "capacity.py"

# What an operation is called where rights are written down, when that is not `service:Operation`.
_ACTIONS = {
    ("s3", "HeadObject"): "s3:GetObject",
    ("s3", "CopyObject"): "s3:PutObject",
    ("s3", "ListObjectsV2"): "s3:ListBucket",
    ("lambda", "Invoke"): "lambda:InvokeFunction",
    ("bedrock-runtime", "Converse"): "bedrock:InvokeModel",
    ("bedrock-runtime", "StartAsyncInvoke"): "bedrock:InvokeModel",
}
_PREFIXES = {"stepfunctions": "states", "bedrock-runtime": "bedrock"}
_TRANSACTED = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}
# What AWS itself does with a function's role, and the template event or setting that makes it do so.
_STREAM = frozenset(f"dynamodb:{name}" for name in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"))
_LETTERS = frozenset({"s3:PutObject", "s3:ListBucket"})


@dataclass(frozen=True, slots=True, order=True)
class Use:
    """One right as it was used. `resource` is in the words of tests.template.stack.in_words, or empty when unknown."""

    function: str
    action: str
    resource: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """The uses that one process saw, or several. `is_whole`: all of tests/functions was chosen, nothing left out."""

    is_whole: bool
    uses: set[Use] = field(default_factory=set)

    @classmethod
    def from_json(cls, text: str) -> Evidence:
        evidence = json.loads(text)
        return cls(evidence["is_whole"], {Use(*use) for use in evidence["uses"]})

    def as_json(self) -> str:
        uses = [astuple(use) for use in sorted(self.uses)]
        return json.dumps({"is_whole": self.is_whole, "uses": uses}, indent=1) + "\n"

    def with_that_of(self, other: Evidence) -> Evidence:
        return Evidence(self.is_whole and other.is_whole, self.uses | other.uses)

    def verdict(self) -> list[str]:
        """A line for each right that is not used and each use that has no right; none when they fit."""
        return [*unused(self.uses), *uncovered(self.uses)]


class Recorder:
    """Notes every call of botocore between `start` and `stop`."""

    def __init__(self, evidence: Evidence) -> None:
        self._uses = evidence.uses
        self._patch = pytest.MonkeyPatch()
        self._logical = {file: name for name, (domain, stem) in sources().items() for file in [f"{domain}/{stem}.py"]}

    def start(self) -> None:
        call, presign, post = (
            BaseClient._make_api_call,  # type: ignore[attr-defined]
            RequestSigner.generate_presigned_url,
            S3PostPresigner.generate_presigned_post,
        )

        def noted_call(client: Any, operation: str, request: Mapping[str, Any]) -> Any:
            service = client.meta.service_model.service_name
            self._note(service, operation, request)
            try:
                return call(client, operation, request)
            except ClientError as error:
                # S3 says that a key does not exist only to those who may list the bucket.
                if service == "s3" and error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                    self._note(service, "ListObjectsV2", {"Bucket": request["Bucket"]})
                raise

        # botocore calls both by keyword.
        def noted_url(signer: Any, request_dict: Any, operation_name: str, **options: Any) -> Any:
            self._note_url(request_dict["url"], f"s3:{operation_name}")
            return presign(signer, request_dict=request_dict, operation_name=operation_name, **options)

        def noted_post(presigner: Any, request_dict: Any, fields: Any = None, **options: Any) -> Any:
            self._note_url(f"{request_dict['url'].rstrip('/')}/{(fields or {}).get('key', '')}", "s3:PutObject")
            return post(presigner, request_dict=request_dict, fields=fields, **options)

        self._patch.setattr(BaseClient, "_make_api_call", noted_call)
        self._patch.setattr(RequestSigner, "generate_presigned_url", noted_url)
        self._patch.setattr(S3PostPresigner, "generate_presigned_post", noted_post)

    def stop(self) -> None:
        self._patch.undo()

    def _note(self, service: str, operation: str, request: Mapping[str, Any]) -> None:
        if (function := self._function_at_work()) is None:
            return
        for action, resource in _needs(service, operation, request):
            self._uses.add(Use(function, action, resource))

    def _note_url(self, url: str, action: str) -> None:
        bucket = os.environ.get("SOUK_MEDIA_BUCKET", "")
        if bucket and bucket in url and (function := self._function_at_work()) is not None:
            key = url.split(bucket, 1)[1].partition("/")[2].partition("?")[0]
            self._uses.add(Use(function, action, f"MediaBucket/{key}"))

    def _function_at_work(self) -> str | None:
        """The function on whose behalf the library calls AWS now; None when it is a test that calls."""
        frames = [frame for frame in _frames() if frame.f_code.co_filename != __file__]
        nearest = next((one.f_code.co_filename for one in frames if one.f_code.co_filename.startswith(_OURS)), "")
        if nearest.startswith(str(TESTS)):
            return None
        for frame in frames:
            code = frame.f_code
            if code.co_name == "handle":  # of @endpoint or @step, which knows its handler: `reload` runs before it
                code = getattr(frame.f_locals.get("handler"), "__code__", code)
            if code.co_filename.startswith(str(FUNCTIONS)):
                return self._logical.get(str(Path(code.co_filename).relative_to(FUNCTIONS)))
        return None


def _frames() -> Iterator[FrameType]:
    """The stack, innermost first; below a thread's, that of the main thread, which waits for it."""
    stacks: list[FrameType | None] = [sys._getframe(1)]
    if threading.current_thread() is not threading.main_thread():
        stacks.append(sys._current_frames().get(threading.main_thread().ident or 0))
    for frame in stacks:
        while frame is not None:
            yield frame
            frame = frame.f_back


def _needs(service: str, operation: str, request: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if operation == "TransactWriteItems":
        for one in request["TransactItems"]:
            ((kind, action),) = one.items()
            yield f"dynamodb:{_TRANSACTED[kind]}", _logical(action["TableName"])
    elif operation == "BatchGetItem":
        for table in request["RequestItems"]:
            yield "dynamodb:BatchGetItem", _logical(table)
    else:
        action = _ACTIONS.get((service, operation), f"{_PREFIXES.get(service, service)}:{operation}")
        yield action, _resource(request)
    if operation == "StartAsyncInvoke":  # Bedrock writes what it makes with the rights of its caller
        bucket, _, key = request["outputDataConfig"]["s3OutputDataConfig"]["s3Uri"].removeprefix("s3://").partition("/")
        yield "s3:PutObject", f"{_logical(bucket)}/{key}"


def _resource(request: Mapping[str, Any]) -> str:
    if "TableName" in request:
        index = f"/index/{request['IndexName']}" if "IndexName" in request else ""
        return _logical(request["TableName"]) + index
    if "Bucket" in request:
        bucket = _logical(request["Bucket"])
        return f"{bucket}/{request['Key']}" if "Key" in request else bucket
    for name in ("KeyId", "SecretId", "FunctionName", "stateMachineArn"):
        if name in request:
            return _logical(request[name])
    return ""


def _logical(physical: str) -> str:
    """The logical id behind a physical name: the functions know physical names by their variables alone."""
    for properties in ({"Environment": template()["Globals"]["Function"]["Environment"]}, *_functions()):
        for name, value in properties.get("Environment", {}).get("Variables", {}).items():
            if os.environ.get(name) == physical and isinstance(value, Mapping):
                reference = value.get("Ref") or value.get("Fn::GetAtt", [""])[0]
                if reference in template()["Resources"]:
                    return str(reference)
    return ""


def _functions() -> Iterator[Mapping[str, Any]]:
    yield from functions(template()).values()


# The verdict ---------------------------------------------------------------------------------------------------------


def unused(uses: set[Use]) -> list[str]:
    """A line for each right of a role that none of its functions used."""
    lines = []
    for role, members in _roles().items():
        for action, resource in sorted(set(grants(role))):
            if action in _by_aws_itself(members, resource):
                continue
            if not any(use.function in members and _covers(action, resource, use) for use in uses):
                lines.append(f"{role} grants {action} on {resource}, and none of {', '.join(members)} used it")
    return lines


def uncovered(uses: set[Use]) -> list[str]:
    """A line for each use that no right of the function's role covers."""
    return [
        f"{use.function} calls {use.action} on {use.resource or 'something'}, not granted by {role_of(use.function)}"
        for use in sorted(uses)
        if not any(_covers(action, resource, use) for action, resource in grants(role_of(use.function)))
    ]


def _covers(action: str, resource: str, use: Use) -> bool:
    if action != use.action:
        return False
    if not use.resource or resource.split("/")[0] not in template()["Resources"]:
        return True  # the resource of one of them is not a resource of this template: the action has to do
    return fnmatchcase(use.resource, resource)


def _roles() -> dict[str, list[str]]:
    roles: dict[str, list[str]] = {}
    for function in functions(template()):
        roles.setdefault(role_of(function), []).append(function)
    return roles


def _by_aws_itself(members: list[str], resource: str) -> frozenset[str]:
    """The actions that the event sources and failure destinations of `members` need."""
    mine = {name: functions(template())[name] for name in members}
    streams = any(event["Type"] == "DynamoDB" for one in mine.values() for event in one.get("Events", {}).values())
    letters = "OnFailure" in json.dumps([[one.get("Events"), one.get("EventInvokeConfig")] for one in mine.values()])
    buckets = [name for name in resources("AWS::S3::Bucket") if resource.startswith(name) and "Letters" in name]
    return (_STREAM if streams else frozenset()) | (_LETTERS if letters and buckets else frozenset())
