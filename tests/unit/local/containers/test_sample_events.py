"""Every function has a sample that can be sent to the running stack, and says what it must answer."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest

from local.containers.commands import file_name
from local.containers.samples import SAMPLES, Sample, error_of, own_event, sample_event, sample_of
from local.containers.world import World
from local.invoking import Functions
from local.problems import Unusable
from tooling.contract.template import functions, read_template

MADE_UP = "01890000-0000-7000-8000-"
FAILED = {"errorMessage": "There is none.", "errorType": "NotFound"}
CONTEXT = {"verdict": "valid", "subject": "the caller"}


def _account(name: str) -> Any:
    return SimpleNamespace(
        id=f"{name}-id", email=f"{name}@example.com", token=f"{name}-token", refresh_token=f"{name}-refresh"
    )


class FakeWorld:
    """What events refer to, by names instead of ids."""

    seller, buyer, shop = _account("seller"), _account("buyer"), _account("shop")
    operator, visitor = _account("operator"), _account("visitor")
    places = SimpleNamespace(api="http://127.0.0.1:1/api/v1")
    variables = {"SOUK_MEDIA_BUCKET": "souk-media-1", "SOUK_LISTINGS_TABLE": "souk-listings-1"}  # noqa: RUF012 - constant

    def __getattr__(self, name: str) -> Any:
        made = {
            "announced_photo": ("listing-id", "photo-id"),
            "product_photo": ("product-id", "photo-id", "hash-of-a-picture"),
            "generating": ("listing-id", 4),
            "being_revised": ("listing-id", 4),
            "reviewed": ("product-id", "review-id"),
            "placed": {"order_id": "order-id"},
        }
        return lambda *_: made.get(name, f"{name}-id")

    def payment_session(self, _order: str) -> dict[str, Any]:
        return {"id": "cs_test_1", "amount_total": 4000}


class Authorizer:
    """Answers as the authorizer of the running stack; `asked` is what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def invoke(self, function: str, event: dict[str, Any]) -> Any:
        assert function == "AuthorizeFunction"
        self.asked.append(event)
        return {"isAuthorized": True, "context": CONTEXT}


@pytest.fixture
def world() -> World:
    return cast(World, FakeWorld())


@pytest.fixture(autouse=True)
def _no_registration(monkeypatch: pytest.MonkeyPatch) -> None:
    registered = {"user": {"email": "new@example.com"}}
    monkeypatch.setattr("local.containers.samples.register", lambda *_: registered)


def _event(name: str, world: World) -> dict[str, Any]:
    return sample_event(name, world, cast(Functions, Authorizer()))


def test_no_sample_is_left_over() -> None:
    assert SAMPLES.keys() <= {file_name(name) for name in functions(read_template())}


def test_a_function_without_a_sample_must_succeed() -> None:
    usual = sample_of("a_function_of_tomorrow")
    assert [usual.accepts(one) for one in ({"statusCode": 204}, None, {"touched": 1})] == [True] * 3
    assert [usual.accepts(one) for one in ({"statusCode": 404}, FAILED)] == [False] * 2


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_event_refers_only_to_what_exists(name: str, world: World) -> None:
    """But for the things in a record of a stream, which its function takes from the record itself."""
    event = _event(name, world)
    text = json.dumps(event)
    assert MADE_UP not in text or "Records" in event
    assert "Bearer sample" not in text


@pytest.mark.parametrize("name", [name for name, sample in SAMPLES.items() if sample.caller])
def test_a_request_is_sent_by_an_account_that_the_authorizer_has_verified(name: str, world: World) -> None:
    authorizer = Authorizer()
    event = sample_event(name, world, cast(Functions, authorizer))
    assert event["requestContext"]["authorizer"] == {"lambda": CONTEXT}
    [asked] = authorizer.asked
    assert asked["headers"]["authorization"] == f"Bearer {SAMPLES[name].caller}-token"


def test_who_needs_no_sign_in_is_not_signed_in(world: World) -> None:
    event = _event("get_product", world)
    assert "authorizer" not in event["requestContext"]
    assert event["pathParameters"] == {"id": "product-id"}
    assert event["rawPath"] == "/api/v1/products/product-id"


def test_a_request_with_an_idempotency_key_is_a_new_one_each_time(world: World) -> None:
    keys = {_event("create_listing", world)["headers"]["idempotency-key"] for _ in range(2)}
    assert len(keys) == 2
    assert "sample-create" not in keys


def test_a_step_of_a_workflow_gets_the_run_of_its_listing(world: World) -> None:
    assert _event("generate_images", world) == {"owner_id": "seller-id", "listing_id": "listing-id", "run": 4}


def test_an_event_of_a_bucket_names_the_bucket_of_the_stack(world: World) -> None:
    detail = _event("process_upload", world)["detail"]
    assert detail["bucket"]["name"] == "souk-media-1"
    assert detail["object"]["key"] == "incoming/listings/seller-id/listing-id/photo-id"


def test_an_event_of_stripe_is_signed_as_it_is_sent(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.containers.samples.signature", lambda secret, body, _at: f"{secret} {len(body)}")
    event = _event("receive_webhook", world)
    body = json.loads(event["body"])["data"]["object"]
    assert (body["id"], body["amount_total"], body["metadata"]["order"]) == ("cs_test_1", 4000, "order-id")
    assert event["headers"]["stripe-signature"] == f"webhook_secret-id {len(event['body'].encode())}"


def test_an_own_event_of_a_request_gets_a_valid_sign_in(world: World) -> None:
    own = {"headers": {"authorization": "Bearer old"}, "requestContext": {"authorizer": {"lambda": {}}}, "body": "{}"}
    event = own_event(own, "get_profile", world, cast(Functions, Authorizer()))
    assert event["headers"]["authorization"] == "Bearer buyer-token"
    assert (event["requestContext"]["authorizer"], event["body"]) == ({"lambda": CONTEXT}, "{}")


def test_an_own_event_may_have_no_headers(world: World) -> None:
    event = own_event(
        {"requestContext": {"authorizer": {"lambda": {}}}}, "get_profile", world, cast(Functions, Authorizer())
    )
    assert event["headers"] == {"authorization": "Bearer buyer-token"}


def test_an_own_event_without_a_sign_in_is_sent_as_it_is(world: World) -> None:
    assert own_event({"Records": []}, "count_sales", world, cast(Functions, Authorizer())) == {"Records": []}


def test_a_text_that_is_no_longer_in_the_event_is_an_error(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    stale = Sample(200, "", lambda _: {"no such text": "value"})
    monkeypatch.setitem(cast(dict[str, Sample], SAMPLES), "get_jwks", stale)
    with pytest.raises(Unusable, match="The event of get_jwks does not contain no such text"):
        _event("get_jwks", world)


@pytest.mark.parametrize(
    ("sample", "answer", "right"),
    [
        (Sample(201), {"statusCode": 201}, True),
        (Sample(201), {"statusCode": 200}, False),
        (Sample(200), None, False),
        (Sample(200), FAILED, False),
        (Sample(lambda answer: answer is None), None, True),
        (Sample(lambda answer: answer is None), {}, False),
        (Sample(lambda _: True), FAILED, False),
        (Sample(raises="NotFound"), FAILED, True),
        (Sample(raises="Conflict"), FAILED, False),
        (Sample(raises="NotFound"), {"statusCode": 200}, False),
    ],
)
def test_an_answer_is_compared_with_what_it_must_be(sample: Sample, answer: Any, right: bool) -> None:
    assert sample.accepts(answer) is right


@pytest.mark.parametrize(
    ("answer", "name"),
    [(FAILED, "NotFound"), ({"errorMessage": "late"}, "Error"), ({"statusCode": 500}, ""), (None, "")],
)
def test_an_exception_is_known_by_its_class(answer: Any, name: str) -> None:
    assert error_of(answer) == name
