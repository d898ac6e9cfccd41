"""Each patch of the local cloud is still needed: MiniStack as it comes does otherwise. One that fails here can be
deleted.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from local import packaging, tables
from local.cloud import emulator, local_client
from local.testing import PATIENCE, free_port, wait_until

_SILENT = """
import os, os.path, from_the_layer
class OwnError(Exception): pass
def handler(event, context):
    if event.get("program"): return os.access(from_the_layer.__file__.replace("from_the_layer.py", "program"), os.X_OK)
    if event.get("raise"): raise OwnError("x")
    return [os.getpid(), os.path.realpath(from_the_layer.__file__)]
"""


class Unpatched:
    """MiniStack as it comes, with the fixture deployed by plain CloudFormation calls."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environment = {
            **os.environ,
            "AUTH": "true",
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "IOT_MTLS_ENABLED": "0",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self.folder / "state"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self.folder / "objects"),
            "LAMBDA_EXECUTOR": "local",
            "LOG_LEVEL": "ERROR",
            "DOCKER_HOST": "unix:///nonexistent",
        }
        self._process = subprocess.Popen([sys.executable, "-m", "ministack"], env=environment)
        wait_until(self._answers)

    def stop(self) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(20)

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def client(self, service: str) -> Any:
        return local_client(service, f"http://127.0.0.1:{self.port}")

    def physical(self, logical: str) -> str:
        found = self.client("cloudformation").describe_stack_resource(StackName="souk", LogicalResourceId=logical)
        return str(found["StackResourceDetail"]["PhysicalResourceId"])

    def invoke(self, function: str, event: Any) -> Any:
        return json.loads(
            self.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event))["Payload"].read()
        )

    def _answers(self) -> bool:
        try:
            return httpx.get(
                f"http://127.0.0.1:{self.port}/_ministack/health", timeout=PATIENCE, trust_env=False
            ).is_success
        except httpx.HTTPError:
            return False


@pytest.fixture(scope="module")
def unpatched(build: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Unpatched]:
    cloud = Unpatched(tmp_path_factory.mktemp("unpatched"))
    silent = build / "functions" / "silent.py"
    silent.write_text(_SILENT)
    try:
        cloud.start()
        package = packaging.read_package(build)
        package.template["Resources"]["EchoFunction"]["Properties"]["Handler"] = "silent.handler"
        packaging.upload(package, cloud.client("s3"))
        cloudformation = cloud.client("cloudformation")
        cloudformation.create_stack(
            StackName="souk",
            TemplateBody=json.dumps(package.template),
            Parameters=[{"ParameterKey": "AllowedOrigin", "ParameterValue": "https://given.example"}],
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        )
        cloudformation.get_waiter("stack_create_complete").wait(
            StackName="souk", WaiterConfig={"Delay": 1, "MaxAttempts": 30}
        )
        yield cloud
    finally:
        silent.unlink()
        cloud.kill()


@pytest.fixture(scope="module")
def silent(unpatched: Unpatched) -> str:
    return unpatched.physical("EchoFunction")


def test_an_exceptions_class_is_lost(unpatched: Unpatched, silent: str) -> None:
    assert unpatched.invoke(silent, {"raise": True})["errorType"] == "Runtime.HandlerError"


def test_a_worker_ends_with_an_exception(unpatched: Unpatched, silent: str) -> None:
    before = unpatched.invoke(silent, {})[0]
    unpatched.invoke(silent, {"raise": True})
    assert unpatched.invoke(silent, {})[0] != before


def test_a_silent_invocation_waits_50_ms(unpatched: Unpatched, silent: str) -> None:
    def took() -> float:
        began = time.perf_counter()
        unpatched.invoke(silent, {})
        return time.perf_counter() - began

    took()
    assert statistics.median(took() for _ in range(7)) > 0.05


def test_every_worker_unpacks_the_layers_again(unpatched: Unpatched, silent: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: tuple(unpatched.invoke(silent, {})), range(8)))
    assert len({pid for pid, _ in answers}) == len({layer for _, layer in answers}) > 1


def test_file_modes_are_lost(unpatched: Unpatched, silent: str) -> None:
    assert unpatched.invoke(silent, {"program": True}) is False


def test_workers_see_the_emulators_own_packages() -> None:
    """They are started with its interpreter; the patch replaces exactly that."""
    assert emulator("core.lambda_runtime")._detect_runtime_binary("python3.13")[0] == sys.executable


def test_an_http_api_is_deployed_without_routes(unpatched: Unpatched) -> None:
    gateway = unpatched.client("apigatewayv2")
    assert gateway.get_routes(ApiId=unpatched.physical("Api"))["Items"] == []


def test_an_integrations_role_is_forgotten(unpatched: Unpatched) -> None:
    gateway, api = unpatched.client("apigatewayv2"), unpatched.physical("Api")
    made = gateway.create_integration(
        ApiId=api,
        IntegrationType="AWS_PROXY",
        IntegrationUri="arn:aws:lambda:us-east-1:000000000000:function:any",
        CredentialsArn="arn:aws:iam::000000000000:role/any",
        PayloadFormatVersion="2.0",
    )
    kept = gateway.get_integration(ApiId=api, IntegrationId=made["IntegrationId"])
    gateway.delete_integration(ApiId=api, IntegrationId=made["IntegrationId"])
    assert "CredentialsArn" not in kept


def test_a_refusal_of_the_gateway_has_no_cors_headers(unpatched: Unpatched) -> None:
    """On AWS it has: local/gateway.py adds them."""
    gateway, origin = unpatched.client("apigatewayv2"), "https://given.example"
    api = gateway.create_api(Name="refusing", ProtocolType="HTTP", CorsConfiguration={"AllowOrigins": [origin]})[
        "ApiId"
    ]
    gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    gateway.create_route(ApiId=api, RouteKey="GET /guarded", AuthorizationType="AWS_IAM")
    url = f"http://127.0.0.1:{unpatched.port}/_aws/execute-api/{api}/guarded"
    answer = httpx.get(url, headers={"Origin": origin}, timeout=PATIENCE, trust_env=False)
    assert (answer.status_code, "access-control-allow-origin" in answer.headers) == (403, False)


def test_the_sam_transform_does_not_see_given_parameters(unpatched: Unpatched) -> None:
    found = unpatched.client("cloudformation").get_template(StackName="souk", TemplateStage="Processed")["TemplateBody"]
    api = found["Resources"]["Api"]["Properties"]["Body"]
    assert api["x-amazon-apigateway-cors"]["allowOrigins"] == ["http://localhost:5173"]


def test_a_parallel_states_assign_is_ignored(unpatched: Unpatched) -> None:
    workflows, role = unpatched.client("stepfunctions"), unpatched.physical("WorkflowRole")
    definition = {
        "QueryLanguage": "JSONata",
        "StartAt": "Both",
        "States": {
            "Both": {
                "Type": "Parallel",
                "Branches": [{"StartAt": "One", "States": {"One": {"Type": "Pass", "Output": 1, "End": True}}}],
                "Output": "{% 'honoured' %}",
                "End": True,
            }
        },
    }
    machine = workflows.create_state_machine(
        name="parallel", definition=json.dumps(definition), roleArn=f"arn:aws:iam::000000000000:role/{role}"
    )["stateMachineArn"]
    execution = workflows.start_execution(stateMachineArn=machine)["executionArn"]

    def output() -> Any:
        return workflows.describe_execution(executionArn=execution).get("output")

    assert json.loads(wait_until(output)) == [1]


def test_conditions_on_an_encryption_context_are_not_evaluated(unpatched: Unpatched) -> None:
    answer = unpatched.invoke(unpatched.physical("OverreachFunction"), {})
    assert answer["right_context"] == "AccessDeniedException"


def test_answering_a_task_needs_a_right_to_everything(unpatched: Unpatched) -> None:
    answer = unpatched.invoke(unpatched.physical("AnswerFunction"), {"token": "x" * 20, "arguments": {"output": "{}"}})
    assert answer == "AccessDeniedException"


def test_invocations_above_the_cap_are_refused() -> None:
    functions = emulator("services.lambda_svc")
    places = functions._ACCOUNT_CONCURRENCY_CAP
    taken = [functions._acquire_execution_slot({}, {"FunctionName": "any"})[0] for _ in range(places + 1)]
    for slot in taken:
        functions._release_execution_slot(slot)
    assert taken[-1] is None
    assert None not in taken[:-1]


def test_a_failing_function_shows_its_exception_to_the_client() -> None:
    failed = {"error": True, "body": {"errorMessage": "inner words"}}
    answer, _ = emulator("services.lambda_svc").lambda_execute_result_to_api_proxy_response(failed)
    assert (answer["statusCode"], "inner words" in answer["body"]) == (502, True)


def test_unread_stream_records_are_not_in_the_state() -> None:
    assert not [name for name in emulator("services.dynamodb").get_state() if "stream" in name]


def test_the_tables_are_saved_with_all_that_the_emulator_saves_of_them() -> None:
    assert set(emulator("services.dynamodb").get_state()) == {"tables", *tables._BESIDE}


def test_an_item_that_was_written_is_replaced_and_never_changed() -> None:
    """The journal writes it down later, and a snapshot does not copy it."""
    dynamodb = emulator("services.dynamodb")
    key, name = {"pk": {"S": "a"}}, {"TableName": "replaced"}
    dynamodb._create_table({
        **name,
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
    })  # fmt: skip
    changes: list[tuple[str, dict[str, Any]]] = [
        ("_put_item", {"Item": {**key, "list": {"L": [{"N": "1"}]}}}),
        ("_update_item", {"Key": key, "UpdateExpression": "SET #l[0] = :n"}),
        ("_transact_write_items", {"Key": key, "UpdateExpression": "SET #l[0] = :n"}),
        ("_put_item", {"Item": key}),
    ]
    named = {"ExpressionAttributeNames": {"#l": "list"}, "ExpressionAttributeValues": {":n": {"N": "2"}}}
    versions, texts = [], []
    for call, change in changes:
        change |= {**name, **(named if "UpdateExpression" in change else {})}
        transaction = {"TransactItems": [{"Update": change}]}
        status, _, body = getattr(dynamodb, call)(transaction if call.startswith("_transact") else change)
        assert status == 200, body
        versions.append(dynamodb._tables.get("replaced")["items"]["a"]["__no_sort__"])
        texts.append(json.dumps(versions[-1]))
    dynamodb._delete_table(name)
    assert [json.dumps(version) for version in versions] == texts
    assert len({id(version) for version in versions}) == len(changes)


def test_a_kill_loses_everything(build: Path, tmp_path: Path) -> None:
    cloud = Unpatched(tmp_path)
    cloud.start()
    cloud.client("secretsmanager").create_secret(Name="lost", SecretString="x")
    time_of_saves = 2.5
    began = time.monotonic()
    wait_until(lambda: time.monotonic() - began > time_of_saves)
    cloud.kill()
    cloud.start()
    try:
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            cloud.client("secretsmanager").get_secret_value(SecretId="lost")
    finally:
        cloud.stop()
