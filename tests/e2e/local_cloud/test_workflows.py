"""Workflows: error names, task tokens, Parallel, Map and timeouts as the listing workflow needs them; and IAM, KMS,
secrets.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from local.testing import LocalStack, wait_until

type Seen = Callable[..., Any]


def _start(stack: LocalStack, entity: str) -> str:
    started = stack.client("stepfunctions").start_execution(
        stateMachineArn=stack.physical("Workflow"), name=f"{entity}-1", input=json.dumps({"entity": entity})
    )
    return str(started["executionArn"])


def _invoke(stack: LocalStack, function: str, event: Any) -> Any:
    answer = stack.client("lambda").invoke(FunctionName=stack.physical(function), Payload=json.dumps(event))
    return json.loads(answer["Payload"].read())


def _ended(stack: LocalStack, execution: str) -> dict[str, Any]:
    workflows = stack.client("stepfunctions")

    def ended() -> Any:
        found = workflows.describe_execution(executionArn=execution)
        return found["status"] != "RUNNING" and found

    result = wait_until(ended)
    assert result["status"] == "SUCCEEDED", result
    return dict(json.loads(result["output"]))


def test_a_workflow_waits_on_a_token_in_the_table_and_catches_errors_by_their_names(stack: LocalStack) -> None:
    dynamodb, items = stack.client("dynamodb"), stack.physical("Items")
    dynamodb.put_item(TableName=items, Item={"pk": {"S": "flow"}})
    execution = _start(stack, "flow")

    def token() -> Any:
        item = dynamodb.get_item(TableName=items, Key={"pk": {"S": "flow"}}, ConsistentRead=True)["Item"]
        return item.get("task_token", {}).get("S")

    answer = {"token": wait_until(token), "arguments": {"output": '{"decision":"approved"}'}}
    assert _invoke(stack, "AnswerFunction", answer) == "done"
    assert _ended(stack, execution) == {
        "answer": {"decision": "approved"},
        "together": [{"caught": "MarketplaceRefused"}, {"caught": "condition"}, ["ebay", "souk"]],
        "timed_out": True,
    }


def test_answering_a_token_needs_a_right_to_a_machine_and_a_gone_token_says_so(stack: LocalStack) -> None:
    failure = {"call": "send_task_failure", "token": "x" * 20, "arguments": {"error": "E", "cause": "c"}}
    success = {"token": "x" * 20, "arguments": {"output": "{}"}}
    assert _invoke(stack, "AnswerFunction", failure) == "AccessDeniedException"
    assert _invoke(stack, "AnswerFunction", success) in {"TaskDoesNotExist", "InvalidToken"}


def test_a_token_is_not_stored_when_the_item_has_changed(stack: LocalStack) -> None:
    assert _ended(stack, _start(stack, "nothing-there")) == {"answer": "moved on", "timed_out": True}


def test_a_role_allows_what_its_policies_say_and_nothing_more(stack: LocalStack) -> None:
    answer = stack.client("lambda").invoke(FunctionName=stack.physical("OverreachFunction"))
    assert json.loads(answer["Payload"].read()) == {
        "granted": "done",
        "not_granted": "AccessDeniedException",
        "right_context": "done",
        "no_context": "AccessDeniedException",
    }


def test_an_error_keeps_its_class_name(stack: LocalStack) -> None:
    answer = stack.client("lambda").invoke(
        FunctionName=stack.physical("StepsFunction"), Payload=json.dumps({"raise": True})
    )
    failure = json.loads(answer["Payload"].read())
    assert (failure["errorType"], failure["errorMessage"]) == ("MarketplaceRefused", "the vendor's own words")


def test_keys_sign_and_authenticate(stack: LocalStack) -> None:
    kms = stack.client("kms")
    signature = kms.sign(KeyId=stack.physical("SigningKey"), Message=b"x", SigningAlgorithm="ECDSA_SHA_256")
    code = kms.generate_mac(KeyId=stack.physical("MacKey"), Message=b"x", MacAlgorithm="HMAC_SHA_256")
    assert kms.verify(
        KeyId=stack.physical("SigningKey"),
        Message=b"x",
        Signature=signature["Signature"],
        SigningAlgorithm="ECDSA_SHA_256",
    )["SignatureValid"]
    assert len(code["Mac"]) == 32


def test_secrets_are_generated_or_filled_from_the_settings(stack: LocalStack) -> None:
    secrets = stack.client("secretsmanager")
    generated = secrets.get_secret_value(SecretId=stack.physical("Secret"))["SecretString"]
    filled = json.loads(secrets.get_secret_value(SecretId=stack.physical("VendorSecret"))["SecretString"])
    assert len(generated) == 40
    assert (filled["ebay_client_id"], filled["kept"]) == ("souk-local", "as it is")


def test_a_rule_fires_every_minute(seen: Seen) -> None:
    assert wait_until(lambda: seen("Scheduled Event#"))
