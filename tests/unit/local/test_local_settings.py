"""Settings, packaging, building, routes and the terminal of the local cloud."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from local import build, deploy, routes
from local.children import Children
from local.packaging import _archive, read_package
from local.problems import Unusable
from local.settings import installation, read_settings
from local.terminal import Terminal
from local.testing import ROOT
from souk.storefront.orders.model.pricing import RateTable


def test_unset_settings_have_their_documented_defaults() -> None:
    settings = read_settings({"EMPTY": ""})
    assert (settings.port, settings.data.name, settings.builds) == (3000, ".souk", True)
    assert settings.needs_ebay_stand_in
    assert set(settings.parameters) == {"Architecture"}


def test_an_empty_variable_is_as_good_as_none() -> None:
    assert read_settings({"PORT": "", "SOUK_BUILD": ""}).port == 3000


@pytest.mark.parametrize("port", ["x", "0", "65536", "-1", "80.5", "٣"])
def test_a_port_that_is_none_is_refused_by_its_name(port: str) -> None:
    with pytest.raises(Unusable, match="PORT must be a number"):
        read_settings({"PORT": port})


@pytest.mark.parametrize("scale", ["x", "-1", "2", "nan"])
def test_a_wait_scale_out_of_range_is_refused(scale: str) -> None:
    with pytest.raises(Unusable, match="SOUK_WAIT_SCALE"):
        read_settings({"SOUK_WAIT_SCALE": scale})


@pytest.mark.parametrize("megabytes", ["x", "-1", "1.5"])
def test_memory_that_is_no_number_is_refused(megabytes: str) -> None:
    with pytest.raises(Unusable, match="SOUK_IDLE_MB"):
        read_settings({"SOUK_IDLE_MB": megabytes})


def test_the_tax_rates_of_the_readme_reach_the_functions_that_price_orders() -> None:
    [example] = re.findall(r"TAX_RATES='(.+)' make run", (ROOT / "README.md").read_text())
    parameters = read_settings({"TAX_RATES": example}).parameters
    rates = RateTable.from_json(parameters["TaxRates"])
    assert [rates.rate("US", "NY"), rates.rate("US", "OR"), rates.rate("DE", None)] == [
        Decimal("0.08875"),
        Decimal(0),
        Decimal("0.19"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "8.875",
        "[]",
        "{",
        '{"US": "0.08875"}',
        '{"US": {"NY": "8.875"}}',
        '{"US": {"NY": "much"}}',
        '{"US": {"NY": "NaN"}}',
    ],
)
def test_tax_rates_that_no_order_could_be_priced_with_are_refused(text: str) -> None:
    with pytest.raises(Unusable, match="TAX_RATES must be rates from 0 to 1 by country and state"):
        read_settings({"TAX_RATES": text})


def test_the_stand_in_is_needed_until_all_three_addresses_are_given() -> None:
    two = {"EBAY_API_URL": "https://a", "EBAY_MEDIA_URL": "https://b"}
    assert read_settings(two).needs_ebay_stand_in
    assert not read_settings({**two, "EBAY_TOKEN_URL": "https://c"}).needs_ebay_stand_in


def test_stripes_stand_in_is_needed_until_its_address_is_given() -> None:
    assert read_settings({}).needs_stripe_stand_in
    elsewhere = read_settings({"STRIPE_API_URL": "https://a"})
    assert not elsewhere.needs_stripe_stand_in
    assert elsewhere.parameters["StripeApiUrl"] == "https://a"


def test_payments_carry_the_name_that_the_data_folder_was_first_used_under(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.node", lambda: "desk")
    first = installation(tmp_path)
    assert first.startswith("desk-")
    monkeypatch.setattr("platform.node", lambda: "laptop")
    moved = tmp_path.rename(tmp_path.with_name("moved"))
    assert installation(moved) == first


def test_two_data_folders_on_one_machine_are_two_installations(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    name = installation(one)
    assert installation(other) != name
    shutil.rmtree(one)
    one.mkdir()
    assert installation(one) == name, "what a lost folder has sold is still ours"


def test_a_name_does_not_depend_on_how_the_folder_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(tmp_path)
    name = installation(Path("here"))
    (here / "installation").unlink()
    assert installation(here) == name


def test_the_secrets_that_everybody_knows_are_the_stand_ins_alone() -> None:
    names = ("stripe_api_key", "stripe_webhook_secret")
    assert all(read_settings({}).secrets[name] for name in names)
    elsewhere = {"STRIPE_API_URL": "https://a"}
    assert [read_settings(elsewhere).secrets[name] for name in names] == ["", ""]
    own = {"STRIPE_API_KEY": "sk_live_x", "STRIPE_WEBHOOK_SECRET": "whsec_x"}
    assert [read_settings(elsewhere | own).secrets[name] for name in names] == ["sk_live_x", "whsec_x"]


def _built(folder: Path) -> Path:
    (folder / "Code").mkdir()
    (folder / "Code" / "handler.py").write_text("x = 1\n")
    (folder / "flow.asl.json").write_text("{}")
    resources = {
        "One": {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "Code"}},
        "Two": {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "Code"}},
        "Flow": {"Type": "AWS::Serverless::StateMachine", "Properties": {"DefinitionUri": "flow.asl.json"}},
        "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {}},
    }
    parameters = {"Setting": {"Type": "String", "Default": "a"}}
    (folder / "template.yaml").write_text(json.dumps({"Parameters": parameters, "Resources": resources}))
    return folder


def test_equal_artifacts_are_one_upload_and_a_changed_one_has_another_key(tmp_path: Path) -> None:
    first = read_package(_built(tmp_path))
    assert len(first.artifacts) == 2
    (tmp_path / "Code" / "handler.py").write_text("x = 2\n")
    second = read_package(tmp_path)
    assert len(set(first.artifacts) & set(second.artifacts)) == 1
    assert first.digest({}) != second.digest({})


def test_a_changed_parameter_is_a_changed_deployment(tmp_path: Path) -> None:
    package = read_package(_built(tmp_path))
    assert package.digest({"Setting": "a"}) != package.digest({"Setting": "b"})
    assert deploy.declared(package, {"Setting": "b", "Unknown": "c"}) == {"Setting": "b"}


def test_an_archive_depends_on_contents_and_modes_only(tmp_path: Path) -> None:
    program = _built(tmp_path) / "Code" / "program"
    program.write_text("#!")
    program.chmod(0o755)
    before = _archive(tmp_path / "Code")
    os.utime(program, (1, 1))
    assert _archive(tmp_path / "Code") == before
    with zipfile.ZipFile(io.BytesIO(before)) as archive:
        assert (archive.getinfo("program").external_attr >> 16) & 0o777 == 0o755


def test_a_missing_build_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="make build"):
        read_package(tmp_path)


def test_an_interrupted_deploy_goes_back_to_the_state_before_it(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "tables.json").write_text("old")
    deploy._begin(tmp_path, lambda: None)
    (tmp_path / "state" / "tables.json.new").write_text("new")
    (tmp_path / "state" / "tables.json.new").replace(tmp_path / "state" / "tables.json")
    assert deploy.recover(tmp_path)
    assert (tmp_path / "state" / "tables.json").read_text() == "old"
    assert not deploy.recover(tmp_path)


def test_nothing_is_taken_for_deployed_when_the_record_is_torn(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "deployment").write_text('{"digest": "x"')
    assert not deploy.is_deployed(tmp_path, "x")


def test_a_build_is_current_until_a_source_changes(tmp_path: Path) -> None:
    target = tmp_path / "build"
    target.mkdir()
    (target / "template.yaml").touch()
    (tmp_path / "functions").mkdir()
    source = tmp_path / "functions" / "one.py"
    source.write_text("1")
    (target / ".sources").write_text(build._digest(tmp_path))
    assert build.is_built(tmp_path, target)
    (tmp_path / "functions" / "__pycache__").mkdir()
    (tmp_path / "functions" / "__pycache__" / "one.pyc").touch()
    assert build.is_built(tmp_path, target)
    source.write_text("2")
    assert not build.is_built(tmp_path, target)


def test_references_in_the_apis_body_are_resolved() -> None:
    values = {"Name": "physical", "Fn.Arn": "arn:fn", "AWS::Region": "here"}
    given: Any = {
        "a": {"Ref": "Name"},
        "b": [{"Fn::GetAtt": ["Fn", "Arn"]}],
        "c": {"Fn::Sub": "${AWS::Region}/${Fn.Arn}"},
        "d": {"Fn::Sub": ["x${__own__}", {"__own__": {"Ref": "Name"}}]},
        "e": 1,
    }
    resolved = {"a": "physical", "b": ["arn:fn"], "c": "here/arn:fn", "d": "xphysical", "e": 1}
    assert routes._resolved(given, values) == resolved


def test_a_reference_to_nothing_is_an_error() -> None:
    with pytest.raises(KeyError):
        routes._resolved({"Ref": "Nothing"}, {})


def test_a_pid_that_now_names_another_process_is_not_ended(tmp_path: Path) -> None:
    file = tmp_path / "children"
    file.write_text(json.dumps({"pid": os.getpid(), "began": 1.0}) + '\n{"pid"')
    assert Children(file).stop_orphans() == 0
    assert not file.exists()


class _Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_steps_are_plain_lines_away_from_a_terminal() -> None:
    output = io.StringIO()
    with Terminal(output, clock=lambda: 0.0).step("Working") as step:
        step.update("half")
        step.update("all of it")
    assert output.getvalue() == "done: Working all of it 0.0 s\n"


def test_a_terminal_shows_progress_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    output = _Screen()
    with Terminal(output, clock=lambda: 0.0).step("Working") as step:
        step.update("half")
    assert output.getvalue().count("\n") == 1
    assert "\x1b[32m" in output.getvalue()


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    output = _Screen()
    Terminal(output).place("API", "here")
    assert "\x1b" not in output.getvalue()


def test_a_failed_step_says_so_and_lets_the_error_pass() -> None:
    output = io.StringIO()
    with pytest.raises(Unusable), Terminal(output).step("Working"):
        raise Unusable("no")
    assert output.getvalue() == "failed: Working\n"
