"""A built template has the architecture of its build, so that a plain `sam local` runs it in the right image."""

from __future__ import annotations

import subprocess

import pytest

from local.settings import own_architecture
from tooling.built_architecture import with_default
from tooling.contract.template import ROOT, parse_template


def test_only_the_default_of_the_architecture_changes() -> None:
    text = (ROOT / "template.yaml").read_text()
    before, after = parse_template(text), parse_template(with_default(text, "x86_64"))
    assert (before["Parameters"]["Architecture"]["Default"], with_default(text, "arm64")) == ("arm64", text)
    assert after["Parameters"]["Architecture"].pop("Default") == "x86_64"
    before["Parameters"]["Architecture"].pop("Default")
    assert after == before


def test_a_template_without_the_parameter_is_refused() -> None:
    with pytest.raises(ValueError, match="0 parameters Architecture"):
        with_default("Parameters:\n  Environment:\n    Default: development\n", "arm64")


@pytest.mark.parametrize(("target", "architecture"), [("build", own_architecture()), ("deploy", "arm64")])
def test_make_builds_for_this_machine_and_deploys_for_arm(target: str, architecture: str) -> None:
    shown = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert f"tooling.built_architecture .aws-sam/{target}/template.yaml {architecture}\n" in shown
    assert f"--parameter-overrides Architecture={architecture} " in shown
