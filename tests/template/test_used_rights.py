"""The comparison of granted and used rights, on made-up uses."""

from __future__ import annotations

from tests.used_rights import Evidence, Use, uncovered, unused

HEALTH = Use("CheckHealthFunction", "dynamodb:GetItem", "IdentityTable")


def test_a_call_that_no_right_covers_is_reported() -> None:
    assert uncovered({HEALTH}) == []
    assert uncovered({Use("CheckHealthFunction", "dynamodb:PutItem", "IdentityTable")}) == [
        "CheckHealthFunction calls dynamodb:PutItem on IdentityTable, not granted by AccountReaderRole"
    ]


def test_a_right_on_one_resource_does_not_cover_another() -> None:
    assert len(uncovered({Use("CheckHealthFunction", "dynamodb:GetItem", "ListingsTable")})) == 1
    assert len(uncovered({Use("ProcessUploadFunction", "s3:PutObject", "MediaBucket/incoming/listings/a")})) == 1
    assert uncovered({Use("ProcessUploadFunction", "s3:PutObject", "MediaBucket/media/a")}) == []


def test_a_right_that_no_function_of_the_role_used_is_reported() -> None:
    lines = [line for line in unused({HEALTH}) if line.startswith("PublicKeyRole")]
    assert lines == [
        "PublicKeyRole grants kms:GetPublicKey on TokenSigningKey, "
        "and none of AuthorizeFunction, GetJwksFunction used it"
    ]
    assert not any(line.startswith("AccountReaderRole") for line in unused({HEALTH}))


def test_what_aws_does_with_a_functions_role_needs_no_call() -> None:
    text = "\n".join(unused(set()))
    assert "GetShardIterator" not in text
    assert "DeadLettersBucket" not in text


def test_what_several_processes_saw_is_judged_together_and_only_when_each_ran_everything() -> None:
    other = Use("AuthorizeFunction", "kms:GetPublicKey", "TokenSigningKey")
    first, second = Evidence(True, {HEALTH}), Evidence(True, {other})
    read = Evidence.from_json(second.as_json())
    assert read == second
    assert first.with_that_of(read) == Evidence(True, {HEALTH, other})
    assert not first.with_that_of(Evidence(False, {other})).is_whole
