"""template.yaml is written from the parts in stack/, and keeps what holds data under its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.template.stack import sources, template
from tooling import join_template

MOST_LINES = 600
ONE_PER_DOMAIN = {f"{domain}.yaml" for domain, _ in sources().values()}


def test_the_template_is_current() -> None:
    assert join_template.join() == join_template.TEMPLATE.read_text(), "template.yaml is stale: run `make template`"


@pytest.mark.parametrize("part", join_template.parts(), ids=lambda part: str(part.relative_to(join_template.PARTS)))
def test_a_part_is_short_enough_to_read(part: Path) -> None:
    assert len(part.read_text().splitlines()) <= MOST_LINES


def test_a_domain_has_a_part_of_its_own() -> None:
    found = {str(part.relative_to(join_template.PARTS)) for part in join_template.parts()}
    assert found >= ONE_PER_DOMAIN
    extra = {name for name in found - ONE_PER_DOMAIN if "/" in name}
    assert {name.replace("_workflow", "") for name in extra} <= ONE_PER_DOMAIN


@pytest.mark.parametrize("function", sources())
def test_a_function_is_in_the_part_of_its_domain(function: str) -> None:
    domain, _ = sources()[function]
    parts = [join_template.PARTS / f"{domain}{suffix}.yaml" for suffix in ("", "_workflow")]
    assert any(f"\n  {function}:\n" in part.read_text() for part in parts if part.exists())


def test_an_unknown_section_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "stack").mkdir()
    (tmp_path / "stack" / "api.yaml").write_text("Resource:\n  Api:\n")
    monkeypatch.setattr(join_template, "ROOT", tmp_path)
    monkeypatch.setattr(join_template, "PARTS", tmp_path / "stack")
    with pytest.raises(ValueError, match=r"stack/api.yaml.*'Resource'"):
        join_template.join()


def test_parts_are_joined_as_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "stack"
    (folder / "selling").mkdir(parents=True)
    (folder / "selling" / "listings.yaml").write_text("Resources:\n  # Why.\n  B: *shape\n\nOutputs:\n  Two: 2\n")
    (folder / "roles.yaml").write_text("# For readers.\nDescription: Souk\n\nResources:\n  A: &shape { Type: X }\n")
    (folder / "api.yaml").write_text("Outputs:\n  One: 1\n")
    monkeypatch.setattr(join_template, "ROOT", tmp_path)
    monkeypatch.setattr(join_template, "PARTS", folder)
    assert join_template.join() == "\n".join(
        [
            "# Written from the files in stack/ by `make template`: change those, not this one.",
            "",
            "Description: Souk",
            "",
            "Resources:",
            "  # stack/roles.yaml ".ljust(120, "-"),
            "",
            "  A: &shape { Type: X }",
            "",
            "  # stack/selling/listings.yaml ".ljust(120, "-"),
            "",
            "  # Why.",
            "  B: *shape",
            "",
            "Outputs:",
            "  One: 1",
            "  Two: 2",
            "",
        ]
    )


# A renamed table is a lost one --------------------------------------------------------------------------------------

# CloudFormation makes a new resource for a new logical id: data of the old one stays behind, where nothing reads it.
_NAMES = {
    "AWS::DynamoDB::Table": {"IdentityTable", "ListingsTable", "CatalogueTable", "OrdersTable", "AnalyticsTable"},
    "AWS::S3::Bucket": {"MediaBucket", "SearchBucket", "DeadLettersBucket"},
    "AWS::KMS::Key": {"TokenSigningKey", "RefreshKey", "CredentialsKey"},
    "AWS::SecretsManager::Secret": {"VendorSecret"},
    "AWS::Logs::LogGroup": {"LogGroup"},
    "AWS::Serverless::StateMachine": {"ListingWorkflow", "OrderWorkflow"},
}


@pytest.mark.parametrize("kind", _NAMES)
def test_what_holds_data_keeps_its_name(kind: str) -> None:
    named = {name for name, resource in template()["Resources"].items() if resource["Type"] == kind}
    assert named >= _NAMES[kind]
