"""The judge of used rights, on uses made up here."""

from __future__ import annotations

from tests.used_rights import Evidence, Use, uncovered, unused

HEALTH = Use("CheckHealthFunction", "dynamodb:GetItem", "IdentityTable")


def test_a_call_that_no_right_covers_is_told() -> None:
    assert uncovered({HEALTH}) == []
    assert uncovered({Use("CheckHealthFunction", "dynamodb:PutItem", "IdentityTable")}) == [
        "CheckHealthFunction calls dynamodb:PutItem on IdentityTable, not granted by AccountReaderRole"
    ]


def test_a_right_on_one_resource_does_not_cover_another() -> None:
    assert len(uncovered({Use("CheckHealthFunction", "dynamodb:GetItem", "ListingsTable")})) == 1
    assert len(uncovered({Use("ProcessUploadFunction", "s3:PutObject", "MediaBucket/incoming/listings/a")})) == 1
    assert uncovered({Use("ProcessUploadFunction", "s3:PutObject", "MediaBucket/media/a")}) == []


def test_a_right_that_no_function_of_the_role_used_is_told() -> None:
    told = [line for line in unused({HEALTH}) if line.startswith("PublicKeyRole")]
    assert told == [
        "PublicKeyRole grants kms:GetPublicKey on TokenSigningKey, "
        "and none of AuthorizeFunction, GetJwksFunction used it"
    ]
    assert not any(line.startswith("AccountReaderRole") for line in unused({HEALTH}))


def test_what_aws_does_with_a_functions_role_needs_no_call() -> None:
    told = "\n".join(unused(set()))
    assert "GetShardIterator" not in told
    assert "DeadLettersBucket" not in told


def test_what_several_processes_saw_is_judged_together_and_only_when_each_ran_everything() -> None:
    other = Use("AuthorizeFunction", "kms:GetPublicKey", "TokenSigningKey")
    first, second = Evidence(True, {HEALTH}), Evidence(True, {other})
    told = Evidence.from_json(second.as_json())
    assert told == second
    assert first.with_that_of(told) == Evidence(True, {HEALTH, other})
    assert not first.with_that_of(Evidence(False, {other})).is_whole
