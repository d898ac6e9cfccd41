"""What the emulator accepts without a word and Step Functions refuses, or what would fail on its first use."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from jsonata import Jsonata  # type: ignore[import-untyped]

from souk.selling.listings.service import media_steps as steps
from souk.selling.marketplaces import model as marketplaces
from souk.selling.media import model as media
from souk.shared import errors
from tests.functions.template import ROOT, resources
from tests.harness.definition import SUBSTITUTION, State, definition, scopes_of, states_of, substitutions_of, text_of
from tests.harness.expressions import expression, is_expression

WORKFLOWS = {"listing": "ListingWorkflow", "order": "OrderWorkflow"}
JSONPATH_FIELDS = {"InputPath", "Parameters", "ResultSelector", "ResultPath", "OutputPath", "ItemsPath", "Variable"}
LAMBDA_ERRORS = {
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.TooManyRequestsException",
    "Lambda.Unknown",
    "Runtime.ExitError",
    "Sandbox.Timedout",
}
STORE_ERRORS = {
    "arn:aws:states:::dynamodb:": "DynamoDB.ConditionalCheckFailedException",
    "arn:aws:states:::aws-sdk:dynamodb:": "DynamoDb.ConditionalCheckFailedException",
}
TARGETS = {"Choice", "Succeed", "Fail"}


def _deployed(name: str) -> dict[str, Any]:
    return definition(name, {key: f"arn:of:{key}" for key in substitutions_of(WORKFLOWS[name])})


def _all_states() -> list[Any]:
    return [
        pytest.param(name, state, id=f"{name}-{state.name}")
        for name in WORKFLOWS
        for state in states_of(_deployed(name))
    ]


def _is_task(state: State) -> bool:
    return bool(state.body["Type"] == "Task")


def _our_errors() -> set[str]:
    rooms = (errors, media, marketplaces, steps)
    found = (one for room in rooms for _, one in inspect.getmembers(room, inspect.isclass))
    return {one.__name__ for one in found if issubclass(one, Exception)}


def _expressions(part: Any) -> list[str]:
    if isinstance(part, dict):
        return [text for inner in part.values() for text in _expressions(inner)]
    if isinstance(part, list):
        return [text for inner in part for text in _expressions(inner)]
    return [expression(part)] if is_expression(part) else []


def test_every_definition_is_checked() -> None:
    assert {file.name.removesuffix(".asl.json") for file in (ROOT / "workflows").glob("*")} == set(WORKFLOWS)
    assert set(resources("AWS::Serverless::StateMachine")) == set(WORKFLOWS.values())


@pytest.mark.parametrize("name", WORKFLOWS)
def test_exactly_the_used_substitutions_are_given(name: str) -> None:
    assert set(SUBSTITUTION.findall(text_of(name))) == set(substitutions_of(WORKFLOWS[name]))


@pytest.mark.parametrize("name", WORKFLOWS)
def test_every_scope_starts_at_a_state_and_reaches_all_of_them(name: str) -> None:
    for scope in scopes_of(_deployed(name)):
        reached, left = set(), [scope["StartAt"]]
        while left:
            state = left.pop()
            if state not in reached:
                reached.add(state)
                left += _targets(scope["States"][state])
        assert reached == set(scope["States"])


@pytest.mark.parametrize(("_name", "state"), _all_states())
def test_every_state_leads_somewhere(_name: str, state: State) -> None:
    assert [target for target in _targets(state.body) if target not in state.scope] == []
    ends = state.body.get("End") is True or "Next" in state.body
    assert ends or state.body["Type"] in TARGETS


@pytest.mark.parametrize(("_name", "state"), _all_states())
def test_no_state_uses_jsonpath(_name: str, state: State) -> None:
    assert JSONPATH_FIELDS & state.body.keys() == set()
    assert [key for key in _keys(state.body) if key.endswith(".$")] == []


@pytest.mark.parametrize(("_name", "state"), _all_states())
def test_every_task_ends_in_time(_name: str, state: State) -> None:
    assert not _is_task(state) or state.body["TimeoutSeconds"] > 0


@pytest.mark.parametrize(("_name", "state"), _all_states())
def test_a_function_ends_before_its_task_does(_name: str, state: State) -> None:
    if not _is_task(state) or "FunctionName" not in state.body["Arguments"]:
        return
    function = state.body["Arguments"]["FunctionName"].removeprefix("arn:of:")
    assert resources("AWS::Serverless::Function")[function].get("Timeout", 29) < state.body["TimeoutSeconds"]


@pytest.mark.parametrize(("_name", "state"), _all_states())
def test_retries_and_catchers_name_errors_that_exist(_name: str, state: State) -> None:
    store = {error for prefix, error in STORE_ERRORS.items() if state.body.get("Resource", "").startswith(prefix)}
    known = _our_errors() | LAMBDA_ERRORS | {"States.ALL", "States.Timeout"} | store
    handlers = [*state.body.get("Retry", ()), *state.body.get("Catch", ())]
    assert {error for handler in handlers for error in handler["ErrorEquals"]} - known == set()
    for handlers_of_one_kind in (state.body.get("Retry", ()), state.body.get("Catch", ())):
        for handler in handlers_of_one_kind[:-1]:
            assert "States.ALL" not in handler["ErrorEquals"], "nothing after States.ALL is ever reached"


@pytest.mark.parametrize(("name", "state"), _all_states())
def test_a_temporary_error_is_always_retried(name: str, state: State) -> None:
    if not _is_task(state):
        return
    tried = {error for one in state.body["Retry"] if one.get("MaxAttempts", 3) for error in one["ErrorEquals"]}
    passing = {"VendorFailed", "VendorThrottled", "DependencyUnavailable"} | LAMBDA_ERRORS
    if name == "listing":
        passing |= {"MediaTransient"}
    assert "States.ALL" in tried or passing <= tried
    assert tried & {"VendorRefused", "MediaBlocked", "MediaModelGone", "MediaBadRequest"} == set()


@pytest.mark.parametrize(("_name", "state"), _all_states())
def test_a_fail_state_has_an_error_name_of_its_own(_name: str, state: State) -> None:
    """Names that begin with `States.` are the service's."""
    assert not str(state.body.get("Error", "")).startswith("States.")


@pytest.mark.parametrize(("_name", "state"), _all_states())
def test_a_run_reads_only_the_fields_of_an_item_that_it_needs(_name: str, state: State) -> None:
    """An item may be larger than the 256 KiB that a state may answer."""
    if state.body.get("Resource") == "arn:aws:states:::dynamodb:getItem":
        assert state.body["Arguments"]["ProjectionExpression"]


@pytest.mark.parametrize(("_name", "state"), _all_states())
def test_every_expression_can_be_parsed(_name: str, state: State) -> None:
    assert [text for text in _expressions(state.body) if Jsonata(text).get_errors()] == []


def _targets(body: dict[str, Any]) -> list[str]:
    following = [one["Next"] for one in (*body.get("Choices", ()), *body.get("Catch", ()))]
    return [*following, *(body[key] for key in ("Next", "Default") if key in body)]


def _keys(part: Any) -> list[str]:
    if isinstance(part, dict):
        return [*part, *(key for inner in part.values() for key in _keys(inner))]
    return [key for inner in part for key in _keys(inner)] if isinstance(part, list) else []
