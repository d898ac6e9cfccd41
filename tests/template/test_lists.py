"""Lists that a new domain or function may have to extend: each is held to what it is a list of."""

from __future__ import annotations

import ast
import re

import pytest

from local.stack import SWEEPERS
from souk.aws.step import LOGGED_IDS
from tests.template.reach import MODULES
from tests.template.stack import template
from tooling.contract.template import ROOT, functions

# For the credentials of a role, which botocore asks for itself.
_OF_BOTOCORE = {"sts"}


def test_the_dependencies_layer_keeps_the_aws_services_that_are_called() -> None:
    called = {
        service
        for file in MODULES.values()
        for service in re.findall(r"\bclient\(\"([a-z0-9-]+)\"\)", file.read_text())
    }
    [kept] = re.findall(r"^AWS_SERVICES = (.+)$", (ROOT / "layers/dependencies/Makefile").read_text(), re.MULTILINE)
    assert set(kept.split()) == called | _OF_BOTOCORE, "change AWS_SERVICES in layers/dependencies/Makefile"


def test_the_local_cloud_starts_every_scheduled_sweep() -> None:
    scheduled = {
        name
        for name, properties in functions(template()).items()
        if any(event["Type"] == "Schedule" for event in properties.get("Events", {}).values())
    }
    assert set(SWEEPERS) == scheduled, "change SWEEPERS in local/stack.py"


@pytest.mark.parametrize("module", [name for name in MODULES if name.endswith(".workflow")])
def test_the_ids_of_a_workflows_input_are_logged(module: str) -> None:
    dictionaries = [node for node in ast.walk(ast.parse(MODULES[module].read_text())) if isinstance(node, ast.Dict)]
    ids = {key.value for node in dictionaries for key in node.keys if isinstance(key, ast.Constant)}
    assert ids <= set(LOGGED_IDS), "change LOGGED_IDS in souk/aws/step.py"
