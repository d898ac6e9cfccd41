"""The unit of work: what is tried again, what is an answer, and whose error it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from souk.aws.tables import Action, Check, Delete, Page, Put, Read, Row, Tables, Update
from souk.shared.errors import Conflict, DependencyUnavailable, NotFound

KEY = {"pk": "a", "sk": "b"}


class FakeClient:
    """Answers each request with the next of `answers`: raised when an exception, else returned."""

    def __init__(self, *answers: Any) -> None:
        self._answers = list(answers)
        self.requests: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**request: Any) -> Any:
            self.requests.append((operation, request))
            answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


class FakeTime:
    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


def tables(*answers: Any) -> tuple[Tables, FakeClient, FakeTime]:
    client, time = FakeClient(*answers), FakeTime()
    made: Any = client
    return Tables(made, pause=time.pause, jitter=lambda: 1.0, monotonic=lambda: time.now), client, time


def refused(code: str, **more: Any) -> ClientError:
    response: Any = {"Error": {"Code": code, "Message": ""}, **more}
    return ClientError(response, "Any")


def cancelled(*codes: str, **items: Any) -> ClientError:
    reasons = [
        {"Code": code, **({"Item": items[f"at{index}"]} if f"at{index}" in items else {})}
        for index, code in enumerate(codes)
    ]
    return refused("TransactionCanceledException", CancellationReasons=reasons)


def puts(*errors: Exception | None) -> list[Action]:
    return [
        Put("t", {**KEY, "n": number}, condition="attribute_not_exists(#pk)", otherwise=error)
        for number, error in enumerate(errors)
    ]


@pytest.mark.parametrize(
    "busy",
    [
        cancelled("TransactionConflict", "None"),
        cancelled("None", "ThrottlingError"),
        cancelled("ProvisionedThroughputExceeded", "TransactionConflict"),
        refused("ThrottlingException"),
        refused("ProvisionedThroughputExceededException"),
        refused("TransactionInProgressException"),
        refused("RequestLimitExceeded"),
        refused("InternalServerError"),
    ],
    ids=lambda error: error.response["Error"]["Code"],
)
def test_a_busy_store_is_retried(busy: ClientError) -> None:
    made, client, time = tables(busy, busy, {})
    made.commit(*puts(None, None))
    assert len(client.requests) == 3
    assert time.pauses == [0.02, 0.04]


def test_every_attempt_of_a_transaction_has_the_same_token() -> None:
    made, client, _ = tables(cancelled("TransactionConflict"), {})
    made.commit(*puts(None))
    first, second = (request["ClientRequestToken"] for _, request in client.requests)
    assert first == second


def test_a_store_that_stays_busy_is_a_503_after_five_seconds() -> None:
    made, _, time = tables(cancelled("TransactionConflict"))
    with pytest.raises(DependencyUnavailable) as refusal:
        made.commit(*puts(None))
    assert refusal.value.retry_after == 1
    assert 5.0 <= time.now < 6.0
    assert max(time.pauses) == 0.8


def test_no_answer_is_a_503_without_a_further_attempt() -> None:
    made, client, _ = tables(ConnectTimeoutError(endpoint_url="x"))
    with pytest.raises(DependencyUnavailable):
        made.get("t", KEY)
    assert len(client.requests) == 1


def test_a_failed_condition_is_the_error_of_its_own_action() -> None:
    errors = [Conflict("first"), Conflict("second"), Conflict("third")]
    made, client, _ = tables(cancelled("None", "ConditionalCheckFailed", "None"))
    with pytest.raises(Conflict, match="second"):
        made.commit(*puts(*errors))
    assert len(client.requests) == 1


def test_of_several_failed_conditions_the_first_is_raised() -> None:
    made, _, _ = tables(cancelled("ConditionalCheckFailed", "ConditionalCheckFailed"))
    with pytest.raises(Conflict, match="first"):
        made.commit(*puts(Conflict("first"), Conflict("second")))


def test_a_failed_condition_beside_a_conflict_is_not_retried() -> None:
    made, client, _ = tables(cancelled("TransactionConflict", "ConditionalCheckFailed"))
    with pytest.raises(Conflict, match="second"):
        made.commit(*puts(Conflict("first"), Conflict("second")))
    assert len(client.requests) == 1


def test_an_error_may_be_made_from_the_item_that_is_there() -> None:
    old = {"pk": {"S": "a"}, "owner": {"S": "somebody"}}
    made, _, _ = tables(cancelled("ConditionalCheckFailed", at0=old))
    action = Put(
        "t",
        dict(KEY),
        condition="attribute_not_exists(#pk)",
        otherwise=lambda item: Conflict(item["owner"] if item else "?"),
    )
    with pytest.raises(Conflict, match="somebody"):
        made.commit(action)


def test_a_single_write_maps_its_condition_too() -> None:
    made, _, _ = tables(refused("ConditionalCheckFailedException", Item={"pk": {"S": "a"}}))
    with pytest.raises(NotFound):
        made.delete(Delete("t", KEY, condition="#version = :v", values={"v": 1}, otherwise=NotFound("gone")))


def test_an_unknown_error_is_raised() -> None:
    for unknown in (
        refused("ValidationException"),
        cancelled("ValidationError"),
        cancelled("ItemCollectionSizeLimitExceeded"),
    ):
        made, client, _ = tables(unknown)
        with pytest.raises(ClientError):
            made.commit(*puts(Conflict("not this")))
        assert len(client.requests) == 1


@pytest.mark.parametrize("count", [0, 101])
def test_a_transaction_has_one_to_a_hundred_actions(count: int) -> None:
    made, client, _ = tables({})
    with pytest.raises(ValueError, match="1 to 100 actions"):
        made.commit(*puts(*[None] * count))
    assert client.requests == []


def test_a_hundred_actions_are_one_transaction() -> None:
    made, client, _ = tables({})
    made.commit(*puts(*[None] * 100))
    assert len(client.requests[0][1]["TransactItems"]) == 100


def test_each_kind_of_action_is_written_in_dynamodbs_words() -> None:
    made, client, _ = tables({})
    made.commit(
        Put("t", {**KEY, "n": 1}),
        Update(
            "t",
            KEY,
            "SET #n = :n",
            condition="#status = :s",
            values={"n": 2, "s": "x"},
            names={"status": "state"},
        ),
        Delete("t", KEY, condition="attribute_exists(#pk)"),
        Check("t", KEY, condition="#n = :n", values={"n": 1}),
    )
    [put, update, delete, check] = client.requests[0][1]["TransactItems"]
    assert put["Put"]["Item"] == {"pk": {"S": "a"}, "sk": {"S": "b"}, "n": {"N": "1"}}
    assert update["Update"]["ExpressionAttributeNames"] == {"#n": "n", "#status": "state"}
    assert update["Update"]["ExpressionAttributeValues"] == {":n": {"N": "2"}, ":s": {"S": "x"}}
    assert delete["Delete"]["ConditionExpression"] == "attribute_exists(#pk)"
    assert check["ConditionCheck"]["Key"] == {"pk": {"S": "a"}, "sk": {"S": "b"}}
    assert put["Put"]["ReturnValuesOnConditionCheckFailure"] == "ALL_OLD"


@pytest.mark.parametrize("part", ["x" * 1025, "é" * 513, "\ud800"], ids=["long", "long in UTF-8", "half a pair"])
def test_a_key_that_no_item_can_have_is_not_requested(part: str) -> None:
    made, client, _ = tables({})
    assert made.get("t", {"pk": "a", "sk": part}) is None
    assert client.requests == []


def test_a_read_is_consistent_unless_declared_otherwise() -> None:
    made, client, _ = tables({"Item": {"pk": {"S": "a"}}})
    assert made.get("t", KEY) == {"pk": "a"}
    made.get("t", KEY, consistent=False)
    assert [request["ConsistentRead"] for _, request in client.requests] == [True, False]


def test_a_query_answers_a_page_and_its_last_key() -> None:
    made, client, _ = tables({"Items": [{"n": {"N": "1"}}], "LastEvaluatedKey": {"pk": {"S": "a"}}})
    page = made.query("t", "#pk = :pk", {"pk": "a"}, limit=1, newest_first=True, after=KEY)
    assert page == Page(({"n": 1},), {"pk": "a"})
    request = client.requests[0][1]
    assert (request["ScanIndexForward"], request["ConsistentRead"], request["Limit"]) == (False, True, 1)


def test_an_index_is_never_read_consistently() -> None:
    made, client, _ = tables({"Items": []})
    made.query("t", "#pk = :pk", {"pk": "a"}, limit=1, index="by_status")
    assert "ConsistentRead" not in client.requests[0][1]


def test_all_pages_are_read_one_after_the_other() -> None:
    made, client, _ = tables(
        {"Items": [{"n": {"N": "1"}}], "LastEvaluatedKey": {"pk": {"S": "a"}}}, {"Items": [{"n": {"N": "2"}}]}
    )
    assert [item["n"] for item in made.query_all("t", "#pk = :pk", {"pk": "a"})] == [1, 2]
    assert client.requests[1][1]["ExclusiveStartKey"] == {"pk": {"S": "a"}}


def test_unprocessed_keys_of_a_batch_are_requested_again() -> None:
    left = {"t": {"Keys": [{"pk": {"S": "b"}}], "ConsistentRead": True}}
    made, client, time = tables(
        {"Responses": {"t": [{"n": {"N": "1"}}]}, "UnprocessedKeys": left},
        refused("ThrottlingException"),
        {"Responses": {}, "UnprocessedKeys": left},
        {"Responses": {"t": [{"n": {"N": "2"}}]}},
    )
    assert [item["n"] for item in made.get_many("t", [KEY, KEY])] == [1, 2]
    assert [request["RequestItems"] for _, request in client.requests[1:]] == [left] * 3
    assert time.pauses == [0.02, 0.04, 0.08]


def test_a_batch_with_endless_unprocessed_keys_is_unavailable() -> None:
    left = {"t": {"Keys": [{"pk": {"S": "b"}}], "ConsistentRead": True}}
    made, _, time = tables({"Responses": {}, "UnprocessedKeys": left})
    with pytest.raises(DependencyUnavailable):
        made.get_many("t", [KEY])
    assert 5.0 <= time.now < 6.0


def test_a_batch_without_keys_makes_no_request() -> None:
    made, client, _ = tables({})
    assert made.get_many("t", []) == ()
    assert client.requests == []


# Typed batch reads and rows ------------------------------------------------------------------------------------------

ORDER = Row("USER#{}", "ORDER#{}")
PROFILE = Row("USER#{}", "PROFILE")


def stored(key: dict[str, str], **numbers: int) -> dict[str, Any]:
    return {**{name: {"S": text} for name, text in key.items()}, **{name: {"N": str(n)} for name, n in numbers.items()}}


def test_items_of_several_tables_are_read_in_one_request_and_come_back_parsed_in_the_order_asked() -> None:
    made, client, _ = tables(
        {
            "Responses": {
                "orders": [stored(ORDER("u", "2"), n=2), stored(ORDER("u", "1"), n=1)],
                "profiles": [stored(PROFILE("u"), n=7)],
            }
        }
    )
    first, second = (Read("orders", ORDER("u", number), lambda item: f"order {item['n']}") for number in "12")
    profile = Read("profiles", PROFILE("u"), lambda item: int(item["n"]))
    assert made.read(first, profile, second) == ("order 1", 7, "order 2")
    assert [operation for operation, _ in client.requests] == ["batch_get_item"]


def test_an_item_that_is_absent_or_cannot_exist_is_read_as_none() -> None:
    made, _, _ = tables({"Responses": {"t": []}})
    assert made.read(Read("t", KEY, dict), Read("t", {"pk": "a", "sk": "x" * 1025}, dict)) == (None, None)


def test_an_item_that_is_read_twice_is_asked_for_once() -> None:
    made, client, _ = tables({"Responses": {"t": [stored(KEY, n=1)]}})
    wanted = Read("t", KEY, lambda item: int(item["n"]))
    assert made.read(wanted, wanted) == (1, 1)
    [(_, request)] = client.requests
    assert len(request["RequestItems"]["t"]["Keys"]) == 1


def test_items_of_one_owner_are_listed_newest_first_and_continue_after_an_id() -> None:
    last = {name: {"S": text} for name, text in ORDER("u", "8").items()}
    made, client, _ = tables({"Items": [stored(ORDER("u", "8"), n=8)], "LastEvaluatedKey": last})
    items, following = made.list_newest("t", ORDER, "u", limit=1, after={"id": "9"})
    assert ([item["n"] for item in items], following) == ([8], {"id": "8"})
    [(_, request)] = client.requests
    assert request["ExclusiveStartKey"] == {"pk": {"S": "USER#u"}, "sk": {"S": "ORDER#9"}}
    assert request["ExpressionAttributeValues"] == {":pk": {"S": "USER#u"}, ":prefix": {"S": "ORDER#"}}
    assert request["ScanIndexForward"] is False


def test_a_key_takes_exactly_as_many_ids_as_its_row_names() -> None:
    assert ORDER("u", "1") == {"pk": "USER#u", "sk": "ORDER#1"}
    assert PROFILE("u") == {"pk": "USER#u", "sk": "PROFILE"}
    assert ORDER.id_of(ORDER("u", "1")) == "1"
    with pytest.raises(TypeError):
        ORDER("u")
    with pytest.raises(TypeError):
        PROFILE("u", "1")
