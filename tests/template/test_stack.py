"""The stack as CloudFormation sees it: within its limits, observed, encrypted, and with an end for every failure."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from local.patches.lambdas import HEAVY
from souk.storefront.orders.model import LONGEST_HOLD
from tests.template.stack import (
    grants,
    processed,
    processed_of,
    references,
    resources,
    role_of,
    template,
    translated,
)
from tests.template.whole_contract import ELSEWHERE, FUNCTIONS_BEFORE, PLANNED, whole_contract
from tooling.contract.routes import routes
from tooling.contract.template import functions

# CloudFormation takes 500. Beyond 480 a context leaves the stack, as docs/adr/0006 says.
MOST_RESOURCES = 480
MOST_RESOURCES_PLANNED = 450
# 235 for the first 98 functions. A permission for each route, or a role for each function, would be more than 3.
MOST_RESOURCES_PER_FUNCTION = 2.4
FUNCTIONS = processed_of("AWS::Lambda::Function")
ALARMS = resources("AWS::CloudWatch::Alarm")
LETTERS = {"Fn::GetAtt": ["DeadLettersBucket", "Arn"]}


def test_the_stack_has_few_resources_for_each_function() -> None:
    assert len(processed()["Resources"]) <= MOST_RESOURCES_PER_FUNCTION * len(FUNCTIONS)


def test_the_stack_has_room_for_all_that_is_planned() -> None:
    made = Counter(one["Type"] for one in translated(whole_contract())["Resources"].values())
    assert made["AWS::Lambda::Function"] >= FUNCTIONS_BEFORE + sum(one.functions for one in (*PLANNED, ELSEWHERE))
    assert made.total() < MOST_RESOURCES, made.most_common()
    assert made.total() <= MOST_RESOURCES_PLANNED, made.most_common()


def test_no_route_takes_a_permission() -> None:
    """The authorizer has one, and each function that a schedule or a rule invokes."""
    invoked = [
        name
        for name, one in functions(template()).items()
        for event in one.get("Events", {}).values()
        if event["Type"] in ("Schedule", "EventBridgeRule")
    ]
    permitted = [one["FunctionName"] for one in processed_of("AWS::Lambda::Permission").values()]
    wanted = [{"Ref": name} for name in invoked] + [{"Fn::GetAtt": ["AuthorizeFunction", "Arn"]}]
    assert sorted(permitted, key=str) == sorted(wanted, key=str)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_traced_and_logs_into_the_shared_group(function: str) -> None:
    properties = FUNCTIONS[function]
    assert properties["TracingConfig"] == {"Mode": "Active"}
    assert properties["LoggingConfig"] == {"LogGroup": {"Ref": "LogGroup"}, "LogFormat": "JSON"}
    assert properties["Runtime"] == "python3.13"


@pytest.mark.parametrize("function", sorted({route.function for route in routes()}))
def test_an_endpoint_ends_before_the_gateway_gives_up(function: str) -> None:
    assert FUNCTIONS[function]["Timeout"] < 30


def test_a_given_installation_is_the_whole_name_so_that_a_restored_stack_can_have_the_name_of_the_lost_one() -> None:
    variables = [function.get("Environment", {}).get("Variables", {}) for function in FUNCTIONS.values()]
    names = [own["SOUK_INSTALLATION"] for own in variables if "SOUK_INSTALLATION" in own]
    by_default = {"Fn::Sub": "${AWS::AccountId}/${AWS::Region}/${AWS::StackName}"}
    assert len(names) == 4
    assert all(name == {"Fn::If": ["IsNamed", {"Ref": "Installation"}, by_default]} for name in names)


@pytest.mark.parametrize("table", resources("AWS::DynamoDB::Table"))
def test_a_table_survives_mistakes(table: str) -> None:
    whole = template()["Resources"][table]
    properties = whole["Properties"]
    assert _outlives_the_stack(whole)
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert properties["SSESpecification"] == {"SSEEnabled": True}
    assert properties["DeletionProtectionEnabled"] == {"Fn::If": ["IsProduction", True, False]}
    assert len(properties.get("GlobalSecondaryIndexes", ())) <= 2


@pytest.mark.parametrize("bucket", resources("AWS::S3::Bucket"))
def test_a_bucket_is_private_and_encrypted(bucket: str) -> None:
    whole = template()["Resources"][bucket]
    properties = whole["Properties"]
    assert _outlives_the_stack(whole)
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(properties["PublicAccessBlockConfiguration"]) == 4
    assert properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]


@pytest.mark.parametrize("key", resources("AWS::KMS::Key"))
def test_a_key_is_there_as_long_as_what_it_sealed(key: str) -> None:
    assert _outlives_the_stack(template()["Resources"][key])


def _outlives_the_stack(whole: dict[str, Any]) -> bool:
    """And yet a first deploy that fails leaves nothing behind."""
    return (whole["DeletionPolicy"], whole["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


def test_logs_end_some_day() -> None:
    assert all(group["RetentionInDays"] for group in resources("AWS::Logs::LogGroup").values())


@pytest.mark.parametrize("machine", resources("AWS::Serverless::StateMachine"))
def test_a_workflow_is_traced(machine: str) -> None:
    assert resources("AWS::Serverless::StateMachine")[machine]["Tracing"] == {"Enabled": True}


# Ends for what cannot be processed -----------------------------------------------------------------------------------

_ASYNCHRONOUS = {"EventBridgeRule", "Schedule", "ScheduleV2", "S3", "SNS", "CloudWatchEvent"}
_POLLED = {"DynamoDB", "SQS", "Kinesis"}


def _with_events_of(kinds: set[str]) -> dict[str, dict[str, Any]]:
    return {
        name: dict(one)
        for name, one in functions(template()).items()
        if any(event["Type"] in kinds for event in one.get("Events", {}).values())
    }


@pytest.mark.parametrize("function", _with_events_of(_ASYNCHRONOUS))
def test_an_event_that_fails_for_good_is_kept(function: str) -> None:
    config = functions(template())[function].get("EventInvokeConfig", {})
    assert config["DestinationConfig"]["OnFailure"] == {"Type": "S3Bucket", "Destination": LETTERS}
    assert _may_write_letters(function)


@pytest.mark.parametrize("function", _with_events_of(_POLLED))
def test_a_stream_record_that_fails_for_good_is_kept_and_holds_up_nobody(function: str) -> None:
    for event in functions(template())[function]["Events"].values():
        properties = event["Properties"]
        assert properties["DestinationConfig"]["OnFailure"] == {"Type": "S3", "Destination": LETTERS}
        assert properties["MaximumRetryAttempts"] > 0
        assert properties["MaximumRecordAgeInSeconds"] > 0
        assert properties["BisectBatchOnFunctionError"] is True
    assert _may_write_letters(function)


def _may_write_letters(function: str) -> bool:
    rights = set(grants(role_of(function)))
    return {("s3:PutObject", "DeadLettersBucket/*"), ("s3:ListBucket", "DeadLettersBucket")} <= rights


# Alarms --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("namespace", "metric", "dimensions"),
    [
        ("AWS/ApiGateway", "5xx", {"ApiId": "Api"}),
        ("AWS/Lambda", "Throttles", {}),
        ("AWS/S3", "PutRequests", {"BucketName": "DeadLettersBucket", "FilterId": "Everything"}),
        *(
            ("AWS/States", metric, {"StateMachineArn": machine})
            for machine in resources("AWS::Serverless::StateMachine")
            for metric in ("ExecutionsFailed", "ExecutionsTimedOut")
        ),
    ],
)
def test_one_occurrence_is_alarmed(namespace: str, metric: str, dimensions: dict[str, str]) -> None:
    found = [
        alarm
        for alarm in ALARMS.values()
        if (alarm["Namespace"], alarm["MetricName"]) == (namespace, metric)
        and {one["Name"]: one["Value"] if isinstance(one["Value"], str) else one["Value"]["Ref"]
             for one in alarm.get("Dimensions", ())} == dimensions
    ]  # fmt: skip
    assert len(found) == 1
    [alarm] = found
    assert (alarm["Statistic"], alarm["Threshold"], alarm["EvaluationPeriods"]) == ("Sum", 1, 1)
    assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
    assert alarm["TreatMissingData"] == "notBreaching"


def test_every_alarm_reaches_the_topic_and_is_on_the_dashboard() -> None:
    [dashboard] = resources("AWS::CloudWatch::Dashboard").values()
    body = dashboard["DashboardBody"]["Fn::Sub"]
    for name, alarm in ALARMS.items():
        assert references(alarm["AlarmActions"]) == {"AlarmTopic"}
        assert f"${{{name}.Arn}}" in body


def test_the_metric_of_dead_letters_is_one_that_s3_counts() -> None:
    bucket = resources("AWS::S3::Bucket")["DeadLettersBucket"]
    assert bucket["MetricsConfigurations"] == [{"Id": "Everything"}]


def test_the_dashboard_is_json_about_what_the_stack_has() -> None:
    [dashboard] = resources("AWS::CloudWatch::Dashboard").values()
    body = dashboard["DashboardBody"]["Fn::Sub"]
    assert json.loads(body)["widgets"]
    for table in resources("AWS::DynamoDB::Table"):
        assert f"${{{table}}}" in body
    for machine in resources("AWS::Serverless::StateMachine"):
        assert f"${{{machine}}}" in body


def test_a_hold_is_shorter_than_all_that_counts_on_its_length() -> None:
    assert template()["Parameters"]["HoldMinutes"]["MaxValue"] * 60 < LONGEST_HOLD.total_seconds()


def test_the_functions_that_the_local_cloud_bounds_are_in_the_stack() -> None:
    handlers = {function["Handler"] for function in FUNCTIONS.values()}
    assert frozenset().union(*HEAVY) <= handlers
